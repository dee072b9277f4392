"""The photo beside a reading, for those who may see the reading."""

from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mains.enrolment.rules.rights import Right
from mains.metering import photos, queries
from mains.portal.access import PortalRequest, customer_required, ids_with


@never_cache
@require_safe
@customer_required
def photo(request: PortalRequest, reading_id: int) -> HttpResponse:
    """
    Show the photo of a reading of an account that who asks may read.
    """
    accounts = ids_with(request.linked, Right.READ)
    if not queries.readings_of(account_ids=accounts, ids=[reading_id]):
        raise Http404
    jpeg = photos.shown(reading_id=reading_id)
    if jpeg is None:
        raise Http404
    return HttpResponse(jpeg, content_type="image/jpeg")

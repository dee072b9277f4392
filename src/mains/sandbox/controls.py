"""The switches of the pretend card gateway: outages, and disputes that end well."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mains.sandbox import disputes, outages
from mains.sandbox.forms import Find, Outage


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """
    Show how the gateway treats a merchant, and let the visitor of a demo change it.
    """
    find = Find(request.GET if "merchant" in request.GET else None)
    if not find.is_valid():
        status = 422 if find.errors else 200
        return render(request, "sandbox/controls.html", {"find": find}, status=status)
    merchant, now = find.cleaned_data["merchant"], datetime.now(UTC)
    form = Outage(request.POST if "minutes" in request.POST else None)
    if request.method == "POST" and _changed(request.POST, merchant, form, now):
        query = QueryDict(mutable=True)
        query["merchant"] = merchant
        return redirect(f"{reverse('controls')}?{query.urlencode()}")
    context = {
        "merchant": merchant,
        "form": form,
        "outage": outages.current(merchant=merchant, now=now),
        "disputes": disputes.lost(merchant=merchant),
    }
    return render(request, "sandbox/controls.html", context, status=422 if form.errors else 200)


def _changed(sent: QueryDict, merchant: str, form: Outage, now: datetime) -> bool:
    if "end" in sent:
        outages.end(merchant=merchant)
        return True
    if "won" in sent:
        disputes.win(merchant=merchant, token=str(sent["won"]), now=now)
        return True
    if not form.is_valid():
        return False
    outages.begin(
        merchant=merchant,
        mode=form.cleaned_data["mode"],
        minutes=form.cleaned_data["minutes"],
        now=now,
    )
    return True

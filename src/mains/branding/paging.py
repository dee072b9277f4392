"""Long lists in pages: by their number, or newest first by the last row of the page before."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mains.branding.components import Pages

MOST_PAGES = 10_000
SHOWN = 25
# One more than is shown tells whether there is another page.
ASKED = SHOWN + 1
LONGEST_ID = 19


def page_asked(request: HttpRequest) -> int:
    """
    Return the number of the page that was asked for, the first where it is none.
    """
    asked = request.GET.get("page", "1")
    return (
        int(asked) if asked.isdecimal() and len(asked) < 9 and 0 < int(asked) <= MOST_PAGES else 1
    )


def pages(page: int, *, more: bool, sought: Mapping[str, str] | None = None) -> Pages | None:
    """
    Return what leads to the pages before and after, or None where there is one only.

    :param sought: what the list was narrowed by, kept from page to page.
    """
    if page == 1 and not more:
        return None

    def url(number: int) -> str:
        return f"?{urlencode({**(sought or {}), 'page': number})}"

    return Pages(
        summary=_("Page %(page)s") % {"page": page},
        previous_url=url(page - 1) if page > 1 else "",
        next_url=url(page + 1) if more else "",
    )


def before(request: HttpRequest) -> int | None:
    """
    Return the last id of the page before, or None on the first page.
    """
    asked = request.GET.get("before", "")
    return int(asked) if asked.isdecimal() and len(asked) < LONGEST_ID else None


def newest_first(ids: Sequence[int], *, before: int | None) -> Pages | None:
    """
    Return the way on and back, or None where everything is on one page.
    """
    more = len(ids) > SHOWN
    if before is None and not more:
        return None
    return Pages(
        summary=_("Newest first"),
        previous_url="?" if before is not None else "",
        next_url=f"?before={ids[SHOWN - 1]}" if more else "",
    )

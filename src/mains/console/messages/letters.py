"""Letters for those without an e-mail on file: print them, then say that they were posted."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.notifications import actions, queries


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def to_post(request: StaffRequest) -> HttpResponse:
    """
    Show the letters that wait, one to a printed page; posting marks just those that were shown.
    """
    letters = queries.letters_to_post()
    if request.method == "POST":
        shown = {
            int(value)
            for value in request.POST.getlist("letter")
            if value.isdecimal() and len(value) < 19
        }
        posted = actions.mark_posted(message_ids=sorted(shown), now=request.now)
        messages.success(
            request,
            ngettext(
                "%(count)s letter marked as posted.", "%(count)s letters marked as posted.", posted
            )
            % {"count": posted},
        )
        return to(request, "messages/letters/")
    return render(request, "console/messages/letters.html", {"letters": letters})

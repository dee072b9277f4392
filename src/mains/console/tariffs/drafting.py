"""A new version of a tariff: begun from what holds, edited, tried, published or deleted."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mains.console import wording
from mains.console.access import BILLING, OWNERS, StaffRequest, author, staff, to
from mains.console.tariffs import draft_form, example_form, tables
from mains.console.tariffs.component_forms import MODELS
from mains.console.tariffs.draft_form import Head
from mains.journeys import tariff_desk
from mains.tariffs import drafts, queries
from mains.tariffs.component_words import kind_name
from mains.tariffs.drafts import Draft, Ratable, UnknownDraft
from mains.tariffs.entering import TariffWrong


class Publication(forms.Form):
    based_on = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("What changed, and why"),
        help_text=gettext_lazy("Your colleagues read it in the list of versions."),
        required=False,
        max_length=200,
    )


@require_POST
@staff(*BILLING)
def begin(request: StaffRequest, code: str) -> HttpResponse:
    """
    Begin a draft from the prices in force.
    """
    try:
        draft_id = tariff_desk.begin(
            tenant=request.tenant, code=code, author=author(request), today=request.today
        )
    except tariff_desk.UnknownTariff as error:
        raise Http404 from error
    return to(request, f"tariffs/drafts/{draft_id}/")


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def edit(request: StaffRequest, draft_id: int) -> HttpResponse:
    """
    Show a draft with what is wrong in it and an example bill beside it; save what is sent.

    A save keeps mistakes as they were typed: they are said at their place on the next page.
    """
    draft = _draft(draft_id)
    if request.method == "POST":
        return _saved(request, draft)
    head = Head(initial={"start_date": draft.start_date, "source": draft.source})
    new, more_rows = (_number(request.GET.get(name, "")) for name in ("new", "rows"))
    return _page(request, draft, head, new=new, more_rows=more_rows)


def _saved(request: StaffRequest, draft: Draft) -> HttpResponse:
    head = Head(request.POST)
    deed = request.POST.get("do", "save")
    rows = draft_form.sent_components(request.POST, request.tenant)
    rows, new = draft_form.changed(rows, deed, kind=request.POST.get("kind", ""))
    verb, _dash, number = deed.partition("-")
    if not head.is_valid():
        more_rows = _number(number) if verb == "rows" else None
        return _page(request, replace(draft, components=rows), head, new=new, more_rows=more_rows)
    try:
        drafts.save(
            draft_id=draft.id,
            start_date=head.cleaned_data["start_date"],
            source=head.cleaned_data["source"],
            components=rows,
        )
    except UnknownDraft as error:
        raise Http404 from error
    drafts.remember_example(draft_id=draft.id, typed=example_form.sent(request.POST))
    if new is not None:
        return to(request, f"tariffs/drafts/{draft.id}/?new={new}#c{new}")
    if verb == "rows":
        return to(request, f"tariffs/drafts/{draft.id}/?rows={number}#c{number}")
    if deed == "save":
        messages.success(request, _("The draft is saved."))
    return to(request, f"tariffs/drafts/{draft.id}/")


def _page(
    request: StaffRequest, draft: Draft, head: Head, *, new: int | None, more_rows: int | None
) -> HttpResponse:
    tenant = request.tenant
    pieces = draft_form.pieces_of(draft, tenant, new=new, more_rows=more_rows)
    start = draft_form.start_problem(draft, tenant, today=request.today)
    problems = draft_form.problems(head, pieces)
    if start and not head.errors:
        problems.insert(
            0, draft_form.Problem("#id_start_date", str(head["start_date"].label), start)
        )
    return render(
        request,
        "console/tariffs/draft.html",
        {
            "draft": draft,
            "head": head,
            "start_problem": start,
            "pieces": pieces,
            "problems": problems,
            "kinds": [(kind, kind_name(kind)) for kind in MODELS],
            "shown": example_form.shown(tenant, draft, draft.trial.get("example", {})),
            "may_publish": request.role in OWNERS,
            "lab_url": f"{request.base}tariffs/lab/{draft.id}/",
        },
        status=422 if head.errors else 200,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 4 else None


@require_POST
@staff(*BILLING)
def example(request: StaffRequest, draft_id: int) -> HttpResponse:
    """
    Return the example bill of what is typed on the page; nothing is saved.
    """
    draft = _draft(draft_id)
    head = Head(request.POST)
    start = head.cleaned_data["start_date"] if head.is_valid() else draft.start_date
    typed = replace(
        draft,
        start_date=start,
        components=draft_form.sent_components(request.POST, request.tenant),
    )
    shown = example_form.shown(request.tenant, typed, example_form.sent(request.POST))
    return render(request, "console/tariffs/example.html", {"shown": shown})


@require_POST
@staff(*BILLING)
def delete(request: StaffRequest, draft_id: int) -> HttpResponse:
    """
    Delete a draft; one that is gone stays gone.
    """
    try:
        code = drafts.find(draft_id=draft_id).code
    except UnknownDraft:
        return to(request, "tariffs/")
    drafts.delete(draft_id=draft_id)
    messages.success(request, _("The draft is deleted."))
    return to(request, f"tariffs/of/{code}/")


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def publish(request: StaffRequest, draft_id: int) -> HttpResponse:
    """
    Show what a draft changes, for whom and from when, and publish it.
    """
    draft = _draft(draft_id)
    try:
        ratable = drafts.ratable(draft=draft, file=request.tenant.file)
    except TariffWrong:
        messages.error(
            request, _("The draft has mistakes. Correct them, then it can be published.")
        )
        return to(request, f"tariffs/drafts/{draft_id}/")
    form = Publication(request.POST or None, initial={"based_on": request.tenant.version})
    if request.method == "POST" and form.is_valid():
        done = _published(request, draft, form)
        if done is not None:
            return done
        form = Publication(
            initial={"based_on": request.tenant.version, "note": form["note"].value()}
        )
    return render(
        request, "console/tariffs/publish.html", _what_changes(request, draft, ratable, form)
    )


def _published(request: StaffRequest, draft: Draft, form: forms.Form) -> HttpResponse | None:
    """
    Publish, and lead to the tariff; nothing where the page has to be looked at again.
    """
    asked = form.cleaned_data
    try:
        version = tariff_desk.publish(
            tenant=request.tenant,
            draft_id=draft.id,
            based_on=asked["based_on"],
            author=author(request),
            note=asked["note"] or _note(draft),
            now=request.now,
        )
    except UnknownDraft as error:
        raise Http404 from error
    except tariff_desk.Outdated:
        messages.error(
            request,
            _("Somebody published another version meanwhile. This is what yours changes now."),
        )
        return None
    except tariff_desk.NoticeTooShort as error:
        messages.error(request, draft_form.too_soon(error.earliest))
        return to(request, f"tariffs/drafts/{draft.id}/")
    except tariff_desk.CannotPublish as error:
        messages.error(request, _("It cannot be published: %(why)s") % {"why": error})
        return to(request, f"tariffs/drafts/{draft.id}/")
    messages.success(request, _("Published as version %(version)s.") % {"version": version})
    return to(request, f"tariffs/of/{draft.code}/")


def _note(draft: Draft) -> str:
    return _("%(tariff)s: prices from %(day)s") % {
        "tariff": draft.name,
        "day": wording.day(draft.start_date),
    }


def _what_changes(
    request: StaffRequest, draft: Draft, ratable: Ratable, form: forms.Form
) -> dict[str, Any]:
    tariff = queries.tariff(code=draft.code)
    before = tariff.in_force(draft.start_date) if tariff else None
    components = before.prices.components if before else ()
    found = tables.difference(components, ratable.components)
    labels = {**(before.prices.labels if before else {}), **ratable.labels}
    file = request.tenant.file
    return {
        "draft": draft,
        "form": form,
        "day": wording.day(draft.start_date),
        "table": tables.difference_table(found, file=file, labels=labels) if found else None,
        "same": found.same,
        "past": draft.start_date < request.today,
        "contracts": queries.contracts_on(codes={draft.code}, today=request.today).get(
            draft.code, 0
        ),
        "problem": draft_form.start_problem(draft, request.tenant, today=request.today),
    }


def _draft(draft_id: int) -> Draft:
    try:
        return drafts.find(draft_id=draft_id)
    except UnknownDraft as error:
        raise Http404 from error

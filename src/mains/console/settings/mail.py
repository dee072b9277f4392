"""Messages in the utility's own words, and what its domain says of its mail."""

import os
import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Cell, Column, Table
from mains.console.access import OWNERS, StaffRequest, staff
from mains.console.settings.publishing import publish
from mains.notifications import own_words
from mains.notifications.channels import names
from mains.notifications.previews import Preview, preview
from mains.notifications.rules import alignment
from mains.tenancy.tenantfile import TenantFile, TenantFileError, parse


class Words(forms.Form):
    """
    Subject and text of one kind of message in each language; empty where ours are used.
    """

    def __init__(self, *args: Any, languages: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in languages:
            self.fields[f"subject-{language}"] = forms.CharField(
                label=gettext_lazy("Subject (%(language)s)") % {"language": language},
                max_length=120,
                required=False,
            )
            self.fields[f"text-{language}"] = forms.CharField(
                label=gettext_lazy("Text (%(language)s)") % {"language": language},
                max_length=4000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 8}),
            )

    def words(self, languages: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """
        Return what was written: subject and text by language.
        """
        given = self.cleaned_data
        found: dict[str, dict[str, str]] = {"subject": {}, "text": {}}
        for language in languages:
            for part, by_language in found.items():
                if text := given[f"{part}-{language}"].strip():
                    by_language[language] = text
        return found


@require_safe
@staff(*OWNERS)
def every(request: StaffRequest) -> HttpResponse:
    """
    List the messages that the utility may write itself, and the records of its domain.
    """
    own = {one.kind: one for one in request.tenant.file.mails}
    table = Table(
        caption=_("Messages to customers"),
        columns=(Column(_("Message")), Column(_("Words"))),
        rows=tuple(
            (
                Cell(
                    preview(kind=kind, file=request.tenant.file).subject,
                    url=f"{request.base}settings/mail/{kind}/",
                ),
                Cell(_("your own"), meaning="ok") if kind in own else Cell(_("ours")),
            )
            for kind in own_words.kinds()
        ),
    )
    asked = "ask" in request.GET
    return render(
        request,
        "console/settings/mail.html",
        {
            "table": table,
            "sender": request.tenant.file.brand.sender,
            "records": _records(request, asked=asked),
            "asked": asked,
        },
    )


def _records(request: StaffRequest, *, asked: bool) -> Table:
    relay = urlsplit(os.environ.get("SMTP_URL", "")).hostname or _("the host that sends your mail")
    wanted = alignment.records(sender=request.tenant.file.brand.sender, relay=relay)
    return Table(
        caption=_("What the domain has to say"),
        columns=(Column(_("Record")), Column(_("Wanted")), Column(_("Found")), Column(_("State"))),
        rows=tuple(
            (
                Cell(_at_dots(one.name), note="TXT"),
                Cell(_at_dots(one.value)),
                *_found(one, asked=asked),
            )
            for one in wanted
        ),
    )


def _at_dots(record: str) -> SafeString:
    """
    Let a long record go on in the next line after a sign, and not in the middle of a word.
    """
    parts = [(part,) for part in re.split(r"(?<=[.@:=])", record)]
    return format_html_join(SafeString("<wbr>"), "{}", parts)


def _found(wanted: alignment.Record, *, asked: bool) -> tuple[Cell, Cell]:
    if not asked:
        return Cell("–"), Cell(_("not asked yet"))
    try:
        found = names.texts_at(wanted.name)
    except names.NotAnswered:
        return Cell("–"), Cell(_("no answer, ask again"), meaning="warn")
    ours = [text for text in found if text.lower().startswith(wanted.mark.lower())]
    if wanted.is_met(found):
        return Cell(_at_dots(" ".join(ours))), Cell(_("in order"), meaning="ok")
    if ours:
        return Cell(_at_dots(" ".join(ours))), Cell(_("says something else"), meaning="warn")
    return Cell("–"), Cell(_("missing"), meaning="bad")


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def one(request: StaffRequest, message: str) -> HttpResponse:
    """
    Write a message in the utility's own words, and publish them; empty brings ours back.
    """
    kind = message
    if kind not in own_words.kinds():
        raise Http404
    file = request.tenant.file
    languages = file.locale.languages
    form = Words(request.POST or None, languages=languages, initial=_written(file, kind))
    if request.method == "POST" and form.is_valid():
        done = _publish(request, form, kind)
        if done is not None:
            return done
    shown = _with(file, kind, form.words(languages)) if form.is_bound and form.is_valid() else file
    return render(
        request,
        "console/settings/mail_words.html",
        {
            "form": form,
            "title": preview(kind=kind, file=file).subject,
            "places": [f"{{{name}}}" for name in own_words.places(kind=kind)],
            "previews": [] if form.errors else _previews(shown, kind),
        },
        status=422 if form.errors else 200,
    )


def _previews(file: TenantFile, kind: str) -> list[Preview]:
    return [preview(kind=kind, file=file, language=language) for language in file.locale.languages]


def _publish(request: StaffRequest, form: Words, kind: str) -> HttpResponse | None:
    languages = request.tenant.file.locale.languages
    try:
        changed = _with(request.tenant.file, kind, form.words(languages))
        return publish(request, changed, note=_("Messages"), place=f"settings/mail/{kind}/")
    except own_words.MailWrong as error:
        _place, _dot, rest = error.place.partition("].")
        part, _dot, language = rest.partition(".")
        name = f"{part}-{language}"
        form.add_error(name if name in form.fields else None, error.why)
    except TenantFileError:
        form.add_error(None, _("Write subject and text for each language in which you write one."))
    return None


def _written(file: TenantFile, kind: str) -> dict[str, str]:
    own = next((one for one in file.mails if one.kind == kind), None)
    if own is None:
        return {}
    return {f"subject-{language}": text for language, text in own.subject.items()} | {
        f"text-{language}": text for language, text in own.text.items()
    }


def _with(file: TenantFile, kind: str, words: dict[str, dict[str, str]]) -> TenantFile:
    data: dict[str, Any] = file.model_dump(mode="json")
    others = [one for one in data["mails"] if one["kind"] != kind]
    own = [{"kind": kind, **words}] if any(words.values()) else []
    data["mails"] = [*others, *own]
    return parse(data, source=file.slug)

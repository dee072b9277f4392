"""What stands on bills: the country's profile, the blocks, the utility's own words, a specimen."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mains.billing.documents import pdf
from mains.billing.documents.paper.back import titles
from mains.console.access import OWNERS, StaffRequest, staff
from mains.console.settings.publishing import publish
from mains.core.downloads import shown_as
from mains.journeys.specimen_bill import specimen
from mains.tenancy.tenantfile import TenantFile, TenantFileError, parse
from mains.tenancy.tenantfile.bills import OWN_WORDS, PROFILES, Block, ProfileCode

# Blocks that no profile leaves without are not offered.
_OPTIONAL = (Block.WHY, Block.HISTORY, Block.GLOSSARY, Block.CONTRACT_END, Block.READINGS)


class Document(forms.Form):
    """
    A profile, the blocks that are printed, and a text for each block in the utility's own words.
    """

    profile = forms.ChoiceField(label=gettext_lazy("Profile"))
    printed = forms.MultipleChoiceField(
        label=gettext_lazy("Blocks that are printed"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, languages: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profile"].choices = [(code.value, name) for code, name in _profiles().items()]  # type: ignore[attr-defined]
        self.fields["printed"].choices = [(one.value, _block(one)) for one in _OPTIONAL]  # type: ignore[attr-defined]
        for block, title in titles().items():
            for language in languages:
                self.fields[f"{block}-{language}"] = forms.CharField(
                    label=f"{title} ({language})",
                    required=False,
                    max_length=1000,
                    widget=forms.Textarea(attrs={"rows": 3}),
                )


def _profiles() -> dict[ProfileCode, str]:
    return {
        ProfileCode.EU: _("European Union, energy"),
        ProfileCode.LV: _("Latvia"),
        ProfileCode.ES_WATER: _("Spain, water"),
        ProfileCode.ES_ELECTRICITY: _("Spain, electricity"),
        ProfileCode.HU: _("Hungary"),
        ProfileCode.UA: _("Ukraine"),
        ProfileCode.IT: _("Italy"),
    }


def _block(block: Block) -> str:
    return {
        Block.WHY: _("Why it changed"),
        Block.HISTORY: _("What you used"),
        Block.GLOSSARY: _("Terms on this bill"),
        Block.CONTRACT_END: _("Contract ends"),
        Block.READINGS: _("Meter readings"),
    }[block]


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def edit(request: StaffRequest) -> HttpResponse:
    """
    Choose what stands on bills, and publish it; what the profile wants cannot be left out.
    """
    file = request.tenant.file
    form = Document(request.POST or None, languages=file.locale.languages, initial=_initial(file))
    if request.method == "POST" and form.is_valid():
        done = _publish(request, form)
        if done is not None:
            return done
    code = ProfileCode(file.bill.profile) if file.bill else ProfileCode.EU
    return render(
        request,
        "console/settings/bill.html",
        {
            "form": form,
            "source": PROFILES[code].source,
            "specimens": [
                (f"{company.name}, {language}", f"{company.code}/{language}.pdf")
                for company in file.companies
                for language in file.locale.languages
            ],
        },
        status=422 if form.errors else 200,
    )


@require_safe
@staff(*OWNERS)
def sample(request: StaffRequest, company: str, language: str) -> HttpResponse:
    """
    Give a bill with invented figures, as customers of a company would get it.
    """
    file = request.tenant.file
    if company not in {one.code for one in file.companies} or language not in file.locale.languages:
        raise Http404
    made = specimen(file=file, company=company, language=language, evidence=(), today=request.today)
    content = pdf.specimen(facts=made.facts, tenant=request.tenant, earlier=made.earlier, marks={})
    return shown_as(content, name="specimen.pdf", content_type="application/pdf")


def _initial(file: TenantFile) -> dict[str, Any]:
    if file.bill is None:
        return {"profile": ProfileCode.EU.value, "printed": [one.value for one in _OPTIONAL]}
    found: dict[str, Any] = {
        "profile": file.bill.profile.value,
        "printed": [one.value for one in _OPTIONAL if file.bill.prints(one)],
    }
    for one in file.bill.texts:
        # What is said of some services only is written in the file.
        if not one.services:
            found |= {f"{one.block}-{language}": text for language, text in one.text.items()}
    return found


def _publish(request: StaffRequest, form: Document) -> HttpResponse | None:
    try:
        changed = _changed(request.tenant.file, form.cleaned_data)
    except TenantFileError as error:
        for _place, what in error.problems:
            form.add_error(None, what.removeprefix("Value error, "))
        return None
    return publish(request, changed, note=_("Bills"), place="settings/bill/")


def _changed(file: TenantFile, given: dict[str, Any]) -> TenantFile:
    data: dict[str, Any] = file.model_dump(mode="json")
    before = data["bill"] or {"leave_out": [], "texts": []}
    offered = {one.value for one in _OPTIONAL}
    texts = [one for one in before["texts"] if one["services"]]
    for block in sorted(OWN_WORDS):
        words = {
            language: text
            for language in file.locale.languages
            if (text := given[f"{block}-{language}"].strip())
        }
        if words:
            texts.append({"block": block.value, "text": words})
    data["bill"] = {
        "profile": given["profile"],
        "leave_out": [
            *(one for one in before["leave_out"] if one not in offered),
            *(one.value for one in _OPTIONAL if one.value not in given["printed"]),
        ],
        "texts": texts,
    }
    return parse(data, source=file.slug)

"""Settings: what there is to set, and the brand."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Fact, Link
from mains.branding.themes import load_theme
from mains.console import wording
from mains.console.access import OWNERS, StaffRequest, staff
from mains.console.settings.forms import Brand, Today
from mains.console.settings.publishing import publish
from mains.core.wording import text_in
from mains.documents import actions as documents
from mains.journeys import bounced_mail, guest_readings
from mains.tenancy.models import TenantState
from mains.tenancy.tenantfile import TenantFile, parse


@require_safe
@staff(*OWNERS)
def overview(request: StaffRequest) -> HttpResponse:
    """
    Show what is set, with the way to change it.
    """
    tenant, file = request.tenant, request.tenant.file
    change = Link(_("Change"), f"{request.base}settings/versions/new/")
    facts = [
        Fact(
            _("Brand"),
            f"{file.brand.name}, {load_theme(name=file.brand.theme).title}",
            Link(_("Change"), f"{request.base}settings/brand/"),
        ),
        Fact(_("Bills"), _profile(file), Link(_("Change"), f"{request.base}settings/bill/")),
        Fact(
            _("Messages to customers"),
            file.brand.sender,
            Link(_("Change"), f"{request.base}settings/mail/"),
        ),
        Fact(_("Addresses"), ", ".join(file.hosts)),
        Fact(_("Languages"), ", ".join(file.locale.languages), change),
        Fact(_("Time zone and currency"), f"{file.locale.timezone}, {file.locale.currency}"),
        Fact(_("Companies"), ", ".join(company.name for company in file.companies), change),
        Fact(_("Services"), ", ".join(service.code for service in file.services), change),
        Fact(_("Readings without signing in"), _guests(file), change),
        Fact(
            _("Tariffs"),
            ", ".join(tariff.name for tariff in file.tariffs) or "–",
            Link(_("Change"), f"{request.base}tariffs/"),
        ),
        Fact(_("Days of notice for new prices"), str(file.price_changes.notice_days), change),
        Fact(_("Months per bill"), str(file.billing.months_per_bill), change),
        Fact(_("Days until a bill is due"), str(file.billing.due_days), change),
        Fact(_("Ways to pay"), _ways(file), Link(_("Change"), f"{request.base}settings/payments/")),
        Fact(_("Where returned e-mails are reported"), f"{tenant.url}{bounced_mail.PATH}"),
        Fact(_("Secret that signs these reports"), bounced_mail.secret_of(tenant).hex()),
    ]
    return render(
        request,
        "console/settings/overview.html",
        {
            "facts": facts,
            "sandbox": tenant.state == TenantState.SANDBOX,
            "form": Today(initial={"day": request.today}),
            "moved": tenant.clock_offset_seconds != 0,
        },
    )


def _guests(file: TenantFile) -> str:
    """
    Say for which services anybody with the account's details, or a link, sends readings.
    """
    return ", ".join(service.code for service in guest_readings.services(file=file)) or _("Off")


def _profile(file: TenantFile) -> str:
    return file.bill.profile if file.bill else "–"


def _ways(file: TenantFile) -> str:
    offered = [one for one in file.payments.gateways if one.available]
    if not file.payments.enabled or not offered:
        return _("Off")
    return ", ".join(text_in(one.label, language=wording.language()) for one in offered)


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def edit(request: StaffRequest) -> HttpResponse:
    """
    Change name, look, colour, logo and contacts, and publish them at once.
    """
    brand = request.tenant.file.brand
    form = Brand(
        request.POST or None,
        request.FILES or None,
        colour=brand.colour or load_theme(name=brand.theme).colour,
        initial={
            "name": brand.name,
            "theme": brand.theme,
            "support_email": brand.support_email,
            "support_phone": brand.support_phone,
            "address": brand.address,
        },
    )
    if request.method == "POST" and form.is_valid():
        changed = _changed(request, form)
        return publish(request, changed, note=_("Brand"), place="settings/brand/")
    return render(
        request,
        "console/settings/brand.html",
        {"form": form, "logo": _logo_url(request), "portal": request.tenant.url},
        status=422 if form.errors else 200,
    )


def _changed(request: StaffRequest, form: Brand) -> TenantFile:
    data: dict[str, Any] = request.tenant.file.model_dump(mode="json")
    asked = form.cleaned_data
    kept = ("name", "theme", "support_email", "support_phone", "address")
    data["brand"] |= {key: asked[key] for key in kept}
    data["brand"]["colour"] = form.chosen_colour()
    if asked["logo"]:
        data["brand"]["logo"] = documents.store_logo(png=asked["logo"], now=request.now)
    return parse(data, source=request.tenant.schema_name)


def _logo_url(request: StaffRequest) -> str:
    logo = request.tenant.file.brand.logo
    return f"{request.base}brand/logo/{logo.rsplit('/', 1)[-1]}" if logo else ""

"""What a provider still has to do before its customers come, from the real state."""

from django.utils.translation import gettext as _

from mains.branding.components import Task
from mains.journeys.desk import Overview
from mains.metering import windows
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import Purpose


def tasks(*, tenant: TenantInfo, overview: Overview, base: str) -> list[Task]:
    """
    Return the setup tasks, each done or with what is missing.
    """
    versions = f"{base}settings/versions/"
    return [
        *_appearance(tenant.file, base=base, versions=versions),
        *_rules(tenant, base=base, versions=versions),
        _task(
            _("Data processing agreement"),
            tenant.file.privacy.processing_agreement is not None,
            f"{base}settings/privacy/",
            _("The law wants it signed before customers' data comes here (Art. 28 GDPR)."),
        ),
        *_first_bills(overview, base=base),
    ]


def _appearance(file: TenantFile, *, base: str, versions: str) -> list[Task]:
    return [
        _task(
            _("Name, colour and logo"),
            bool(file.brand.colour and file.brand.logo),
            f"{base}settings/brand/",
            _("Upload your logo, so that customers recognise you."),
        ),
        _task(
            _("Languages"),
            bool(file.locale.languages),
            versions,
            _("Your customers read: %(languages)s.")
            % {"languages": ", ".join(file.locale.languages)},
            always=True,
        ),
    ]


def _rules(tenant: TenantInfo, *, base: str, versions: str) -> list[Task]:
    file = tenant.file
    return [
        _task(
            _("What proves who a customer is"),
            any(policy.purpose is Purpose.REGISTER for policy in file.registration.policies),
            versions,
            _("Name the facts on a bill with which customers register."),
        ),
        _task(
            _("Tariffs"), bool(file.tariffs), versions, _("Without prices nothing can be billed.")
        ),
        _task(
            _("Reading windows"),
            windows.is_any_open(tenant=tenant, services=tenant.file.services, instant=tenant.now()),
            versions,
            _("No service takes readings today; look whether that is meant."),
        ),
        _task(
            _("Payments"),
            bool(file.payments.enabled and file.payments.gateways),
            f"{base}settings/payments/",
            _("No card payments: customers pay by bank transfer."),
            waiting=_("Off"),
        ),
    ]


def _first_bills(overview: Overview, *, base: str) -> list[Task]:
    return [
        _task(
            _("Customers"),
            overview.accounts > 0,
            f"{base}customers/",
            _("There are no customers yet."),
        ),
        _task(
            _("First bill run"),
            overview.runs_issued > 0,
            f"{base}runs/",
            _("Rehearse a run first: it changes nothing."),
        ),
    ]


def _task(
    label: str, done: bool, url: str, hint: str, *, always: bool = False, waiting: str = ""
) -> Task:
    return Task(
        label,
        _("Done") if done else waiting or _("To do"),
        "ok" if done else "info" if waiting else "",
        url,
        hint if always or not done else "",
    )

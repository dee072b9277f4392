"""Certificates of what an account owes as of an instant; anybody can check them by their number."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from mains.core.signatures import secret_of
from mains.customers.models import Account
from mains.payments.rules import certificates
from mains.payments.rules.certificates import Certified, NoCertificate
from mains.payments.rules.standing import Debt, Standing
from mains.payments.statements import letters, wording
from mains.payments.statements.standing import standings
from mains.references import codes
from mains.tenancy.queries import TenantInfo

__all__ = ["Checked", "NoCertificate", "checked", "code_of", "pdf"]


class NoSuchAccount(Exception):
    """There is no account with this id."""


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What the number of a certificate tells whoever checks it; `at` is in the tenant's zone.
    """

    company: str
    account_end: str
    at: datetime
    owes: bool


def code_of(*, account_id: int, standing: Standing, tenant: TenantInfo, now: datetime) -> str:
    """
    Return the number under which a certificate can be checked; nothing of it is stored.
    """
    return certificates.code_of(Certified(account_id, now, standing.debt), key=_key(tenant))


def checked(*, code: str, tenant: TenantInfo) -> Checked:
    """
    Return what a certificate with this number says.

    :raises NoCertificate: if this utility made none with it, or the account is no more.
    """
    found = certificates.read_code(code, key=_key(tenant))
    account = Account.objects.select_related("company").filter(pk=found.account_id).first()
    if account is None:
        raise NoCertificate(code)
    return Checked(
        company=account.company.name,
        account_end=account.number[-3:],
        at=found.at.astimezone(tenant.zone),
        owes=found.debt is not Debt.NONE,
    )


def _key(tenant: TenantInfo) -> bytes:
    return secret_of(f"certificate:{tenant.schema_name}")


def pdf(*, account_id: int, tenant: TenantInfo, language: str, now: datetime) -> bytes:
    """
    Return the certificate of what an account owes now, in the language in force.

    :raises NoSuchAccount: if there is none.
    """
    account = Account.objects.select_related("company", "customer").filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount(account_id)
    today, at = tenant.date_of(now), now.astimezone(tenant.zone)
    standing = standings(account_ids=[account_id], today=today)[account_id]
    parts = wording.parts_of(standing, language=language)
    code = code_of(account_id=account_id, standing=standing, tenant=tenant, now=now)
    made = letters.letter(
        account=account,
        heading=_("Certificate of account"),
        facts=[
            [_("Account"), account.number],
            [_("Customer"), account.customer.name],
            [_("As of"), wording.moment_text(at, language=language)],
        ],
        verdict=wording.verdict([standing], instant=at, language=language),
        notes=[
            _("%(company)s confirms this by its books. Money that had not arrived by then is not "
              "counted.") % {"company": account.company.name}
        ],
        tables=[
            letters.table(
                title="", head=[_("What"), _("Amount")], texts=1, columns=["1", "auto"],
                rows=[([(name,), (amount,)], False) for name, amount in parts],
            )
        ]
        if parts
        else [],
        proof=_proof(code, tenant),
    )  # fmt: skip
    return letters.printed(
        [made],
        title=_("Certificate of account"),
        author=account.company.name,
        tenant=tenant,
        language=language,
        day=today,
    )


def _proof(code: str, tenant: TenantInfo) -> dict[str, object]:
    address = f"{tenant.url}/check/{code}"
    return {
        "title": _("Number of this certificate"),
        "code": code,
        "note": _("Whoever has it can check here that it is genuine:"),
        "address": address,
        "picture": list(codes.qr(address)),
        "alt": _("QR code that leads to the check"),
    }

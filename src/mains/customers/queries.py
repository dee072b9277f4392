"""Find customers, and tell what an account holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from mains.customers.models import (
    Account,
    Contract,
    DeliveryPreference,
    Mandate,
    Scheme,
    SupplyPoint,
)

PAGE = 25
# Direct debits from a bank account, as opposed to stored cards.
DEBITS = Q(confirmed=True) & ~Q(scheme=Scheme.CARD)


@dataclass(frozen=True, slots=True)
class AccountRow:
    id: int
    number: str
    customer: str
    email: str
    company: str
    currency: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """
    Part of a list by account number; a cursor is empty where there is nothing more that way.
    """

    rows: list[AccountRow]
    before: str
    after: str


def find_accounts(
    *,
    text: str = "",
    supply_point_ids: Collection[int] = (),
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> AccountPage:
    """
    Return accounts by number that fit what was typed: a number, name, e-mail or supply point.

    Accents, small typing mistakes in names and spaces in numbers do not matter.
    """
    found = Account.objects.select_related("customer", "company")
    if text:
        found = found.filter(_fits(text, supply_point_ids))
    if before:
        rows = list(found.filter(number__lt=before).order_by("-number")[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        return _page(rows, has_before=more, has_after=True)
    rows = list(found.filter(number__gt=after).order_by("number")[: size + 1])
    return _page(rows[:size], has_before=bool(after), has_after=len(rows) > size)


def _fits(text: str, supply_point_ids: Collection[int]) -> Q:
    plain = "".join(text.split()).replace("-", "")
    fits = (
        Q(number__istartswith=plain)
        | Q(customer__email__icontains=text)
        | Q(customer__tax_id__iexact=plain)
        | Q(customer__name__unaccent__icontains=text)
        | Q(customer__name__trigram_word_similar=text)
    )
    here = Contract.objects.filter(account=OuterRef("pk"))
    point = here.filter(
        Q(supply_point__code__istartswith=text) | Q(supply_point__street__unaccent__icontains=text)
    )
    fits |= Q(Exists(point))
    if supply_point_ids:
        fits |= Q(Exists(here.filter(supply_point_id__in=supply_point_ids)))
    return fits


def _page(rows: list[Account], *, has_before: bool, has_after: bool) -> AccountPage:
    return AccountPage(
        rows=[
            AccountRow(
                row.pk,
                row.number,
                row.customer.name,
                row.customer.email,
                row.company.name,
                row.currency,
            )
            for row in rows
        ],
        before=rows[0].number if rows and has_before else "",
        after=rows[-1].number if rows and has_after else "",
    )


@dataclass(frozen=True, slots=True)
class ContractRow:
    """
    A contract of an account; `delivery` is how its bills are delivered today, or empty.
    """

    id: int
    service: str
    tariff_code: str
    supply_point: str
    address: str
    start_date: date
    end_date: date | None
    delivery: str


@dataclass(frozen=True, slots=True)
class MandateRow:
    reference: str
    holder: str
    iban_end: str
    start_date: date
    end_date: date | None


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """
    An account with its customer, contracts and direct-debit mandates.
    """

    id: int
    number: str
    customer: str
    kind: str
    tax_id: str
    email: str
    phone: str
    language: str
    company: str
    currency: str
    postal_address: str
    contracts: list[ContractRow]
    mandates: list[MandateRow]


def account(*, account_id: int, today: date) -> AccountDetail | None:
    """
    Return one account with everything it holds, or None.
    """
    row = Account.objects.select_related("customer", "company").filter(pk=account_id).first()
    if row is None:
        return None
    return AccountDetail(
        id=row.pk,
        number=row.number,
        customer=row.customer.name,
        kind=row.customer.kind,
        tax_id=row.customer.tax_id,
        email=row.customer.email,
        phone=row.customer.phone,
        language=row.customer.language,
        company=row.company.name,
        currency=row.currency,
        postal_address=row.postal_address,
        contracts=_contracts(row.contracts.order_by("service", "start_date"), today=today),
        mandates=[
            MandateRow(
                mandate.reference,
                mandate.holder,
                mandate.iban[-4:],
                mandate.start_date,
                mandate.end_date,
            )
            for mandate in Mandate.objects.filter(DEBITS, account=row).order_by("-start_date")
        ],
    )


def _contracts(contracts: QuerySet[Contract], *, today: date) -> list[ContractRow]:
    rows = list(contracts.select_related("supply_point"))
    in_force = DeliveryPreference.objects.filter(
        Q(end_date__isnull=True) | Q(end_date__gt=today),
        contract__in=rows,
        start_date__lte=today,
    )
    modes = dict(in_force.values_list("contract_id", "mode"))
    return [
        ContractRow(
            id=row.pk,
            service=row.service,
            tariff_code=row.tariff_code,
            supply_point=row.supply_point.code,
            address=row.supply_point.address,
            start_date=row.start_date,
            end_date=row.end_date,
            delivery=modes.get(row.pk, ""),
        )
        for row in rows
    ]


def has_mandate(*, account_id: int, on: date) -> bool:
    """
    Tell whether a direct-debit mandate of an account is in force on a day.
    """
    running = Mandate.objects.filter(Q(end_date__isnull=True) | Q(end_date__gt=on), DEBITS)
    return running.filter(account_id=account_id, start_date__lte=on).exists()


def numbers_of(*, account_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """
    Return the number and the customer's name of accounts, by id.
    """
    rows = Account.objects.filter(pk__in=account_ids).values_list("pk", "number", "customer__name")
    return {pk: (number, name) for pk, number, name in rows}


def account_named(*, number: str) -> Account | None:
    """
    Return the account with a number, however its groups are separated, or None.
    """
    rows = Account.objects.select_related("customer")
    return rows.filter(plain_number=_plain(number)).first()


def supply_point_named(*, code: str) -> SupplyPoint | None:
    """
    Return the supply point with a code, however its groups are separated, or None.
    """
    return SupplyPoint.objects.filter(plain_code=_plain(code)).first()


def _plain(number: str) -> str:
    return number.upper().translate(str.maketrans("", "", " -/."))


def account_with_customer(*, account_id: int) -> Account | None:
    """
    Return an account with whose it is, or None where there is none of that id.
    """
    return Account.objects.select_related("customer").filter(pk=account_id).first()


def count_accounts() -> int:
    """
    Return how many accounts there are.
    """
    return Account.objects.count()


@dataclass(frozen=True, slots=True)
class Addressee:
    """
    Where an account's holder is written to, and in which language.
    """

    email: str
    language: str


def addressees(*, account_ids: Collection[int]) -> dict[int, Addressee]:
    """
    Return where the holders of accounts are written to, by account.
    """
    rows = Account.objects.filter(pk__in=account_ids).values_list(
        "pk", "customer__email", "customer__language"
    )
    return {pk: Addressee(email, language) for pk, email, language in rows}

"""The accounts of one login as a list that can be searched and paged, however many they are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from mains.customers.models import Account, Contract

PAGE = 25


@dataclass(frozen=True, slots=True)
class PortfolioPage:
    """
    Ids by account number; a cursor is empty where there is nothing more that way.
    """

    account_ids: list[int]
    found: int
    before: str
    after: str


def find(
    *,
    account_ids: Collection[int],
    named_ids: Collection[int],
    text: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> PortfolioPage:
    """
    Return a page of accounts that fit what was typed: a number, an address, a supply point.

    The customer's name is searched among `named_ids` alone: whoever does not see it must not be
    able to guess it either.
    """
    found = Account.objects.filter(pk__in=account_ids)
    if text:
        found = found.filter(_fits(text, named_ids))
    count = found.count()
    if before:
        rows = _numbers(found.filter(number__lt=before).order_by("-number"), size)
        more, rows = len(rows) > size, rows[:size][::-1]
        return _page(rows, count, has_before=more, has_after=True)
    rows = _numbers(found.filter(number__gt=after).order_by("number"), size)
    return _page(rows[:size], count, has_before=bool(after), has_after=len(rows) > size)


def named(*, account_ids: Collection[int], number: str = "", tax_id: str = "") -> list[int]:
    """
    Return those of some accounts that have a number, or whose customer has a tax number.

    Separators and capitals do not matter. Nobody finds an account that is not among them.
    """
    found = Account.objects.filter(pk__in=account_ids)
    if number:
        found = found.filter(plain_number=_plain(number))
    if tax_id:
        ids = found.exclude(customer__tax_id="").values_list("pk", "customer__tax_id")
        return [pk for pk, text in ids if _plain(text) == _plain(tax_id)]
    return list(found.values_list("pk", flat=True))


def _plain(text: str) -> str:
    return text.upper().translate(str.maketrans("", "", " -/."))


def _numbers(found: QuerySet[Account], size: int) -> list[tuple[int, str]]:
    return list(found.values_list("pk", "number")[: size + 1])


def _fits(text: str, named_ids: Collection[int]) -> Q:
    plain = _plain(text)
    here = Contract.objects.filter(account=OuterRef("pk"))
    point = here.filter(
        Q(supply_point__code__istartswith=text)
        | Q(supply_point__street__unaccent__icontains=text)
        | Q(supply_point__city__unaccent__icontains=text)
        | Q(supply_point__post_code__istartswith=text)
    )
    number = Q(plain_number__contains=plain) if plain else Q()
    name = Q(pk__in=named_ids, customer__name__unaccent__icontains=text)
    return number | name | Q(company__name__unaccent__icontains=text) | Q(Exists(point))


def _page(
    rows: list[tuple[int, str]], count: int, *, has_before: bool, has_after: bool
) -> PortfolioPage:
    return PortfolioPage(
        account_ids=[pk for pk, _number in rows],
        found=count,
        before=rows[0][1] if rows and has_before else "",
        after=rows[-1][1] if rows and has_after else "",
    )


def addresses_of(*, account_ids: Collection[int]) -> Mapping[int, str]:
    """
    Return the supply address of each account; where it has several, the latest contract's.
    """
    rows = (
        Contract.objects.filter(account_id__in=account_ids)
        .select_related("supply_point")
        .order_by("start_date", "pk")
    )
    return {row.account_id: row.supply_point.address for row in rows}

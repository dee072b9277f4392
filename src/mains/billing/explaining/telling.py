"""An explanation of a bill in plain words: the same for customers, staff and programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mains.billing.documents.speaking import Speaker
from mains.billing.explaining.causes_in_words import CauseWords
from mains.billing.explaining.changes import Against, Explanation, comparisons, explanation
from mains.billing.rules.causes import Cause, CauseKind
from mains.branding.components import SumLine
from mains.core.money import Money
from mains.core.wording import signed_money_text
from mains.tenancy.tenantfile.services import Service

# So many causes are told one by one; the smaller ones are added up, with their list at hand.
MOST = 6
_LAST = (CauseKind.VAT, CauseKind.ROUNDING, CauseKind.OTHER)


@dataclass(frozen=True, slots=True)
class Told:
    """
    A cause in words, with what else there is to say of it, and its amount with its sign.
    """

    cause: Cause
    text: str
    note: str
    amount: str

    @property
    def sentence(self) -> str:
        return f"{self.text}: {self.amount}"

    @property
    def row(self) -> SumLine:
        return SumLine(self.text, self.amount, self.note, _kind(self.cause.amount))


@dataclass(frozen=True, slots=True)
class Telling:
    """
    An explanation in words. `rows` lead from the earlier total to this one; `smaller` are the
    causes that one of them holds together.
    """

    summary: str
    causes: tuple[Told, ...]
    rows: tuple[SumLine, ...]
    smaller: tuple[SumLine, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """
    The explanation of a bill that a page shows, and the `ways` to compare it: value and words.
    """

    telling: Telling
    against: Against
    ways: tuple[tuple[Against, str], ...]


def why(
    *, bill_id: int, facts: dict[str, Any], asked: str, services: Sequence[Service], language: str
) -> Why | None:
    """
    Return why a bill with these facts differs from the earlier one that was asked for, else from
    the one before; None where there is none.

    :raises FactsTampered: if the earlier bill's facts are not what was sealed at issue.
    """
    found = comparisons(bill_id=bill_id)
    if not found:
        return None
    against = next((one for one in found if one == asked), next(iter(found)))
    known = explanation(facts=facts, against=against, earlier_id=found[against])
    if known is None:
        return None
    names = {
        Against.PREVIOUS: _("Compared with the bill before"),
        Against.LAST_YEAR: _("Compared with the same period last year"),
    }
    ways = tuple((one, names[one]) for one in found)
    return Why(telling(known, services=services, language=language), against, ways)


def telling(
    known: Explanation, *, services: Sequence[Service], language: str, most: int = MOST
) -> Telling:
    """
    Return an explanation in the language in force, whose code is `language`.
    """
    say = Speaker(language, known.after.currency)
    words = CauseWords(known, services, language)
    causes = [
        Told(cause, *words.of(cause), signed_money_text(cause.amount, language=language))
        for cause in known.causes
    ]
    own = [one for one in causes if one.cause.kind not in _LAST]
    # One more is told sooner than that it is "1 smaller change".
    shown = own if len(own) <= most + 1 else own[:most]
    smaller = own[len(shown) :]
    return Telling(
        summary=_summary(known, say),
        causes=tuple(causes),
        rows=(
            SumLine(_earlier(known, say), known.before.total),
            *(one.row for one in shown),
            *_together(smaller, say),
            *(one.row for one in causes if one.cause.kind in _LAST),
            SumLine(_("This bill"), known.after.total, kind="total"),
        ),
        smaller=tuple(one.row for one in smaller),
    )


def _summary(known: Explanation, say: Speaker) -> str:
    change, against = known.difference, known.against
    way = (change.minor > 0) - (change.minor < 0)
    sentence = {
        (Against.PREVIOUS, 0): _("It is exactly what the bill before was."),
        (Against.PREVIOUS, 1): _("It is %(amount)s more than the bill before."),
        (Against.PREVIOUS, -1): _("It is %(amount)s less than the bill before."),
        (Against.LAST_YEAR, 0): _("It is exactly what the bill for the same period last year was."),
        (Against.LAST_YEAR, 1): _(
            "It is %(amount)s more than the bill for the same period last year."
        ),
        (Against.LAST_YEAR, -1): _(
            "It is %(amount)s less than the bill for the same period last year."
        ),
    }[against, way]
    return sentence % {"amount": say.amount(abs(change.as_decimal()))}


def _earlier(known: Explanation, say: Speaker) -> str:
    period = known.before.period
    return _("Bill %(number)s, %(period)s") % {
        "number": known.earlier_number,
        "period": say.period(period.start.isoformat(), period.end.isoformat()),
    }


def _together(smaller: Sequence[Told], say: Speaker) -> list[SumLine]:
    if not smaller:
        return []
    total = Money.total((one.cause.amount for one in smaller), currency=say.currency)
    label = ngettext("%(count)s smaller change", "%(count)s smaller changes", len(smaller))
    amount = signed_money_text(total, language=say.language)
    return [SumLine(label % {"count": len(smaller)}, amount, kind=_kind(total))]


def _kind(amount: Money) -> Literal["line", "credit"]:
    return "credit" if amount.minor < 0 else "line"

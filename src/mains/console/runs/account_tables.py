"""The accounts of a run as tables: by bucket, the largest differences, one beside its last bill."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mains.billing.documents.speaking import Speaker
from mains.billing.rules.comparing import Beside, Bucket, reason_of
from mains.billing.rules.figures import PrintedLine
from mains.billing.rules.outcomes import BucketSum, Outcome
from mains.billing.runs.overview import Buckets, RunRow
from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.runs import words
from mains.console.runs.forms import HoldBack
from mains.console.runs.holding import Here, deed_of
from mains.core.money import Money
from mains.customers import queries as customers

_ORDER = [str(bucket) for bucket in Bucket]


def buckets_table(run: RunRow, buckets: Buckets) -> Table:
    """
    List the buckets of a run: how many accounts, and what their bills come to beside those before.
    """
    names = sorted(
        buckets.sums, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)
    )
    return Table(
        caption=_("Why bills differ from those before"),
        hide_caption=True,
        columns=(
            Column(_("Cause")),
            Column(_("Accounts"), numeric=True),
            Column(_("Bills before"), numeric=True),
            Column(_("Bills now"), numeric=True),
            Column(_("Difference"), numeric=True),
        ),
        rows=tuple(_bucket_row(run, name, buckets.sums[name]) for name in names),
    )


def _bucket_row(run: RunRow, name: str, sums: BucketSum) -> tuple[Cell, ...]:
    before: Money | str = "–"
    after: Money | str = "–"
    difference: Money | str = "–"
    if name == Bucket.NEW_CUSTOMER:
        after = Money(sums.total_minor, run.currency)
    elif not reason_of(name):
        before = Money(sums.before_minor, run.currency)
        after = Money(sums.after_minor, run.currency)
        difference = Money(sums.difference_minor, run.currency)
    return (
        Cell(words.bucket(name), url=f"accounts/?bucket={name}", note=words.states(sums)),
        Cell(wording.number(str(sums.accounts))),
        Cell(before),
        Cell(after),
        Cell(difference),
    )


def causes_table(causes: Sequence[Sequence[Any]], currency: str) -> Table | None:
    """
    List what made the difference, or None where nothing is known of it.
    """
    if not causes:
        return None
    return Table(
        caption=_("What makes the difference"),
        columns=(Column(_("Cause")), Column(_("Amount"), numeric=True)),
        rows=tuple(
            (Cell(words.cause(code)), Cell(Money(minor, currency))) for code, minor in causes
        ),
    )


@dataclass(frozen=True, slots=True)
class AccountLine:
    """
    An account of a run in a list, and what may be done with it there.

    :param deed: `hold`, `release` or nothing.
    :param asking: where its form is open; `back`: where it is not.
    :param form: its form, if it is open.
    """

    cells: list[tuple[Column, Cell]]
    account_id: int
    number: str
    deed: str = ""
    asking: str = ""
    back: str = ""
    form: HoldBack | None = None

    def __iter__(self) -> Iterator[tuple[Column, Cell]]:
        return iter(self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTable(Table):
    """
    A table of accounts, each of which may be held back or released in its row.
    """

    outcomes: Sequence[Outcome]
    stage: str
    here: Here | None = None

    @property
    def width(self) -> int:
        return len(self.columns) + 1

    @property
    def lines(self) -> Iterator[Any]:
        """
        Yield each account with its cells.
        """
        for one, row in zip(self.outcomes, self.rows, strict=True):
            yield self._line(one, list(zip(self.columns, row, strict=True)))

    def _line(self, one: Outcome, cells: list[tuple[Column, Cell]]) -> AccountLine:
        number, here = str(cells[0][1].text), self.here
        if here is None:
            return AccountLine(cells, one.account_id, number)
        deed = deed_of(one, stage=self.stage)
        is_open = deed == "hold" and here.account_id == one.account_id
        return AccountLine(
            cells, one.account_id, number, deed,
            asking=here.asking(one.account_id),
            back=f"{here.url}#account-{one.account_id}",
            form=here.form if is_open else None,
        )  # fmt: skip


def accounts_table(
    outcomes: Sequence[Outcome],
    *,
    run: RunRow,
    base: str,
    caption: str,
    with_cause: bool = True,
    here: Here | None = None,
) -> AccountTable:
    """
    List accounts of a run, each with its bill beside the one before.

    :param here: the page, where accounts may be held back and released in their rows.
    """
    names = customers.numbers_of(account_ids=[one.account_id for one in outcomes])
    currency = run.currency
    return AccountTable(
        caption=caption,
        hide_caption=True,
        columns=(
            Column(_("Account")),
            Column(_("Customer")),
            *((Column(_("Cause")),) if with_cause else ()),
            Column(_("State")),
            Column(_("Bill before"), numeric=True),
            Column(_("Bill now"), numeric=True),
            Column(_("Difference"), numeric=True),
        ),
        rows=tuple(
            (
                *_named(one, names.get(one.account_id), base),
                *((Cell(words.bucket(one.bucket)),) if with_cause else ()),
                *_standing(one, currency),
            )
            for one in outcomes
        ),
        outcomes=outcomes,
        stage=run.stage,
        here=here if run.stage == "REHEARSED" else None,
    )


def _named(one: Outcome, name: tuple[str, str] | None, base: str) -> tuple[Cell, Cell]:
    number, customer = name or (str(one.account_id), "")
    return Cell(number, url=f"{base}{one.account_id}/"), Cell(customer)


def _standing(one: Outcome, currency: str) -> tuple[Cell, ...]:
    text, meaning = words.state(one.state)
    before, total = one.before_minor, one.total_minor
    compared = before is not None and total is not None
    return (
        Cell(text, meaning=meaning),
        Cell("–" if before is None else Money(before, currency)),
        Cell("–" if total is None else Money(total, currency)),
        Cell(Money(one.difference_minor, currency) if compared else "–"),
    )


def lines_table(lines: Sequence[Beside], currency: str) -> Table:
    """
    Show the lines of a bill beside those of the one before.
    """
    say = Speaker(wording.language(), currency)
    return Table(
        caption=_("Lines"),
        columns=(
            Column(_("What")),
            Column(_("Before"), numeric=True),
            Column(_("Net before"), numeric=True),
            Column(_("Now"), numeric=True),
            Column(_("Net now"), numeric=True),
            Column(_("Difference"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(one.line.label, note=_corrected(one.line)),
                Cell(_counted(one.before, say)),
                Cell(_net(one.before, currency)),
                Cell(_counted(one.after, say)),
                Cell(_net(one.after, currency)),
                Cell(Money.round_from(one.difference, currency)),
            )
            for one in lines
        ),
    )


def _counted(line: PrintedLine | None, say: Speaker) -> str:
    if line is None:
        return "–"
    figures = {
        name: f"{getattr(line, name).normalize():f}"
        for name in ("quantity", "unit_price", "times", "divisor")
    }
    said = {"unit": line.unit, **figures}
    return " × ".join(filter(None, [say.quantity_of(said), say.price_of(said)])) or "–"


def _net(line: PrintedLine | None, currency: str) -> Money | str:
    return "–" if line is None else Money.round_from(line.net, currency)


def _corrected(line: PrintedLine) -> str:
    if line.corrects is None or line.corrects_end is None:
        return ""
    return _("corrects %(period)s, which was estimated") % {
        "period": wording.period(line.corrects, line.corrects_end)
    }

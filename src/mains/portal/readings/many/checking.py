"""Each row with what would come of it, and the form in which rows are put right."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mains.enrolment.rules.rights import Right
from mains.metering import many, queries
from mains.metering.actions import Sending, Unlikely
from mains.metering.finding import Meters, UnknownMeter, WhichRegister
from mains.metering.many import Entry, Judged, Refused
from mains.metering.models import Reading, ReadingSource
from mains.metering.queries import RegisterRow
from mains.metering.rules.pasted import Given, Part
from mains.metering.rules.windows import ReadingWindow
from mains.metering.windows import window_for
from mains.portal.access import PortalRequest, ids_with
from mains.portal.readings import entering
from mains.portal.readings.many import lists, wording

type Outcome = Judged | Reading | Refused | UnknownMeter | WhichRegister
# More rows than these are put right in the file, not on a page.
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """
    A row, the register it names, what comes of it, and why it is not sent where it is not.

    `position` is its place in the list.
    """

    position: int
    given: Given
    register: RegisterRow | None
    outcome: Outcome
    reason: str

    @property
    def is_good(self) -> bool:
        return isinstance(self.outcome, Judged | Reading)

    @property
    def is_unusual(self) -> bool:
        return isinstance(self.outcome, Unlikely)


def account_ids(request: PortalRequest) -> list[int]:
    """
    Return the accounts whose meters a list may name, whichever of them the pages are about.
    """
    return sorted(ids_with(request.linked, Right.READ))


def registers(
    request: PortalRequest, *, first: int = 0, limit: int | None = None
) -> list[RegisterRow]:
    """
    Return the registers that a list may name.
    """
    return queries.registers_of(
        account_ids=account_ids(request), today=request.today, first=first, limit=limit
    )


def checked(request: PortalRequest, rows: Sequence[Given]) -> list[Line]:
    """
    Return what would come of each row; an unusual one is that, whether it was confirmed or not.
    """
    asked = [replace(row, confirmed=False) for row in rows]
    found = _lines(
        request,
        asked,
        lambda entries: many.check_readings(
            entries=entries, window=_window(request), sending=_sending(request, "")
        ),
    )
    return [replace(line, given=row) for line, row in zip(found, rows, strict=True)]


def sent(request: PortalRequest, rows: Sequence[Given], *, key: str) -> list[Line]:
    """
    Store what can be stored, and return what came of each row.
    """
    return _lines(
        request,
        rows,
        lambda entries: many.send_readings(
            entries=entries, window=_window(request), sending=_sending(request, key)
        ),
    )


def _lines(
    request: PortalRequest,
    rows: Sequence[Given],
    act: Callable[[list[Entry]], Sequence[Judged | Reading | Refused]],
) -> list[Line]:
    meters = Meters(registers(request))
    named = [_named(meters, row) for row in rows]
    outcomes = iter(act([one for one in named if isinstance(one, Entry)]))
    return [
        _line(request, position, row, one, next(outcomes) if isinstance(one, Entry) else one)
        for position, (row, one) in enumerate(zip(rows, named, strict=True))
    ]


def _line(
    request: PortalRequest,
    position: int,
    row: Given,
    named: Entry | UnknownMeter | WhichRegister,
    outcome: Outcome,
) -> Line:
    register = named.register if isinstance(named, Entry) else None
    reason = wording.reason(request.tenant.file, register=register, outcome=outcome)
    return Line(position, row, register, outcome, reason)


def _named(meters: Meters, row: Given) -> Entry | UnknownMeter | WhichRegister:
    try:
        found = meters.find(row.meter, code=row.register)
    except (UnknownMeter, WhichRegister) as problem:
        return problem
    return Entry(found, row.typed, row.confirmed)


def _window(request: PortalRequest) -> Callable[[RegisterRow], ReadingWindow]:
    return lambda register: window_for(
        file=request.tenant.file, service=register.service, contract_class=register.contract_class
    )


def _sending(request: PortalRequest, key: str) -> Sending:
    return Sending(
        source=ReadingSource.SELF,
        user_id=request.user.pk,
        key=key,
        decimal_mark=entering.decimal_mark(),
        now=request.now,
        zone=request.tenant.zone,
    )


class Rows(forms.Form):
    """
    The whole list in one hidden field, and fields for the rows that a person has to look at.
    """

    key = forms.CharField(widget=forms.HiddenInput)
    rows = forms.CharField(widget=forms.HiddenInput, strip=False)
    use_required_attribute = False

    def __init__(self, *, key: str, lines: Sequence[Line]) -> None:
        self.lines = lines
        data: dict[str, Any] = {
            "key": key or secrets.token_urlsafe(18),
            "rows": lists.packed([line.given for line in lines]),
        }
        super().__init__(data)
        self.wrong = [one for one in lines if not one.is_good and not one.is_unusual][:MOST_FIELDS]
        self.unusual = [one for one in lines if one.is_unusual][:MOST_FIELDS]
        for line in self.wrong:
            data |= self._ask(line, wording.part_of(line.outcome))
        for line in self.unusual:
            data |= self._ask(line, "value")
            data |= self._ask_whether_right(line)
        if len(self.unusual) > 1:
            self.fields["all_right"] = forms.BooleanField(
                required=False, label=gettext_lazy("They are right, send all of them anyway")
            )
        self.full_clean()
        for line in [*self.wrong, *self.unusual]:
            part = wording.part_of(line.outcome)
            self.add_error(f"{part}-{line.position}", line.reason)
            # Nobody has to fill it, but it is not optional to whoever wants the row sent.
            self.fields[f"{part}-{line.position}"].required = True

    def _ask(self, line: Line, part: Part) -> dict[str, str]:
        name = f"{part}-{line.position}"
        self.fields[name] = forms.CharField(
            required=False,
            max_length=lists.LONGEST + 1,
            label=wording.label(line.given, part),
            help_text=wording.hint(given=line.given, register=line.register, outcome=line.outcome),
            widget=forms.TextInput(
                attrs={"class": "short", "autocomplete": "off", "spellcheck": "false"}
            ),
        )
        given = {
            "meter": line.given.meter, "register": line.given.register, "value": line.given.typed,
        }  # fmt: skip
        return {name: given[part]}

    def _ask_whether_right(self, line: Line) -> dict[str, str]:
        name = f"right-{line.position}"
        self.fields[name] = forms.BooleanField(
            required=False, label=_("It is right, send it anyway")
        )
        return {name: "on"} if line.given.confirmed else {}

    @property
    def wrong_fields(self) -> list[object]:
        return [self[f"{wording.part_of(line.outcome)}-{line.position}"] for line in self.wrong]

    @property
    def unusual_fields(self) -> list[tuple[object, object]]:
        return [
            (self[f"value-{line.position}"], self[f"right-{line.position}"])
            for line in self.unusual
        ]

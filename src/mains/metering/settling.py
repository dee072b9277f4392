"""Close every register of a period: as read, else estimated; and set right earlier estimates."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from mains.core.calendars import Period
from mains.metering import estimates
from mains.metering.closed import Closed, Closing, Correction, Estimated, Place, Supply, Uses
from mains.metering.estimates import Read, Unsettled
from mains.metering.models import ReadingSource
from mains.metering.queries import RegisterUse
from mains.metering.rules.catching_up import Part, Settled, Shown, catch_up
from mains.metering.rules.consumption import BelowPrevious, NotRolledOver, Segment, used_in
from mains.metering.rules.estimating import Estimate, EstimatePlan, Method, Span, estimate

_DAY = timedelta(days=1)
_NO_PLAN = EstimatePlan()


def close(
    *,
    uses: Uses,
    estimated: Collection[Estimated],
    past: Mapping[Period, Uses],
    supplies: Mapping[Place, Supply],
    plans: Mapping[str, EstimatePlan],
    received_until: datetime | None = None,
) -> Closed:
    """
    Return the uses of a period with estimates where nobody read, and what earlier estimates become.

    `estimated` are the estimates billed before, `past` the uses of the periods they were billed
    with. A register whose use nobody can tell stays open, and so does one without a supply; one
    whose readings contradict each other stays contradictory. Readings that were received after
    `received_until` are not seen.
    """
    closed = Closed({place: list(found) for place, found in uses.items()})
    billed = _by_register(estimated)
    jobs = [
        _Job(place, supplies[place], position, use, billed.pop(use.register_id, []))
        for place, found in uses.items()
        for position, use in enumerate(found)
        if place in supplies
        and not use.is_virtual
        and (use.end_value is None or use.register_id in billed)
    ]
    # Meters that were taken down since they were billed on an estimate. What hangs where one moved
    # out and another in is left as it is: their bills must not hang on who of them is issued first.
    hanging = {use.register_id for found in uses.values() for use in found}
    jobs += [
        _Job((found[0].of.supply_point_id, found[0].of.service), None, None, None, found)
        for register_id, found in billed.items()
        if register_id not in hanging
    ]
    known = _Known.of(jobs, past=past, plans=plans, received_until=received_until)
    for job in jobs:
        _settle(job, known, closed)
    return closed


def _by_register(estimated: Iterable[Estimated]) -> dict[int, list[Estimated]]:
    found: dict[int, list[Estimated]] = defaultdict(list)
    for one in estimated:
        found[one.of.register_id].append(one)
    return found


@dataclass(frozen=True, slots=True)
class _Job:
    """
    One register to settle: its use of the period at a position of its place, if it hangs there.
    """

    place: Place
    supply: Supply | None
    position: int | None
    use: RegisterUse | None
    billed: Sequence[Estimated]

    @property
    def register(self) -> RegisterUse | Unsettled:
        return self.use or self.billed[0].of


@dataclass(frozen=True, slots=True)
class _Known:
    """
    What was read of the registers to settle, and how their services are estimated.
    """

    past: Mapping[Period, Uses]
    plans: Mapping[str, EstimatePlan]
    histories: Mapping[int, Sequence[Span]]
    read: Mapping[int, Mapping[date, Read]]

    @classmethod
    def of(
        cls,
        jobs: Sequence[_Job],
        *,
        past: Mapping[Period, Uses],
        plans: Mapping[str, EstimatePlan],
        received_until: datetime | None,
    ) -> "_Known":
        billed = [one for job in jobs for one in job.billed]
        starts = [job.supply.days.start for job in jobs if job.supply]
        return cls(
            past=past,
            plans=plans,
            histories=estimates.histories(
                register_ids=[job.use.register_id for job in jobs if job.use],
                before=max(starts, default=date.min),
                received_until=received_until,
            ),
            read=estimates.measured(
                register_ids={one.of.register_id for one in billed},
                months={one.of.month_start for one in billed},
                received_until=received_until,
            ),
        )

    def opening(self, job: _Job) -> Decimal | None:
        """
        Return what opened the days that a register has to settle.
        """
        if not job.billed:
            return job.use.start_value if job.use else None
        first = job.billed[0]
        uses = self.past.get(first.days, {}).get(job.place, [])
        found = [use for use in uses if use.register_id == first.of.register_id]
        return found[0].start_value if found else None

    def reading_of(self, one: Estimated, supply: Supply | None) -> Read | None:
        """
        Return what was read since an estimate was billed, for the month that it closes.

        Days that end within a month are closed by what was read by then, and those that begin
        within one by what was read after.

        Mains estimates only what nobody read, so whatever counts now came later; an estimate that
        came with a file stands beside readings of earlier days.
        """
        read = self.read.get(one.of.register_id, {}).get(one.of.month_start)
        if read is None or (not one.of.method and read.read_date < one.of.read_date):
            return None
        since = max(one.days.start, supply.since) if supply else one.days.start
        if since.day != 1 and read.read_date <= since:
            return None
        if one.days.end.day != 1 and read.read_date > one.days.end:
            return None
        return read


def _settle(job: _Job, known: _Known, closed: Closed) -> None:
    opening = known.opening(job)
    if opening is None:
        return
    guess = _guess(job, known)
    step = Decimal(1).scaleb(-job.register.decimals)
    try:
        parts = _parts(job, known, opening, guess)
        settled = catch_up(
            opening=opening,
            parts=parts,
            digits=job.register.digits,
            step=step,
            counts_down=job.register.counts_down,
        )
    except (BelowPrevious, NotRolledOver):
        _keep_contradiction(job, opening, closed)
        return
    for one, part, outcome in zip(job.billed, parts, settled, strict=False):
        _correct(one, part, outcome, job, closed)
    if job.use is not None and len(settled) > len(job.billed):
        _close(job, known, settled, guess, closed)


def _parts(job: _Job, known: _Known, opening: Decimal, guess: Estimate | None) -> list[Part]:
    parts, last, register = [], opening, job.register
    for one in job.billed:
        read = known.reading_of(one, job.supply)
        billed = _between(last, one.of.closing, register)
        parts.append(Part(one.days, billed, read.shown if read else None))
        last = one.of.closing.value
    if (use := job.use) is not None and job.supply is not None:
        days = job.supply.days
        shown = None if use.end_value is None else Shown(use.end_value, use.rolled_over)
        if shown is not None and use.end_is_estimated and use.end_method != Method.SPLIT:
            # It came with a file that says so: it closes the period, but measures nothing.
            parts.append(Part(days, _between(last, shown, register)))
        else:
            parts.append(Part(days, _steps(guess, use), shown))
    return parts


def _between(last: Decimal, shown: Shown, register: RegisterUse | Unsettled) -> Decimal:
    return used_in(
        Segment(
            start=last,
            end=shown.value,
            digits=register.digits,
            rolled_over=shown.rolled_over,
            counts_down=register.counts_down,
        )
    )


def _guess(job: _Job, known: _Known) -> Estimate | None:
    """
    Return what a register probably used in the period, since the reading that opens it.
    """
    use, supply = job.use, job.supply
    if use is None or supply is None or use.opens_after is None:
        return None
    begins = job.billed[-1].days.end if job.billed else use.opens_after + _DAY
    history = known.histories.get(use.register_id, ())
    return estimate(
        Period(min(begins, supply.days.last_day), supply.days.end),
        history=[span for span in history if span.days.start >= supply.since],
        plan=known.plans.get(use.service, _NO_PLAN),
    )


def _steps(guess: Estimate | None, use: RegisterUse) -> Decimal | None:
    if guess is None:
        return None
    step = Decimal(1).scaleb(-use.decimals)
    return (guess.used / use.multiplier).quantize(step, ROUND_HALF_UP)


def _correct(one: Estimated, part: Part, outcome: Settled, job: _Job, closed: Closed) -> None:
    is_settled = outcome.is_measured or outcome.is_shared
    if not is_settled and outcome.closing == one.of.closing:
        return
    closed.replaced_ids[job.place] += one.of.reading_ids
    if not outcome.is_measured:
        method = Method.SHARE if outcome.is_shared else one.of.method
        closed.closings[job.place].append(
            Closing(one.of.register_id, one.days, outcome.closing, method)
        )
    assert part.expected is not None
    if outcome.used != part.expected:
        times = one.of.multiplier
        closed.corrections[job.place].append(
            Correction(
                one.account_id,
                one.of.register_id,
                one.days,
                part.expected * times,
                outcome.used * times,
            )
        )


def _close(
    job: _Job,
    known: _Known,
    settled: Sequence[Settled],
    guess: Estimate | None,
    closed: Closed,
) -> None:
    use, supply, outcome = job.use, job.supply, settled[-1]
    assert use is not None
    assert supply is not None
    assert job.position is not None
    if job.billed:
        use = _opened(use, job.billed[-1], settled[-2], known, supply)
    use = use._replace(end_value=outcome.closing.value, rolled_over=outcome.closing.rolled_over)
    if use.end_date is None and guess is not None:
        use = use._replace(
            end_date=supply.days.last_day,
            end_source=ReadingSource.ESTIMATE.value,
            end_is_estimated=True,
            end_method=str(guess.method),
        )
        closed.closings[job.place].append(
            Closing(use.register_id, supply.days, outcome.closing, str(guess.method))
        )
    closed.uses[job.place][job.position] = use


def _opened(
    use: RegisterUse, one: Estimated, before: Settled, known: _Known, supply: Supply
) -> RegisterUse:
    """
    Return a use that begins where the billed days before it end after all.
    """
    read = known.reading_of(one, supply) if before.is_measured else None
    return use._replace(
        start_value=before.closing.value,
        start_date=read.read_date if read else one.days.last_day,
        start_source=read.source if read else ReadingSource.ESTIMATE.value,
    )


def _keep_contradiction(job: _Job, opening: Decimal, closed: Closed) -> None:
    if job.use is not None and job.position is not None:
        closed.uses[job.place][job.position] = job.use._replace(start_value=opening)

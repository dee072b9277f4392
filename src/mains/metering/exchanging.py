"""Hang another meter in the place of one: both are read on that day, and the period goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from mains.audit import actions as audit
from mains.core.calendars import Period, add_months, civil_date
from mains.core.transactions import owns_transaction
from mains.metering import guests
from mains.metering.actions import Sending
from mains.metering.models import Meter, MeterInstallation, Reading, ReadingQuality, Register
from mains.metering.queries import latest_before
from mains.metering.rules.plausibility import Outcome, judge
from mains.metering.rules.typed import read_typed


class NotHanging(Exception):
    """The meter does not hang there on that day."""


class SerialTaken(Exception):
    """Another meter has this number already."""


class DayAhead(Exception):
    """Nobody can exchange a meter on a day that lies ahead."""


class BelowEarlier(Exception):
    """A register would end lower than it stood before; `last` is what it showed."""

    def __init__(self, register: Register, last: Decimal) -> None:
        super().__init__(f"{register} stood at {last}.")
        self.register, self.last = register, last


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """
    What was written down on the spot: the civil day, and each register's two values as typed.

    `final` and `initial` are by the code of the register; `digits` are those before the point.
    """

    day: date
    serial: str
    digits: int
    final: Mapping[str, str]
    initial: Mapping[str, str]


@owns_transaction
def exchange(
    *, installation_id: int, exchange: Exchange, sending: Sending, actor: str
) -> MeterInstallation:
    """
    End an installation, hang a new meter with the same registers, and audit it; twice does it once.

    The old meter's last reading closes the month of its last day there; the new one's first reading
    opens the month of the exchange. Both count at once.

    :raises DayAhead: for a day that lies ahead.
    :raises NotHanging: if the meter does not hang there on that day.
    :raises SerialTaken: if another meter has the new number.
    :raises BelowEarlier: if a register would end lower than it stood before.
    :raises NotANumber: if there is no number in what was typed.
    :raises TooManyDigits: if a register cannot show it.
    """
    old = _locked(installation_id)
    done = _already(old, exchange)
    if done is not None:
        return done
    if exchange.day > civil_date(sending.now, sending.zone):
        raise DayAhead(exchange.day)
    if old.end_date is not None or exchange.day <= old.start_date:
        raise NotHanging(exchange.day)
    if Meter.objects.filter(serial=exchange.serial).exists():
        raise SerialTaken(exchange.serial)
    old.end_date = exchange.day
    old.save(update_fields=["end_date"])
    meter = Meter.objects.create(
        serial=exchange.serial, service=old.meter.service, size=old.meter.size
    )
    new = MeterInstallation.objects.create(
        meter=meter, supply_point=old.supply_point, start_date=exchange.day
    )
    for register in old.meter.registers.order_by("code"):
        _close(register, exchange, sending)
        _open(register, meter, exchange, sending)
    audit.record(
        action="meter.exchanged",
        subject=f"meter:{old.meter_id}",
        actor=actor,
        detail={"new_meter": meter.pk, "day": exchange.day.isoformat()},
        now=sending.now,
    )
    return new


def _locked(installation_id: int) -> MeterInstallation:
    return (
        MeterInstallation.objects.select_for_update(of=("self",))
        .select_related("meter", "supply_point")
        .get(pk=installation_id)
    )


def _already(old: MeterInstallation, exchange: Exchange) -> MeterInstallation | None:
    return MeterInstallation.objects.filter(
        supply_point=old.supply_point, start_date=exchange.day, meter__serial=exchange.serial
    ).first()


def _close(register: Register, exchange: Exchange, sending: Sending) -> None:
    last_day = exchange.day - timedelta(days=1)
    value = read_typed(
        exchange.final[register.code],
        decimal_mark=sending.decimal_mark,
        digits=register.digits,
        decimals=register.decimals,
    )
    previous = latest_before(register_id=register.pk, day=exchange.day)
    verdict = judge(
        value,
        read_date=exchange.day,
        digits=register.digits,
        previous=previous,
        counts_down=register.counts_down,
    )
    if verdict.outcome is Outcome.BELOW_LAST and previous is not None:
        raise BelowEarlier(register, previous.value)
    rolled = verdict.outcome is Outcome.ROLLOVER
    month = Period.month_of(last_day).start
    guests.give_way(register_id=register.pk, period_start=month)
    _store(
        register,
        value,
        month=month,
        verdict=str(Outcome.ROLLOVER if rolled else Outcome.OK),
        exchange=exchange,
        sending=sending,
    )


def _open(register: Register, meter: Meter, exchange: Exchange, sending: Sending) -> None:
    new = Register.objects.create(
        meter=meter,
        code=register.code,
        quantity=register.quantity,
        unit=register.unit,
        digits=exchange.digits,
        decimals=register.decimals,
        multiplier=register.multiplier,
    )
    value = read_typed(
        exchange.initial[register.code],
        decimal_mark=sending.decimal_mark,
        digits=new.digits,
        decimals=new.decimals,
    )
    # It closes nothing: what is used from here on belongs to the month of the exchange.
    month = add_months(Period.month_of(exchange.day).start, -1)
    _store(new, value, month=month, verdict=str(Outcome.OK), exchange=exchange, sending=sending)


def _store(
    register: Register,
    value: Decimal,
    *,
    month: date,
    verdict: str,
    exchange: Exchange,
    sending: Sending,
) -> None:
    Reading.objects.create(
        register=register,
        read_date=exchange.day,
        value=value,
        period_start=month,
        source=sending.source,
        quality=ReadingQuality.ACCEPTED,
        verdict=verdict,
        received_at=sending.now,
        sent_key=f"exchange:{register.pk}:{exchange.day}",
    )

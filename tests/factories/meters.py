"""Meters with registers, hung at supply points."""

from datetime import date


def meter(serial, *, codes=("1.8.0",), unit="kWh", service="electricity", digits=6):
    """
    Return the registers of a new meter by their codes.
    """
    from mains.metering.models import Meter, Register

    new = Meter.objects.create(serial=serial, service=service)
    return {
        code: Register.objects.create(
            meter=new, code=code, quantity="energy", unit=unit, digits=digits, decimals=3
        )
        for code in codes
    }


def supply_point(code):
    """
    Return a new supply point.
    """
    from mains.customers.models import SupplyPoint

    return SupplyPoint.objects.create(code=code, street="Calle 1", city="Madrid", post_code="28001")


def hang(register, point, *, start=date(2020, 1, 1), end=None):
    """
    Hang a register's meter at a supply point.
    """
    from mains.metering.models import MeterInstallation

    return MeterInstallation.objects.create(
        meter=register.meter, supply_point=point, start_date=start, end_date=end
    )

"""What somebody does on the page for readings."""

import re
from typing import Any

from tests.journeys.sharing_world import Person

FIELD = re.compile(r'name="(reading-\d+)"')


def fields(person: Person) -> list[str]:
    """
    Return the names of the fields that the page shows now.
    """
    return FIELD.findall(person.get("/readings/").content.decode())


def send(person: Person, typed: dict[str, str], *, key: str = "") -> Any:
    """
    Send a form with these values, every one confirmed.
    """
    page = person.get("/readings/").content.decode()
    form = key or re.search(r'name="key" value="([^"]+)"', page)[1]
    confirmed = {name.replace("reading", "confirm"): "on" for name in typed}
    return person.post("/readings/", key=form, **typed, **confirmed)


def register_ids(service: str, person: Person) -> list[int]:
    """
    Return the registers of a service that somebody reads.
    """
    from mains.enrolment import queries as enrolment
    from mains.guard.context import inside
    from mains.metering import queries
    from mains.tenancy import queries as tenancy

    tenant = tenancy.tenant(person.slug)
    today = tenant.date_of(tenant.now())
    with inside(person.slug):
        linked = enrolment.accounts_of(
            user_id=person.user.pk, today=today, grouping=tenant.file.portal.grouping
        )
        found = queries.registers_of(account_ids=[one.pk for one in linked], today=today)
        return [one.register_id for one in found if one.service == service]

"""Staff bill one account now, and the next regular run leaves out what that bill charged."""

from datetime import timedelta

import pytest
from tests.journeys import console_world as world
from tests.journeys.test_console_runs import (  # noqa: F401
    SLUG,
    SUMMER,
    ids,
    olga,
    page,
    provider,
    started,
)


@pytest.fixture
def mira(provider) -> world.Desk:  # noqa: F811
    world.add_staff("mira@alder.example", (SLUG, "SERVICE"))
    return world.signed_in("mira@alder.example")


def bill_now(desk: world.Desk, account_id: int, kind: str, last: str) -> str:
    answer = desk.post(f"customers/{account_id}/bill/", {"kind": kind, "last": last})
    assert answer.status_code == 302, page_of(answer)
    return answer["Location"].removeprefix(f"/{SLUG}/")


def page_of(answer) -> str:
    import html

    return html.unescape(answer.content.decode())


def test_an_interim_bill_from_the_page_of_an_account(olga):  # noqa: F811
    first = ids()[0]
    run = started(olga, SUMMER)
    for step in ("rehearse", "approve", "issue"):
        olga.post(f"{run}{step}/")
    assert 'href="bill/"' in page(olga, f"customers/{first}/")
    shown = page(olga, f"customers/{first}/bill/")
    assert "Not billed yet" in shown
    # From October 1; the utility's today is November 2.
    made = bill_now(olga, first, "INTERIM", "2026-10-31")
    assert "Interim bill" in page(olga, made)
    # Sent twice, it is the same run.
    assert bill_now(olga, first, "INTERIM", "2026-10-31") == made
    for step in ("approve", "issue"):
        olga.post(f"{made}{step}/")
    assert "Interim bill" in page(olga, f"customers/{first}/")
    again = olga.post(f"customers/{first}/bill/", {"kind": "INTERIM", "last": "2026-10-31"})
    assert again.status_code == 422
    assert "Nothing is left to bill up to this day." in page_of(again)
    assert "Interim bill" in page(olga, "runs/")


def test_a_final_bill_needs_a_contract_that_has_ended(olga):  # noqa: F811
    answer = olga.post(f"customers/{ids()[1]}/bill/", {"kind": "FINAL", "last": "2026-10-31"})
    assert answer.status_code == 422
    assert "or an interim bill" in page_of(answer)


def test_a_day_that_is_not_over(olga):  # noqa: F811
    tomorrow = (world.TODAY + timedelta(days=400)).isoformat()
    answer = olga.post(f"customers/{ids()[1]}/bill/", {"kind": "INTERIM", "last": tomorrow})
    assert answer.status_code == 422
    assert "This day is not over." in page_of(answer)


def test_only_billing_may(mira):
    account = ids()[0]
    assert mira.get(f"customers/{account}/bill/").status_code == 403
    data = {"kind": "INTERIM", "last": "2026-10-31"}
    assert mira.post(f"customers/{account}/bill/", data).status_code == 403

"""Mandates from another system: all of a table or none of it; the same table again is nothing."""

from datetime import date

import pytest
from tests.factories import money, utilities
from tests.factories.money import NOW, TODAY

pytestmark = pytest.mark.usefixtures("tenant")
IBANS = ("IT60X0542811101000000123456", "IT37Y0542811101000000123457")
HEADER = "account;reference;holder;iban;signed;scheme"


@pytest.fixture
def accounts():
    utilities.configured("fiamma")
    return [money.account(), money.account()]


def table(*rows, header=HEADER) -> bytes:
    return "\n".join([header, *(";".join(row) for row in rows)]).encode()


def row(of, **changes):
    facts = {
        "account": of.number, "reference": f"OLD-{of.pk}", "holder": "Rossi Anna",
        "iban": IBANS[0], "signed": "2024-05-01", "scheme": "CORE",
    }  # fmt: skip
    return list({**facts, **changes}.values())


def read(data):
    from mains.journeys import mandate_import

    return mandate_import.read(data=data, by="staff:1", now=NOW, today=TODAY)


def count() -> int:
    from mains.customers.models import Mandate

    return Mandate.objects.filter(reference__startswith="OLD-").count()


def test_a_table_is_imported_once(accounts):
    data = table(*(row(one) for one in accounts))
    assert (read(data).new, read(data).known) == (2, 2)
    assert count() == 2
    mandate = accounts[0].mandates.get()
    assert (mandate.signed_date, mandate.start_date) == (date(2024, 5, 1), TODAY)


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"account": "NOBODY"}, "account"),
        ({"reference": "Ñ-1"}, "reference"),
        ({"reference": "X" * 36}, "reference"),
        ({"iban": IBANS[0][:-1] + "7"}, "iban"),
        ({"signed": "2099-01-01"}, "signed"),
        ({"signed": "1 May"}, "signed"),
        ({"scheme": "RID"}, "scheme"),
    ],
)
def test_one_row_that_does_not_fit_and_nothing_is_imported(accounts, changes, trouble):
    from mains.journeys.mandate_import import UnfitRows

    first, second = accounts
    with pytest.raises(UnfitRows) as refused:
        read(table(row(first), row(second, **changes)))
    assert refused.value.rows == [(3, trouble)]
    assert count() == 0


def test_two_mandates_of_one_account_are_refused(accounts):
    from mains.journeys.mandate_import import UnfitRows

    first = accounts[0]
    with pytest.raises(UnfitRows) as refused:
        read(table(row(first), row(first, reference="OLD-2")))
    assert refused.value.rows == [(3, "collected")]
    read(table(row(first)))
    with pytest.raises(UnfitRows):
        read(table(row(first, reference="OLD-3", iban=IBANS[1])))


@pytest.mark.parametrize("data", [b"", b"a;b\n1;2", "account;réference".encode("latin-1")])
def test_what_is_no_such_table_is_refused(accounts, data):
    from mains.journeys.mandate_import import UnfitRows

    with pytest.raises(UnfitRows) as refused:
        read(data)
    assert refused.value.rows == [(1, "columns")]


def test_a_reference_of_another_account_is_refused(accounts):
    """
    Else the second account is counted as known, or the table stops in its middle.
    """
    from mains.journeys.mandate_import import UnfitRows

    first, second = accounts
    with pytest.raises(UnfitRows) as refused:
        read(table(row(first), row(second, reference=f"OLD-{first.pk}")))
    assert refused.value.rows == [(3, "taken")]
    assert count() == 0
    read(table(row(first)))
    with pytest.raises(UnfitRows) as refused:
        read(table(row(second, reference=f"OLD-{first.pk}")))
    assert refused.value.rows == [(2, "taken")]


def test_a_table_that_is_too_long_brings_nothing(accounts, monkeypatch):
    from mains.journeys import mandate_import

    monkeypatch.setattr(mandate_import, "MOST_ROWS", 1)
    with pytest.raises(mandate_import.UnfitRows) as refused:
        read(table(*(row(one) for one in accounts)))
    assert refused.value.rows == [(3, "too_many")]
    assert count() == 0

"""Bills, payments, refunds, chargebacks in any order, with crashes: the money always adds up."""

import os
import random
import sys

import pytest
from django.db import IntegrityError, connection
from tests.factories import till as till_of_all
from tests.factories import utilities
from tests.factories.money import MemoryGateway
from tests.factories.till import Till

pytestmark = pytest.mark.usefixtures("tenant")
STEPS = 2_000
# A million steps, from as many fresh tills: one ledger of a million only makes each look longer.
LONG_PARTS = 1_000_000 // STEPS
# Bills that take more than their total, and payments that settle or hold more than they brought.
_WRONG = """
select 'bill', b.id from billing_bill b join payments_allocation x on x.bill_id = b.id
group by b.id having sum(x.amount_minor) > b.total_minor or sum(x.amount_minor) < 0
union all
select 'payment', root.id from payments_payment root
join payments_payment p on p.id = root.id or p.reverses_id = root.id
left join (select payment_id, sum(amount_minor) as minor from payments_allocation group by 1) x
  on x.payment_id = p.id
where root.reverses_id is null
group by root.id
having sum(coalesce(x.minor, 0)) + root.suspense_minor > sum(p.amount_minor)
    or sum(coalesce(x.minor, 0)) < 0
"""
_BY_KIND = """
select kinds.kind, coalesce(sum(moved.minor), 0)
from unnest(array['CLEARING', 'BANK', 'SUSPENSE', 'RECEIVABLE']) kinds(kind)
left join ledger_ledgeraccount l on l.kind = kinds.kind
left join (
    select debit_id as id, amount_minor as minor from ledger_transfer
    union all select credit_id, -amount_minor from ledger_transfer
) moved on moved.id = l.id
group by kinds.kind
"""
_FINGERPRINT = """
select md5(string_agg(t::text, ';' order by t.id)) from ledger_transfer t
where t.id <= %s and t.id > %s - 500
"""


def seed() -> int:
    """
    Return a new seed, which a failed test shows, or the one that is to be tried again.
    """
    chosen = int(os.environ.get("MONEY_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"MONEY_SEED={chosen}\n")
    return chosen


class Look:
    """
    Everything that has to be true of a till after each step, whatever happened before.
    """

    def __init__(self, till):
        self.till, self.last, self.fingerprint, self.count = till, 0, None, 0

    def __call__(self):
        self.count += 1
        self._adds_up()
        self._accounts_owe_what_their_bills_do()
        self._payments_hold_no_more_than_they_brought()
        self._nothing_was_edited()

    def _adds_up(self):
        from mains.ledger import queries

        strays, till = queries.strays(), self.till
        assert (strays.transfers_without_account, strays.wrong_balances) == (0, 0)
        with connection.cursor() as cursor:
            cursor.execute(_BY_KIND)
            found = {kind: int(minor) for kind, minor in cursor.fetchall()}
        assert found == {
            "CLEARING": till.clearing, "BANK": till.bank, "SUSPENSE": -till.suspense,
            "RECEIVABLE": till.billed - till.clearing - till.bank + till.suspense,
        }  # fmt: skip

    def _accounts_owe_what_their_bills_do(self):
        from mains.ledger import queries

        owed = dict.fromkeys([one.pk for one in self.till.accounts], 0)
        for bill, left in self.till.owed():
            owed[bill.account_id] += left
        balances = queries.balances_minor(account_ids=list(owed))
        credit = {pk: owed[pk] - balances[pk] for pk in owed}
        assert credit == {pk: free(pk) for pk in owed}
        assert min(credit.values()) >= 0

    def _payments_hold_no_more_than_they_brought(self):
        with connection.cursor() as cursor:
            cursor.execute(_WRONG)
            assert cursor.fetchall() == []

    def _nothing_was_edited(self):
        """
        What was there after the step before is there as it was.
        """
        with connection.cursor() as cursor:
            cursor.execute(_FINGERPRINT, [self.last] * 2)
            assert self.fingerprint in {None, cursor.fetchone()[0]}
            cursor.execute("select coalesce(max(id), 0) from ledger_transfer")
            self.last = cursor.fetchone()[0]
            cursor.execute(_FINGERPRINT, [self.last] * 2)
            self.fingerprint = cursor.fetchone()[0]


def free(account_id) -> int:
    """
    Return what an account has in credit.
    """
    from mains.payments import releasing

    with connection.cursor() as cursor:
        cursor.execute(releasing._FREE, [account_id])
        return sum(int(row[1]) for row in cursor.fetchall())


@pytest.fixture
def till(monkeypatch):
    from mains.payments import gateways

    utilities.configured("balta")
    gateway = MemoryGateway()
    monkeypatch.setitem(gateways.GATEWAYS, "sandbox", gateway)
    return Till(random.Random(seed()), gateway, monkeypatch)


@pytest.mark.seed("S2.07", "S0.08")
def test_money_adds_up_whatever_happens(till):
    look = Look(till)
    till.go(STEPS, check=look)
    assert look.count == STEPS


@pytest.mark.long
@pytest.mark.parametrize("part", range(LONG_PARTS))
def test_money_adds_up_for_a_million_steps(till, part):
    look = Look(till)
    till.go(STEPS, check=look)
    assert look.count == STEPS, part


def test_control_a_bill_that_takes_more_than_is_owed_is_found(till, monkeypatch):
    from mains.payments import booking

    plain = booking.outstanding_minor
    monkeypatch.setattr(
        booking,
        "outstanding_minor",
        lambda *, bill_ids: {pk: minor + 7 for pk, minor in plain(bill_ids=bill_ids).items()},
    )
    found_within(till)


def test_control_money_that_goes_back_and_leaves_its_bill_paid_is_found(till, monkeypatch):
    from mains.payments import reversing

    monkeypatch.setattr(reversing.Allocation.objects, "bulk_create", list)
    found_within(till)


def test_control_money_that_is_booked_twice_is_found(till, monkeypatch):
    from mains.payments import suspense

    monkeypatch.setattr(suspense, "_locked", lambda pk, _minor: payment_locked(pk))
    # A death while the second time is posted would end the walk before anything looks at it.
    monkeypatch.setattr(till_of_all, "CRASHES", 0)
    # The second time is let in, or stumbles over another guard than the one that it should meet:
    # whichever of them the seed leads to first.
    seen = (pytest.fail.Exception, suspense.NotFitting, IntegrityError)
    with pytest.raises(seen):
        till.go(STEPS, check=Look(till))


def payment_locked(payment_id):
    from mains.payments.models import Payment

    rows = Payment.objects.select_for_update(of=("self",)).select_related("company")
    return rows.get(pk=payment_id)


def found_within(till):
    with pytest.raises(AssertionError):
        till.go(STEPS, check=Look(till))

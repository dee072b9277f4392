"""Who could give much back alone could pay themselves: a second owner has to want it."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.journeys import console_world as world
from tests.journeys.repair_world import SLUG, begun, follow, owed, text

from mains.guard.context import PUBLIC, inside
from mains.tenancy import queries

BEA, OLGA, OTTO = "bea@alder.example", "olga@alder.example", "otto@alder.example"


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    roles = {OLGA: (SLUG, "OWNER"), OTTO: (SLUG, "OWNER"), BEA: (SLUG, "BILLING")}
    with django_db_blocker.unblock():
        world.open_for_business(SLUG, "fiamma")
        demand(Decimal(20))
    with world.staffed(roles, django_db_blocker.unblock):
        yield


@pytest.fixture
def bea(utility, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        yield world.signed_in(BEA, slug=SLUG)


@pytest.fixture
def paid(bea):
    """
    A bill of 48.19 that was paid by card: return it with the page where it is given back.
    """
    bill, token = begun(email="back@payer.example")
    bea.post(f"payments/repair/{token}/recheck/")
    assert owed(bill) == 0
    return bill, f"payments/repair/{token}/"


def demand(limit: Decimal | None) -> None:
    from mains.journeys import configure
    from mains.tenancy.tenantfile.approvals import Approvals

    queries.forget()
    file = queries.tenant(SLUG).file
    file = file.model_copy(update={"approvals": Approvals(refund_limit=limit)})
    configure.publish(file=file, author="tests", approved=True, now=world.NOW)
    queries.forget()


def give(desk, place, amount, key="k1"):
    return desk.post(f"{place}refund/", {"amount": amount, "key": key})


def asked(desk, place, amount, key="k1") -> str:
    """
    Ask for a refund that is too large for one, and return the place of the wish.
    """
    answer = give(desk, place, amount, key)
    assert "/approvals/" in answer.headers["Location"]
    return str(answer.headers["Location"]).split(f"/{SLUG}/", 1)[1]


def approve(email, wish) -> str:
    desk = world.signed_in(email, slug=SLUG)
    proof = desk.post(f"{wish}approve/").headers["Location"]
    desk.client.post(proof, {"password": world.PASSWORD}, headers={"host": desk.host})
    return text(desk.get(wish))


def test_a_small_one_goes_back_at_once(bea, paid):
    bill, place = paid
    follow(bea, give(bea, place, "20,00"))
    assert owed(bill) == 2_000


def test_a_large_one_waits_and_is_given_once_an_owner_wants_it_too(bea, paid):
    bill, place = paid
    wish = asked(bea, place, "20,01")
    assert owed(bill) == 0
    page = approve(OLGA, wish)
    assert "Approved and done" in page
    assert bill.number in page
    assert owed(bill) == 2_001
    approve(OTTO, wish)
    assert owed(bill) == 2_001


def test_who_asked_is_told(bea, paid):
    from mains.notifications.models import Message

    wish = asked(bea, paid[1], "30")
    approve(OLGA, wish)
    with inside(PUBLIC):
        told = Message.objects.filter(kind="approval-decided", recipient=BEA)
        assert told.filter(key__contains=f":{SLUG}/{wish}").count() == 1


def test_small_ones_do_not_add_up_to_a_large_one(bea, paid):
    bill, place = paid
    follow(bea, give(bea, place, "15,00", "k1"))
    asked(bea, place, "5,01", "k2")
    assert owed(bill) == 1_500
    follow(bea, give(bea, place, "5,00", "k3"))
    assert owed(bill) == 2_000


def test_a_form_sent_twice_is_one_refund_and_one_wish(bea, paid):
    bill, place = paid
    for _ in range(2):
        follow(bea, give(bea, place, "15,00", "k1"))
    assert owed(bill) == 1_500
    assert asked(bea, place, "30,00", "k2") == asked(bea, place, "30,00", "k3")


def test_who_asked_sees_and_withdraws_it_and_cannot_approve_it(bea, paid):
    bill, place = paid
    wish = asked(bea, place, "30")
    assert bea.post(f"{wish}approve/").status_code == 403
    assert bea.get("approvals/").status_code == 403
    assert "Waits for a second owner" in text(bea.get(wish))
    follow(bea, bea.post(f"{wish}withdraw/"))
    assert "withdrawn" in approve(OLGA, wish).lower()
    assert owed(bill) == 0


def test_what_others_asked_is_shown_to_owners_only(bea, paid):
    wish = asked(world.signed_in(OLGA, slug=SLUG), paid[1], "30")
    assert bea.get(wish).status_code == 403
    assert bea.post(f"{wish}withdraw/").status_code == 403
    assert "Waits for a second owner" in text(world.signed_in(OTTO, slug=SLUG).get(wish))


def test_an_owner_who_asked_cannot_approve_it(paid):
    bill, place = paid
    wish = asked(world.signed_in(OLGA, slug=SLUG), place, "30")
    approve(OLGA, wish)
    assert owed(bill) == 0


def test_what_went_back_meanwhile_makes_it_outdated(bea, paid):
    bill, place = paid
    first, second = asked(bea, place, "30", "k1"), asked(bea, place, "40", "k2")
    approve(OLGA, first)
    assert "Outdated" in approve(OLGA, second)
    assert owed(bill) == 3_000


def test_of_somebody_who_no_longer_handles_money_nothing_is_given(bea, paid):
    from mains.tenancy.models import Membership, Role

    bill, place = paid
    wish = asked(bea, place, "30")
    with inside(PUBLIC):
        Membership.objects.filter(role=Role.BILLING).update(role=Role.SERVICE)
    try:
        approve(OLGA, wish)
        assert owed(bill) == 0
    finally:
        with inside(PUBLIC):
            Membership.objects.filter(role=Role.SERVICE).update(role=Role.BILLING)


def test_nobody_lifts_the_limit_alone(paid):
    from mains.approvals.actions import NeedsSecondOwner
    from mains.journeys import configure
    from mains.tenancy.tenantfile.approvals import Approvals

    file = queries.tenant(SLUG).file.model_copy(update={"approvals": Approvals()})
    with pytest.raises(NeedsSecondOwner):
        configure.publish(file=file, author=OLGA, now=world.NOW)


def test_control_without_a_limit_nothing_waits(bea, paid):
    bill, place = paid
    demand(None)
    try:
        follow(bea, give(bea, place, "48,19"))
        assert owed(bill) == 4_819
    finally:
        demand(Decimal(20))


class TestAsALoginThatAnOwnerLetIn:
    """
    An owner could invite a second address of their own, ask as that one and approve as an owner.
    """

    @pytest.fixture(autouse=True)
    def guest(self, utility, django_db_blocker):  # noqa: ARG002
        from mains.identity.models import User
        from mains.tenancy.models import StaffInvitation, Tenant

        with django_db_blocker.unblock():
            with inside(PUBLIC):
                ids = dict(User.objects.values_list("email", "pk"))
                row = StaffInvitation.objects.create(
                    token_hash="0" * 64, tenant=Tenant.objects.get(schema_name=SLUG), email=BEA,
                    role="BILLING", invited_by=ids[OLGA], created_at=world.NOW,
                    expires_at=world.NOW, accepted_at=world.NOW, accepted_by=ids[BEA],
                )  # fmt: skip
            yield
            with inside(PUBLIC):
                row.delete()

    def test_it_is_not_approved_by_that_owner(self, bea, paid):
        bill, place = paid
        wish = asked(bea, place, "30")
        assert "by your invitation" in approve(OLGA, wish)
        assert owed(bill) == 0

    def test_that_owner_is_not_asked(self, bea, paid):
        from mains.notifications.models import Message

        wish = asked(bea, paid[1], "30")
        with inside(PUBLIC):
            told = Message.objects.filter(kind="approval-asked", key__contains=f"{SLUG}/{wish}")
            assert [one.recipient for one in told] == [OTTO]

    def test_control_another_owner_approves_it(self, bea, paid):
        bill, place = paid
        approve(OTTO, asked(bea, place, "30"))
        assert owed(bill) == 3_000


class TestAGatewayThatSaysNo:
    """
    Whoever waits for money is told that it comes only where it does.
    """

    @pytest.fixture(autouse=True)
    def no(self, monkeypatch):
        from mains.payments import gateways
        from mains.payments.gateways.base import GatewayRefused

        def refuse(_refund):
            raise GatewayRefused("charge_disputed")

        monkeypatch.setattr(gateways.GATEWAYS["sandbox"], "refund", refuse)

    def test_is_told_to_who_asked(self, bea, paid):
        bill, place = paid
        for _ in range(2):
            page = text(follow(bea, give(bea, place, "15,00")))
            assert "cannot be given back by its gateway" in page
            assert "gives it back" not in page
        assert owed(bill) == 0

    def test_makes_an_approved_one_outdated_and_not_done(self, bea, paid):
        bill, place = paid
        page = approve(OLGA, asked(bea, place, "30"))
        assert "Approved and done" not in page
        assert "Outdated" in page
        assert owed(bill) == 0


class TestPaidInAnotherCurrency:
    """
    A bill in euros for which the gateway collected 4819 forints.
    """

    @pytest.fixture
    def place(self, bea):  # noqa: ARG002
        from mains.guard.context import inside
        from mains.payments import settling
        from mains.payments.gateways.base import ChargeState, Notice
        from mains.payments.models import PaymentAttempt

        _bill, token = begun(email="forints@payer.example")
        tenant = queries.tenant(SLUG)
        with inside(SLUG):
            attempt = PaymentAttempt.objects.get(token=token)
            notice = Notice(
                reference=token, state=ChargeState.SUCCEEDED, amount_minor=4_819, currency="HUF",
                gateway_reference=attempt.gateway_reference,
            )  # fmt: skip
            settling.settle(notice=notice, now=tenant.now(), today=tenant.date_of(tenant.now()))
        return f"payments/repair/{token}/"

    def asked_back(self, place) -> list[tuple[int, str]]:
        from mains.payments.models import PaymentAttempt

        token = place.split("/")[2]
        with inside(SLUG):
            rows = PaymentAttempt.objects.filter(refunds__attempt__token=token)
            return list(rows.values_list("amount_minor", "currency"))

    def test_what_is_typed_is_in_the_currency_that_came_in(self, bea, place):
        demand(None)
        try:
            follow(bea, give(bea, place, "15"))
        finally:
            demand(Decimal(20))
        assert self.asked_back(place) == [(15, "HUF")]

    def test_any_amount_is_large_where_nobody_knows_what_it_is_worth(self, bea, place):
        asked(bea, place, "1")
        assert self.asked_back(place) == []

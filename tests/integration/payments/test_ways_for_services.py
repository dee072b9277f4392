"""Ways to pay for some services only, and several of one kind: whose account is paid, and by what
names they are chosen."""

import pytest
from django.core.cache import cache
from tests.factories import keyed
from tests.factories.keyed import state

from mains.journeys.pay_bills import PaymentsOff

pytestmark = [pytest.mark.usefixtures("tenant"), pytest.mark.seed("S3.12")]
OTHER = {"uk": "Інша", "en": "Other"}


@pytest.fixture
def world(monkeypatch):
    cache.clear()
    return keyed.World(monkeypatch)


class TestTwoWaysOfOneKind:
    def test_each_collects_in_its_own_account(self, world):
        world.offers({"key": "OLD"}, {"key": "NEW", "label": OTHER})
        bills = [world.bill(), world.bill()]
        first, second = [
            world.start(bill, gateway=world.names(bill)[label])
            for bill, label in zip(bills, ("Картка", "Інша"), strict=True)
        ]
        world.gateway.paid(first, "first")
        world.gateway.paid(second, "second")
        world.sweep()
        assert (state(first), state(second)) == ("SUCCEEDED", "SUCCEEDED")

    def test_the_one_that_was_switched_off_still_settles(self, world):
        attempt = world.start(world.bill())
        world.offers({"key": "OLD", "available": False}, {"key": "NEW"})
        later = world.start(world.bill())
        world.gateway.paid(attempt, "first")
        world.gateway.paid(later, "second")
        world.sweep()
        assert (state(attempt), state(later)) == ("SUCCEEDED", "SUCCEEDED")

    def test_one_that_is_silent_leads_to_the_other(self, world):
        world.offers({"key": "OLD"}, {"key": "NEW"})
        del world.gateway.accounts["key-old"]
        attempt = world.start(world.bill())
        world.gateway.paid(attempt, "second")
        world.sweep()
        assert state(attempt) == "SUCCEEDED"
        # For a while it is asked last, and the other one is not.
        world.gateway.accounts["key-old"] = "first"
        assert world.start(world.bill()).key_place.endswith("NEW")

    def test_that_differ_in_their_fees_only_are_two(self, world):
        from mains.tenancy.tenantfile.money import Fee

        world.offers({"key": "OLD", "fee": Fee(percent="5")}, {"key": "OLD", "label": OTHER})
        bill = world.bill()
        assert world.start(bill, gateway=world.names(bill)["Інша"]).fee_minor == 0

    def test_keep_their_names_in_whatever_order_they_are_offered(self, world):
        bill, ways = world.bill(), [{"key": "OLD"}, {"key": "NEW", "label": OTHER}]
        world.offers(*ways)
        before = world.names(bill)
        world.offers(*reversed(ways))
        assert (world.names(bill), len(set(before.values()))) == (before, 2)
        assert world.start(bill, gateway=before["Інша"]).key_place.endswith("NEW")

    def test_are_their_kind_where_one_of_them_is_offered(self, world):
        first, second = world.codes
        world.offers({"key": "OLD", "companies": (first,)}, {"key": "NEW", "companies": (second,)})
        bill = world.bill(company=1)
        assert world.names(bill) == {"Картка": "stripe"}
        assert world.start(bill, gateway="stripe").key_place.endswith("NEW")

    def test_of_their_kind_the_first_is_meant(self, world):
        world.offers({"key": "OLD"}, {"key": "NEW", "label": OTHER})
        assert world.start(world.bill(), gateway="stripe").key_place.endswith("OLD")
        with pytest.raises(PaymentsOff):
            world.start(world.bill(), gateway="stripe-00000000")

    def test_do_each_as_they_do(self, world):
        from mains.journeys import ways_changing, ways_desk

        world.offers({"key": "OLD"}, {"key": "NEW"})
        attempt = world.start(world.bill())
        world.gateway.paid(attempt, "first")
        world.sweep()
        first, second = ways_desk.ways(tenant=world.tenant)
        assert (first.health.is_used, second.health.is_used) == (True, False)
        assert first.health.paid_at
        assert second.health.paid_at is None
        with pytest.raises(ways_changing.InUse):
            ways_changing.removed(tenant=world.tenant, position=1)
        assert ways_changing.removed(tenant=world.tenant, position=2)
        # By whatever key it was begun.
        world.offers({"key": "OTHER"}, {"key": "NEW"})
        with pytest.raises(ways_changing.InUse):
            ways_changing.removed(tenant=world.tenant, position=1)


class TestForSomeServices:
    """
    A company's heating is paid into one account and its hot water into another.
    """

    HEATING = {"key": "OLD", "services": ("heating",)}
    WATER = {"key": "NEW", "services": ("hot_water",)}

    @pytest.fixture
    def split(self, world):
        world.offers(self.HEATING, self.WATER)
        return world

    @pytest.mark.parametrize(
        ("service", "account"), [("heating", "first"), ("hot_water", "second")]
    )
    def test_a_bill_is_paid_where_its_service_is(self, split, service, account):
        # A line without a service, such as a fee for reminding, is no service of its own.
        attempt = split.start(split.bill(service, ""))
        split.gateway.paid(attempt, account)
        split.sweep()
        assert state(attempt) == "SUCCEEDED"

    @pytest.mark.parametrize("services", [("heating", "hot_water"), (), ("",)])
    def test_a_bill_for_both_or_for_nobody_knows_what_is_paid_at_neither(self, split, services):
        with pytest.raises(PaymentsOff):
            split.start(split.bill(*services))

    def test_a_service_that_is_no_more_keeps_nobody_from_paying(self, world):
        world.offers({"key": "OLD", "services": ("heating", "hot_water")})
        for services in (("steam",), ("steam", "heating")):
            assert state(world.start(world.bill(*services))) == "PENDING"

    def test_control_at_a_way_for_all_any_bill_is_paid(self, world):
        world.offers(self.HEATING, {"key": "NEW"})
        for services in (("heating", "hot_water"), ("hot_water",), ()):
            attempt = world.start(world.bill(*services))
            world.gateway.paid(attempt, "second")

    def test_bills_are_parted_into_what_one_payment_can_pay(self, split):
        from mains.journeys import pay_bills

        water, heating, more, both = (
            split.bill("hot_water"), split.bill("heating"), split.bill("hot_water"),
            split.bill("heating", "hot_water"),
        )  # fmt: skip
        found = pay_bills.baskets(tenant=split.tenant, rows=split.rows(water, heating, more, both))
        assert {frozenset(row.id for row in basket) for basket in found} == {
            frozenset({water.pk, more.pk}), frozenset({heating.pk}), frozenset({both.pk}),
        }  # fmt: skip

    def test_parting_many_asks_once(self, split, django_assert_num_queries):
        from mains.journeys import pay_bills

        rows = split.rows(*[split.bill(one) for one in ("heating", "hot_water") * 6])
        with django_assert_num_queries(1):
            found = pay_bills.baskets(tenant=split.tenant, rows=rows)
        assert sorted(map(len, found)) == [6, 6]

    def test_the_desk_says_whose_bills_for_all_services_nobody_takes(self, split):
        from mains.journeys import ways_desk

        names = [one.name for one in split.tenant.file.companies]
        assert ways_desk.gaps(tenant=split.tenant) == names
        split.offers(self.HEATING, self.WATER, {"key": "OTHER", "services": ("electricity",)})
        assert ways_desk.gaps(tenant=split.tenant) == names[:1]
        split.offers(self.HEATING, self.WATER, {"key": "OTHER"})
        assert ways_desk.gaps(tenant=split.tenant) == []
        split.offers()
        assert ways_desk.gaps(tenant=split.tenant) == []

    def test_that_nobody_has_are_refused(self, world):
        from mains.tenancy.tenantfile import TenantFileError, parse

        data = world.tenant.file.model_dump(mode="json")
        data["payments"]["gateways"][0]["services"] = ["hot_watre"]
        with pytest.raises(TenantFileError, match="hot_watre"):
            parse(data, source="teplo")

    def test_control_where_one_way_takes_all_they_are_one_payment(self, world):
        from mains.journeys import pay_bills

        world.offers(self.HEATING, {"key": "NEW"})
        rows = world.rows(world.bill("hot_water"), world.bill("heating"))
        assert pay_bills.baskets(tenant=world.tenant, rows=rows) == [rows]

    def test_which_accounts_they_are_paid_into_is_a_second_owners_matter_too(self, world):
        from mains.tenancy.tenantfile.approvals import payment_changes

        world.offers(self.HEATING, self.WATER)
        before = world.tenant.file
        swapped = [{**self.HEATING, "key": "NEW"}, {**self.WATER, "key": "OLD"}]
        world.offers(*swapped)
        assert payment_changes(before, world.tenant.file)
        world.offers(self.WATER, self.HEATING)
        assert payment_changes(before, world.tenant.file) == []

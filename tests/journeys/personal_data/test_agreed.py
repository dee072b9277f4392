"""What was agreed to and is taken back, the record, and who reaches it (S0.12, S0.14)."""

import pytest
from tests.journeys.conftest import NOW
from tests.journeys.joining_world import stored
from tests.journeys.personal_data.world import browser_of, holder, tenant_of

from mains.guard.context import inside

pytestmark = pytest.mark.usefixtures("demo_tenants")
TENANTS = {"balta", "fiamma"}


@pytest.mark.seed("S0.14")
class TestNews:
    def test_off_until_agreed_word_for_word_and_off_again(self):
        user, _account = holder("news@example.org")
        browser = browser_of(user)
        assert self.consents(user) == []
        browser.post("/me/data/news/", on="1")
        browser.post("/me/data/news/", on="1")
        ((text, withdrawn),) = self.consents(user)
        assert "news and offers" in text
        assert withdrawn is None
        browser.post("/me/data/news/", off="1")
        ((_text, withdrawn),) = self.consents(user)
        assert withdrawn is not None

    def consents(self, user):
        from mains.enrolment.models import Consent

        with inside("balta"):
            return list(
                Consent.objects.filter(user_id=user.pk, purpose="marketing").values_list(
                    "wording__text", "withdrawn_at"
                )
            )

    def test_not_asked_where_the_tenant_does_not(self):
        user, _account = holder("quiet@example.org", schema_name="fiamma")
        browser = browser_of(user, "fiamma.localhost")
        before = stored("fiamma")
        assert browser.post("/me/data/news/", on="1").status_code == 404
        assert stored("fiamma") == before


@pytest.mark.seed("S0.12")
@pytest.mark.seed("S0.14")
def test_the_record_names_every_category_with_its_ground_and_its_time():
    from tests.journeys.console_world import add_staff, signed_in

    from mains.enrolment.rules.purposes import BASIS
    from mains.privacy.rules.inventory import Category

    add_staff("owner-record@example.org", ("balta", "OWNER"), second_factor=True)
    page = signed_in("owner-record@example.org", "balta").get("settings/privacy/")
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("Art. 6(1)") == len(Category) + len(BASIS)
    assert "full years after the year of issue" in text
    # It speaks of customers, not to one.
    text = text.split("<main", 1)[1]
    assert "Logins" in text
    for word in ("Your login", "You as a customer", "Messages to you", "programs of yours"):
        assert word not in text


def test_only_owners_reach_a_customers_data():
    from tests.journeys.console_world import add_staff, signed_in

    add_staff("clerk-data@example.org", ("balta", "SERVICE"), second_factor=True)
    _user, account = holder("clerked@example.org")
    desk = signed_in("clerk-data@example.org", "balta")
    assert desk.get(f"customers/{account.pk}/data/").status_code == 403
    assert desk.get("settings/privacy/").status_code == 403


@pytest.mark.seed("S0.14")
class TestBackToPaper:
    def agreed(self, email: str):
        from mains.customers.models import Contract, DeliveryPreference
        from mains.enrolment import actions, legal

        user, account = holder(email, position=3)
        with inside("balta"):
            words = legal.electronic_bill(file=tenant_of().file, language="en")
            actions.agree(
                user_id=user.pk, agreed=words, account_id=account.pk, address="", now=NOW
            )  # fmt: skip
            contract = Contract.objects.filter(account=account).first()
            DeliveryPreference.objects.filter(contract=contract).update(mode="ELECTRONIC")
        return user, account, contract

    def modes(self, contract) -> list[str]:
        from mains.customers.models import DeliveryPreference

        with inside("balta"):
            rows = DeliveryPreference.objects.filter(contract=contract, end_date=None)
            return list(rows.values_list("mode", flat=True))

    def test_withdraws_the_consent_and_holds_from_tomorrow_once(self):
        user, account, contract = self.agreed("paper@example.org")
        browser = browser_of(user)
        assert "Back to paper" in browser.get("/me/data/").content.decode()
        place = f"/me/data/paper/{account.pk}/"
        assert "on paper from tomorrow" in browser.post(place).content.decode()
        assert self.modes(contract) == ["PAPER"]
        again = browser.post(place).content.decode()
        assert "on paper from tomorrow" not in again
        assert "Back to paper" not in again

    def test_nobody_else_does_it(self):
        _user, account, contract = self.agreed("paper-owner@example.org")
        stranger, _own = holder("paper-stranger@example.org", position=1)
        browser_of(stranger).post(f"/me/data/paper/{account.pk}/")
        assert self.modes(contract) == ["ELECTRONIC"]

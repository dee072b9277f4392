"""A sign-up done twice, late, in the wrong order or never; and the facts it asks for."""

import re
from datetime import timedelta

import pytest
from tests.factories import utilities

from mains.billing.models import Bill
from mains.customers.models import Account
from mains.enrolment import actions, queries
from mains.enrolment.models import AccountLink, SignUp
from mains.enrolment.visits import Visit
from mains.guard.context import inside
from mains.identity.models import User
from mains.notifications.models import Message
from mains.tenancy import queries as queries_of_tenants
from mains.tenancy.tenantfile.identity import Evidence, Grouping, Policy, Purpose

NOW, TODAY = utilities.NOW, utilities.NOW.date()
HOURS = 24
POLICY = Policy(
    purpose=Purpose.REGISTER,
    evidence=(Evidence.ACCOUNT_NUMBER, Evidence.BILL_NUMBER, Evidence.BILL_AMOUNT),
)


@pytest.fixture
def bill(tenant):
    utility = utilities.billed("balta")
    with inside("alder"):
        yield next(bill for bill in utility.bills if bill.total_minor > 0)


def visit(*, now=NOW, language="en", address="192.0.2.1") -> Visit:
    file = queries_of_tenants.tenant("alder").file
    return Visit(file, language, address, now, now.date())


def facts(bill: Bill, **changes: str) -> dict[Evidence, str]:
    typed = {
        "account_number": bill.account.number,
        "bill_number": bill.number,
        "bill_amount": f"{bill.total_minor / 100:.2f}",
        **changes,
    }
    return {Evidence(kind): text for kind, text in typed.items()}


def sign_up(bill: Bill, *, now=NOW, email="new@example.org", language="en", **changes: str) -> str:
    """
    Prove and begin, and return the token of the message, or nothing where another message went.
    """
    before = set(Message.objects.values_list("pk", flat=True))
    proven = actions.prove(
        policy=POLICY, answers=facts(bill, **changes), visit=visit(now=now, language=language)
    )
    actions.begin_sign_up(
        account_id=proven.account_id,
        evidence=proven.evidence,
        applicant=actions.Applicant(email, "New", "long-enough-1", language),
        agreed=[],
        address="192.0.2.1",
        pending_hours=HOURS,
        site="http://alder.localhost",
        now=now,
    )
    message = Message.objects.exclude(pk__in=before).get()
    found = re.search(r"/join/([^/]+)/", message.values["url"])
    return found[1] if found else ""


def confirm(token: str, *, now=NOW) -> User:
    return actions.confirm_sign_up(
        token=token,
        password="",
        site="http://alder.localhost",
        now=now,
        today=now.date(),
        bills_from=now.date() + timedelta(days=4),
    )


def sees(user: User, account_id: int) -> bool:
    accounts = queries.accounts_of(user_id=user.pk, today=TODAY, grouping=Grouping.ALL_LINKED)
    return account_id in {account.pk for account in accounts}


def test_a_confirmed_sign_up_sees_its_account_and_the_holder_is_told(bill):
    user = confirm(sign_up(bill))

    assert sees(user, bill.account_id)
    told = Message.objects.get(kind="account-linked")
    assert told.recipient == bill.account.customer.email


def test_begun_twice_either_link_works_once(bill):
    first, second = sign_up(bill), sign_up(bill)
    confirm(second)

    for token in (first, second):
        with pytest.raises(actions.AlreadyConfirmed):
            confirm(token)
    assert AccountLink.objects.filter(account=bill.account, ended_at=None).count() == 1


@pytest.mark.seed("S2.21")
def test_late_it_has_ended_by_its_own_date(bill):
    """
    Nothing sweeps here: whoever reads it sees that it ended, also while every worker is down.
    """
    token = sign_up(bill)
    with pytest.raises(actions.SignUpExpired):
        confirm(token, now=NOW + timedelta(hours=HOURS))

    assert not User.objects.filter(email="new@example.org").exists()
    assert confirm(sign_up(bill, now=NOW + timedelta(hours=HOURS)), now=NOW + timedelta(hours=25))


@pytest.mark.seed("S2.21")
def test_a_second_before_its_end_it_holds(bill):
    assert confirm(sign_up(bill), now=NOW + timedelta(hours=HOURS, seconds=-1))


def test_never_confirmed_it_reserves_nothing(bill):
    sign_up(bill)

    assert not User.objects.exists()
    assert not AccountLink.objects.exists()
    assert confirm(sign_up(bill, email="other@example.org"))


def test_without_a_password_there_is_no_login(bill):
    token = sign_up(bill)
    SignUp.objects.update(password="")

    with pytest.raises(actions.PasswordMissing):
        confirm(token)
    assert not User.objects.exists()


def test_in_the_wrong_order_nobody_gets_in(bill):
    with pytest.raises(actions.SignUpUnknown):
        confirm("a-token-that-nobody-sent")


def test_somebody_who_has_a_login_gets_another_message_and_no_second_login(bill):
    confirm(sign_up(bill))

    assert sign_up(bill) == ""
    assert Message.objects.filter(kind="already-registered").count() == 1
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"account_number": "99999999"},
        {"bill_number": "BE2020-000001"},
        {"bill_amount": "0.01"},
        {"bill_amount": "a lot"},
        {"bill_amount": ""},
    ],
)
def test_one_wrong_fact_is_enough(bill, changes):
    with pytest.raises(actions.NotProven):
        sign_up(bill, **changes)
    assert not SignUp.objects.exists()
    assert not Message.objects.filter(kind="confirm-sign-up").exists()


def test_facts_of_two_accounts_prove_neither(bill):
    other = Account.objects.exclude(pk=bill.account_id).filter(bills__total_minor__gt=0).first()

    with pytest.raises(actions.NotProven):
        sign_up(bill, account_number=other.number)


@pytest.mark.seed("S2.15")
def test_numbers_are_compared_without_what_people_type_between(bill):
    number = bill.account.number
    spaced = f" {number[:2]} {number[2:5]}-{number[5:]} "

    assert sign_up(bill, account_number=spaced, bill_number=bill.number.lower().replace("-", " – "))


@pytest.mark.seed("S2.16")
def test_the_amount_is_read_as_the_language_writes_it(bill):
    assert sign_up(
        bill, language="lv", bill_amount=f"{bill.total_minor / 100:.2f}".replace(".", ",")
    )


def of_total(bill: Bill, minor: int) -> None:
    net = minor - bill.vat_minor
    Bill.objects.filter(pk=bill.pk).update(total_minor=minor, net_minor=net)


@pytest.mark.seed("S2.17")
def test_a_bill_of_zero_proves_nothing(bill):
    of_total(bill, 0)

    with pytest.raises(actions.NotProven):
        sign_up(bill, bill_amount="0.00")


@pytest.mark.seed("S2.17")
def test_a_credit_proves_with_its_sign_only(bill):
    of_total(bill, -1234)

    with pytest.raises(actions.NotProven):
        sign_up(bill, bill_amount="12.34")
    assert sign_up(bill, bill_amount="-12.34")


@pytest.mark.seed("S2.13")
@pytest.mark.parametrize(("days", "proves"), [(364, True), (365, False)])
def test_a_bill_has_to_be_younger_than_a_year(bill, days, proves):
    later = NOW.replace(hour=12) + timedelta(days=days)
    assert bill.issue_date == TODAY

    if proves:
        assert sign_up(bill, now=later)
    else:
        with pytest.raises(actions.NotProven):
            sign_up(bill, now=later)

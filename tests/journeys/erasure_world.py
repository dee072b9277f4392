"""Values planted about one customer, and a search that finds them wherever they are."""

import json
from hashlib import sha256
from pathlib import Path

from tests import databases
from tests.journeys.conftest import NOW
from tests.journeys.logins import Browser, add_login

from mains.guard.context import inside

# Where the law keeps them: sealed bills. Everything else of the schema is searched.
STATUTORY = {("billing_bill", "facts")}


def tenant():
    from mains.tenancy import queries

    return queries.tenant("balta")


def account_at(position: int):
    from mains.customers.models import Account

    with inside("balta"):
        return Account.objects.select_related("customer").order_by("-pk")[position]


def plant(position: int, word: str) -> tuple[int, int, int]:
    """
    Plant twenty values about a customer in every place that can hold one.

    :returns: the ids of the customer, of its account and of its login.
    """
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import transaction

    from mains.api.models import IdempotencyKey
    from mains.billing.models import Bill
    from mains.customers.models import Contract, DeliveryPreference, Mandate
    from mains.enrolment import actions
    from mains.enrolment.models import (
        AccountLink,
        Consent,
        ContactCode,
        Invitation,
        SignUp,
        Wording,
    )
    from mains.identity.models import EmailChange
    from mains.notifications.models import Message
    from mains.payments.models import GatewayEvent, Payment, PaymentAttempt
    from mains.support.models import SupportView

    email = f"{word}-login@example.org"
    user = add_login(email, schema_name="balta", username=f"{word}user", name=f"{word} login")
    browser = Browser("balta.localhost", **{"user-agent": f"{word} browser"})
    browser.sign_in(email)
    with inside("balta"), transaction.atomic():
        account = account_at(position)
        customer = account.customer
        customer.name, customer.tax_id = f"{word} party", f"{word}-tax"
        customer.email, customer.phone = f"{word}-party@example.org", f"{word}-phone"
        customer.code = f"{word}-code"
        customer.save()
        account.postal_address = f"{word} street 1"
        account.save()
        actions.link(
            user=user, account=account, evidence=["bill_number"], now=NOW, today=NOW.date()
        )
        AccountLink.objects.filter(user_id=user.pk).update(authority=f"{word} authority")
        contract = Contract.objects.filter(account=account).first()
        DeliveryPreference.objects.filter(contract=contract).update(email=email)
        Mandate.objects.create(
            account=account,
            reference=f"{word}-mandate",
            holder=f"{word} holder",
            iban=f"{word[:8]}IBAN",
            signed_date=NOW.date(),
            start_date=NOW.date(),
        )
        EmailChange.objects.create(
            user=user,
            old_email=email,
            new_email=f"{word}-new@example.org",
            created_at=NOW,
            expires_at=NOW,
        )
        SignUp.objects.create(
            token_hash=f"{word}1".ljust(64, "0").replace(word, "s"),
            email=email,
            name=f"{word} up",
            language="en",
            password="",
            account=account,
            created_at=NOW,
            expires_at=NOW,
        )
        SignUp.objects.create(
            token_hash="t" + str(position).ljust(63, "0"),
            email=email,
            answers={"answers": {"fact-tax_id": f"{word} number"}},
            created_at=NOW,
            expires_at=NOW,
        )
        ContactCode.objects.create(
            token_hash="o" + str(position).ljust(63, "0"),
            code_hash="o" + str(position).ljust(63, "0"),
            account=account,
            purpose="reading_open",
            channel="EMAIL",
            evidence={"email": email, "language": "en", "services": []},
            created_at=NOW,
            expires_at=NOW,
        )
        Invitation.objects.create(
            token_hash="i" + str(position).ljust(63, "0"),
            account=account,
            email=f"{word}-invited@example.org",
            invited_by="staff:1",
            created_at=NOW,
            expires_at=NOW,
        )
        wording, _made = Wording.objects.get_or_create(
            hash="w" * 64,
            defaults={"purpose": "terms", "language": "en", "text": "T", "first_used_at": NOW},
        )
        Consent.objects.create(
            user_id=user.pk, purpose="terms", wording=wording, address="203.0.113.77", given_at=NOW
        )
        Message.objects.create(
            key=f"planted:{position}",
            kind="welcome",
            recipient=email.upper(),
            language="en",
            values={"name": f"{word} mail"},
            created_at=NOW,
            state="SENT",
        )
        Message.objects.create(
            key=f"planted-letter:{position}",
            kind="account-linked",
            channel="LETTER",
            recipient=f"{word} party\n{word} street 1",
            language="en",
            values={},
            created_at=NOW,
        )
        Message.objects.create(
            key=f"planted-other:{position}",
            kind="account-linked",
            language="en",
            recipient="somebody-else@example.org",
            values={"email": email},
            created_at=NOW,
            state="SENT",
        )
        bill = Bill.objects.filter(account=account).first()
        facts = json.loads(bill.facts)
        facts["customer"]["name"] = f"{word} party"
        bill.facts = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        bill.facts_hash = sha256(bill.facts.encode()).hexdigest()
        bill.save()
        attempt = PaymentAttempt.objects.create(
            token=f"tok{position}",
            gateway="sandbox",
            company=account.company,
            state="FAILED",
            amount_minor=1,
            currency="EUR",
            payer="x",
            email=email,
            language="en",
            created_at=NOW,
            expires_at=NOW,
        )
        attempt.parts.create(bill=bill, amount_minor=1, live=False)
        payment = Payment.objects.create(
            company=account.company,
            method="CASH",
            amount_minor=1,
            currency="EUR",
            received_at=NOW,
            value_date=NOW.date(),
            booking_key=f"key-{position}",
            booked_by="staff:1",
            note=f"{word} paid in cash",
        )
        payment.allocations.create(bill=bill, amount_minor=1)
        GatewayEvent.objects.create(
            gateway="sandbox",
            event_id=f"ev{position}",
            body=json.dumps({"email": email}),
            received_at=NOW,
        )
        IdempotencyKey.objects.create(
            key="k",
            user_id=user.pk,
            route="r",
            body_hash="h",
            status=200,
            answer={"name": f"{word} answer"},
            created_at=NOW,
        )
        SupportView.objects.create(
            staff_id=1,
            user_id=user.pk,
            account=account,
            account_ids=[account.pk],
            reason=f"{word} asked about a bill",
            token_hash="v" + str(position).ljust(63, "0"),
            started_at=NOW,
            expires_at=NOW,
            ended_at=NOW,
        )
        visit = SessionStore()
        visit["join"] = {"email": email}
        visit.save()
        return customer.pk, account.pk, user.pk  # fmt: skip


def end_contracts(account_id: int) -> None:
    from mains.customers.models import Contract
    from mains.ledger.models import Balance

    with inside("balta"):
        Contract.objects.filter(account_id=account_id).update(end_date=NOW.date())
        Balance.objects.filter(ledger_account__account_id=account_id).update(minor=0)


def places(word: str) -> dict[tuple[str, str], int]:
    """
    Search every column of every table, opened sessions and stored files for a word.
    """
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    found: dict[tuple[str, str], int] = {}
    with databases.owner() as connection:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = 'balta'"
        ).fetchall()
        for table, column in columns:
            (count,) = connection.execute(
                f'select count(*) from balta."{table}" where "{column}"::text ilike %s',
                [f"%{word}%"],
            ).fetchone()
            if count:
                found[table, column] = count
    with inside("balta"):
        for row in Session.objects.all():
            if word in str(SessionStore().decode(row.session_data)):
                found["django_session", "opened"] = 1
    for path in (Path(settings.DATA_DIR) / "files" / "t" / "balta").rglob("*"):
        if path.is_file() and word.encode() in path.read_bytes():
            found["files", path.name] = 1
    return found


def erase(customer_id: int, *, now=NOW):
    from mains.privacy import actions

    with inside("balta"):
        return actions.erase_customer(
            customer_id=customer_id, actor="staff:1", tenant=tenant(), now=now
        )

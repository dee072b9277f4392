"""Settlements and webhooks, one by one as they come, beside bare SQL that writes the same rows."""

import json
import tempfile
from datetime import UTC, datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction

from mains.bench import billrun, population
from mains.bench.leftovers import cleaned_up
from mains.bench.result import Result
from mains.bench.stopwatch import Spent, measured, peak_mb
from mains.guard import context
from mains.ledger import queries as ledger
from mains.payments import inbox, settling
from mains.payments.gateways.base import ChargeState, Notice
from mains.payments.models import AttemptBill, Payment, PaymentAttempt
from mains.sandbox import signatures
from mains.tenancy import queries
from mains.tenancy.queries import TenantInfo

# A hundred thousand customers who pay within the same three hours are nine a second.
FLOOR_SETTLEMENTS, FLOOR_WEBHOOKS, AIM_RATIO = 30, 30, 0.3
GATEWAY = "sandbox"

_ATTEMPTS = """
insert into payments_paymentattempt (token, gateway, company_id, state, amount_minor, currency,
  payer, email, language, gateway_reference, page_url, failure, created_at, expires_at)
select 'bench-' || b.id, 'sandbox', a.company_id, 'PENDING', b.total_minor, b.currency, 'p',
       'payer' || b.id || '@bench.example', 'lv', 'page-' || b.id, 'https://cards.example/', '',
       %(now)s, %(now)s::timestamptz + interval '30 minutes'
from billing_bill b join customers_account a on a.id = b.account_id
"""
_PARTS = """
insert into payments_attemptbill (attempt_id, bill_id, amount_minor, live)
select t.id, b.id, b.total_minor, true
from payments_paymentattempt t join billing_bill b on t.token = 'bench-' || b.id
"""
# What settling writes, by whoever knows already that it fits.
_BARE = (
    """insert into payments_payment (company_id, attempt_id, kind, method, amount_minor, currency,
      received_at, value_date, booking_key, booked_by, note)
    select company_id, id, 'RECEIPT', 'CARD', amount_minor, currency, %(now)s, %(day)s,
           'sandbox:' || gateway_reference, 'gateway:sandbox', ''
    from payments_paymentattempt where token = %(token)s""",
    """insert into payments_allocation (payment_id, bill_id, amount_minor)
    select p.id, x.bill_id, x.amount_minor from payments_payment p
    join payments_attemptbill x on x.attempt_id = p.attempt_id
    join payments_paymentattempt t on t.id = p.attempt_id where t.token = %(token)s""",
    """insert into ledger_transfer (debit_id, credit_id, amount_minor, currency, effective_date,
      recorded_at, source, leg)
    select c.id, l.id, p.amount_minor, p.currency, %(day)s, %(now)s, 'payment:' || p.id, 0
    from payments_payment p join payments_paymentattempt t on t.id = p.attempt_id
    join payments_attemptbill x on x.attempt_id = t.id join billing_bill b on b.id = x.bill_id
    join ledger_ledgeraccount l on l.account_id = b.account_id
    cross join (select id from ledger_ledgeraccount where kind = 'CLEARING' limit 1) c
    where t.token = %(token)s""",
    """update ledger_balance set minor = minor - t.amount_minor
    from payments_paymentattempt t join payments_attemptbill x on x.attempt_id = t.id
    join billing_bill b on b.id = x.bill_id
    join ledger_ledgeraccount l on l.account_id = b.account_id
    where t.token = %(token)s and ledger_account_id = l.id""",
    """insert into notifications_message (key, kind, channel, recipient, language, values, state,
      created_at, tries, error)
    select 'payment-received:bare-' || id, 'payment-received', 'EMAIL', email, language, '{}',
           'QUEUED', %(now)s, 0, ''
    from payments_paymentattempt where token = %(token)s""",
    """update payments_paymentattempt set state = 'SUCCEEDED', settled_at = %(now)s
    where token = %(token)s""",
    """update payments_attemptbill x set live = false from payments_paymentattempt t
    where t.id = x.attempt_id and t.token = %(token)s""",
)


def measure(*, payments: int = 1_000, **_others: object) -> Result:
    """
    Measure so many settlements, as many webhooks, and as many payments written by bare SQL.

    :raises OwnerLoginMissing: in a process that may not create schemas.
    """
    current_app.conf.update(broker_url="memory://")
    with cleaned_up(schema_names=[population.SLUG]) as owner, tempfile.TemporaryDirectory() as at:
        settings.DATA_DIR, before = at, settings.DATA_DIR
        try:
            tenant = billrun.opened(owner, 3 * payments)
            billrun.billed(tenant)
            with context.inside(population.SLUG):
                return _result(tenant, payments)
        finally:
            settings.DATA_DIR = before
            connection.close()
            queries.forget()


def _result(tenant: TenantInfo, count: int) -> Result:
    _open_attempts()
    tokens = list(PaymentAttempt.objects.order_by("pk").values_list("token", flat=True))
    settled, by_webhook, bare = tokens[:count], tokens[count : 2 * count], tokens[2 * count :]
    # What a process loads once is not the cost of a payment.
    for token in settled[:20]:
        _settle(tenant, token)
    settlements = _timed(lambda token: _settle(tenant, token), settled[20:])
    webhooks = _timed(lambda token: _tell(tenant, token), by_webhook)
    yardstick = _timed(_write, bare)
    per_settlement = (count - 20) / settlements.cpu
    per_webhook = count / webhooks.cpu
    wrong = _differences(booked=3 * count)
    return Result(
        name="payments",
        unit="settlements",
        ours=per_settlement,
        yardstick=count / yardstick.cpu,
        peak_mb=peak_mb(),
        detail={
            "floor": FLOOR_SETTLEMENTS,
            "floor_webhooks": FLOOR_WEBHOOKS,
            "aim_ratio": AIM_RATIO,
            "passed": per_settlement >= FLOOR_SETTLEMENTS
            and per_webhook >= FLOOR_WEBHOOKS
            and not wrong,
            "webhooks_per_cpu_second": round(per_webhook, 1),
            "settlements_per_second": round((count - 20) / settlements.wall, 1),
            "webhooks_per_second": round(count / webhooks.wall, 1),
            "differences": wrong,
            "payments": count,
            "yardstick_is": "seven SQL statements a payment that know what fits, check nothing and "
            "write the same rows, each payment in a transaction of its own",
        },
    )


@transaction.atomic
def _open_attempts() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPTS, {"now": population.NOW})
        cursor.execute(_PARTS)
    for table in (PaymentAttempt, AttemptBill):
        with connection.cursor() as cursor:
            cursor.execute(f"analyze {table._meta.db_table}")


def _timed(deed: Any, tokens: list[str]) -> Spent:
    with measured(connection.connection.info.backend_pid) as spent:
        for token in tokens:
            deed(token)
    return spent


def _notice(token: str) -> Notice:
    attempt = PaymentAttempt.objects.get(token=token)
    return Notice(
        reference=token,
        state=ChargeState.SUCCEEDED,
        gateway_reference=attempt.gateway_reference,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
    )


def _settle(tenant: TenantInfo, token: str) -> None:
    now = population.NOW
    settling.settle(notice=_notice(token), now=now, today=tenant.date_of(now))


def _tell(tenant: TenantInfo, token: str) -> None:
    attempt = PaymentAttempt.objects.get(token=token)
    company = tenant.file.companies[0].code
    body = json.dumps(
        {
            "what": "payment", "state": "PAID", "id": f"evt-{token}", "reference": token,
            "page": attempt.gateway_reference, "amount_minor": attempt.amount_minor,
            "currency": attempt.currency, "failure": "",
        }
    ).encode()  # fmt: skip
    signed = signatures.sign(
        merchant=f"{tenant.schema_name}:{company}", body=body, now=datetime.now(UTC)
    )
    inbox.receive(
        tenant=tenant,
        company=company,
        kind=GATEWAY,
        body=body,
        headers={signatures.HEADER: signed},
        now=population.NOW,
        today=tenant.date_of(population.NOW),
    )


@transaction.atomic(durable=True)
def _write(token: str) -> None:
    values: dict[str, Any] = {"token": token, "now": population.NOW, "day": population.NOW.date()}
    with connection.cursor() as cursor:
        for statement in _BARE:
            cursor.execute(statement, values)


def _differences(*, booked: int) -> list[str]:
    strays = ledger.strays()
    found = {
        "payments": (Payment.objects.count(), booked),
        "stray transfers": (strays.transfers_without_account, 0),
        "wrong balances": (strays.wrong_balances, 0),
        "live attempts": (AttemptBill.objects.filter(live=True).count(), 0),
    }
    return [f"{name} is {has}, not {wants}" for name, (has, wants) in found.items() if has != wants]

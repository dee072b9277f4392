"""A made-up utility: customers, contracts, meters and readings, written set-wise by SQL."""

from datetime import UTC, datetime

from django.db import connection, transaction

from mains.core.calendars import Period
from mains.tenancy.tenantfile import TenantFile, parse

SLUG = "bench_billrun"
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
PERIOD = Period(NOW.date().replace(month=10, day=1), NOW.date().replace(day=1))
# A standing charge and three blocks that everybody reaches.
LINES_PER_BILL = 4

_STATEMENTS = (
    """insert into customers_customer (id, kind, name, tax_id, email, phone, language)
    select n, 'PERSON', 'Customer ' || n, 'LV' || (10000000 + n),
           'customer' || n || '@bench.example', '', 'lv'
    from generate_series(1, %(count)s) n""",
    """insert into customers_account (id, number, currency, postal_address, company_id, customer_id)
    select n, (10000000 + n)::text, 'EUR', 'Brīvības iela ' || n || E'\\nRīga, LV-1010',
           (select id from customers_company), n
    from generate_series(1, %(count)s) n""",
    """insert into customers_supplypoint (id, code, street, city, post_code, zone, attributes)
    select n, 'LV-' || (10000000 + n), 'Brīvības iela ' || n, 'Rīga', 'LV-1010', '', '{}'
    from generate_series(1, %(count)s) n""",
    """insert into customers_contract (id, service, contract_class, tariff_code, start_date,
      account_id, supply_point_id)
    select n, 'water', 'home', 'water', '2025-01-01', n, n
    from generate_series(1, %(count)s) n""",
    """insert into customers_deliverypreference (id, mode, email, start_date, chosen_at, notice,
      contract_id)
    select n, 'ELECTRONIC', '', '2025-01-01', %(now)s, '', n
    from generate_series(1, %(count)s) n""",
    """insert into metering_meter (id, serial, service, size)
    select n, 'W' || (10000000 + n), 'water', '15' from generate_series(1, %(count)s) n""",
    """insert into metering_meterinstallation (id, start_date, meter_id, supply_point_id)
    select n, '2025-01-01', n, n from generate_series(1, %(count)s) n""",
    """insert into metering_register (id, code, quantity, unit, digits, decimals, multiplier,
      meter_id)
    select n, '1', 'water', 'm3', 5, 3, 1, n from generate_series(1, %(count)s) n""",
    """insert into metering_reading (register_id, read_date, value, period_start, source, quality,
      verdict, received_at, sent_key)
    select n, day, 100 + n %% 500 + used * (31 + (n * 7919) %% 40000 / 1000.0), start, 'SELF',
           'ACCEPTED', '', %(now)s, 'bench:' || n || ':' || used
    from generate_series(1, %(count)s) n,
         (values (date '2026-09-30', date '2026-09-01', 0),
                 (date '2026-10-31', date '2026-10-01', 1)) reading (day, start, used)""",
)
TABLES = (
    "customers_customer", "customers_account", "customers_supplypoint", "customers_contract",
    "customers_deliverypreference", "metering_meter", "metering_meterinstallation",
    "metering_register", "metering_reading",
)  # fmt: skip


def tenant_file() -> TenantFile:
    """
    Return the configuration of the made-up utility.
    """
    return parse(_FILE, source="bench")


@transaction.atomic(durable=True)
def populate(*, count: int) -> None:
    """
    Write accounts with everything a bill for October 2026 needs.
    """
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement, {"count": count, "now": NOW})


_FILE = {
    "slug": SLUG,
    "hosts": ["bench-billrun.localhost"],
    "brand": {
        "name": "Bench",
        "theme": "base",
        "sender": "bills@bench.example",
        "support_email": "help@bench.example",
        "support_phone": "+371 6700 0000",
    },
    "locale": {
        "languages": ["lv"],
        "timezone": "Europe/Riga",
        "currency": "EUR",
        "country": "LV",
    },
    "companies": [
        {
            "code": "bench",
            "name": "SIA Bench",
            "tax_id": "LV40003032949",
            "address": "Rīga, LV-1010",
            "iban": "LV80BANK0000435195001",
            "series": "BE",
        }
    ],
    "registration": {"ways": ["invitation"]},
    "services": [{"code": "water", "company": "bench", "label": {"lv": "Ūdens"}}],
    "tariffs": [
        {
            "code": "water",
            "name": "Ūdens",
            "service": "water",
            "versions": [
                {
                    "start_date": "2025-01-01",
                    "components": [
                        {
                            "kind": "fixed",
                            "code": "standing",
                            "label": {"lv": "Abonēšanas maksa"},
                            "price": "3.10",
                            "per": "month",
                            "vat": "21",
                        },
                        {
                            "kind": "blocks",
                            "code": "use",
                            "label": {"lv": "Ūdens patēriņš"},
                            "quantity": "water",
                            "unit": "m3",
                            "vat": "21",
                            "blocks": [
                                {"up_to": "18", "price": "0.35"},
                                {"up_to": "30", "price": "0.70"},
                                {"price": "1.10"},
                            ],
                        },
                    ],
                }
            ],
        }
    ],
    "billing": {"due_days": 14},
    "payments": {"gateways": [{"kind": "sandbox", "label": {"lv": "Maksājumu karte"}}]},
}

"""
The bare SQL that a bill run is compared with: the same bills, set-wise, in one transaction.

It knows the one tariff by heart and checks nothing: no hold, no rehearsal, no explanation, no
series shared with anybody. What it writes has the shape, checks and indexes of the product's
tables and comes to the same amounts, so it is an independent oracle as well.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from mains.bench.stopwatch import Spent, measured

TABLES = (
    "billing_bill",
    "billing_billline",
    "ledger_transfer",
    "notifications_message",
    "ledger_ledgeraccount",
    "ledger_balance",
)

_USED = """
create temp table used on commit drop as
select row_number() over (order by a.id) as n, a.id as account_id, a.number as account,
       a.postal_address, cu.name, cu.email, cu.language, c.id as contract_id, sp.code as point,
       sp.street || ', ' || sp.post_code || ' ' || sp.city as address, m.serial, m.size, r.unit,
       o.value as before, o.read_date as before_date, o.source as before_source,
       l.value as after, l.read_date as after_date, l.source, l.value - o.value as used,
       (select id from tariffs_tariffversion) as version,
       'BE2026-' || lpad((row_number() over (order by a.id))::text, 6, '0') as number
from customers_account a
join customers_customer cu on cu.id = a.customer_id
join customers_contract c on c.account_id = a.id
join customers_supplypoint sp on sp.id = c.supply_point_id
join metering_meterinstallation i on i.supply_point_id = sp.id
join metering_meter m on m.id = i.meter_id
join metering_register r on r.meter_id = m.id
join metering_reading o on o.register_id = r.id and o.period_start = '2026-09-01'
join metering_reading l on l.register_id = r.id and l.period_start = '2026-10-01'"""

_LINES = """
insert into scratch_billing_billline
select n, position, contract_id, 'water', code, label, quantity, per, price,
       round(quantity * price, 2), 21
from used cross join lateral (values
  (0, 'standing', 'Abonēšanas maksa', 1::numeric, 'month', 3.10),
  (1, 'use', 'Ūdens patēriņš', least(used, 18), 'm3', 0.35),
  (2, 'use', 'Ūdens patēriņš', least(used, 30) - 18, 'm3', 0.70),
  (3, 'use', 'Ūdens patēriņš', used - 30, 'm3', 1.10)
) line (position, code, label, quantity, per, price)"""

_BILLS = """
insert into scratch_billing_bill (id, account_id, run_id, state, number, period_start, period_end,
  issue_date, due_date, currency, net_minor, vat_minor, total_minor, reference, facts, facts_hash,
  issued_at)
select n, account_id, 1, 'ISSUED', number, '2026-10-01', '2026-11-01', '2026-11-02', '2026-11-16',
       'EUR', net * 100, tax * 100, (net + tax) * 100, reference, facts,
       encode(sha256(convert_to(facts, 'UTF8')), 'hex'), '2026-11-02 08:00+00'
from used
join lateral (
  select sum(net) as net, round(sum(net) * 0.21, 2) as tax,
         jsonb_agg(jsonb_build_object('contract', l.contract_id, 'service', service, 'code', code,
           'label', label, 'quantity', trim_scale(quantity)::text, 'unit', l.unit, 'unit_price',
           trim_scale(unit_price)::text, 'times', '1', 'divisor', '1', 'net',
           round(net, 2)::text, 'vat', '21') order by position) as lines
  from scratch_billing_billline l where l.bill_id = n) lines on true
join lateral (
  select 'RF' || lpad((98 - ('1114' || substr(number, 3, 4) || substr(number, 8) || '271500')
    ::numeric % 97)::text, 2, '0') || replace(number, '-', '') as reference) reference on true
join lateral (
  select jsonb_build_object('version', 3, 'rating_version', 2, 'number', number, 'reference',
    reference, 'issue_date', '2026-11-02', 'due_date', '2026-11-16', 'collection_date', null,
    'period', jsonb_build_array('2026-10-01', '2026-11-01'), 'currency', 'EUR', 'line_rounding',
    'currency_unit', 'language', language, 'company', jsonb_build_object('name', 'SIA Bench',
    'tax_id', 'LV40003032949', 'address', 'Rīga, LV-1010', 'iban', 'LV80BANK0000435195001', 'code',
    'bench', 'payment_codes', jsonb_build_object('epc', true)),
    'customer', jsonb_build_object('name', name, 'address', postal_address), 'account', account,
    'delivery', 'ELECTRONIC', 'contracts', jsonb_build_array(jsonb_build_object('id', contract_id,
    'service', 'water', 'supply_point', point, 'address', address, 'tariff', 'Ūdens',
    'tariff_from', '2025-01-01', 'conversions', '[]'::jsonb, 'corrections', '[]'::jsonb, 'rated',
    jsonb_build_array(jsonb_build_object('version', version, 'period', jsonb_build_array(
    '2026-10-01', '2026-11-01'), 'months', '1', 'taxes', jsonb_build_array('21', '21'),
    'quantities', jsonb_build_object('water', trim_scale(used)::text), 'attributes',
    jsonb_build_object('contract_class', jsonb_build_array('home'), 'meter_size',
    jsonb_build_array(size)))), 'registers', jsonb_build_array(jsonb_build_object('meter', serial,
    'quantity', 'water', 'unit', unit, 'from', jsonb_build_array(before_date,
    trim_scale(before)::text), 'from_source', before_source, 'to', jsonb_build_array(after_date,
    trim_scale(after)::text), 'source', source, 'estimated', false, 'method', '', 'used',
    trim_scale(used)::text, 'multiplier', '1')))), 'lines', lines, 'vat',
    jsonb_build_array(jsonb_build_object('percent', '21', 'category', 'S', 'net', round(net,
    2)::text, 'tax', tax::text)), 'net', round(net, 2)::text, 'tax', tax::text, 'total', round(net
    + tax, 2)::text
  )::text as facts) facts on true"""

_RECEIVABLES = """
insert into scratch_ledger_ledgeraccount (id, key, kind, currency, account_id)
select 1000 + n, 'receivable:' || account_id, 'RECEIVABLE', 'EUR', account_id from used"""

_TRANSFERS = """
insert into scratch_ledger_transfer (id, debit_id, credit_id, amount_minor, currency,
  effective_date, recorded_at, source, leg)
select 2 * b.id + leg, 1000 + b.id, 1 + leg, amount, 'EUR', '2026-11-02', '2026-11-02 08:00+00',
       'bill:' || b.id, leg
from scratch_billing_bill b
cross join lateral (values (0, net_minor), (1, vat_minor)) moved (leg, amount)"""

_BALANCES = """
insert into scratch_ledger_balance
select debit_id, sum(amount_minor) from scratch_ledger_transfer group by debit_id"""

_MESSAGES = """
insert into scratch_notifications_message (id, key, kind, recipient, language, "values", state,
  created_at, tries, error)
select b.id, 'bill-issued:' || b.id, 'bill-issued', u.email, u.language,
       jsonb_build_object('name', u.name, 'number', b.number, 'amount',
         replace((b.total_minor / 100.0)::numeric(12, 2)::text, '.', ',') || E'\\u00a0€', 'due',
         '2026. gada 16. novembris', 'account', right(u.account, 3), 'url',
         'http://bench-billrun.localhost/bills/' || b.id || '/', 'collection', ''),
       'QUEUED', '2026-11-02 08:00+00', 0, ''
from scratch_billing_bill b join used u on u.n = b.id"""

STATEMENTS = (_USED, _LINES, _BILLS, _RECEIVABLES, _TRANSFERS, _BALANCES, _MESSAGES)

_AMOUNTS = """
select count(*), sum(net_minor), sum(vat_minor), sum(total_minor), min(number), max(number),
       min(reference), max(reference) from {prefix}billing_bill"""

# Numbers are dealt at random; everything else that a bill says is the same.
_FACTS = """
select count(*) from billing_bill b join scratch_billing_bill s using (account_id)
where b.facts::jsonb - 'number' - 'reference' <> s.facts::jsonb - 'number' - 'reference'"""


@dataclass(frozen=True, slots=True)
class Written:
    """
    What the bare SQL cost, and how its bills differ from the run's: not at all, if both are right.
    """

    spent: Spent
    differences: list[str]


def write(owner: psycopg.Connection[Any], *, schema_name: str) -> Written:
    """
    Bill the same accounts into scratch tables beside the run's, and compare the two.
    """
    path = sql.SQL("set search_path = {}, ext").format(sql.Identifier(schema_name))
    owner.execute(path)
    # A parallel worker's time would not be counted.
    owner.execute("set max_parallel_workers_per_gather = 0")
    for table in TABLES:
        owner.execute(f"create table scratch_{table} (like {table} including all)")
    owner.commit()
    with measured(owner.info.backend_pid) as spent:
        for statement in STATEMENTS:
            owner.execute(statement.encode())
        owner.commit()
    pairs = [
        owner.execute(_AMOUNTS.format(prefix=prefix).encode()).fetchone()
        for prefix in ("", "scratch_")
    ]
    others = owner.execute(_FACTS.encode()).fetchone()
    for table in TABLES:
        owner.execute(f"drop table scratch_{table}")
    owner.execute("reset search_path")
    owner.commit()
    differences = [] if pairs[0] == pairs[1] else [f"{pairs[0]} is not {pairs[1]}"]
    if others != (0,):
        differences.append(f"{others} bills say something else")
    return Written(spent, differences)

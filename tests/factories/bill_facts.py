"""Sealed facts of invented bills of every sort, the same for a seed each time."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from mains.billing.rules.crediting import credited
from mains.billing.rules.totals import bill_totals
from mains.core.money import Money
from mains.journeys.sample_people import tax_number
from mains.tariffs.rules.lines import LineRounding, RatedLine, rounder
from mains.tariffs.rules.taxes import category_of, percent_of

ONE = Decimal(1)
PERIOD = ["2026-07-01", "2026-10-01"]
PARTS = (["2026-07-01", "2026-08-15"], ["2026-08-15", "2026-10-01"])
REASONS = {"AE": "Reverse charge", "E": "Exempt by law", "O": "Not subject to VAT"}


class Land(NamedTuple):
    """
    What bills of a country look like.
    """

    currency: str
    rates: tuple[str, ...]
    tax_id: str
    seller: dict[str, Any]
    address: str


LANDS = {
    "LV": Land(
        "EUR", ("21", "12", "5"), "LV40003032949",
        {"country": "LV", "street": "Brīvības iela 100", "post_code": "LV-1001", "city": "Rīga",
         "vat_id": "LV40003032949", "registration": "40003032949"},
        "Skolas iela 4-2\nRīga, LV-1010",
    ),
    "IT": Land(
        "EUR", ("22", "10", "5"), "00743110157",
        {"country": "IT", "street": "Via del Fuoco 1", "post_code": "20100", "city": "Milano",
         "province": "MI", "vat_id": "IT00743110157",
         "fatturapa": {"regime": "RF01",
                       "natura": {"AE": "N6.8", "E": "N4", "O": "N2.2", "Z": "N3.6"}}},
        "Piazza Dante 20\n20100 Milano",
    ),
    "HU": Land(
        "HUF", ("27", "5"), "12892312",
        {"country": "HU", "street": "Fűtőmű utca 1", "post_code": "5000", "city": "Szolnok",
         "vat_id": "HU12892312",
         "nav": {"vat_code": "2", "county_code": "16", "cases": {"E": "TAM", "O": "ATK"}}},
        "Tisza sétány 3\n5000 Szolnok",
    ),
    "ES": Land(
        "EUR", ("21", "10"), "A58818501",
        {"country": "ES", "street": "Calle del Agua 1", "post_code": "23620", "city": "Villaclara",
         "vat_id": "ESA58818501",
         "verifactu": {"qr_base": "https://prewww2.aeat.es/wlpl/TIKE-CONT/ValidarQR",
                       "exempt": "E1", "outside": "N1"}},
        "Plaza Nueva 20\n23620 Villaclara",
    ),
}  # fmt: skip
# What a bill is about, by the last digit of its seed.
SORTS = (
    "one rate", "several rates", "reverse charge", "exempt", "zero rate", "outside",
    "mixed", "negative", "nothing", "four decimals",
)  # fmt: skip


def facts_of_bill(seed: int, *, country: str = "LV") -> dict[str, Any]:
    """
    Return the facts of a bill; from 120 to 159, and so on every 160, those of a credit note.
    """
    facts = _bill(seed, country)
    if seed // 40 % 4 != 3:
        return facts
    number = f"TC2026-{seed:06}"
    return credited(
        facts, number=number, reference=number, issue_date="2026-11-05", due_date="2026-11-05",
        collection_date=None,
    )  # fmt: skip


def _bill(seed: int, country: str) -> dict[str, Any]:
    random, land, sort = Random(seed), LANDS[country], SORTS[seed % 10]
    is_company = sort == "reverse charge" or random.random() < 0.3
    policy = LineRounding.FOUR_DECIMALS if sort == "four decimals" else LineRounding.CURRENCY_UNIT
    lines = [
        (line, random.choice([None, None, *PARTS]))
        for line in _lines(random, land, sort, rounder(policy, currency=land.currency))
    ]
    rated = [line for line, _days in lines]
    rates = {line.vat_rate: percent_of(line.vat_rate) for line in rated}
    totals = bill_totals(rated, rates=rates, currency=land.currency)
    return {
        "version": 2,
        "number": f"T2026-{seed:06}",
        "reference": f"RF18T{seed:06}",
        "issue_date": "2026-10-02",
        "due_date": "2026-10-22",
        "collection_date": random.choice([None, None, "2026-10-20"]),
        "period": PERIOD,
        "currency": land.currency,
        "language": "en",
        "line_rounding": str(policy),
        "company": {
            "name": "Utility & Sons <Ltd>", "tax_id": land.tax_id, "address": "x",
            "iban": "LV80BANK0000435195001",
        },
        "seller": land.seller,
        "customer": {
            "name": "Acme S.A." if is_company else "Anna Bērziņa",
            "address": land.address,
            "kind": "ORGANISATION" if is_company else "PERSON",
            "tax_id": land.tax_id if is_company else tax_number(country, seed % 90 + 1),
        },
        "account": f"10{seed:08}",
        "delivery": random.choice(["PAPER", "ELECTRONIC", "BOTH"]),
        "contracts": [_contract(land)],
        "lines": [_line(line, days) for line, days in lines],
        "vat": [
            {
                "percent": f"{one.percent:f}",
                "category": str(category_of(one.name)),
                "net": one.net.as_text(),
                "tax": one.tax.as_text(),
                **_reason(one.name),
            }
            for one in totals.by_rate
        ],
        "net": totals.net.as_text(),
        "tax": totals.tax.as_text(),
        "total": totals.gross.as_text(),
    }  # fmt: skip


def _reason(rate: str) -> dict[str, str]:
    reason = REASONS.get(str(category_of(rate)))
    return {"reason": reason} if reason else {}


def _contract(land: Land) -> dict[str, Any]:
    return {
        "id": 7,
        "service": "electricity",
        "supply_point": "EIC-7",
        "address": land.address.replace("\n", ", "),
        "registers": [
            {
                "meter": "M7", "quantity": "energy", "unit": "kWh", "from": ["2026-06-30", "100"],
                "from_source": "SELF", "to": ["2026-09-30", "400"], "source": "SELF",
                "estimated": False, "method": "", "used": "300", "multiplier": "1",
            }
        ],
        "corrections": [],
    }  # fmt: skip


def _line(line: RatedLine, days: list[str] | None) -> dict[str, Any]:
    net = line.net
    facts = {
        "contract": 7, "service": line.service, "code": line.code, "label": line.label,
        "quantity": f"{line.quantity:f}", "unit": line.unit, "unit_price": f"{line.unit_price:f}",
        "times": f"{line.times:f}", "divisor": f"{line.divisor:f}",
        "net": net.as_text() if isinstance(net, Money) else f"{net:f}",
        "vat": f"{percent_of(line.vat_rate):f}",
    }  # fmt: skip
    if "/" in line.vat_rate:
        facts["category"] = str(category_of(line.vat_rate))
    if days:
        facts["days"] = days
    return facts


def _rates_of(random: Random, land: Land, sort: str) -> Sequence[str]:
    return {
        "several rates": land.rates,
        "reverse charge": ("0/AE",),
        "exempt": ("0/E",),
        "zero rate": ("0",),
        "outside": ("0/O",),
        "mixed": (land.rates[0], "0/O", "0/E", "0", "0/Z"),
    }.get(sort, (random.choice(land.rates),))


def _lines(random: Random, land: Land, sort: str, to_net: Any) -> list[RatedLine]:
    rates = _rates_of(random, land, sort)
    lines = [_rated(random, rate, to_net) for rate in rates]
    lines += [_rated(random, random.choice(rates), to_net) for _ in range(random.randrange(7))]
    if sort in {"negative", "nothing"}:
        lines += [_opposite(line) for line in lines]
    if sort == "negative":
        lines.append(_sum(-ONE - random.randrange(90), rates[0], to_net, "budget-billed"))
    return lines


def _rated(random: Random, rate: str, to_net: Any) -> RatedLine:
    draw = random.randrange(9)
    use = Decimal(random.randrange(1, 9_000_000)) / 1000
    price = Decimal(random.randrange(1, 90_000_000)).scaleb(-8)
    if draw < 3:
        unit = random.choice(["kWh", "m3", "GJ", "Gcal", "lm3", "MWh", "kvarh"])
        return _made("use", unit, use, price, rate, to_net)
    if draw == 3:
        months = Decimal(random.choice(["1", "3", "2.483871"]))
        return _made("standing", "month", months, 100 * price, rate, to_net)
    if draw == 4:
        return _made(
            "power", "kW", Decimal("6.9"), 100 * price, rate, to_net,
            times=Decimal(random.randrange(28, 93)), divisor=Decimal(365),
        )  # fmt: skip
    if draw == 5:
        base = (use * price).quantize(Decimal("0.01"))
        return _made("levy", "%", base, 10 * price, rate, to_net, divisor=Decimal(100))
    if draw == 6:
        return _made("discount", "month", Decimal(3), -10 * price, rate, to_net)
    if draw == 7:
        # A correction is the difference of two rated lines: its figures need not multiply.
        line = _made("use", "kWh", -use, price, rate, to_net)
        net = to_net(line.exact * Decimal("0.7"))
        return line._replace(net=net, exact=line.exact * Decimal("0.7"))
    return _sum(price * random.choice([100, -100, 0]), rate, to_net, "charge-7")


def _sum(amount: Decimal, rate: str, to_net: Any, code: str) -> RatedLine:
    amount = amount.quantize(Decimal(1))
    return _made(code, "sum", ONE, amount, rate, to_net)


def _opposite(line: RatedLine) -> RatedLine:
    return line._replace(quantity=-line.quantity, exact=-line.exact, net=-line.net)


def _made(
    code: str, unit: str, quantity: Decimal, price: Decimal, rate: str, to_net: Any,
    times: Decimal = ONE, divisor: Decimal = ONE,
) -> RatedLine:  # fmt: skip
    exact = quantity * price * times / divisor
    return RatedLine(
        code, f"Line of {code} & more", "electricity", rate, unit, quantity, price, times, divisor,
        exact, to_net(exact), (),
    )  # fmt: skip

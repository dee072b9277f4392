"""What a company says for machines: the country, the number and the office have to fit."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mains.tenancy.tenantfile import TenantFileError, load, parse

TENANTS = Path(__file__).parents[3] / "tenants"


def problems(slug: str, **changes: Any) -> str:
    """
    Return what is wrong with a demo tenant's file after changes to its first company.
    """
    data = tomllib.loads((TENANTS / f"{slug}.toml").read_text())
    data["companies"][0]["einvoices"] |= changes
    with pytest.raises(TenantFileError) as error:
        parse(data, source="file")
    return " ".join(f"{place}: {what}" for place, what in error.value.problems)


def test_each_demo_company_has_the_formats_of_its_country():
    kinds = {
        company.code: company.einvoices.kinds if company.einvoices else ()
        for path in TENANTS.glob("*.toml")
        for company in load(path).companies
    }
    assert kinds == {
        "balta": ("ubl", "cii", "facturx"),
        "gas": ("fatturapa",),
        "luce": ("fatturapa",),
        "tavho": ("nav",),
        "aguaviva": ("ubl", "verifactu"),
        "teplo": (),
        "energo": (),
    }


@pytest.mark.parametrize(
    ("slug", "changes", "said"),
    [
        ("balta", {"fatturapa": {"since": "2026-01-01"}}, "fatturapa is for companies in IT"),
        ("balta", {"nav": {"since": "2026-01-01"}}, "nav is for companies in HU"),
        ("fiamma", {"vat_id": "IT00743110158"}, "check digits"),
        ("fiamma", {"vat_id": "LV40003032949"}, "another country"),
        ("fiamma", {"post_code": "MI-1"}, "five digits"),
        ("fiamma", {"fatturapa": {}}, "einvoices.fatturapa.since"),
        ("fiamma", {"fatturapa": {"since": "2026-01-01", "regime": "RF99"}}, "regime"),
        ("tavho", {"vat_id": "HU12892313"}, "check digits"),
        ("tavho", {"nav": {"since": "2026-01-01", "vat_code": "9"}}, "vat_code"),
        ("balta", {"formats": ["pdf"]}, "formats"),
        ("balta", {"country": "Latvia"}, "country"),
        ("balta", {"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_named(slug, changes, said):
    assert said in problems(slug, **changes)


def test_the_producer_of_the_program_has_a_number():
    office = {
        "since": "2026-01-01", "qr_base": "https://agency.example/qr", "producer": "Someone",
        "producer_nif": "A58818502",
    }  # fmt: skip
    assert "producer_nif" in problems("aguaviva", verifactu=office)
    plain = {**office, "producer_nif": "A58818501", "qr_base": "http://agency.example"}
    assert "qr_base" in problems("aguaviva", verifactu=plain)


def test_facts_leave_out_since_when_and_who_made_the_program():
    company = load(TENANTS / "aguaviva.toml").companies[0]
    assert company.einvoices is not None
    assert set(company.einvoices.as_facts()["verifactu"]) == {"qr_base", "exempt", "outside"}

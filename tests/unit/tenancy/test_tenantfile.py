"""Tenant files: typed, and every mistake is named by its place."""

import tomllib
from pathlib import Path

import pytest
from stdnum import iban
from stdnum.es import cif
from stdnum.eu import at_02
from stdnum.hu import anum
from stdnum.it import iva
from stdnum.lv import pvn
from stdnum.ua import edrpou

from mains.tenancy.tenantfile import TenantFileError, load, parse
from mains.tenancy.tenantfile.approvals import payment_changes
from mains.tenancy.tenantfile.writing import to_toml

TENANTS = Path(__file__).parents[3] / "tenants"
FILES = sorted(TENANTS.glob("*.toml"))


def balta() -> dict:
    return tomllib.loads((TENANTS / "balta.toml").read_text())


def fiamma() -> dict:
    return tomllib.loads((TENANTS / "fiamma.toml").read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestEveryDemoTenant:
    def test_loads_under_its_own_name(self, path):
        assert load(path).slug == path.stem

    def test_comes_back_from_its_own_export(self, path):
        file = load(path)

        assert parse(tomllib.loads(to_toml(file)), source="export") == file


def wrong(data: dict) -> dict[str, str]:
    with pytest.raises(TenantFileError) as error:
        parse(data, source="balta.toml")
    return dict(error.value.problems)


class TestAMistakeIsNamedByItsPlace:
    def test_an_unknown_key(self):
        data = balta()
        data["services"][0]["window"] = {"kind": "last_days", "days": 7, "trough": 1}

        assert "services[0].window.last_days.trough" in wrong(data)

    @pytest.mark.parametrize(
        ("estimate", "place", "said"),
        [
            ({"methods": []}, "services[0].estimate.methods", "at least 1"),
            ({"methods": ["average", "average"]}, "services[0].estimate", "twice"),
            ({"methods": ["profile"]}, "services[0].estimate", "12 months"),
            ({"methods": ["profile"], "profile": ["0"] * 12}, "services[0].estimate", "12 months"),
            ({"methods": ["guess"]}, "services[0].estimate.methods[0]", "last_year"),
            (
                {"methods": ["average"], "weather_free": "1.1"},
                "services[0].estimate.weather_free",
                "less than or equal to 1",
            ),
            ({"methods": ["degree_days"]}, "file", "no section weather"),
        ],
    )
    def test_an_estimate_that_cannot_be_made(self, estimate, place, said):
        data = balta()
        data["services"][0]["estimate"] = estimate

        assert said in wrong(data)[place]

    @pytest.mark.parametrize(
        ("allocation", "place", "said"),
        [
            (
                {"keys": [{"by": "attribute", "name": "area", "percent": "90"}]},
                "services[0].allocation",
                "add up to 100",
            ),
            ({"keys": []}, "services[0].allocation.keys", "at least 1"),
            (
                {
                    "keys": [{"by": "attribute", "name": "area", "percent": "100"}],
                    "moves": "degree_days",
                },
                "file",
                "no section weather",
            ),
        ],
    )
    def test_a_building_that_is_not_shared_out(self, allocation, place, said):
        data = balta()
        data["services"][0]["allocation"] = allocation

        assert said in wrong(data)[place]

    @pytest.mark.parametrize(
        ("wrongly", "place", "said"),
        [
            ({"settles_month": 13}, "budget_billing.settles_month", "less than or equal to 12"),
            ({"tax": "a tax"}, "budget_billing.tax", "match"),
            ({"tax": "vat"}, "file", "budget_billing names the tax 'vat'"),
            ({"round_to": "0"}, "budget_billing.round_to", "greater than 0"),
            ({"round_to": "0.001"}, "file", "budget_billing.round_to is 0.001"),
            ({"label": {"lv": "L"}}, "file", "budget_billing.label has no text in en"),
            (
                {"label_billed": {"en": "L"}},
                "file",
                "label_billed has no text in lv",
            ),
            ({"label": {"lv": "L", "en": "x" * 121}}, "budget_billing.label.en", "at most 120"),
            ({"day": 1}, "budget_billing.day", "not permitted"),
        ],
    )
    def test_fixed_amounts_that_nobody_can_charge(self, wrongly, place, said):
        data = balta()
        data["budget_billing"] |= wrongly

        assert said in wrong(data)[place]

    def test_a_settlement_in_the_middle_of_a_billing_period(self):
        data = balta()
        data["billing"]["months_per_bill"] = 3
        data["budget_billing"]["settles_month"] = 11

        assert "budget_billing.settles_month is 11" in wrong(data)["file"]

    @pytest.mark.parametrize(
        ("wrongly", "said"),
        [
            ({"unit": "ft3"}, "ft3"),
            ({"factors": []}, "Without factors"),
            ({"to": "gas"}, "the same name"),
            (
                {
                    "factors": [
                        {"start_date": "2026-01-01", "factor": "10"},
                        {"start_date": "2026-01-01", "factor": "11"},
                    ]
                },
                "same day",
            ),
        ],
    )
    def test_a_conversion_that_nobody_can_do(self, wrongly, said):
        data = balta()
        data["services"][0]["conversions"] = [
            {
                "quantity": "gas",
                "unit": "m3",
                "to": "energy",
                "to_unit": "kWh",
                "factors": [{"start_date": "2026-01-01", "factor": "10"}],
            }
            | wrongly
        ]

        assert said in wrong(data)["services[0].conversions[0]"]

    def test_a_month_of_the_weather(self):
        data = balta()
        data["weather"] = {"station": "Rīga", "source": "S", "degree_days": {"2026-13": "1"}}

        assert any("2026-13" in place for place in wrong(data))

    def test_a_value_out_of_range(self):
        data = balta()
        data["registration"]["pending_hours"] = 0

        assert "registration.pending_hours" in wrong(data)

    def test_an_unknown_time_zone(self):
        data = balta()
        data["locale"]["timezone"] = "Europe/Rigga"

        assert "Europe/Rigga" in wrong(data)["locale.timezone"]

    @pytest.mark.parametrize(
        ("key", "value", "said"),
        [
            ("example", "1000000000004", "does not fit"),
            ("example", "100000000000042", "check digits"),
            ("checksum", "mod12", "'luhn'"),
            ("pattern", "[", "cannot be read"),
        ],
    )
    def test_an_identifier_that_its_own_example_does_not_fit(self, key, value, said):
        data = tomllib.loads((TENANTS / "teplo.toml").read_text())
        data["identifiers"][0][key] = value

        assert said in next(iter(wrong(data).values()))

    def test_a_chooser_without_a_public_company(self):
        data = fiamma()
        for company in data["companies"]:
            company["public"] = False

        assert "no company is public" in next(iter(wrong(data).values()))

    def test_registration_that_needs_a_direct_debit_nobody_can_have(self):
        data = fiamma()
        data["payments"]["direct_debit"] = False

        assert "requires_mandate" in next(iter(wrong(data).values()))

    def test_a_default_company_that_cannot_be_chosen(self):
        data = fiamma()
        data["companies"][0]["public"] = False
        assert "'gas'" in next(iter(wrong(data).values()))

        data = fiamma()
        data["portal"]["default_company"] = "nobody"
        assert "'nobody'" in next(iter(wrong(data).values()))

    def test_a_company_that_is_not_there(self):
        data = balta()
        data["services"][0]["company"] = "nobody"

        assert "nobody" in next(iter(wrong(data).values()))

    def test_a_missing_language(self):
        data = balta()
        del data["services"][0]["label"]["lv"]

        assert "lv" in next(iter(wrong(data).values()))

    def test_a_secret_in_the_file(self):
        data = balta()
        data["payments"]["gateways"][0]["secret"] = "sk_live_123"

        assert "payments.gateways[0].secret" in wrong(data)

    @pytest.mark.parametrize(
        "place",
        [
            "env:SECRET_KEY",
            "env:OWNER_DATABASE_URL",
            "env:MAINS_SECRET_TAVHO__STRIPE",
            "env:MAINS_SECRET_BALTA",
            "env:MAINS_SECRET_BALTA_STRIPE",
            # That of a tenant whose name begins like this one's.
            "env:MAINS_SECRET_BALTA__SUR__STRIPE",
            "env:MAINS_SECRET_BALTA___STRIPE",
            "vault:tavho/stripe",
            "vault:balta",
        ],
    )
    def test_a_secret_that_is_not_this_tenants(self, place):
        data = balta()
        data["payments"]["gateways"][0]["secret"] = place

        assert place in next(iter(wrong(data).values()))

    @pytest.mark.parametrize(
        "place",
        ["", "env:MAINS_SECRET_BALTA__STRIPE", "env:MAINS_SECRET_BALTA__A_1", "vault:balta/s"],
    )
    def test_a_secret_of_its_own(self, place):
        data = balta()
        data["payments"]["gateways"][0]["secret"] = place

        assert parse(data, source="x").payments.gateways[0].secret == place

    def test_a_file_under_another_name(self, tmp_path):
        copy = tmp_path / "other.toml"
        copy.write_text((TENANTS / "balta.toml").read_text())

        with pytest.raises(TenantFileError, match="slug"):
            load(copy)

    def test_broken_toml(self, tmp_path):
        copy = tmp_path / "broken.toml"
        copy.write_text("slug = = 1")

        with pytest.raises(TenantFileError, match="line 1"):
            load(copy)


class TestTheFiveTenantsTogether:
    """Each axis of contradiction has a tenant on every side (S0–S4, A1–A12)."""

    files = [load(path) for path in FILES]

    @pytest.mark.parametrize(
        ("axis", "sides"),
        [
            (lambda file: set(file.registration.ways), 5),
            (lambda file: {file.registration.password}, 2),
            (lambda file: {file.registration.recovery}, 2),
            (lambda file: {file.registration.email_changeable}, 2),
            (lambda file: {service.guest_readings for service in file.services}, 2),
            (lambda file: {service.window.kind for service in file.services}, 4),
            (lambda file: {file.payments.enabled}, 2),
            (lambda file: {file.payments.direct_debit}, 2),
            (lambda file: {file.delivery.default_mode}, 3),
            (lambda file: {file.delivery.electronic_requires_mandate}, 2),
            (lambda file: {len(file.locale.languages) > 1}, 2),
            (lambda file: {file.registration.requires_mandate}, 2),
            (lambda file: {file.portal.grouping}, 3),
        ],
    )
    def test_take_every_side_of_an_axis(self, axis, sides):
        assert len(set().union(*(axis(file) for file in self.files))) == sides


class TestTheSender:
    @pytest.mark.parametrize(
        "sender", ["bills", "bills@", "Bills <bills@balta.example>", "a b@c.example"]
    )
    def test_is_a_plain_address_with_a_domain(self, sender):
        data = balta()
        data["brand"]["sender"] = sender
        assert "brand.sender" in wrong(data)


class TestTheAgreementWithThePlatform:
    @pytest.mark.parametrize(
        "url", ["", "agreements/7", "http://a.example/x", "javascript:alert(1)"]
    )
    def test_is_read_under_an_https_address(self, url):
        data = balta()
        data["privacy"]["processing_agreement"]["url"] = url
        assert "privacy.processing_agreement.url" in wrong(data)

    def test_has_version_and_day(self):
        data = balta()
        data["privacy"]["processing_agreement"] = {"url": "https://a.example/x"}
        assert set(wrong(data)) == {
            "privacy.processing_agreement.version",
            "privacy.processing_agreement.signed_date",
        }


class TestTheMandatoryPortal:
    def test_is_a_switch_of_the_tenant_and_of_a_class_of_contracts(self):
        data = balta()
        data["portal"] = {"mandatory": True, "mandatory_classes": {"farm": False}}
        portal = parse(data, source="balta.toml").portal
        assert (portal.binds("home"), portal.binds("farm")) == (True, False)

    def test_is_off_unless_said(self):
        data = balta()
        del data["portal"]
        assert parse(data, source="balta.toml").portal.binds("home") is False

    def test_names_what_is_no_switch(self):
        data = balta()
        data["portal"] = {"mandatory_classes": {"farm": "perhaps"}}
        assert "portal.mandatory_classes.farm" in wrong(data)


def test_nobody_is_compared_with_others_unless_the_provider_says_so():
    portal = parse(balta(), source="balta.toml").portal

    assert (portal.compare_homes, portal.compare_size) == (False, None)


class TestPaymentCodes:
    """
    What a company is paid with: checked before a bill prints it.
    """

    def company(self, **changed) -> dict:
        data = balta()
        data["companies"][0] |= changed
        return data

    @pytest.mark.parametrize(
        ("codes", "place", "said"),
        [
            ({"rf": True}, ".rf", "Extra inputs"),
            ({"cuaderno_57": {"issuer": "1", "suffix": "50"}}, ".cuaderno_57.suffix", "pattern"),
            ({"cuaderno_57": {"issuer": "A5", "suffix": "501"}}, ".cuaderno_57.issuer", "pattern"),
            ({"reference_731": {"prefix": "012"}}, ".reference_731.prefix", "pattern"),
            (
                {"pagopa": {"application_code": "01", "creditor_tax_id": "00743110158"}},
                ".pagopa.creditor_tax_id",
                "wrong check digits",
            ),
            ({"mnb": {"bic": "OTP"}}, ".mnb.bic", "pattern"),
            ({"nbu": {"prefix": "http://bank/"}}, ".nbu.prefix", "pattern"),
        ],
    )
    def test_a_wrong_parameter_is_named(self, codes, place, said):
        problems = wrong(self.company(payment_codes=codes))

        assert said in problems[f"companies[0].payment_codes{place}"]

    def test_a_bank_account_has_its_check_digits(self):
        problems = wrong(self.company(iban="LV81BANK0000435195001"))

        assert "wrong check digits" in problems["companies[0]"]

    def test_a_code_of_ukraine_needs_a_right_tax_number(self):
        problems = wrong(self.company(tax_id="32855968", payment_codes={"nbu": {}}))

        assert "ЄДРПОУ" in problems["companies[0]"]

    def test_a_code_for_banking_apps_needs_a_bank_account(self):
        problems = wrong(
            self.company(iban="", payment_codes={"mnb": {"bic": "OTPVHUHBXXX"}}),
        )

        assert "iban" in problems["companies[0]"]

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ({"reference_731": {}}, {"reference_731": {}}),
            (
                {"cuaderno_57": {"issuer": "1", "suffix": "501"}},
                {"cuaderno_57": {"issuer": "01", "suffix": "501"}},
            ),
            (
                {"pagopa": {"application_code": "01", "creditor_tax_id": "00743110157"}},
                {"bollettino_896": {"account": "1", "prefix": "30100"}},
            ),
        ],
    )
    def test_two_companies_cannot_have_the_same(self, one, two):
        data = fiamma()
        for company, codes in zip(data["companies"], (one, two), strict=True):
            company["payment_codes"] = codes

        assert "'gas' and 'luce' both have" in wrong(data)["file"]

    def test_parameters_are_where_money_goes(self):
        before = parse(balta(), source="balta.toml")
        after = parse(
            self.company(payment_codes={"reference_731": {"prefix": "7"}}), source="balta.toml"
        )

        assert [change.place for change in payment_changes(before, after)] == [
            "companies.balta.payment_codes.reference_731.prefix"
        ]

    def test_numbers_of_the_demo_pass_their_own_checks(self):
        checks = {"ES": cif, "HU": anum, "IT": iva, "LV": pvn, "UA": edrpou}
        seen = set()
        for path in FILES:
            file = load(path)
            for company in file.companies:
                assert checks[file.locale.country].is_valid(company.tax_id), company.name
                assert iban.is_valid(company.iban), company.name
                assert not company.creditor_id or at_02.is_valid(company.creditor_id)
                seen.add(file.locale.country)
        assert seen == set(checks)

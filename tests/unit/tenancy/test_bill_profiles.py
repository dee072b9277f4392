"""What the law wants on a bill cannot be left out of a published configuration."""

import tomllib
from pathlib import Path

import pytest

from mains.tenancy.tenantfile import TenantFileError, parse
from mains.tenancy.tenantfile.bills import OWN_WORDS, PROFILES, Block, ProfileCode

TENANTS = Path(__file__).resolve().parents[3] / "tenants"
WANTED = [(code, wanted.block) for code, profile in PROFILES.items() for wanted in profile.wanted]


def balta(**bill):
    data = tomllib.loads((TENANTS / "balta.toml").read_text(encoding="utf-8"))
    return {**data, "bill": bill}


def whole(code: ProfileCode) -> list[dict[str, object]]:
    """
    Return a text for each block in the utility's own words that a profile wants.
    """
    return [
        {"block": str(wanted.block), "text": {"lv": "Teksts.", "en": "Text."}}
        for wanted in PROFILES[code].wanted
        if wanted.block in OWN_WORDS
    ]


def problems(data) -> str:
    with pytest.raises(TenantFileError) as refused:
        parse(data, source="test")
    return str(refused.value)


@pytest.mark.parametrize("code", list(ProfileCode))
def test_each_profile_can_be_met_and_names_its_source(code):
    file = parse(balta(profile=str(code), texts=whole(code)), source="test")

    assert file.bill
    assert file.bill.profile is code
    assert len(PROFILES[code].source) > 20


@pytest.mark.parametrize(("code", "block"), WANTED)
def test_each_block_that_is_wanted_was_left_out_once(code, block):
    said = problems(balta(profile=str(code), texts=whole(code), leave_out=[str(block)]))

    assert f"leave_out has {block}, which the profile {code} wants" in said


@pytest.mark.parametrize(("code", "block"), [row for row in WANTED if row[1] in OWN_WORDS])
def test_each_text_that_is_wanted_was_missing_once(code, block):
    texts = [one for one in whole(code) if one["block"] != str(block)]

    said = problems(balta(profile=str(code), texts=texts))

    assert f"none for {block} on bills of electricity" in said


def test_what_no_profile_wants_may_be_left_out():
    texts = whole(ProfileCode.LV)
    file = parse(balta(profile="lv", texts=texts, leave_out=["why", "glossary"]), source="test")

    assert file.bill
    assert not file.bill.prints(Block.WHY)
    assert file.bill.prints(Block.HISTORY)


def test_a_text_has_every_language_and_a_place_of_its_own():
    texts = [{"block": "legal", "text": {"lv": "Teksts."}}]
    assert "has no text in en" in problems(balta(profile="lv", texts=whole("lv") + texts))

    texts = [{"block": "amount", "text": {"lv": "Teksts.", "en": "Text."}}]
    assert "made from what was billed" in problems(balta(profile="lv", texts=whole("lv") + texts))

    texts = [{"block": "legal", "services": ["gas"], "text": {"lv": "Teksts.", "en": "Text."}}]
    assert "'gas'" in problems(balta(profile="lv", texts=whole("lv") + texts))


def test_a_text_for_one_service_is_not_enough_for_two():
    data = tomllib.loads((TENANTS / "fiamma.toml").read_text(encoding="utf-8"))
    texts = [one for one in data["bill"]["texts"] if one.get("services") != ["electricity"]]
    assert len(texts) == len(data["bill"]["texts"]) - 1

    said = problems({**data, "bill": {**data["bill"], "texts": texts}})

    assert "none for faults on bills of electricity" in said


def test_a_utility_without_the_section_prints_everything():
    data = tomllib.loads((TENANTS / "balta.toml").read_text(encoding="utf-8"))
    del data["bill"]

    assert parse(data, source="test").bill is None

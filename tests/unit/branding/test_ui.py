"""The tags: fields tied to their words, money in the reader's way, the brand's own parts."""

import re
from decimal import Decimal

import pytest
from django import forms
from django.template import Context
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe
from tests.screens.brands import BRANDS
from tests.screens.forms import ReadingForm
from tests.screens.specimens import prepare_django

from mains.branding.context import brand as brand_processor
from mains.branding.templatetags import ui
from mains.core.money import Money
from mains.core.wording import bare_money_text, money_text

prepare_django()


def rendered(source, **context):
    engine = DjangoTemplates({"NAME": "t", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}})
    return engine.from_string("{% load ui %}" + source).render(context)


class Short(forms.Form):
    code = forms.CharField(
        label="Code",
        help_text="On your bill.",
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )


def test_a_field_ties_label_hint_and_error_to_its_control():
    html = rendered("{% field form.code %}", form=Short({}))

    assert '<label class="label" for="id_code">Code' in html
    assert 'aria-describedby="id_code_helptext id_code_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="input short"' in html
    assert 'id="id_code_helptext"' in html
    assert 'id="id_code_error"' in html


def test_a_sound_field_says_nothing_of_errors():
    html = rendered("{% field form.code %}", form=Short())

    assert "aria-invalid" not in html
    assert "_error" not in html


def test_the_summary_says_the_same_words_as_the_fields_and_links_to_them():
    form = ReadingForm({"delivery": "pigeon", "service": "w"})
    html = rendered("{% error_summary form %}", form=form)

    for bound in form.visible_fields():
        for error in bound.errors:
            assert error in html.replace("&#x27;", "'")
    assert 'href="#id_delivery_0"' in html
    assert "autofocus" in html


def test_a_form_without_errors_has_no_summary():
    assert rendered("{% error_summary form %}", form=Short({"code": "1"})).strip() == ""


def test_what_a_person_typed_is_escaped():
    html = rendered("{% field form.code %}", form=Short({"code": '"><script>'}))

    assert "<script>" not in html


@pytest.mark.parametrize(
    ("language", "amount", "text"),
    [
        ("en", Money(8420, "EUR"), "€84.20"),
        ("lv", Money(8420, "EUR"), "84,20\xa0€"),
        ("hu", Money(18746, "HUF"), "18\xa0746\xa0Ft"),
        ("uk", Money(184260, "UAH"), "1\xa0842,60\xa0₴"),
        ("en", Money(-350, "EUR"), "\u2212€3.50"),
    ],
)
def test_money_reads_as_people_write_it(language, amount, text):
    with translation.override(language):
        assert f">{text}</data>" in ui.money(amount)


@pytest.mark.parametrize(
    ("language", "amount", "text"),
    [
        ("en", Money(-279_349, "UAH"), "-UAH\u00a02,793.49"),
        ("en", Money(1_234, "GBP"), "£12.34"),
        ("uk", Money(279_349, "UAH"), "2\u00a0793,49\u00a0₴"),
        ("hu", Money(1_200, "UAH"), "12,00\u00a0UAH"),
    ],
)
def test_letters_keep_their_distance_from_digits_and_signs_need_none(language, amount, text):
    assert money_text(amount, language=language) == text


def test_an_amount_to_type_over_has_the_signs_of_its_language_and_no_currency():
    assert bare_money_text(Money(4_671, "EUR"), language="uk") == "46,71"
    assert bare_money_text(Money(123_450, "HUF"), language="en") == "123,450"


def test_a_quantity_has_the_digits_it_needs_and_money_has_all_of_its_own():
    with translation.override("en"):
        assert ui.quantity(Decimal("1560.90")) == "1,560.9"
        assert ui.quantity(Decimal("1560.90"), 2) == "1,560.90"
        assert ui.quantity(Decimal(1560), 0) == "1,560"
        assert ui.quantity(None, 2) == "–"


def test_a_text_amount_passes_and_is_escaped_later():
    assert rendered("{{ amount|money }}", amount="<b>") == "&lt;b&gt;"


def test_each_brand_has_its_own_header_and_footer():
    for part in ("header", "footer"):
        source = f'{{% brand_part "{part}" %}}'
        seen = {rendered(source, brand=brand) for brand in BRANDS.values()}
        assert len(seen) == len(BRANDS)


def test_without_a_brand_the_base_parts_are_shown():
    assert 'class="top"' in ui.brand_part(Context({}), "header")


def test_the_processor_hands_over_what_middleware_put_on_the_request():
    request = RequestFactory().get("/")
    assert brand_processor(request) == {"brand": None}

    request.brand = BRANDS["north"]
    assert brand_processor(request) == {"brand": BRANDS["north"]}


@pytest.mark.parametrize("screen", ["bill", "components", "console", "bare"])
def test_pages_need_nothing_a_strict_policy_forbids(screen):
    from tests.screens.specimens import render

    html = render("north", screen)

    assert " style=" not in html
    assert "<style" not in html
    assert " onclick=" not in html
    assert "<script>" not in html


class TestTheErrorSummary:
    def summary(self, form) -> list[str]:
        """
        Return the entries as they are read, each with where it leads.
        """
        page = rendered("{% error_summary form %}", form=form)
        return re.findall(r"<li>(?:<a href=\"(.*?)\">)?(.*?)(?:</a>)?</li>", page)

    def form(self, **typed: str):
        wrong = {"required": "Type a number."}

        class Form(forms.Form):
            first = forms.CharField(label="First meter", error_messages=wrong)
            second = forms.CharField(label="Second meter:", error_messages=wrong)
            terms = forms.BooleanField(
                label=mark_safe('Accept the <a href="/t/">terms &amp; such</a>'),
                error_messages=wrong,
            )
            unseen = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "Lost."})

        return Form(typed)

    def test_names_the_field_of_each_entry_and_leads_there(self):
        form = self.form()
        form.add_error(None, "Nothing was sent.")
        assert self.summary(form) == [
            ("", "Nothing was sent."),
            ("", "Lost."),
            ("#id_first", "First meter: Type a number."),
            ("#id_second", "Second meter: Type a number."),
            ("#id_terms", "Accept the terms &amp; such: Type a number."),
        ]

    def test_is_not_there_where_nothing_is_wrong(self):
        form = self.form(first="1", second="2", terms="on", unseen="x")
        assert self.summary(form) == []


def test_a_long_reference_is_shown_whole_and_goes_on_between_its_groups_only():
    html = rendered("{{ code|in_groups }}", code="pi_3MtwB<LkdIwHu7")

    assert html == "pi_3MtwB<wbr>&lt;LkdIwHu<wbr>7"

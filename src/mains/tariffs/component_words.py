"""What a component charges, and whom, in one or two sentences of the language in force."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from mains.core.wording import number_text
from mains.tariffs.quantity_words import quantity_in_sentence, quantity_label
from mains.tariffs.rules.kinds import (
    AttributePrice,
    BlockMode,
    Blocks,
    Book,
    BoundsPer,
    Component,
    Condition,
    Demand,
    Derived,
    Fixed,
    Hourly,
    Maximum,
    Minimum,
    Percentage,
    TimeOfUse,
    UnitPrice,
)
from mains.tariffs.speaking import PriceWords


def kind_name(kind: str) -> str:
    """
    Return what a kind of component is called.
    """
    return {
        "fixed": _("Fixed price"),
        "unit": _("Price for each unit"),
        "blocks": _("Prices in blocks"),
        "attribute": _("Price by an attribute of the home"),
        "derived": _("Price for a quantity that follows from another"),
        "time_of_use": _("Prices by the time of use"),
        "hourly": _("Hourly price of an index"),
        "demand": _("Price for the highest power"),
        "percentage": _("Percentage of other lines"),
        "minimum": _("Least amount"),
        "maximum": _("Most to pay"),
    }[kind]


def what_it_charges(component: Component, words: PriceWords) -> str:
    """
    Say what a component charges for.
    """
    return _SENTENCES[type(component)](component, words)


def who_is_charged(component: Component) -> list[str]:
    """
    Say whom a component is charged to, and what else is peculiar to it; nothing for everybody.
    """
    found = []
    if component.classes:
        found.append(_("Only contracts of class %(names)s.") % _joined(component.classes))
    if component.zones:
        found.append(_("Only in the zones %(names)s.") % _joined(component.zones))
    if Condition.ELECTRONIC in component.when:
        found.append(_("Only while bills go out without paper."))
    if Condition.MANDATE in component.when:
        found.append(_("Only while a direct debit is in force."))
    if component.book is Book.LEVY:
        found.append(_("Collected for somebody else: a levy."))
    if component.book is Book.SUBSIDY:
        found.append(_("Paid by somebody else: a subsidy."))
    return found


def terms(component: Component, words: PriceWords) -> str:
    """
    Say what a component charges, to whom and with which tax; everything but its prices.
    """
    sentences = [what_it_charges(component, words), *who_is_charged(component)]
    return " ".join([*sentences, tax_words(component.vat)])


def tax_words(vat: str) -> str:
    """
    Say how a component is taxed: at a percentage, or by a tax that has a name.
    """
    if vat[:1].isdigit():
        return _("VAT %(percent)s") % {"percent": f"{vat}\N{NO-BREAK SPACE}%"}
    return _("Tax %(tax)s") % {"tax": vat}


def _joined(names: Any) -> dict[str, str]:
    return {"names": ", ".join(names)}


def _fixed(one: Fixed, _words: PriceWords) -> str:
    if one.by is not None:
        return _("A fixed price by %(attribute)s.") % {"attribute": one.by}
    if one.each is not None:
        return _("A fixed price, once for each of %(attribute)s.") % {"attribute": one.each}
    return _("A fixed price, whatever is used.")


def _unit(one: UnitPrice, _words: PriceWords) -> str:
    return _("A price for each unit of %(quantity)s.") % {
        "quantity": quantity_in_sentence(one.quantity)
    }


def _blocks(one: Blocks, _words: PriceWords) -> str:
    values = {"quantity": quantity_in_sentence(one.quantity), "attribute": one.each or ""}
    text = (
        _("Each part of %(quantity)s at the price of its block.")
        if one.mode is BlockMode.GRADUATED
        else _("All %(quantity)s at the price of the block that it reaches.")
    )
    bounds = {
        BoundsPer.PERIOD: _("The bounds are for a bill."),
        BoundsPer.MONTH: _("The bounds are for a month."),
        BoundsPer.YEAR: _("The bounds are used up in the course of the calendar year."),
        BoundsPer.YEAR_DAYS: _("The bounds are for a year; each bill has the share of its days."),
    }[one.bounds_per]
    each = _("They are for one of %(attribute)s.") if one.each else ""
    return " ".join(filter(None, [text, bounds, each])) % values


def _attribute(one: AttributePrice, _words: PriceWords) -> str:
    text = (
        _("A price a year for each unit of %(attribute)s, a twelfth of it a month.")
        if one.charged_by == "month"
        else _("A price a year for each unit of %(attribute)s, by the days of the bill.")
    )
    return text % {"attribute": one.attribute}


def _derived(one: Derived, words: PriceWords) -> str:
    return _("A price for each unit of %(quantity)s times %(factor)s.") % {
        "quantity": quantity_in_sentence(one.source),
        "factor": _number(one.factor, words),
    }


def _time_of_use(one: TimeOfUse, _words: PriceWords) -> str:
    return _("A price for %(quantity)s in each tariff period of the calendar %(calendar)s.") % {
        "quantity": quantity_in_sentence(one.quantity),
        "calendar": one.calendar,
    }


def _hourly(one: Hourly, _words: PriceWords) -> str:
    return _("The price of the index %(index)s for the %(quantity)s of each hour.") % {
        "quantity": quantity_in_sentence(one.quantity),
        "index": one.index,
    }


def _demand(one: Demand, _words: PriceWords) -> str:
    # That it is the highest power is said already.
    measured = one.measured.removesuffix("@peak").removesuffix(".peak")
    values = {"measured": quantity_label(measured), "contracted": one.contracted or ""}
    if one.contracted is None:
        return _("A price a month for the highest power: %(measured)s.") % values
    return (
        _("A price a month for the highest power: %(measured)s; contracted: %(contracted)s.")
        % values
    )


def _percentage(one: Percentage, words: PriceWords) -> str:
    of = ", ".join(words.label(code) for code in one.of)
    return _("A percentage of %(of)s.") % {"of": of} if of else _("A percentage of all before it.")


def _minimum(one: Minimum, words: PriceWords) -> str:
    return _("What %(of)s lack to a least amount.") % {"of": _bases(one.of, words)}


def _maximum(one: Maximum, words: PriceWords) -> str:
    return _("What %(of)s exceed is given back.") % {"of": _bases(one.of, words)}


def _bases(codes: tuple[str, ...], words: PriceWords) -> str:
    return ", ".join(words.label(code) for code in codes) or _("all lines before it")


def _number(value: Any, words: PriceWords) -> str:
    return number_text(value, language=words.language)


_SENTENCES: dict[type[Component], Callable[[Any, PriceWords], str]] = {
    Fixed: _fixed,
    UnitPrice: _unit,
    Blocks: _blocks,
    AttributePrice: _attribute,
    Derived: _derived,
    TimeOfUse: _time_of_use,
    Hourly: _hourly,
    Demand: _demand,
    Percentage: _percentage,
    Minimum: _minimum,
    Maximum: _maximum,
}

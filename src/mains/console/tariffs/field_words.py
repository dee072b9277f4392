"""What the fields of a component are called, and what helps to fill them in."""

from django.utils.translation import gettext_lazy as _

# Translated when one of them is read: a page has hundreds of fields.
_LABELS = {
    "code": _("Code"),
    "label": _("Name on the bill"),
    "excess_label": _("Name of the line for the excess"),
    "vat": _("Tax"),
    "classes": _("Only contracts of these classes"),
    "zones": _("Only in these zones"),
    "when": _("Only while"),
    "book": _("Booked as"),
    "price": _("Price"),
    "per": _("The price is for"),
    "by": _("By the attribute"),
    "sizes": _("Prices by size"),
    "each": _("Once for each"),
    "quantity": _("Quantity"),
    "unit": _("Unit"),
    "blocks": _("Blocks"),
    "bounds_per": _("The bounds are for"),
    "mode": _("How blocks count"),
    "attribute": _("Attribute"),
    "charged_by": _("Charged by"),
    "source": _("Follows from the quantity"),
    "factor": _("Factor"),
    "calendar": _("Calendar"),
    "prices": _("Prices by tariff period"),
    "index": _("Index"),
    "extra": _("Price on top of the index"),
    "measured": _("Highest power"),
    "contracted": _("Contracted power"),
    "minimum_percent": _("Least share of the contracted power, in %"),
    "excess_from_percent": _("Exceeding begins at, in % of the contracted power"),
    "excess_price": _("Price of what exceeds it"),
    "of": _("Of the components"),
    "percent": _("Per cent"),
    "floor_quantity": _("At least a price for each unit of"),
    "floor_price": _("That least price"),
    "limit_quantity": _("Counts only for the first units of"),
    "limit_per_month": _("So many units a month"),
    "at_most": _("At most, a month"),
    "per_month": _("Amount a month"),
    "start": _("From"),
    "up_to": _("Up to"),
    "size": _("Size"),
    "period": _("Tariff period"),
}
_HELP = {
    "code": _("Small letters, digits and _. Bills and percentages know the component by it."),
    "vat": _("A percentage such as 10, or the code of a tax."),
    "classes": _("Codes with commas between them. Empty: every contract."),
    "zones": _("Codes with commas between them. Empty: everywhere."),
    "by": _("Such as meter_size. Leave it empty where there is one price."),
    "each": _("Such as dwellings or persons. Empty: once."),
    "quantity": _("As registers call it, such as water or energy."),
    "unit": _("As it is printed behind the quantity: m3, kWh, GJ."),
    "blocks": _("The last block has no end. Without “From” each begins where the one before ends."),
    "attribute": _("As supply points record it, such as heated_volume."),
    "source": _("Such as hot_water; times the factor it is what is priced."),
    "price": _("Without tax."),
    "measured": _("Such as energy@peak, or the register that shows it."),
    "contracted": _("The attribute that holds it. Empty: only what was measured counts."),
    "of": _("Their codes with commas between them. Empty: all components before it."),
    "percent": _("Below zero it is a discount."),
    "sizes": _("One row for each size. Empty a row to take it away."),
    "prices": _("Each tariff period of the calendar needs one price."),
}
_CHOICES = {
    "per": {
        "month": _("a month"),
        "period": _("a bill"),
        "day": _("a day"),
        "year": _("a year, by its days"),
    },
    "bounds_per": {
        "period": _("a bill"),
        "month": _("a month"),
        "year": _("the calendar year, used up bill by bill"),
        "year_days": _("a year, shared out by days"),
    },
    "mode": {
        "graduated": _("Each part at the price of its block"),
        "whole": _("All at the price of the block that is reached"),
    },
    "charged_by": {"month": _("months"), "day": _("days")},
    "book": {
        "sales": _("Our own sales"),
        "levy": _("A levy for somebody else"),
        "subsidy": _("A subsidy paid by somebody else"),
    },
    "when": {
        "electronic": _("bills go out without paper"),
        "mandate": _("a direct debit is in force"),
    },
}
_MISSING = {
    "price": _("Type a price."),
    "label": _("Type what the line is called on a bill."),
    "vat": _("Type a percentage, or the code of a tax."),
    "calendar": _("Choose a calendar."),
    "index": _("Choose an index."),
    "up_to": _("Type where the block ends."),
}


def label(name: str) -> str:
    """
    Return what a field of a component is called.
    """
    return str(_LABELS[name])


def help_text(name: str) -> str:
    """
    Return what helps to fill in a field; nothing where its name says it.
    """
    return str(_HELP.get(name, ""))


def choice(name: str, value: str) -> str:
    """
    Return what a choice of a field is called.
    """
    return str(_CHOICES[name][value])


def missing(name: str) -> str:
    """
    Say what to do about a field that has to be filled in and is not.
    """
    return str(_MISSING.get(name) or _("This is needed. Fill it in."))

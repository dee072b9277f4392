"""What a bill is called."""

from django.utils.translation import gettext as _

from mains.billing.models import BillKind


def kind_name(kind: str) -> str:
    """
    Return what a kind of bill is called, at the beginning of a line.
    """
    return {
        BillKind.REGULAR.value: _("Bill"),
        BillKind.FINAL.value: _("Final bill"),
        BillKind.INTERIM.value: _("Interim bill"),
        BillKind.CORRECTION.value: _("Corrected bill"),
        BillKind.SETTLEMENT.value: _("Settlement"),
        BillKind.CREDIT.value: _("Credit note"),
    }[kind]


def title_of(*, kind: str, number: str) -> str:
    """
    Return the title of a bill with its number.
    """
    if kind == BillKind.REGULAR:
        return _("Bill %(number)s") % {"number": number}
    return f"{kind_name(kind)} {number}"

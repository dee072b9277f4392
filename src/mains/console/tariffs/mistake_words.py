"""What contradicts itself in a draft, in words: what it is, and what helps."""

from django.utils.translation import gettext as _

from mains.console.tariffs.numbers import typed_number
from mains.tariffs.rules.mistakes import Mistake, Trouble


def sentence(mistake: Mistake) -> str:
    """
    Say what is wrong at a place and what to do.
    """
    values = {name: typed_number(value) for name, value in mistake.values.items()}
    return _sentences()[mistake.trouble] % values


def _sentences() -> dict[Trouble, str]:
    return {
        Trouble.CODE_TWICE: _("Another component has the code %(code)s. Give each its own."),
        Trouble.UNKNOWN_TAX: _(
            "There is no tax %(tax)s. Type a percentage, or the code of a tax that there is."
        ),
        Trouble.UNKNOWN_CALENDAR: _("There is no calendar %(calendar)s. Choose one that there is."),
        Trouble.UNKNOWN_INDEX: _("There is no index %(index)s. Choose one that there is."),
        Trouble.TOO_MANY_PLACES: _("Prices have up to eight decimals. Round this one."),
        Trouble.TOO_LARGE: _(
            "No price is as large as that. Look whether a decimal sign is missing."
        ),
        Trouble.NO_ROW: _("There is no block. Type at least one price."),
        Trouble.GAP: _(
            "There is a gap: the block begins at %(start)s, and the one before ends at %(floor)s."
        ),
        Trouble.OVERLAP: _(
            "The blocks overlap: this one begins at %(start)s, and the one before ends at "
            "%(floor)s."
        ),
        Trouble.NEVER_REACHED: _(
            "The block is never reached: it ends at %(end)s and begins at %(floor)s."
        ),
        Trouble.NEEDS_END: _("Other blocks follow, so this one needs an end. Type where it ends."),
        Trouble.LAST_ENDS: _("It is the last block, so it has no end. Leave this empty."),
        Trouble.PRICE_OR_SIZES: _(
            "It needs either one price, or an attribute with a price for each size."
        ),
        Trouble.SIZE_TWICE: _("The size %(value)s has two prices. Take one away."),
        Trouble.PERIOD_UNPRICED: _(
            "The calendar has tariff periods without a price: %(periods)s. Add a row for each."
        ),
        Trouble.PERIOD_UNKNOWN: _(
            "The calendar has no tariff period %(period)s. It has %(periods)s."
        ),
        Trouble.PERIOD_TWICE: _("The tariff period %(value)s has two prices. Take one away."),
        Trouble.FACTOR: _("The factor has to be above zero."),
        Trouble.CONTRACTED: _(
            "It is compared with a contracted power. Type the attribute that holds it."
        ),
        Trouble.FLOOR: _("A least price needs its quantity, and the quantity a least price."),
        Trouble.LIMIT: _("A limit needs its quantity, and the quantity so many units a month."),
        Trouble.RESTS_ON_LATER: _(
            "There is no component %(code)s before this one. It can only rest on those before it."
        ),
    }

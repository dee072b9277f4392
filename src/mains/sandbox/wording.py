"""What the pretend gateway says to who stands before its pages."""

from django.utils.translation import gettext as _

from mains.sandbox import cards


def declined(code: str) -> str:
    """
    Return why a card was not taken, and what to do next.
    """
    return {
        "declined": _("Your bank declined this card. Nothing was charged. Use another one."),
        "insufficient_funds": _("There is not enough money on this card. Use another one."),
        "expired_card": _("This card has expired. Nothing was charged. Use another one."),
        "lost_card": _("This card was reported as lost. Nothing was charged. Use another one."),
        "processing_error": _("Your bank could not process this. Try again, or use another card."),
        "authentication_failed": _(
            "You told your bank that this was not you. Nothing was charged. Use another card."
        ),
        "unknown_card": _("This is not one of the test cards. Nothing was charged."),
    }[code]


def test_cards() -> list[tuple[str, str]]:
    """
    Return every test card as people write it, and what it does.
    """
    meanings = {
        cards.GOOD_CARD: _("pays"),
        cards.ASKING_CARD: _("pays after its bank asked you (3-D Secure)"),
        cards.ALWAYS_ASKING_CARD: _("its bank asks each time, so later nobody can charge it alone"),
        cards.LATER_DECLINED_CARD: _("pays, but is declined once it is stored and charged later"),
        cards.DISPUTED_CARD: _("pays, and its holder disputes that at once"),
        cards.DECLINED_CARD: _("is declined"),
        cards.EMPTY_CARD: _("has not enough money on it"),
        cards.EXPIRED_CARD: _("has expired"),
        cards.LOST_CARD: _("was lost"),
        cards.BROKEN_CARD: _("cannot be processed"),
    }
    return [(spaced(number), meanings[number]) for number in cards.TEST_CARDS]


def spaced(number: str) -> str:
    """
    Return a card number in groups of four.
    """
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))

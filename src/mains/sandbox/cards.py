"""The test cards, and what each of them does."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TestCard:
    """
    `decline` on the page, `later` once it is stored and charged with nobody there.
    """

    number: str
    decline: str = ""
    later: str = ""
    # Its bank asks the holder first (3-D Secure).
    asks: bool = False
    # Its holder disputes the payment afterwards.
    disputed: bool = False


GOOD_CARD, DECLINED_CARD, EMPTY_CARD = "4242424242424242", "4000000000000002", "4000000000009995"
EXPIRED_CARD, LOST_CARD, BROKEN_CARD = "4000000000000069", "4000000000009987", "4000000000000119"
# Asks when it is paid with or stored; then it may be charged with nobody there.
ASKING_CARD = "4000000000003220"
# Asks each time, so nobody can charge it while its holder is away.
ALWAYS_ASKING_CARD = "4000002760003184"
# Can be stored, and is declined when it is charged later.
LATER_DECLINED_CARD = "4000000000000341"
DISPUTED_CARD = "4000000000000259"
NEEDS_CUSTOMER = "authentication_required"

TEST_CARDS = {
    card.number: card
    for card in (
        TestCard(GOOD_CARD),
        TestCard(ASKING_CARD, asks=True),
        TestCard(ALWAYS_ASKING_CARD, asks=True, later=NEEDS_CUSTOMER),
        TestCard(LATER_DECLINED_CARD, later="declined"),
        TestCard(DISPUTED_CARD, disputed=True),
        TestCard(DECLINED_CARD, decline="declined"),
        TestCard(EMPTY_CARD, decline="insufficient_funds"),
        TestCard(EXPIRED_CARD, decline="expired_card"),
        TestCard(LOST_CARD, decline="lost_card"),
        TestCard(BROKEN_CARD, decline="processing_error"),
    )
}
UNKNOWN = TestCard("", decline="unknown_card", later="unknown_card")
YEARS_GOOD = 3
# It asks for the holders of all of them.
BANK = "Test Bank"


def test_card(number: str) -> TestCard:
    """
    Return what a number does; one that is no test card is declined as `unknown_card`.
    """
    return TEST_CARDS.get(number, UNKNOWN)


def label(number: str) -> str:
    """
    Return how a card is named to its holder, e.g. `Visa •••• 4242`.
    """
    return f"Visa •••• {number[-4:]}"


def good_until(now: datetime) -> str:
    """
    Return the last month in which a card that is stored now is good, as `2028-04`.
    """
    return f"{now.year + YEARS_GOOD}-{now.month:02}"

"""A login that asks for another e-mail, and the links mailed for it."""

from tests.journeys import logins
from tests.journeys.logins import Browser

OLD, OTHER = "anna@alder.example", "anna@other.example"
EMAIL = "/me/email/"


def ask(browser: Browser, email: str = OTHER):
    return browser.post(EMAIL, email=email)


def links() -> tuple[str, str]:
    """
    Return the paths mailed to the old and to the new address.
    """
    return logins.path_in("email-change-old"), logins.path_in("email-change-new")


def moved(browser: Browser) -> str:
    """
    Move the login, and return the path of the link that takes it back.
    """
    ask(browser)
    for place in links():
        Browser().post(place)
    return logins.path_in("email-changed")

"""What a utility's own words may be about, and whether they can be sent as they are."""

from mains.notifications.kinds import KINDS
from mains.notifications.rules import own_words
from mains.tenancy.tenantfile import TenantFile

# Told to staff, or to whoever opens a provider: they are the platform's.
_OF_THE_PLATFORM = frozenset(
    {
        "provider-ready", "provider-confirm", "staff-invitation", "approval-asked",
        "approval-decided", "spray-alarm", "contact-letter",
    }
)  # fmt: skip
BRAND = "brand"


class MailWrong(ValueError):
    """A utility's own text cannot be sent; `place` says which, `why` what is wrong with it."""

    def __init__(self, place: str, why: str) -> None:
        self.place, self.why = place, why
        super().__init__(f"{place}: {why}")


def kinds() -> list[str]:
    """
    Return the kinds of messages that utilities may write themselves.
    """
    return sorted(KINDS.keys() - _OF_THE_PLATFORM)


def places(*, kind: str) -> list[str]:
    """
    Return the names that a kind's texts may have in braces.
    """
    return sorted({*KINDS[kind].values, BRAND})


def check(file: TenantFile) -> None:
    """
    Pass silently if a utility's own words for messages can be sent.

    :raises MailWrong: naming the place, such as `mails[0].text.en`.
    """
    seen: set[str] = set()
    for position, one in enumerate(file.mails):
        place = f"mails[{position}]"
        if one.kind not in kinds():
            raise MailWrong(f"{place}.kind", f"there is no message {one.kind!r}")
        if one.kind in seen:
            raise MailWrong(f"{place}.kind", f"{one.kind!r} is written twice")
        seen.add(one.kind)
        if one.subject.keys() != one.text.keys():
            raise MailWrong(place, "subject and text have different languages")
        for language in one.text:
            link = KINDS[one.kind].link
            for name, text, wanted in (
                ("subject", one.subject[language], None),
                ("text", one.text[language], link),
            ):
                _check(f"{place}.{name}.{language}", text, kind=one.kind, link=wanted)


def _check(place: str, text: str, *, kind: str, link: str | None) -> None:
    known = places(kind=kind)
    try:
        own_words.check(text, known=known, link=link)
    except own_words.UnknownPlace as error:
        names = ", ".join(f"{{{name}}}" for name in known)
        raise MailWrong(place, f"{{{error.args[0]}}} is not known; there are {names}") from error
    except own_words.StrayBrace as error:
        raise MailWrong(place, "a brace { or } stands alone") from error
    except own_words.LinkMissing as error:
        raise MailWrong(place, f"it needs {{{link}}}, where its button leads") from error

"""Texts that utilities write themselves: places in braces, and nothing that runs."""

import re
from collections.abc import Collection, Mapping

PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z_]*")


class UnknownPlace(ValueError):
    """A place that the message has no value for; `args` are the place and those that there are."""


class LinkMissing(ValueError):
    """The text does not say where its button leads."""


class StrayBrace(ValueError):
    """A brace that begins or ends no place."""


def check(text: str, *, known: Collection[str], link: str | None = None) -> None:
    """
    Pass silently if every place of a text is known, and the link's is among them where one is.

    :raises UnknownPlace: for any other name, and for anything but a name: no attribute, no format.
    :raises StrayBrace: for a brace without its other one.
    :raises LinkMissing: if there is a link and the text has no place for it.
    """
    places = PLACE.findall(text)
    for place in places:
        if not _NAME.fullmatch(place) or place not in known:
            raise UnknownPlace(place, sorted(known))
    if "{" in (rest := PLACE.sub("", text)) or "}" in rest:
        raise StrayBrace(text)
    if link and link not in places:
        raise LinkMissing(link)


def filled(text: str, values: Mapping[str, str]) -> str:
    """
    Return a text with its places filled; paragraphs with a place that has no value are left out.

    A value is put in as it is: what looks like a place in it stays as it was written.
    """
    kept = [
        paragraph
        for paragraph in text.replace("\r\n", "\n").strip().split("\n\n")
        if all(values.get(name) for name in PLACE.findall(paragraph))
    ]
    return "\n\n".join(PLACE.sub(lambda found: values[found[1]], one) for one in kept)

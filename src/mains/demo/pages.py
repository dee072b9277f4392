"""Just enough of HTML to walk a site as a person does: text, links and forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Form:
    """
    A form of a page: where it goes, and what it would send untouched.
    """

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class Reader(HTMLParser):
    """
    Collect the forms, links, amounts and the visible text of a page.
    """

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.amounts: list[str] = []
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in {"script", "style"}:
            self._silent += 1
        elif tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("method", "get").lower()))
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "data" and "value" in found:
            self.amounts.append(found["value"])
        elif tag in {"input", "select", "textarea"} and self.forms and found.get("name"):
            ticked = found.get("type") not in {"checkbox", "radio"} or "checked" in found
            if ticked:
                fields = self.forms[-1].fields
                fields.setdefault(found["name"], []).append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


@dataclass(frozen=True, slots=True)
class Page:
    """
    What a request was answered with, after following redirects.
    """

    status: int
    url: str
    body: bytes

    def reader(self) -> Reader:
        """
        Return what is on the page.
        """
        reader = Reader()
        reader.feed(self.body.decode("utf-8", "replace"))
        return reader

    @property
    def text(self) -> str:
        """
        Return the visible words with single spaces.
        """
        return " ".join(" ".join(self.reader().words).split())

    def form(self, ending: str = "") -> Form:
        """
        Return the first form that is sent by POST to an address with this ending.

        :raises LookupError: if the page has none.
        """
        for form in self.reader().forms:
            if form.method == "post" and form.action.endswith(ending):
                return form
        raise LookupError(
            f"{self.url} ({self.status}) has no form to {ending!r}: {self.text[:300]}"
        )

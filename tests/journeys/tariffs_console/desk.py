"""A browser at the console that fills in the forms of a page as a person would."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from tests.journeys import console_world
from tests.journeys.tariffs import world


class FormReader(HTMLParser):
    """
    Reads what the form with a named field would send.
    """

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[list[tuple[str, str]]] = []
        self.select = ""
        self.options: list[tuple[str, bool]] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in {"input", "select"}:
            self.names.add(found.get("name", ""))
        if tag == "form":
            self.forms.append([])
        elif tag == "input" and found.get("name") and self.forms:
            box = found.get("type") in {"checkbox", "radio"}
            if not box or "checked" in found:
                self.forms[-1].append((found["name"], found.get("value", "")))
        elif tag == "select" and self.forms:
            self.select, self.options = found.get("name", ""), []
        elif tag == "option":
            self.options.append((found.get("value", ""), "selected" in found))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.select:
            chosen = [value for value, is_chosen in self.options if is_chosen]
            first = self.options[0][0] if self.options else ""
            self.forms[-1].append((self.select, chosen[0] if chosen else first))
            self.select = ""


def form_on(page: Any, *, with_field: str) -> dict[str, list[str]]:
    """
    Return the fields of the page's form that has a field, as a browser would send them.
    """
    reader = FormReader()
    reader.feed(page.content.decode())
    for form in reader.forms:
        if any(name == with_field for name, _value in form):
            sent: dict[str, list[str]] = {}
            for name, value in form:
                sent.setdefault(name, []).append(value)
            return sent
    raise AssertionError(f"no form has {with_field}")


def fields_on(page: Any) -> set[str]:
    """
    Return the names of all fields of a page, ticked or not.
    """
    reader = FormReader()
    reader.feed(page.content.decode())
    return reader.names


def typed(component: dict[str, Any]) -> dict[str, str]:
    """
    Return what a person types into the form of a component that a tenant file writes so.
    """
    found: dict[str, str] = {}
    for name, value in component.items():
        if isinstance(value, dict):
            found |= {f"{name}-{language}": text for language, text in value.items()}
        elif isinstance(value, list) and isinstance(value[0], dict):
            for number, row in enumerate(value):
                found |= {f"{name}-{number}-{column}": cell for column, cell in row.items()}
        elif name != "kind":
            found[name] = ", ".join(value) if isinstance(value, list) else value
    return found


class Draft:
    """
    A draft's page, and what is typed on it.
    """

    def __init__(self, desk: console_world.Desk, place: str) -> None:
        self.desk, self.place = desk, place.removeprefix(f"/{desk.slug}/").split("?")[0]
        self.page = desk.get(self.place)

    @property
    def text(self) -> str:
        return self.page.content.decode()

    @property
    def id(self) -> int:
        return int(self.place.split("/")[2])

    def send(self, do: str = "save", **typed: str) -> Any:
        """
        Type into fields (`c0_price` for `c0-price`) and press a button.
        """
        form = form_on(self.page, with_field="start_date")
        for name, value in typed.items():
            form[name.replace("__", "_").replace("--", "-")] = [value]
        answer = self.desk.post(self.place, {**form, "do": do})
        where = answer.get("Location", "").partition("#")[0]
        if where:
            self.page = self.desk.client.get(where, headers={"host": self.desk.host})
        else:
            self.page = answer
        return answer

    def type(self, values: dict[str, str], do: str = "save") -> Any:
        return self.send(do, **values)

    def add(self, kind: str, values: dict[str, str]) -> int:
        """
        Add a component of a kind, fill it in, save, and return its number.
        """
        self.type({"kind": kind}, do="add")
        number = int(form_on(self.page, with_field="start_date")["components"][0]) - 1
        self.type({f"c{number}-{name}": value for name, value in values.items()})
        return number

    def enter(self, component: dict[str, Any]) -> int:
        """
        Add a component as a tenant file writes it, and fill in every field that it has there.

        A table of fields has two spare rows: what is below them waits until the next two are there.
        """
        number = self.add(component["kind"], {})
        left = {f"c{number}-{name}": text for name, text in typed(component).items()}
        while left:
            there = {name: left.pop(name) for name in left.keys() & fields_on(self.page)}
            assert there, f"the form has no field for {sorted(left)}"
            self.type(there)
        return number

    def problems(self) -> list[str]:
        """
        Return what the summary at the top of the page says is wrong.
        """
        if "data-error-summary" not in self.text:
            return []
        summary = self.text.split("data-error-summary")[1].split("</div>")[0]
        return [part.split("</a>")[0].split(">", 1)[1] for part in summary.split("<a ")[1:]]


@contextmanager
def opened(file: Any, **home: Any) -> Iterator[tuple[Any, console_world.Desk]]:
    """
    Open a utility with one home and an owner at the console.
    """
    from django.db import transaction

    from mains.guard.context import PUBLIC, inside
    from mains.identity.models import User

    with world.opened(file, **home) as moved_in:
        console_world.add_staff("olga@willow.example", (world.SLUG, "OWNER"))
        try:
            yield moved_in, console_world.signed_in("olga@willow.example", world.SLUG)
        finally:
            with inside(PUBLIC), transaction.atomic():
                User.objects.filter(email__endswith="@willow.example").delete()


def begun(desk: console_world.Desk, code: str = "home") -> Draft:
    """
    Begin a new version of a tariff.
    """
    return Draft(desk, desk.post(f"tariffs/of/{code}/new/")["Location"])


def published(desk: console_world.Desk, draft: Draft, **typed: str) -> Any:
    """
    Look at what a draft changes and publish it.
    """
    place = f"{draft.place}publish/"
    form = form_on(desk.get(place), with_field="based_on")
    return desk.post(place, {**form, **typed})


def back_in() -> None:
    """
    Serve the tenant again: a request leaves nobody being served.
    """
    from mains.guard import context

    context.choose(world.SLUG)

"""The source files that the house rules look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mains"
SURFACES = ("portal", "console", "backoffice", "api", "webhooks")


@dataclass(frozen=True, slots=True)
class Module:
    """
    One Python file: its path within the package, such as `billing/actions.py`, and its tree.
    """

    path: str
    tree: ast.Module
    lines: int

    @property
    def app(self) -> str:
        return self.path.split("/", 1)[0]

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


def parsed(code: str, path: str = "billing/actions.py") -> Module:
    """
    Return a snippet as if it stood in a file; controls use it.
    """
    return Module(path, ast.parse(code), code.count("\n") + 1)


def modules(*apps: str) -> Iterator[Module]:
    """
    Yield the files of the package, or of some of its apps.
    """
    for file in sorted(SOURCE.rglob("*.py")):
        path = file.relative_to(SOURCE).as_posix()
        if not apps or path.split("/", 1)[0] in apps:
            yield parsed(file.read_text(encoding="utf-8"), path)


def dotted(node: ast.AST) -> str:
    """
    Return a name with its dots, such as `timezone.now`; nothing for anything else.
    """
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return ""


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """
    Yield what is called, by its dotted name.
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def at(module: Module, node: ast.AST) -> str:
    """
    Return where a node stands.
    """
    return f"src/mains/{module.path}:{getattr(node, 'lineno', 1)}"

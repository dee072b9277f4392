"""The house rules: each looks at one file and tells what is wrong, where, and what to do."""

import ast
from collections.abc import Iterator

from tests.house.sources import SURFACES, Module, at, calls, dotted

MONEY = ("billing", "ledger", "payments", "tariffs")
CLOCKS = {
    "timezone.now", "timezone.localdate", "timezone.localtime", "date.today", "datetime.now",
    "datetime.utcnow", "datetime.today", "datetime.date.today", "datetime.datetime.now",
}  # fmt: skip
# The edges, where instants come in: everything else is given `now` or `today`.
CLOCK_APPS = (*SURFACES, "cli", "demo", "bench", "embedded", "sandbox")
CLOCK_FILES = ("tasks.py", "middleware.py", "requests.py", "logs.py")
CLOCK_PATHS = (
    "tenancy/queries.py", "payments/gateways/", "notifications/channels/",
    # What the beat does, and what allauth calls without an instant.
    "journeys/upkeep.py", "journeys/allauth_mails.py", "journeys/allauth_adapter.py",
)  # fmt: skip
# Read everywhere, and nothing else can stand between its brackets.
POSITIONAL = {"tenancy/queries.py:tenant"}
SENDING = (".delay", ".apply_async", ".send_task")


def no_signals(module: Module) -> Iterator[str]:
    for name, node in calls(module):
        if name.split(".")[-1] == "receiver":
            yield f"{at(module, node)}: no signals; call the action, or write a journey."


def no_clock(module: Module) -> Iterator[str]:
    if (
        module.app in CLOCK_APPS
        or module.name in CLOCK_FILES
        or module.path.startswith(CLOCK_PATHS)
    ):
        return
    for name, node in calls(module):
        if name in CLOCKS:
            yield f"{at(module, node)}: take `now` or `today` as a parameter, not {name}()."


def no_direct_tasks(module: Module) -> Iterator[str]:
    if module.path == "core/jobs.py":
        return
    for name, node in calls(module):
        if f".{name.split('.')[-1]}" in SENDING and "." in name:
            yield f"{at(module, node)}: declare a Job and use send_after_commit()."


def no_objects_in_surfaces(module: Module) -> Iterator[str]:
    if module.app not in SURFACES or module.name in {"models.py", "actions.py", "queries.py"}:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            yield f"{at(module, node)}: a surface asks a query or an action, never a manager."


def no_queries_at_import(module: Module) -> Iterator[str]:
    """
    A query belongs to the tenant that was served when it was made: at import that is any, or none.
    """
    waiting: list[ast.AST] = [module.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            yield f"{at(module, node)}: make the query inside a function, for whom it serves."
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def no_floats(module: Module) -> Iterator[str]:
    if module.path != "core/money.py" and module.app not in MONEY:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{at(module, node)}: write Decimal('{node.value}'); money knows no floats."
        if isinstance(node, ast.Call) and dotted(node.func) == "float":
            yield f"{at(module, node)}: use Decimal; money knows no floats."


def keyword_only(module: Module) -> Iterator[str]:
    for node in _public_functions(module):
        if f"{module.path}:{node.name}" in POSITIONAL:
            continue
        if node.args.args or node.args.posonlyargs:
            yield f"{at(module, node)}: make the arguments of {node.name}() keyword-only (`*,`)."


def documented(module: Module) -> Iterator[str]:
    for node in _public_functions(module):
        if not ast.get_docstring(node):
            yield f"{at(module, node)}: say what {node.name}() does, in one imperative sentence."


def _public_functions(module: Module) -> Iterator[ast.FunctionDef]:
    if module.name not in {"actions.py", "queries.py"}:
        return
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def pure_migrations(module: Module) -> Iterator[str]:
    if "/migrations/" not in module.path:
        return
    for node in ast.walk(module.tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            if name.split(".")[0] == "mains":
                yield f"{at(module, node)}: a migration outlives {name}; copy what it needs."


def concurrent_indexes(module: Module) -> Iterator[str]:
    """
    An index on a table of the same migration locks nobody; on an older one it stops writing.
    """
    if "/migrations/" not in module.path:
        return
    made = {
        dotted(keyword.value) or getattr(keyword.value, "value", "").lower()
        for name, node in calls(module)
        if name.endswith("CreateModel")
        for keyword in node.keywords
        if keyword.arg == "name"
    }
    for name, node in calls(module):
        if not name.endswith("AddIndex") or name.endswith("AddIndexConcurrently"):
            continue
        of = next((k.value for k in node.keywords if k.arg == "model_name"), None)
        table = getattr(of, "value", "") or (node.args and getattr(node.args[0], "value", ""))
        if str(table).lower() not in made:
            yield f"{at(module, node)}: use AddIndexConcurrently in a migration that is not atomic."


def small(module: Module) -> Iterator[str]:
    if module.lines > 500:
        yield f"src/mains/{module.path} has {module.lines} lines: which two things is it?"


RULES = {
    rule.__name__: rule
    for rule in (
        no_signals, no_clock, no_direct_tasks, no_objects_in_surfaces, no_queries_at_import,
        no_floats, keyword_only, documented, pure_migrations, concurrent_indexes, small,
    )
}  # fmt: skip

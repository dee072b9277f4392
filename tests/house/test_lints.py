"""Our own rules on our own source; each has a control, a bad snippet that it has to find."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from tests.house import rules
from tests.house.sources import SOURCE, dotted, modules, parsed

# What no text for people says: the reader has done nothing wrong, and we do not beg.
RUDE = re.compile(r"\b(please|sorry|invalid|oops)\b", re.IGNORECASE)
GETTEXT = {
    "_", "gettext", "gettext_lazy", "ngettext", "pgettext", "gettext_noop", "ngettext_lazy",
    "pgettext_lazy",
}  # fmt: skip
MSGIDS = re.compile(
    r"{%\s*(?:translate|trans)\s+(\"[^\"]*\"|'[^']*')"
    r"|{%\s*blocktrans(?:late)?[^%]*%}(.*?){%\s*endblocktrans"
    r"|_\((\"[^\"]*\"|'[^']*')\)",
    re.DOTALL,
)
INLINE = {
    "a style attribute": re.compile(r"<[a-zA-Z][^>]*\sstyle\s*=", re.DOTALL),
    "an event attribute": re.compile(r"<[a-zA-Z][^>]*\son[a-z]+\s*=", re.DOTALL),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc\s*=)[^>]*>\s*[^<\s]", re.DOTALL),
    "a style element": re.compile(r"<style[\s>]"),
}


@pytest.mark.parametrize("name", rules.RULES)
def test_the_source_keeps(name):
    found = [problem for module in modules() for problem in rules.RULES[name](module)]

    assert not found, "\n".join(["", *found])


BAD = {
    "no_signals": ("@receiver(post_save)\ndef f(**_): ...", "billing/actions.py"),
    "no_clock": ("x = timezone.now()", "billing/actions.py"),
    "no_direct_tasks": ("task.delay(1)", "billing/actions.py"),
    "no_objects_in_surfaces": ("Bill.objects.all()", "portal/bills/views.py"),
    "no_queries_at_import": ("ROWS = Bill.objects.defer('facts')", "billing/runs/overview.py"),
    "no_floats": ("x = 0.5", "billing/rules/vat.py"),
    "keyword_only": ("def f(x):\n    'Do.'", "billing/actions.py"),
    "documented": ("def f(*, x): ...", "billing/queries.py"),
    "pure_migrations": ("from mains.core import money", "billing/migrations/0002_x.py"),
    "concurrent_indexes": (
        "migrations.AddIndex(model_name='bill', index=1)",
        "billing/migrations/0002_x.py",
    ),
    "small": ("x = 1\n" * 501, "billing/actions.py"),
}
MORE_BAD = [
    ("no_queries_at_import", "class A:\n    queryset = Bill.objects.all()", "api/bills.py"),
    ("no_floats", "float(x)", "ledger/actions.py"),
    ("no_floats", "x = 1.0", "core/money.py"),
    ("no_clock", "date.today()", "core/calendars.py"),
    ("no_clock", "datetime.now(UTC)", "payments/actions.py"),
    ("no_direct_tasks", "current_app.send_task('x')", "journeys/x.py"),
    ("no_direct_tasks", "f.apply_async()", "console/runs/views.py"),
    ("pure_migrations", "import mains.core", "billing/migrations/0002_x.py"),
]
GOOD = [
    ("no_queries_at_import", "def f():\n    return Bill.objects.all()", "billing/queries.py"),
    ("no_queries_at_import", "class Bill:\n    objects = Manager()", "billing/models.py"),
    ("no_clock", "timezone.now()", "billing/tasks.py"),
    ("no_floats", "x = 0.5", "branding/rules/chart.py"),
    ("no_objects_in_surfaces", "Bill.objects.all()", "billing/queries.py"),
    ("keyword_only", "def _f(x): ...", "billing/actions.py"),
    (
        "concurrent_indexes",
        "migrations.CreateModel(name='Bill')\nmigrations.AddIndex(model_name='bill', index=1)",
        "billing/migrations/0001_initial.py",
    ),
]


def test_every_rule_has_a_control():
    assert set(BAD) == set(rules.RULES)


@pytest.mark.parametrize(
    ("name", "code", "path"),
    [(name, code, path) for name, (code, path) in BAD.items()] + MORE_BAD,
)
def test_control_a_bad_snippet_is_found(name, code, path):
    (problem,) = list(rules.RULES[name](parsed(code, path)))[:1]
    assert path in problem


@pytest.mark.parametrize(("name", "code", "path"), GOOD)
def test_control_a_good_snippet_is_not(name, code, path):
    assert list(rules.RULES[name](parsed(code, path))) == []


def test_every_declared_job_has_one_task():
    from mains.core import jobs

    declared, registered = set(), []
    for module in modules():
        if module.name == "jobs.py" and module.path != "core/jobs.py":
            importlib.import_module(f"mains.{module.path[:-3].replace('/', '.')}")
        if module.name == "tasks.py":
            importlib.import_module(f"mains.{module.path[:-3].replace('/', '.')}")
            registered += _registered(module)
        declared |= _declared(module)
    assert declared
    assert declared <= set(jobs.declared)
    assert sorted(registered) == sorted(set(registered)), "One job has two tasks."
    assert {name for name in jobs.declared if not name.startswith("tests.")} == {
        name for name in jobs.registered if not name.startswith("tests.")
    }, "Write the missing task in tasks.py with @tenant_task(JOB)."
    assert len(registered) == len(declared)


def _declared(module):
    if module.path == "core/jobs.py":
        return set()
    return {
        node.args[0].value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "Job" and node.args
    }


def _registered(module):
    return [
        dotted(decorator.args[0])
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and dotted(decorator.func) == "tenant_task"
    ]


def test_control_a_job_without_a_task_is_found():
    assert _declared(parsed("X = Job('a.b')")) == {"a.b"}
    assert _registered(parsed("@tenant_task(jobs.X)\ndef f(): ...")) == ["jobs.X"]


def test_every_tenant_file_loads_and_its_tariffs_compile():
    from mains.tariffs.entering import rows_of
    from mains.tariffs.rules.components import read_components
    from mains.tariffs.rules.rating import compile_tariff
    from mains.tenancy.tenantfile import load

    files = sorted((SOURCE.parents[1] / "tenants").glob("*.toml"))
    assert len(files) >= 5
    for path in files:
        file = load(path)
        for tariff in file.tariffs:
            for version in tariff.versions:
                rows, _labels = rows_of(tariff, version, calendars=file.calendars)
                compiled = compile_tariff(read_components(rows), currency=file.locale.currency)
                assert len(compiled.components) == len(version.components)


def test_the_kinds_of_tenant_files_are_the_kinds_of_rating():
    from typing import get_args

    from mains.tariffs.rules.kinds import KINDS
    from mains.tenancy.tenantfile import components

    union = get_args(components.Component)[0]
    named = {get_args(kind.model_fields["kind"].annotation)[0] for kind in get_args(union)}
    assert named == set(KINDS)


def texts():
    """
    Yield every source text for people, with where it stands.
    """
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in GETTEXT:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield f"src/mains/{module.path}:{node.lineno}", argument.value
    for file in templates():
        for found in MSGIDS.finditer(file.read_text(encoding="utf-8")):
            yield (
                file.relative_to(SOURCE.parents[1]).as_posix(),
                next(filter(None, found.groups()), ""),
            )


def templates():
    roots = [SOURCE, SOURCE.parents[1] / "themes"]
    return sorted(
        file for root in roots for file in root.rglob("templates/**/*.html") if file.is_file()
    )


def test_texts_for_people_neither_beg_nor_blame():
    found = list(texts())
    assert len(found) > 200
    rude = [f"{place}: {text!r}" for place, text in found if RUDE.search(text)]
    assert not rude, "\n".join(["Say what happened and what to do.", *rude])


def test_control_a_rude_text_is_found():
    assert RUDE.search("Please try again")
    assert RUDE.search("The value is invalid.")
    assert not RUDE.search("Validated, and sorrylessly so")
    found = MSGIDS.search('{% translate "Oops" %}')
    assert found
    assert RUDE.search(found.group(1))


def test_templates_have_no_inline_code():
    found = [
        f"{file.relative_to(SOURCE.parents[1])}: {what}"
        for file in templates()
        if not _is_mail(file)
        for what, pattern in INLINE.items()
        if pattern.search(file.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(
        ["The content policy refuses them; use ui.js and the layers.", *found]
    )


def _is_mail(file: Path) -> bool:
    # Mail programs read nothing but style attributes.
    return "notifications" in file.parts


@pytest.mark.parametrize(
    "snippet",
    [
        '<p style="color:red">', "<p class='a'\n style='x'>", '<a onclick="f()">',
        "<script>f()</script>", "<script nonce='x'> f() </script>", "<style>p{}</style>",
    ],
)  # fmt: skip
def test_control_inline_code_is_found(snippet):
    assert any(pattern.search(snippet) for pattern in INLINE.values())


@pytest.mark.parametrize(
    "snippet",
    ['<script src="/ui.js" defer></script>', '<p class="style" data-on="x">', "style = 1"],
)
def test_control_other_code_is_not(snippet):
    assert not any(pattern.search(snippet) for pattern in INLINE.values())


def test_python_outside_of_the_package_is_small_too():
    for file in (SOURCE.parents[1] / "tests").rglob("*.py"):
        assert file.read_text(encoding="utf-8").count("\n") <= 500, file

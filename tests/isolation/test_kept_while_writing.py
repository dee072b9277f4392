"""What is kept of a tenant runs out, and is used all the same in the middle of writing."""

from types import SimpleNamespace

import pytest
from django.db import transaction

from mains.guard import context

pytestmark = pytest.mark.usefixtures("unblocked")
SLUG = "alder"


@pytest.fixture
def run_out(unblocked, monkeypatch):
    """
    Let what is kept of the tenant have run out.
    """
    from mains.tenancy import queries

    monkeypatch.setattr(queries, "CACHE_SECONDS", -1)
    monkeypatch.setattr(queries, "_load", lambda name: SimpleNamespace(schema_name=name))
    queries.forget()
    with context.inside(SLUG):
        queries.current_tenant()
    yield queries
    queries.forget()


def test_a_transaction_goes_on_with_the_tenant_that_it_began_with(run_out):
    with context.inside(SLUG), transaction.atomic():
        assert run_out.current_tenant().schema_name == SLUG


def test_control_without_anything_kept_it_would_ask_another_schema(run_out):
    with context.inside(SLUG), transaction.atomic():
        run_out.forget()
        with pytest.raises(context.SwitchInsideTransaction):
            run_out.current_tenant()


def test_outside_it_is_asked_for_again(run_out):
    with context.inside(SLUG):
        first, second = run_out.current_tenant(), run_out.current_tenant()
    assert first is not second

"""Sixteen threads, ten tenants, random exceptions: nobody ever sees another tenant's row."""

import pytest

from tests.isolation import hostile, pooler

THREADS, READS, CONTROL_READS = 16, 50_000, 4_000

pytestmark = pytest.mark.usefixtures("unblocked")


def test_nobody_sees_a_foreign_row(ten_tenants):
    seen = hostile.run(ten_tenants, threads=THREADS, reads=READS)

    assert seen["foreign"] == 0, seen
    assert seen.total() == READS
    assert seen["own"] > READS * 0.8


@pytest.mark.parametrize("reads", [10_000, pytest.param(READS, marks=pytest.mark.long)])
def test_nobody_sees_a_foreign_row_through_a_transaction_pool(ten_tenants, tmp_path, reads):
    with pooler.running(tmp_path) as port, hostile.through_port(port):
        seen = hostile.run(ten_tenants, threads=THREADS, reads=reads)

    assert seen["foreign"] == 0, seen
    assert seen.total() == reads
    assert seen["own"] > reads * 0.8


def test_without_the_guard_the_same_load_leaks(ten_tenants, owner_login):
    with hostile.without_the_guard(owner_login):
        seen = hostile.run(ten_tenants, threads=THREADS, reads=CONTROL_READS)

    assert seen["foreign"] > 0, "The control found no leak, so the test above proves nothing."


def test_without_the_guard_the_pool_leaks_rows(ten_tenants, owner_login, tmp_path):
    with (
        pooler.running(tmp_path) as port,
        hostile.without_the_guard(owner_login),
        hostile.through_port(port),
    ):
        seen = hostile.run(ten_tenants, threads=THREADS, reads=CONTROL_READS)

    assert seen["foreign"] > CONTROL_READS * 0.05, seen

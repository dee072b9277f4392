"""A load that tries to make one tenant's rows appear in another."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache, caches
from django.db import connection, connections, transaction
from django.db.utils import IntegrityError

from mains.guard import context, stamps
from mains.identity.models import User
from tests.isolation.conftest import CANARIES


class Boom(Exception):
    """The random failure of an application."""


def run(tenants: list[str], *, threads: int, reads: int, seed: int = 7) -> Counter[str]:
    """
    Read canaries from many threads and count own and foreign ones.
    """
    total: Counter[str] = Counter()
    lock = threading.Lock()

    def work(number: int) -> None:
        seen = Worker(tenants, random.Random(seed + number)).run(reads // threads)
        with lock:
            total.update(seen)

    pool = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    return total


class Worker:
    def __init__(self, tenants: list[str], dice: random.Random) -> None:
        self.tenants, self.dice = tenants, dice
        self.seen: Counter[str] = Counter()
        self.ways = [
            self.alone,
            self.alone,
            self.alone,
            self.in_a_read_only_block,
            self.in_a_transaction,
            self.then_failing,
            self.after_a_savepoint,
            self.nested,
            self.through_the_cache,
            self.with_a_cursor,
        ]

    def run(self, reads: int) -> Counter[str]:
        try:
            for _ in range(reads):
                self.once()
        finally:
            connection.close()
        return self.seen

    def once(self) -> None:
        tenant = self.dice.choice(self.tenants)
        try:
            with inside(tenant):
                found = self.dice.choice(self.ways)()
        except (Boom, IntegrityError):
            self.seen["expected error"] += 1
        else:
            self.seen["own" if found == tenant else "foreign"] += 1
        if self.dice.random() < 0.005:
            connection.close()

    def alone(self) -> str:
        return User.objects.get(pk=self.dice.randint(1, CANARIES)).name

    def in_a_read_only_block(self) -> str:
        with reading():
            return self.alone()

    def in_a_transaction(self) -> str:
        with transaction.atomic():
            self.alone()
            return self.alone()

    def then_failing(self) -> str:
        with transaction.atomic():
            self.alone()
            if self.dice.random() < 0.5:
                raise Boom
            User.objects.create(pk=1, email="taken")
        raise AssertionError("The key was taken, so the row cannot have been stored.")

    def after_a_savepoint(self) -> str:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    self.alone()
                    raise Boom
            except Boom:
                return self.alone()

    def nested(self) -> str:
        before = self.alone()
        other = self.dice.choice(self.tenants)
        with inside(other):
            if self.alone() != other:
                return "foreign inside"
        after = self.alone()
        return after if after == before else "foreign after"

    def through_the_cache(self) -> str:
        return cache.get_or_set("whose", self.alone)

    def with_a_cursor(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("select name from identity_user where id = 1")
            return (cursor.fetchone() or ("nobody",))[0]


@contextmanager
def inside(tenant: str) -> Iterator[None]:
    """
    Serve a tenant: through the guard, or django-tenants' own way where the guard is off.
    """
    if hasattr(connection, "reading"):
        with context.inside(tenant):
            yield
        return
    before = connection.schema_name
    connection.set_schema(tenant)
    try:
        yield
    finally:
        connection.set_schema(before)


@contextmanager
def reading() -> Iterator[None]:
    block = connection.reading() if hasattr(connection, "reading") else transaction.atomic()
    with block:
        yield


@contextmanager
def without_the_guard(owner_login: dict[str, str]) -> Iterator[None]:
    """
    Give new threads what django-tenants does by itself: SET search_path and plain cache keys.
    """
    database, keys = connections.databases["default"], caches.settings["default"]
    saved, key_function = dict(database), keys["KEY_FUNCTION"]
    database.update(ENGINE="django_tenants.postgresql_backend", **owner_login)
    keys["KEY_FUNCTION"] = "django.core.cache.backends.base.default_key_func"
    stamps.uninstall()
    try:
        yield
    finally:
        stamps.install()
        database.clear()
        database.update(saved)
        keys["KEY_FUNCTION"] = key_function


@contextmanager
def through_port(port: str) -> Iterator[None]:
    """
    Connect new threads to another port, a pooler's.
    """
    database = connections.databases["default"]
    before = database["PORT"]
    database["PORT"] = port
    try:
        yield
    finally:
        database["PORT"] = before

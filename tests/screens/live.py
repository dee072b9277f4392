"""The whole application on 127.0.0.1, with the demo's tenants, for a browser to look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from playwright._impl._api_structures import SetCookieParam

from mains.demo import data, logins
from mains.demo.browser import HttpBrowser
from mains.demo.people import Customer
from mains.guard import context
from mains.guard.context import PUBLIC, inside
from mains.tenancy import queries
from tests import databases, filled

# A day on which every demo tenant's reading window is open.
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        return


@cache
def django_application() -> WSGIHandler:
    """
    Return the one application of every request; making one takes longer than a page.
    """
    return get_wsgi_application()


def application(environ, start_response):
    """
    Answer a request, then close the connection that its thread opened.
    """
    try:
        return django_application()(environ, start_response)
    finally:
        context.choose(None)
        connection.close()


@contextmanager
def serving() -> Iterator[int]:
    """
    Serve whatever tenants there are; yields the port.
    """
    server = make_server("127.0.0.1", 0, application, Server, Quiet)
    settings.PUBLIC_PORT = str(server.server_port)
    # Forms lead on to the gateway's page on this port.
    policy = settings.SECURE_CSP
    gateway = f"http://cards.localhost:{server.server_port}"
    settings.SECURE_CSP = {**policy, "form-action": [*policy["form-action"], gateway]}
    queries.forget()
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        settings.PUBLIC_PORT = ""
        settings.SECURE_CSP = policy
        queries.forget()
        connection.close()


@contextmanager
def running() -> Iterator[int]:
    """
    Fill the demo's tenants and serve them; yields the port.
    """
    try:
        with serving() as port:
            for file in data.files():
                filled.fill_tenant(file=file, now=NOW)
            with inside(PUBLIC):
                logins.add_staff(email=logins.PLATFORM_EMAIL, name="Platform", schema_name=None)
            yield port
    finally:
        with databases.owner() as owner:
            for file in data.files():
                databases.drop_tenant(owner, file.slug)
            databases.forget_staff(owner)
            owner.commit()


def signed_in(slug: str, port: int) -> list[SetCookieParam]:
    """
    Return the cookies of a tenant's demo customer.
    """
    anna = Customer(queries.tenant(slug), HttpBrowser(port=port), logins.customer_email(slug))
    anna.sign_in()
    host = anna.tenant.host
    jar = anna.browser.cookies[f"{host}:{port}"]
    return [{"name": name, "value": value, "url": anna.tenant.url} for name, value in jar.items()]

"""The server, and what a test lets happen there."""

import hashlib
import hmac
import json
import random
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.stripe_simulator import paying, shapes
from tests.stripe_simulator.accounts import Account, Answered, as_bytes
from tests.stripe_simulator.answers import Requests
from tests.stripe_simulator.cards import TOKENS
from tests.stripe_simulator.errors import Problem

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required",
           403: "Forbidden", 404: "Not Found", 409: "Conflict", 429: "Too Many Requests",
           500: "Internal Server Error"}  # fmt: skip


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        return {**super().get_environ(), "simulator.socket": self.connection}

    def log_message(self, *_about: Any) -> None:
        pass


class Simulator:
    """
    `platform_key` acts for every account in `accounts`; `own_keys` are of one account each.

    `outage` is empty, `before` (nothing is done), `after` (what changes something is done, and the
    line is cut) or the status of an answer that comes instead.
    """

    def __init__(
        self,
        *,
        platform_key: str,
        accounts: Iterable[str] = (),
        own_keys: dict[str, str] | None = None,
    ) -> None:
        self.keys = {platform_key: "", **(own_keys or {})}
        names = {"", *accounts, *(own_keys or {}).values()}
        self.accounts = {name: Account(name) for name in names}
        self.outage = ""
        self.busy_keys: set[str] = set()
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._server = make_server("127.0.0.1", 0, self._app, _Server, _Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.requests = Requests(self.address)

    def __enter__(self) -> "Simulator":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # What people do.

    def pay(self, session_id: str, token: str = "pm_card_visa", *, account: str = "") -> bool:
        """
        Pay on a page, with a card whose holder is there, and tell whether that went through.
        """
        at, session = self._open(session_id, account)
        intent = paying.intent_of(at, session)
        if not paying.confirm(at, intent, token, is_there=True):
            return False
        session |= {"status": "complete", "payment_status": "paid", "url": None}
        at.tell("checkout.session.completed", session)
        return True

    def pay_slowly(self, session_id: str, *, account: str = "") -> None:
        """
        Pay on a page in a way whose money arrives days later, or does not.
        """
        at, session = self._open(session_id, account)
        paying.intent_of(at, session)["status"] = "processing"
        session |= {"status": "complete", "url": None}
        at.tell("checkout.session.completed", session)

    def arrive(self, session_id: str, *, arrives: bool = True, account: str = "") -> None:
        """
        Let the money of a slow payment arrive, or fail to.
        """
        at = self.accounts[account]
        session = at.get("checkout.session", session_id)
        intent = at.get("payment_intent", session["payment_intent"])
        if arrives:
            paying.succeed(at, intent)
            session["payment_status"] = "paid"
            at.tell("checkout.session.async_payment_succeeded", session)
        else:
            error = {"type": "card_error", "code": "debit_not_authorized"}
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
            at.tell("payment_intent.payment_failed", intent)
            at.tell("checkout.session.async_payment_failed", session)

    def store(self, session_id: str, token: str = "pm_card_visa", *, account: str = "") -> None:
        """
        Store a card on a page.
        """
        at, session = self._open(session_id, account)
        intent, card = at.get("setup_intent", session["setup_intent"]), TOKENS[token]
        method = at.add(
            "pm", "payment_method", type="card", customer=session["customer"],
            card={"brand": card.brand, "last4": card.last4, "exp_month": 4, "exp_year": 2028},
        )  # fmt: skip
        at.tokens[method["id"]] = token
        intent |= {"status": "succeeded", "payment_method": method["id"]}
        session |= {"status": "complete", "url": None}
        at.tell("setup_intent.succeeded", intent)
        at.tell("checkout.session.completed", session)

    def dispute(self, intent_id: str, *, inquiry: bool = False, account: str = "") -> str:
        at = self.accounts[account]
        made = paying.dispute(at, at.get("payment_intent", intent_id), inquiry=inquiry)
        return str(made["id"])

    def decide(self, dispute_id: str, status: str, *, account: str = "") -> None:
        at = self.accounts[account]
        paying.decide(at, at.get("dispute", dispute_id), status)

    def finish(self, refund_id: str, status: str, *, account: str = "") -> None:
        """
        Let a refund that was pending end.
        """
        at = self.accounts[account]
        made = at.get("refund", refund_id)
        made["status"], has_failed = status, status == "failed"
        made["failure_reason"] = "lost_or_stolen_card" if has_failed else None
        at.tell("refund.failed" if has_failed else "refund.updated", made)

    @contextmanager
    def out(self, how: str) -> Iterator[None]:
        self.outage = how
        try:
            yield
        finally:
            self.outage = ""

    # What merchants hear.

    def events(self, what: str = "", *, account: str = "") -> list[dict[str, Any]]:
        found = self.accounts[account].events
        return [event for event in found if event["type"].startswith(what)]

    def deliver(
        self,
        to: Callable[[bytes, dict[str, str]], Any],
        *,
        secret: str,
        account: str = "",
        twice: bool = False,
        shuffled: random.Random | None = None,
        late: timedelta = timedelta(0),
    ) -> int:
        """
        Deliver every event, once or twice, in order or not, and return how often that was.
        """
        events = list(self.accounts[account].events) * (2 if twice else 1)
        if shuffled:
            shuffled.shuffle(events)
        for event in events:
            to(*signed(event, secret=secret, at=datetime.now(UTC) - late))
        return len(events)

    # What programs ask.

    def _app(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        text = environ["wsgi.input"].read(length).decode() if length else environ["QUERY_STRING"]
        if self.outage == "before":
            return _cut(environ)
        if self.outage.isdecimal():
            error = {"type": "rate_limit_error" if self.outage == "429" else "api_error"}
            return _reply(start, int(self.outage), as_bytes({"error": error}))
        with self._lock:
            status, body = self._answer(environ, text)
        if self.outage == "after" and environ["REQUEST_METHOD"] == "POST":
            return _cut(environ)
        return _reply(start, status, body)

    def _answer(self, environ: dict[str, Any], text: str) -> tuple[int, bytes]:
        method, place = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix("/v1/")
        self.asked.append(f"{method} {place}")
        try:
            account = self._account(environ)
            shape, name = _shape(method, place)
            key = environ.get("HTTP_IDEMPOTENCY_KEY", "") if method == "POST" else ""
            fingerprint = f"{method} {place}?{text}"
            if key in self.busy_keys and key:
                raise Problem(409, kind="idempotency_error", code="idempotency_key_in_use")
            if key in account.keys:
                return _replayed(account.keys[key], fingerprint)
            found = shapes.read(shape, text)
        except Problem as problem:
            return problem.status, as_bytes(problem.body())
        try:
            status, body = 200, as_bytes(self.requests.act(shape, account, name, found))
        except Problem as problem:
            status, body = problem.status, as_bytes(problem.body())
        # A request that was never begun, because it makes no sense, does not use its key up.
        if key and status in {200, 402}:
            account.keys[key] = Answered(fingerprint, status, body)
        return status, body

    def _account(self, environ: dict[str, Any]) -> Account:
        key = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        if key not in self.keys:
            raise Problem(401, message=f"This is no key: {key[:8]}...")
        own, acted_for = self.keys[key], environ.get("HTTP_STRIPE_ACCOUNT", "")
        if acted_for and (own or acted_for not in self.accounts):
            raise Problem(403, code="account_invalid")
        return self.accounts[acted_for or own]

    def _open(self, session_id: str, account: str) -> tuple[Account, dict[str, Any]]:
        at = self.accounts[account]
        session = at.get("checkout.session", session_id)
        if session["status"] != "open":
            raise Problem(400, message="This page is closed.")
        return at, session


def signed(
    event: dict[str, Any], *, secret: str, at: datetime | None = None
) -> tuple[bytes, dict[str, str]]:
    """
    Return the body and the headers of an event's webhook.
    """
    body = json.dumps(event).encode()
    stamp = str(int((at or datetime.now(UTC)).timestamp()))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={stamp},v1={digest}"}


def _shape(method: str, place: str) -> tuple[str, str]:
    parts = place.split("/")
    name = next((part for part in parts if part.startswith(("pi_", "cs_", "re_"))), "")
    shape = f"{method} {'/'.join('*' if part == name and name else part for part in parts)}"
    if shape not in shapes.ALLOWED:
        raise Problem(404, message=f"Nothing here: {shape}")
    return shape, name


def _replayed(known: Answered, fingerprint: str) -> tuple[int, bytes]:
    if known.fingerprint != fingerprint:
        raise Problem(400, kind="idempotency_error")
    return known.status, known.body


def _reply(start: Callable[..., Any], status: int, body: bytes) -> list[bytes]:
    start(f"{status} {REASONS[status]}", [("Content-Type", "application/json"),
                                          ("Content-Length", str(len(body)))])  # fmt: skip
    return [body]


def _cut(environ: dict[str, Any]) -> list[bytes]:
    environ["simulator.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError

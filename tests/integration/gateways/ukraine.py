"""
LiqPay and Privat24 as small servers of our own: what their public pages say they answer.

Signatures are computed here anew, not by the code that is tested.
"""

import base64
import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode


class Server:
    """
    A server on 127.0.0.1; `outage` is empty, `before` it acts, or `after`: then the line is cut.
    """

    def __init__(self) -> None:
        self.outage = ""
        self.asked: list[Any] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = b"" if outer.outage == "before" else outer.answer(body)
                if outer.outage in {"before", "after"}:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(int(outer.outage or 200))
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_about: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> "Server":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def out(self, how: str) -> Iterator[None]:
        self.outage = how
        try:
            yield
        finally:
            self.outage = ""

    def answer(self, body: bytes) -> bytes:
        raise NotImplementedError


class LiqPay(Server):
    """
    `keys` are private keys by public key; payments are kept by `order_id`.
    """

    def __init__(self, keys: dict[str, str]) -> None:
        super().__init__()
        self.keys = keys
        self.payments: dict[str, dict[str, Any]] = {}

    def read(self, form: dict[str, str]) -> dict[str, Any]:
        params: dict[str, Any] = json.loads(base64.b64decode(form["data"]))
        key = self.keys[params["public_key"]]
        if form["signature"] != self._signature(form["data"], key):
            return {"error": "invalid_signature"}
        return params

    def pay(self, form: dict[str, str], status: str) -> None:
        """
        Try to pay what a posted form asks for; an order is paid once.
        """
        params = self.read(form)
        assert params["action"] == "pay"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", params["expired_date"])
        known = self.payments.get(params["order_id"])
        if known and known["status"] == "success":
            return
        self.payments[params["order_id"]] = {
            "payment_id": 1_000_001 + len(self.payments),
            "action": "pay",
            "status": status,
            "version": 3,
            "type": "buy",
            "public_key": params["public_key"],
            "order_id": params["order_id"],
            "liqpay_order_id": f"LIQ{len(self.payments)}",
            "description": params["description"],
            "amount": float(params["amount"]),
            "currency": params["currency"],
            "sender_card_mask2": "424242*42",
            "create_date": 1_790_000_000_000,
            "end_date": 1_790_000_060_000,
            **({"err_code": "9859"} if status == "failure" else {}),
        }

    def callback(self, order_id: str) -> bytes:
        payment = self.payments[order_id]
        return self.signed(payment, self.keys[payment["public_key"]])

    def signed(self, payment: dict[str, Any], key: str) -> bytes:
        data = base64.b64encode(json.dumps(payment).encode()).decode()
        return urlencode({"data": data, "signature": self._signature(data, key)}).encode()

    def answer(self, body: bytes) -> bytes:
        params = self.read({name: one[0] for name, one in parse_qs(body.decode()).items()})
        self.asked.append(params)
        return json.dumps(self._answered(params)).encode()

    def _answered(self, params: dict[str, Any]) -> dict[str, Any]:
        if "error" in params:
            return {"result": "error", "status": "error", "err_code": params["error"]}
        payment = self.payments.get(params["order_id"])
        if payment is None or payment["public_key"] != params["public_key"]:
            return {"result": "error", "status": "error", "err_code": "payment_not_found"}
        if params["action"] == "status":
            return {"result": "ok", **payment}
        if payment["status"] != "success" or float(params["amount"]) > payment["amount"]:
            return {"result": "error", "status": "error", "err_code": "payment_err_status"}
        payment["status"] = "reversed"
        return {"result": "ok", "action": "refund", "status": "reversed",
                "payment_id": payment["payment_id"]}  # fmt: skip

    def _signature(self, data: str, key: str) -> str:
        return base64.b64encode(hashlib.sha1((key + data + key).encode()).digest()).decode()


class Privat(Server):
    """
    `passwords` are those of merchants by their number; payments are kept by `order`.
    """

    def __init__(self, passwords: dict[str, str]) -> None:
        super().__init__()
        self.passwords = passwords
        self.payments: dict[str, dict[str, str]] = {}

    def pay(self, form: dict[str, str], state: str) -> None:
        names = ("amt", "ccy", "details", "ext_details", "pay_way", "order", "merchant")
        payment = {name: form[name] for name in names}
        assert form["signature"] == self._signature(_text(payment), payment["merchant"])
        more = {"state": state, "date": "291126101500", "ref": "P24A1", "payCountry": "UA"}
        self.payments[form["order"]] = {**payment, **more}

    def callback(self, order: str) -> bytes:
        return self.signed(self.payments[order])

    def signed(self, payment: dict[str, str], *, by: str = "") -> bytes:
        text = _text(payment)
        signature = self._signature(text, by or payment["merchant"])
        return urlencode({"payment": text, "signature": signature}).encode()

    def answer(self, body: bytes) -> bytes:
        text = body.decode()
        found = re.fullmatch(
            r"<\?xml version='1\.0' encoding='UTF-8'\?>\s*<request version=\"1\.0\"><merchant>"
            r"<id>(\d+)</id><signature>(\w+)</signature></merchant><data>(.*)</data></request>",
            text,
        )
        assert found, text
        merchant, signature, data = found.groups()
        self.asked.append(data)
        if signature != self._signature(data, merchant):
            return b'<?xml version="1.0"?><error message="invalid signature" />'
        order = re.search(r'<prop name="order" value="([^"]+)"/>', data)
        assert order, data
        known = self.payments.get(order[1], {})
        if known.get("merchant") != merchant:
            known = {}
        attributes = {"order": order[1], "state": known.get("state", "not found")}
        attributes |= {name: known[name] for name in ("amt", "ccy", "ref", "date") if name in known}
        inner = "<oper>cmt</oper><payment {} />".format(
            " ".join(f'{name}="{value}"' for name, value in attributes.items())
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><response version="1.0"><merchant>'
            f"<id>{merchant}</id><signature>{self._signature(inner, merchant)}</signature>"
            f"</merchant><data>{inner}</data></response>"
        ).encode()

    def _signature(self, text: str, merchant: str) -> str:
        inner = hashlib.md5((text + self.passwords[merchant]).encode()).hexdigest()
        return hashlib.sha1(inner.encode()).hexdigest()


def _text(payment: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in payment.items())

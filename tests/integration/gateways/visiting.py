"""Somebody in front of the pretend gateway's pages, and a merchant that hears of it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

HOST = "cards.localhost"
GOOD, DECLINED, ASKING = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 3220"
DISPUTED = "4000-0000-0000-0259"


class Visitor:
    """
    Somebody in front of a page of the gateway, opened for a new charge.
    """

    def __init__(self, world, client, serve):
        self.world, self.client, self.serve = world, client, serve

    def opens(self, *, stores=False, **about):
        charge = self.world.charge(**about)
        opened = self.world.gateway.store_card if stores else self.world.gateway.start
        self.charge, self.page = charge, "/pay/" + opened(charge).gateway_reference + "/"
        return self

    def sends(self, place="", **fields):
        answer = self.client.post(self.page + place, fields)
        self.serve("alder")
        return answer

    def sees(self, place=""):
        answer = self.client.get(self.page + place)
        self.serve("alder")
        return answer

    def state(self):
        return self.world.gateway.ask(self.charge, known_as="").state

    def bodies(self):
        """Return what the merchant is told of this charge, in order."""
        return [json.loads(event.body) for event in self.events()]

    def events(self):
        from mains.guard import context
        from mains.sandbox.models import Event

        with context.inside("public"):
            rows = Event.objects.filter(checkout__reference=self.charge.reference)
            return list(rows.select_related("checkout").order_by("pk"))


def text(answer):
    return answer.content.decode()


class Merchant:
    """
    A server that hears webhooks.
    """

    def __init__(self):
        self.heard, self.hosts, self.status = [], [], 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append((body, dict(self.headers)))
                outer.hosts.append(self.headers["Host"])
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_about):
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()

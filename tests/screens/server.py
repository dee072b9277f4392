"""Serve a handful of rendered pages on 127.0.0.1 for as long as a test looks at them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Files = Mapping[str, bytes]

_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "png": "image/png",
    "woff2": "font/woff2",
    "html": "text/html; charset=utf-8",
}
# The policy the product promises: a page that needs more than this is broken here too.
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'"


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, *arguments: object, files: Files) -> None:
        self.files = files
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        body = self.files.get(self.path.partition("?")[0])
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", _TYPES.get(self.path.rpartition(".")[2], "text/plain"))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_arguments: object) -> None:
        return


@contextmanager
def serving(files: Files) -> Iterator[str]:
    """
    Serve the files by path; yields the address of the server without a closing slash.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, files=files))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

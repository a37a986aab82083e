"""A service on a bad day: what stands between a function and moto, and gets in the way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

Before = Callable[[str, str], int]
"""Told of a request by its method and path; 0 hands it on, else this is the answer's status."""

Change = Callable[[str, bytes], bytes]
"""Changes the body of an answer to a request for this path."""


class InBetween:
    """Hands requests on, unless it was told otherwise."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.before: Before = lambda method, path: 0
        self.change: Change = lambda path, body: body


@contextmanager
def in_between(behind: str) -> Iterator[InBetween]:
    """Stands in front of the service at `behind`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _hand_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status = between.before(self.command, self.path)
            if status:
                self._answer(status, {}, b"")
                return
            headers = dict(self.headers)
            response = requests.request(
                self.command, behind + self.path, data=body, headers=headers, timeout=30
            )
            content = between.change(self.path, response.content)
            self._answer(response.status_code, dict(response.headers), content)

        do_GET = do_PUT = do_POST = do_DELETE = _hand_on

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    between = InBetween(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield between
    finally:
        server.shutdown()
        server.server_close()

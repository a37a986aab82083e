"""A service on a bad day: what stands between a function and moto, and gets in the way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from runtime import POLL_SECONDS


@dataclass
class Asked:
    """A request. Whoever is told of it may change its body."""

    method: str
    path: str
    operation: str
    """Of the services that speak JSON, such as `GetItem`."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answered:
    """An answer that is not the service's."""

    status: int
    body: bytes = b""

    @classmethod
    def error(cls, name: str) -> "Answered":
        """A refusal, as the services that speak JSON have it."""
        return cls(400, json.dumps({"__type": name, "message": "as the test has it"}).encode())


NEVER = Answered(0)
"""The connection stays open, and nothing comes."""

Before = Callable[[str, str], int]
"""Told of a request by its method and path; 0 hands it on, else this is the answer's status."""

Instead = Callable[[Asked], Answered | None]
"""Told of a request; None hands it on, else this is the answer."""

Change = Callable[[str, bytes], bytes]
"""Changes the body of an answer to a request for this path."""


class InBetween:
    """Hands requests on, unless it was told otherwise."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.over = threading.Event()
        self.good_day()

    def good_day(self) -> None:
        """Everything is handed on from now on."""
        self.before: Before = lambda method, path: 0
        self.instead: Instead = lambda asked: None
        self.change: Change = lambda path, body: body


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """Connections that come together: its default is 5, and the others would come later."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever has lost patience leaves connections."""


@contextmanager
def in_between(behind: str) -> Iterator[InBetween]:
    """Stands in front of the service at `behind`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # What is written in two parts would wait for an acknowledgement.
        disable_nagle_algorithm = True

        def _hand_on(self) -> None:
            operation = self.headers.get("x-amz-target", "").rpartition(".")[2]
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            asked = Asked(self.command, self.path, operation, body)
            status = between.before(self.command, self.path)
            answered = Answered(status) if status else between.instead(asked)
            if answered is NEVER:
                between.over.wait()
            elif answered:
                self._answer(answered.status, {}, answered.body)
            else:
                headers = dict(self.headers)
                response = requests.request(
                    self.command, behind + self.path, data=asked.body, headers=headers, timeout=30
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

    server = _Server(("127.0.0.1", 0), Handler)
    between = InBetween(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
    try:
        yield between
    finally:
        between.over.set()
        server.shutdown()
        server.server_close()

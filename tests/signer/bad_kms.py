"""KMS on a bad day: hands everything on to moto but what it refuses."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

Refuse = Callable[[str], str | None]
"""The error for an operation, or None if it is handed on."""


def throttled_kms(operation: str) -> str | None:
    """Throttles `Sign`."""
    return "ThrottlingException" if operation == "Sign" else None


class ForgetfulKms:
    """Does not know a key yet when it is first asked for its public half."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, operation: str) -> str | None:
        self.asked += operation == "GetPublicKey"
        is_first = operation == "GetPublicKey" and self.asked == 1
        return "NotFoundException" if is_first else None


@contextmanager
def bad_kms(behind: str, refuse: Refuse) -> Iterator[str]:
    """The address of a KMS that refuses some operations, in front of the one at `behind`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            error = refuse(self.headers["x-amz-target"].removeprefix("TrentService."))
            if error:
                answer = {"__type": error, "message": "on purpose"}
                self._answer(400, json.dumps(answer).encode())
            else:
                response = requests.post(behind, body, headers=dict(self.headers), timeout=30)
                self._answer(response.status_code, response.content)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/x-amz-json-1.1")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()

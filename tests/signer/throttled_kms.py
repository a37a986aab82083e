"""KMS on a bad day: hands everything on to moto but `Sign`, which it throttles."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests


@contextmanager
def throttled_kms(behind: str) -> Iterator[str]:
    """The address of a KMS that throttles `Sign`, in front of the one at `behind`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers["x-amz-target"] == "TrentService.Sign":
                answer = {"__type": "ThrottlingException", "message": "Rate exceeded"}
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

"""A proxy before AWS's services that ends the caller at one of the changes that it asks for."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Self

import requests

from runtime import POLL_SECONDS

# What Secrets Manager and KMS are asked to change; of CloudFront and S3 it is every method but GET.
CHANGES = (
    "CreateKey",
    "PutSecretValue",
    "ScheduleKeyDeletion",
    "TagResource",
    "UpdateSecretVersionStage",
)
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding"}


class Interrupter(ThreadingHTTPServer):
    """Hands requests on. The change of this number ends the caller: before it is made, or after."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.lock = Lock()
        self.changes = 0
        self.end_at = -1
        self.after = False
        self.end: Callable[[], None] = lambda: None

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever is killed leaves connections."""

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # What is written in two parts would wait for an acknowledgement.
    disable_nagle_algorithm = True
    server: Interrupter

    def do_GET(self) -> None:
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target")
        ends = False
        if target.endswith(CHANGES) if target else self.command != "GET":
            with server.lock:
                ends = server.changes == server.end_at
                server.changes += 1
        if ends and not server.after:
            server.end()
            self.close_connection = True
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        answer = requests.request(
            self.command, server.target + self.path, data=body, headers=headers, timeout=60
        )
        if ends:
            server.end()
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent."""

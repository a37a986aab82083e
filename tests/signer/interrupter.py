"""Proxies before AWS's services that end the caller at one of the changes that it asks for."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

import requests

from runtime import POLL_SECONDS

# What Secrets Manager and KMS are asked to change; of CloudFront and S3 it is every method but GET.
CHANGES = {
    "CreateKey",
    "PutSecretValue",
    "ScheduleKeyDeletion",
    "TagResource",
    "UpdateKeyDescription",
    "UpdateSecretVersionStage",
}
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding"}


@dataclass(kw_only=True)
class Interruption:
    """Ends the caller at one of its changes: before that change is made, or after."""

    after: bool
    end: Callable[[], None]
    operation: str | None = None
    """At which it was ended."""
    _changes: Counter[str] = field(default_factory=Counter)
    _lock: Any = field(default_factory=Lock)

    def is_at(self, change: str) -> bool:
        """Counts the changes, of whichever service."""
        with self._lock:
            is_here = self.operation is None and self._is_due(change)
            self._changes[change] += 1
            if is_here:
                self.operation = change
        return is_here

    def _is_due(self, change: str) -> bool:
        raise NotImplementedError


@dataclass(kw_only=True)
class InterruptionAt(Interruption):
    """Ends the caller at the change of this number, counted from 0."""

    number: int

    def _is_due(self, change: str) -> bool:
        return self._changes.total() == self.number


@dataclass(kw_only=True)
class InterruptionBeyond(Interruption):
    """Ends the caller at the first change that `met` does not allow: it says how many changes of
    each operation pass."""

    met: Counter[str]

    def _is_due(self, change: str) -> bool:
        return self._changes[change] >= self.met[change]


class Interrupter(ThreadingHTTPServer):
    """Hands the requests for one service on."""

    daemon_threads = True

    def __init__(self, target: str, interruption: Interruption) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target, self.interruption = target, interruption
        self.url = f"http://127.0.0.1:{self.server_port}"

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


@contextmanager
def interrupters(
    variables: Mapping[str, str], interruption: Interruption
) -> Iterator[dict[str, str]]:
    """One before each service that these variables name: what they are to say instead."""
    names = [name for name in variables if name.startswith("AWS_ENDPOINT_URL")]
    with ExitStack() as stack:
        proxies = {name: Interrupter(variables[name], interruption) for name in names}
        yield {name: stack.enter_context(proxy).url for name, proxy in proxies.items()}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # What is written in two parts would wait for an acknowledgement.
    disable_nagle_algorithm = True
    server: Interrupter

    def do_GET(self) -> None:
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        change, interruption = self._change(), server.interruption
        ends = change is not None and interruption.is_at(change)
        if ends and not interruption.after:
            interruption.end()
            self.close_connection = True
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        answer = requests.request(
            self.command, server.target + self.path, data=body, headers=headers, timeout=60
        )
        if ends:
            interruption.end()
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def _change(self) -> str | None:
        """What is to be changed: an operation, or of REST the method and a collection."""
        target = self.headers.get("X-Amz-Target")
        if target:
            operation: str = target.rpartition(".")[2]
            return operation if operation in CHANGES else None
        collection = self.path.split("?")[0].split("/")[2]
        return None if self.command == "GET" else f"{self.command} {collection}"

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent."""

"""Lambda's runtime API for one invocation of a function: it may wait, fail, or be killed."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import time
from typing import Any

from emulator import BINARIES

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
PATIENCE = 60
POLL_SECONDS = 0.01
"""How long a server may take to notice that it is over: its default is half a second."""


@dataclass
class Ended:
    """How an invocation ended."""

    error: str | None
    """None: well. A process that died says nothing."""
    died: bool
    lines: list[dict[str, Any]]


class Invocation(ThreadingHTTPServer):
    """Hands one event to a function of this repository."""

    daemon_threads = True

    def __init__(self, event: Mapping[str, Any], seconds: int = 0) -> None:
        """It may take so many seconds; without any it does not wait for anything."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.event, self.seconds = event, seconds
        self.over = Event()
        self.error: str | None = None
        self.handed = False
        self.later = 0
        self.process: subprocess.Popen[str] | None = None

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever is killed leaves connections."""

    def run(self, binary: str, variables: Mapping[str, str], later: int = 0) -> Ended:
        """Runs the function by a clock that is `later` seconds ahead."""
        self.later = later
        environment = {
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_NAME": binary,
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server_port}",
            "PATH": "/usr/bin:/bin",
        }
        Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        self.process = subprocess.Popen(
            [str(BINARIES / binary)],
            env=environment | put_forward(later) | dict(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        Thread(target=self._wait, daemon=True).start()
        assert self.over.wait(PATIENCE), "the function does not answer"
        died = self.process.poll() is not None
        self.process.kill()
        output, _ = self.process.communicate()
        self.shutdown()
        self.server_close()
        lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        return Ended(self.error, died, lines)

    def kill(self) -> None:
        """Ends the function at once, as a crash does."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def _wait(self) -> None:
        assert self.process
        self.process.wait()
        self.over.set()


def put_forward(later: int) -> dict[str, str]:
    """The variables of a process whose clock is ahead."""
    if not later:
        return {}
    ahead = {"LD_PRELOAD": FAKETIME, "FAKETIME": f"+{later}s"}
    return ahead | {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # What is written in two parts would wait for an acknowledgement.
    disable_nagle_algorithm = True
    server: Invocation

    def do_GET(self) -> None:
        if self.server.handed:
            # Nothing more comes: the connection stays as it is.
            Event().wait(PATIENCE)
            return
        self.server.handed = True
        body = json.dumps(self.server.event).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "1")
        deadline = int((time() + self.server.later + self.server.seconds) * 1000)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:::function:f")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/error"):
            self.server.error = json.loads(body)["errorMessage"]
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.over.set()

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent."""

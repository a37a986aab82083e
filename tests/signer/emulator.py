"""The functions, the real binaries, under the runtime API of `cargo lambda watch`."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / "tests" / "signer" / ".venv" / "bin"

# Built for a named target as `cargo lambda build` does, so that both share what they compile.
HOST = subprocess.check_output(["rustc", "--print", "host-tuple"], text=True).strip()
BINARIES = ROOT / "target" / HOST / "debug"

START_SECONDS = 60
ANSWER_SECONDS = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(port: int, process: "Process") -> None:
    """Waits until somebody listens."""
    until = time.monotonic() + START_SECONDS
    while True:
        process.check()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class Process:
    """A program and all that it starts, ended with the block that opened it."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> None:
        if self._process.poll() is not None:
            raise RuntimeError(f"ended with {self._process.returncode}:\n{self.log()}")

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def remembers(self, *texts: bytes) -> bool:
        """Whether any of these is anywhere in the memory that the process writes."""
        folder = Path("/proc") / str(self._process.pid)
        with (folder / "mem").open("rb", buffering=0) as memory:
            for line in (folder / "maps").read_text().splitlines():
                span, rights, *_ = line.split()
                if not rights.startswith("rw"):
                    continue
                start, end = (int(address, 16) for address in span.split("-"))
                memory.seek(start)
                content = memory.read(end - start)
                if any(text in content for text in texts):
                    return True
        return False

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(10)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@dataclass
class Answer:
    """What the function answers to an event of payload version 2.0."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: Any

    @property
    def reason(self) -> str:
        """The last part of a problem's type."""
        problem: str = self.body["type"]
        return problem.removeprefix("urn:edgepass:problem:")


class Function:
    """A function in one environment, by the name of its binary."""

    def __init__(
        self,
        name: str,
        variables: Mapping[str, str],
        folder: Path,
        binary: Path | None = None,
    ) -> None:
        self._name = name
        self._variables = variables
        self._folder = folder
        self._binary = binary or BINARIES / name
        self._port = free_port()
        self._base = f"http://127.0.0.1:{self._port}"
        self._started: list[Process] = []

    def __enter__(self) -> Self:
        try:
            # We start the function ourselves: the emulator would by `cargo run`, which builds.
            emulator = self._start(
                "emulator",
                *(str(VENV / "cargo-lambda"), "lambda", "watch", "--only-lambda-apis"),
                *("--invoke-address", "127.0.0.1", "--invoke-port", str(self._port)),
                *("--ignore-changes", "--offline", "--disable-cors"),
            )
            wait_for(self._port, emulator)
            self._function = self._start(self._name, str(self._binary))
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _start(self, log: str, *command: str) -> Process:
        runtime = {
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_FUNCTION_NAME": self._name,
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_RUNTIME_API": f"{self._base}/.rt",
        }
        file = self._folder / f"{log}-{self._port}.log"
        process = Process(list(command), runtime | dict(self._variables), file)
        self._started.append(process)
        return process

    def _stop(self) -> None:
        for process in reversed(self._started):
            process.stop()

    def call(self, event: Mapping[str, Any], seconds: float = ANSWER_SECONDS) -> Any:
        """Hands over an event as the Lambda service does, and gives the result."""
        response = requests.post(
            f"{self._base}/2015-03-31/functions/_/invocations",
            data=json.dumps(event),
            timeout=seconds,
        )
        response.raise_for_status()
        return response.json()

    def kill(self) -> None:
        """Ends it as a machine that is gone does."""
        self._function.kill()

    def remembers(self, *texts: bytes) -> bool:
        """Whether any of these is anywhere in its memory."""
        return self._function.remembers(*texts)

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log of one kind."""
        lines = [json.loads(line) for line in self.log().splitlines()]
        return [line for line in lines if line["event"] == event]

    def log(self) -> str:
        return self._function.log()


class Session(Function):
    """The function `session`."""

    def __init__(
        self, variables: Mapping[str, str], folder: Path, binary: Path | None = None
    ) -> None:
        super().__init__("session", variables, folder, binary)

    def invoke(self, event: Mapping[str, Any]) -> Answer:
        """Hands over a request: only so can it hold an authorizer."""
        answer = self.call(event)
        assert not answer.get("isBase64Encoded"), "our answers are texts"
        body = answer.get("body")
        return Answer(
            answer["statusCode"],
            {name.lower(): value for name, value in answer.get("headers", {}).items()},
            answer.get("cookies", []),
            json.loads(body) if body else None,
        )

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Goes through the emulator's function URL, which lets everybody in."""
        url = f"{self._base}/lambda-url/_{path}"
        return requests.request(method, url, timeout=ANSWER_SECONDS, **options)

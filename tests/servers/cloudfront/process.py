"""The fake as a process of a Python test. What its methods take and give is in README.md."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen


class CloudFront:
    """The fake, ended with the block that opened it."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).parent)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def reset(self, **settings: int) -> None:
        self._post("reset", settings)

    def seed(self, **seeds: list[dict[str, Any]]) -> dict[str, list[str]]:
        ids: dict[str, list[str]] = self._post("seed", seeds)
        return ids

    def fail(self, operation: str, error: str, times: int = -1) -> None:
        self._post("fail", {"operation": operation, "error": error, "times": times})

    def advance(self, seconds: float) -> None:
        self._post("clock", {"advance": seconds})

    def edges(self, distribution: str) -> dict[str, Any]:
        edges: dict[str, Any] = self._get("edges")[distribution]
        return edges

    def calls(self) -> list[dict[str, str]]:
        calls: list[dict[str, str]] = self._get("calls")
        return calls

    def _get(self, action: str) -> Any:
        with urlopen(f"{self.url}/_fake/{action}") as answer:
            return json.load(answer)

    def _post(self, action: str, body: object) -> Any:
        request = Request(f"{self.url}/_fake/{action}", json.dumps(body).encode())
        with urlopen(request) as answer:
            return json.load(answer)

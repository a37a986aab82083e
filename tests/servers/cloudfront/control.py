"""What a test asks of the fake itself: paths under `/_fake/`, JSON in and out."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from account import Account
from operations import NAMES
from refused import STATUS, Refused

# Faults of the network: nothing was done, or all was and nobody heard of it.
NETWORK_FAULTS = ("ConnectionLost", "AnswerLost")


class Control:
    """The account, the faults that wait for their operation, and what was called."""

    def __init__(self) -> None:
        self.account = Account()
        self.calls: list[dict[str, str]] = []
        self._faults: list[dict[str, Any]] = []
        self._actions: dict[tuple[str, str], Callable[[dict[str, Any]], object]] = {
            ("POST", "reset"): self._reset,
            ("POST", "seed"): self._seed,
            ("POST", "fail"): self._fail,
            ("POST", "clock"): self._clock,
            ("GET", "clock"): self._time,
            ("GET", "edges"): self._edges,
            ("GET", "calls"): lambda _: self.calls,
        }

    def answer(self, method: str, action: str, body: bytes) -> tuple[int, bytes]:
        act = self._actions.get((method, action))
        if not act:
            return 404, b'{"error": "no such action"}\n'
        try:
            status, answer = 200, act(json.loads(body or b"{}"))
        except (KeyError, TypeError, ValueError, Refused) as error:
            status, answer = 400, {"error": f"{type(error).__name__}: {error}"}
        return status, json.dumps(answer, default=self._shown).encode() + b"\n"

    def fault(self, operation: str) -> str | None:
        """The fault that this call of an operation meets."""
        for fault in self._faults:
            if fault["operation"] in (operation, "*"):
                fault["times"] -= 1
                if not fault["times"]:
                    self._faults.remove(fault)
                error: str = fault["error"]
                return error
        return None

    def _reset(self, settings: dict[str, Any]) -> object:
        self.account = Account(**settings)
        self.calls.clear()
        self._faults.clear()
        return {}

    def _seed(self, seeds: dict[str, Any]) -> object:
        account = self.account
        return {
            "public_keys": [account.seed_public_key(seed) for seed in seeds.get("public_keys", [])],
            "key_groups": [account.seed_key_group(seed) for seed in seeds.get("key_groups", [])],
            "distributions": [
                account.seed_distribution(seed) for seed in seeds.get("distributions", [])
            ],
        }

    def _fail(self, fault: dict[str, Any]) -> object:
        if fault["operation"] not in (*NAMES, "*"):
            raise ValueError(f"no operation `{fault['operation']}`")
        if fault["error"] not in (*STATUS, *NETWORK_FAULTS):
            raise ValueError(f"no error `{fault['error']}`")
        self._faults.append({"times": -1} | fault)  # which never counts down to 0
        return {}

    def _clock(self, change: dict[str, Any]) -> object:
        self.account.advance(change["advance"])
        return self._time({})

    def _time(self, _: object) -> object:
        return {"now": self.account.now}

    def _edges(self, _: object) -> object:
        return {one.id: one.edges() for one in self.account.distributions()}

    @staticmethod
    def _shown(value: object) -> str:
        if isinstance(value, datetime):
            return value.isoformat()
        raise TypeError(f"{type(value).__name__} is not JSON")

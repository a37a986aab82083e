"""A function's clock, which a test puts forward instead of waiting."""

from pathlib import Path

from runtime import FAKETIME


class Clock:
    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._ahead = 0
        self.variables = {
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "LD_PRELOAD": FAKETIME,
        }
        self.forward(0)

    def forward(self, seconds: int) -> None:
        self._ahead += seconds
        self._file.write_text(f"+{self._ahead}s")

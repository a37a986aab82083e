"""Whether the load test runs: nobody looks at these figures."""

import os
import subprocess
from pathlib import Path

from emulator import BINARIES, ROOT

LOAD = ROOT / "tests" / "signer" / "load" / "load.mjs"


def test_every_candidate_signs(tmp_path: Path) -> None:
    # What is zipped is what would be uploaded, without the debugger's part.
    subprocess.run(["strip", "-o", tmp_path / "session", BINARIES / "session"], check=True)
    done = subprocess.run(
        ["node", LOAD, tmp_path / "session"],
        capture_output=True,
        check=False,
        env=os.environ | {"LOAD_SECONDS": "0.2"},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    _, _, *rows = done.stdout.splitlines()
    assert [row.split("|")[1].split(",")[0].strip() for row in rows] == [
        "edgepass",
        "edgepass",
        "Node",
        "Python",
    ]
    assert "NaN" not in done.stdout

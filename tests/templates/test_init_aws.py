"""`edgepass init --aws` where it cannot end: nothing is overwritten, and nothing half made is left."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from services import Services
from site_folder import PROGRAM


def init(domain: str, out: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words: list[str | Path] = [PROGRAM, "init", "--aws", "--domain", domain, "--out", out]
    return subprocess.run(
        words, env=os.environ | variables, capture_output=True, text=True, check=False
    )


def test_an_existing_secret_is_kept(services: Services, tmp_path: Path) -> None:
    services.secret("edgepass/taken.example.com/state", "mine")
    done = init("taken.example.com", tmp_path / "site", services.variables)
    assert done.returncode == 2, done.stderr
    assert "`edgepass/taken.example.com/state` exists in us-east-1" in done.stderr
    stored = {
        name: text for name, text in services.secrets().items() if "taken.example.com" in name
    }
    assert stored == {"edgepass/taken.example.com/state": "mine"}, "those before it are taken back"
    assert not (tmp_path / "site").exists()
    assert "BEGIN" not in done.stdout + done.stderr


def test_a_second_time(services: Services, tmp_path: Path) -> None:
    assert init("twice.example.com", tmp_path / "a", services.variables).returncode == 0
    before = {name: text for name, text in services.secrets().items() if "twice" in name}
    # The same folder is noticed before anything is stored, another at the first secret.
    for folder, says in (("a", "edge.toml` exists"), ("b", "exists in us-east-1")):
        done = init("twice.example.com", tmp_path / folder, services.variables)
        assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert {name: text for name, text in services.secrets().items() if "twice" in name} == before
    assert len(before) == 6 and not (tmp_path / "b").exists()


def test_without_the_service(services: Services, tmp_path: Path) -> None:
    nobody = services.variables | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    done = init("media.example.com", tmp_path / "site", nobody)
    assert done.returncode == 3, done.stderr
    assert (
        "did not answer for `edgepass/media.example.com/signing`, which may be there now"
        in done.stderr
    )
    assert not (tmp_path / "site").exists()

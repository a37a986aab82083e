"""`sam build` of the validator, from a bundle of the real program, and the built function in Node."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from samcli.yamlhelper import yaml_parse

from stack import INFRA, REGION

ROOT = INFRA.parent
SAM = Path(sys.executable).parent / "sam"
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "edgepass"

DRIVER = """
import { handler } from "./index.mjs";
const event = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await handler(event)));
"""


def run(*command: str | Path, folder: Path) -> str:
    environment = os.environ | {"AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `infra/` in which the validator was bundled from the example and built."""
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM.name} is not built: wasm/build && cargo build -p edgepass")
    folder = tmp_path_factory.mktemp("infra")
    shutil.copytree(INFRA, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".aws-sam"))
    site = folder / "site"
    shutil.copytree(INFRA / "example", site, dirs_exist_ok=True)
    for name in ("public", "claims-public"):
        keys = folder / name
        run(PROGRAM, "keygen", "--algorithm", "ecdsa-p256", "--out", keys, folder=folder)
        shutil.copy(keys / "public.pem", site / f"{name}.pem")
    run(
        *(PROGRAM, "bundle", "lambda-edge", "--config", site / "edge.toml"),
        *("--out", folder / "bundle"),
        folder=folder,
    )
    run(SAM, "build", "--template", "edge.yaml", folder=folder)
    return folder


def test_the_zip_is_deployed_as_it_is(built: Path) -> None:
    template = yaml_parse((built / ".aws-sam/build/template.yaml").read_text())
    code = template["Resources"]["ValidatorFunction"]["Properties"]["CodeUri"]
    deployed = (built / ".aws-sam/build" / code).resolve()
    assert deployed == (built / "bundle/function.zip").resolve()
    again = built / "again"
    config = built / "site" / "edge.toml"
    run(PROGRAM, "bundle", "lambda-edge", "--config", config, "--out", again, folder=built)
    digests = {
        hashlib.sha256(path.read_bytes()).digest() for path in (deployed, again / "function.zip")
    }
    assert len(digests) == 1, "the same edge.toml makes another version"


def test_the_handler_is_the_templates(built: Path, tmp_path: Path) -> None:
    """In Node.js, unpacked as Lambda does: a request without a pass is refused."""
    template = yaml_parse((built / "edge.yaml").read_text())
    properties = template["Resources"]["ValidatorFunction"]["Properties"]
    assert properties["Handler"] == "index.handler"
    with zipfile.ZipFile(built / "bundle/function.zip") as bundle:
        bundle.extractall(tmp_path)
    (tmp_path / "driver.mjs").write_text(DRIVER)
    headers = {"host": [{"key": "Host", "value": "media.example.com"}]}
    request = {
        "clientIp": "203.0.113.7",
        "headers": headers,
        "method": "GET",
        "querystring": "",
        "uri": "/standard/film.mp4",
    }
    event = {"Records": [{"cf": {"config": {"requestId": "r"}, "request": request}}]}
    output = run("node", "driver.mjs", json.dumps(event), folder=tmp_path)
    logged, answer = output.splitlines()
    assert json.loads(answer)["status"] == "403"
    # What the metric filters of edge-logs.yaml look for.
    assert '"edgepass":"refused"' in logged and '"code":"credential-missing"' in logged

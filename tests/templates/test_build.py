"""`sam build` of every function, and the validator in Node.js."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from samcli.yamlhelper import yaml_parse

from site_folder import PROGRAM, SiteFolder, run
from stack import Sources

DRIVER = """
import { handler } from "./index.mjs";
const event = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await handler(event)));
"""


def test_every_function_is_built(built: SiteFolder) -> None:
    resources = Sources.committed().transformed("signer.yaml")["Resources"]
    rust = [name for name, found in resources.items() if found["Type"] == "AWS::Lambda::Function"]
    assert {"SessionFunction", "PublisherFunction", "RotationFunction"} == set(rust)
    for name in rust:
        assert built.built(name).read_bytes()[:4] == b"\x7fELF", name


def test_the_layer_is_the_grants_and_nothing_else(built: SiteFolder) -> None:
    """Beside grants.toml there are keys: a folder in its place would deploy all of them."""
    folder = built.infra / ".aws-sam/build/Signer"
    template = yaml_parse((folder / "template.yaml").read_text())
    layer = (folder / template["Resources"]["GrantsLayer"]["Properties"]["ContentUri"]).resolve()
    assert layer == (built.infra / "site/grants.toml").resolve()


def test_the_zip_is_deployed_as_it_is(built: SiteFolder) -> None:
    folder = built.infra / ".aws-sam/build/Edge"
    template = yaml_parse((folder / "template.yaml").read_text())
    code = template["Resources"]["ValidatorFunction"]["Properties"]["CodeUri"]
    deployed = (folder / code).resolve()
    assert deployed == (built.infra / "bundle/function.zip").resolve()
    again = built.infra / "again"
    run(
        *(PROGRAM, "bundle", "lambda-edge", "--config", built.edge_toml, "--out", again),
        folder=built.infra,
    )
    digests = {
        hashlib.sha256(path.read_bytes()).digest() for path in (deployed, again / "function.zip")
    }
    assert len(digests) == 1, "the same edge.toml makes another version"


def test_the_handler_is_the_templates(built: SiteFolder, tmp_path: Path) -> None:
    """In Node.js, unpacked as Lambda does: a request without a pass is refused."""
    template = yaml_parse((built.infra / "edge.yaml").read_text())
    properties = template["Resources"]["ValidatorFunction"]["Properties"]
    assert properties["Handler"] == "index.handler"
    with zipfile.ZipFile(built.infra / "bundle/function.zip") as bundle:
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
    _, answer = output.splitlines()
    assert json.loads(answer)["status"] == "403"

"""What `edgepass init` writes agrees with itself and with the templates."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from configurations import REVOKING
from site_folder import DOMAIN, GIVEN, PROGRAM, SiteFolder, run
from stack import INFRA, Sources, Stack


def foreign(grants: dict[str, Any]) -> list[str]:
    """Cookies and resources of another host than the distribution's, which no browser sends there."""
    hosts = [grants["cookies"]["domain"], urlsplit(grants["site"]).hostname]
    hosts += [urlsplit(url).hostname for grant in grants["grant"] for url in grant["resources"]]
    return [host for host in hosts if host != DOMAIN]


def test_cookies_are_first_party(site: SiteFolder) -> None:
    assert foreign(site.toml("grants.toml")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('domain = "media.example.com"', 'domain = "api.example.com"'),
        ('domain = "media.example.com"', 'domain = "d111111abcdef8.cloudfront.net"'),
        (
            'site = "https://media.',
            'site = "https://a1b2c3.execute-api.us-east-1.amazonaws.com" # ',
        ),
    ],
)
def test_the_pitfall_of_other_cookies_is_noticed(
    built: SiteFolder, tmp_path: Path, old: str, new: str
) -> None:
    """Here, and by the signer: it does not start."""
    text = (built.infra / "site/grants.toml").read_text()
    assert old in text
    grants = tmp_path / "grants.toml"
    grants.write_text(text.replace(old, new))
    assert foreign(tomllib.loads(grants.read_text())) != []
    done = subprocess.run(
        [built.built("SessionFunction")],
        env=os.environ | {"EDGEPASS_GRANTS": str(grants), "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "`EDGEPASS_GRANTS`" in done.stdout


def test_edge_and_grants_agree(site: SiteFolder) -> None:
    grants, edge = site.toml("grants.toml"), site.toml("edge.toml")
    assert grants["max_lifetime"] == f"{edge['max_lifetime_seconds'] // 3600}h"
    assert grants["origins"] == edge["refusal"]["cors_origins"]


def test_the_parameters_deploy(site: SiteFolder) -> None:
    stack, edge = site.stack(), site.toml("edge.toml")
    assert (
        stack.values["PublicKeyA"].strip() == (site.infra / "site/public.pem").read_text().strip()
    )
    assert stack.values["DomainName"] == urlsplit(site.toml("grants.toml")["site"]).hostname
    assert stack.values["ClaimsKeyId"] == edge["claims_key"][0]["id"]
    assert stack.values["CorsOrigins"] == edge["refusal"]["cors_origins"] == [GIVEN["--origin"]]
    assert stack.values["Mode"] == edge["mode"]
    assert stack.values["EdgeClaims"] == edge["claims"]
    assert site.stack(Revocation="enabled").values["StateSite"] == site.toml("grants.toml")["site"]


def test_without_aws_what_is_missing_is_named(site: SiteFolder) -> None:
    """A parameter that nobody filled in is not there, and a deployment ends with its name."""
    out = site.infra / "local"
    run(PROGRAM, "init", "--domain", DOMAIN, "--out", out, folder=site.infra)
    text = (out / "samconfig.toml").read_text()
    open_parameters = set(re.findall(r'^# (\w+) = ""$', text, re.MULTILINE))
    required = {
        name
        for name, parameter in Sources.committed()
        .transformed("template.yaml")["Parameters"]
        .items()
        if "Default" not in parameter
    }
    named = set(re.findall(r"^(\w+) = ", text, re.MULTILINE))
    assert required <= open_parameters | named
    assert not open_parameters & named
    # Filled in, it deploys.
    for name, value in (site.parameters() | REVOKING).items():
        text = text.replace(f'# {name} = ""', f'{name} = "{value}"')
    deploy = tomllib.loads(text)["default"]["deploy"]["parameters"]
    Stack(Sources.committed(), "template.yaml", deploy["parameter_overrides"])


def test_with_aws_no_private_key_is_left(site: SiteFolder) -> None:
    assert not (site.infra / "site/private").exists()
    stored = site.services.secrets()
    prefix = f"edgepass/{DOMAIN}/"
    names = {name for name in stored if name.startswith(prefix)}
    assert names == {
        prefix + key for key in ("signing", "claims", "root", "state", "site", "delegation")
    }
    for name in ("signing", "claims", "root", "state"):
        assert stored[prefix + name].startswith("-----BEGIN PRIVATE KEY-----")
    # No line of any is written or printed.
    secrets = [stored[prefix + name] for name in ("signing", "claims", "root", "state", "site")]
    lines = {line for text in secrets for line in text.splitlines()}
    files = [path for path in (site.infra / "site").rglob("*") if path.is_file()]
    told = {"printed": site.told} | {path.name: path.read_text() for path in files}
    assert site.told.strip() and len(lines) > len(secrets)
    assert [(name, line) for name, text in told.items() for line in lines if line in text] == []
    # What is not in the parameters no function may read: the root key stays out of their reach.
    arns = set(site.parameters().values())
    assert not any(arn.split(":secret:")[-1].startswith(prefix + "root") for arn in arns)


def test_the_readme_names_every_parameter() -> None:
    readme = (INFRA / "README.md").read_text()
    for name in ("template.yaml", "existing-distribution.yaml"):
        for parameter in Sources.committed().transformed(name)["Parameters"]:
            assert f"`{parameter}`" in readme, parameter

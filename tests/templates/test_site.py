"""What `edgepass init` writes agrees with itself and with the templates."""

from __future__ import annotations

import re
import tomllib
from urllib.parse import urlsplit

from configurations import REVOKING
from site_folder import DOMAIN, GIVEN, PROGRAM, SiteFolder, run
from stack import INFRA, Sources, Stack


def test_cookies_are_first_party(site: SiteFolder) -> None:
    """The pitfall: a cookie of another host is never sent to the distribution."""
    grants = site.toml("grants.toml")
    host = urlsplit(grants["site"]).hostname
    assert host == DOMAIN
    assert grants["cookies"]["domain"] == host
    for grant in grants["grant"]:
        assert all(urlsplit(resource).hostname == host for resource in grant["resources"])


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
    for path in (site.infra / "site").rglob("*"):
        assert path.is_dir() or "PRIVATE" not in path.read_text(), path
    assert not (site.infra / "site/private").exists()
    stored = site.services.secrets()
    prefix = f"edgepass/{DOMAIN}/"
    names = {name for name in stored if name.startswith(prefix)}
    assert names == {
        prefix + key for key in ("signing", "claims", "root", "state", "site", "delegation")
    }
    for name in ("signing", "claims", "root", "state"):
        assert stored[prefix + name].startswith("-----BEGIN PRIVATE KEY-----")
    # What is not in the parameters no function may read: the root key stays out of their reach.
    arns = set(site.parameters().values())
    assert not any(arn.split(":secret:")[-1].startswith(prefix + "root") for arn in arns)


def test_the_readme_names_every_parameter() -> None:
    readme = (INFRA / "README.md").read_text()
    for name in ("template.yaml", "existing-distribution.yaml"):
        for parameter in Sources.committed().transformed(name)["Parameters"]:
            assert f"`{parameter}`" in readme, parameter

"""The example of `infra/example` agrees with itself and with the templates."""

from __future__ import annotations

import tomllib
from typing import Any
from urllib.parse import urlsplit

from samcli.cli.types import CfnParameterOverridesType

from stack import INFRA, Sources, Stack


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((INFRA / "example" / name).read_text())


def test_cookies_are_first_party() -> None:
    """The pitfall: a cookie of another host is never sent to the distribution."""
    grants = read("grants.toml")
    host = urlsplit(grants["site"]).hostname
    assert grants["cookies"]["domain"] == host
    for grant in grants["grant"]:
        assert all(urlsplit(resource).hostname == host for resource in grant["resources"])


def test_edge_and_grants_agree() -> None:
    grants, edge = read("grants.toml"), read("edge.toml")
    assert grants["max_lifetime"] == f"{edge['max_lifetime_seconds'] // 3600}h"
    assert grants["origins"] == edge["refusal"]["cors_origins"]


def test_the_readme_names_every_parameter() -> None:
    readme = (INFRA / "README.md").read_text()
    for name in ("template.yaml", "existing-distribution.yaml"):
        for parameter in Sources.committed().transformed(name)["Parameters"]:
            assert f"`{parameter}`" in readme, parameter


def test_the_example_deploys() -> None:
    """Read as SAM reads it, with a real key in the place of the hint."""
    table = read("samconfig.toml")["default"]["deploy"]["parameters"]["parameter_overrides"]
    parameters = CfnParameterOverridesType().convert(table, None, None)
    assert parameters["PublicKeyA"].count("\n") > 2
    parameters["PublicKeyA"] = parameters["PublicKeyA"].replace("(infra/site/public.pem)", "MFkw")
    stack = Stack(Sources.committed(), "template.yaml", parameters)
    assert stack.values["DomainName"] == urlsplit(read("grants.toml")["site"]).hostname
    assert stack.values["ClaimsKeyId"] == read("edge.toml")["claims_key"][0]["id"]
    assert stack.values["CorsOrigins"] == read("edge.toml")["refusal"]["cors_origins"]
    assert stack.values["Mode"] == read("edge.toml")["mode"]

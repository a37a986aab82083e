"""Every promise, in every configuration, of both templates."""

from __future__ import annotations

import re

import pytest

from configurations import ALONE, BASE, CHANGES, REVOKING, ROTATING, deployed
from promises import (
    OF_EVERY_STACK,
    OF_THE_DISTRIBUTION,
    Promise,
    reasons_are_written,
)
from stack import TEMPLATES, NotDeployable, Sources, Stack

SOURCES = Sources.committed()
CASES = [
    pytest.param(
        template, configuration, promise, id=f"{template}-{configuration}-{promise.__name__}"
    )
    for template in TEMPLATES
    for configuration in CHANGES
    for promise in OF_EVERY_STACK + (OF_THE_DISTRIBUTION if template == "template.yaml" else [])
]


@pytest.mark.parametrize(("template", "configuration", "promise"), CASES)
def test_promise(template: str, configuration: str, promise: Promise) -> None:
    assert list(promise(deployed(SOURCES, template, configuration))) == []


def test_reasons_are_written() -> None:
    assert list(reasons_are_written(SOURCES)) == []


@pytest.mark.parametrize("template", [*TEMPLATES, "edge.yaml"])
def test_no_other_region(template: str) -> None:
    base = (
        BASE.get(template)
        or deployed(SOURCES, "template.yaml", "standalone").nested["Edge"].parameters
    )
    with pytest.raises(NotDeployable, match="us-east-1"):
        Stack(SOURCES, template, dict(base), region="eu-central-1")


REFUSED = [
    ({"EdgeValidator": "disabled"}, "nobody but the validator"),
    ({**ALONE, "ForwardContext": "enabled"}, "x-edgepass"),
    ({**ALONE, "EdgeClaims": "required"}, "nobody checks claims"),
    ({**ALONE, "EdgeClaims": "optional"}, "nobody checks claims"),
    ({**REVOKING, "EdgeClaims": "optional"}, "cannot be revoked"),
    ({"EdgeClaims": "false"}, "EdgeClaims"),
    ({"PublicKeyA": ""}, "needs a public key"),
    ({"SigningKeySlot": "B"}, "slot of the signing key is empty"),
    ({"Revocation": "enabled"}, "StateKeyArn"),
    ({**REVOKING, **ALONE}, "knows no revocations"),
    ({**REVOKING, "Rotation": "enabled"}, "in one step"),
    (ROTATING, "learn of a new key"),
    ({"MaxStaleSeconds": "60"}, "MaxStaleSeconds"),
    ({"CorsOrigins": "*"}, "CorsOrigins"),
    ({"CorsOrigins": "https://*.example.com"}, "CorsOrigins"),
    ({"RefreshSeconds": "5"}, "RefreshSeconds"),
    ({"ClaimsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/example"}, "ClaimsKeyArn"),
]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(("change", "why"), REFUSED)
def test_contradictions_are_refused(template: str, change: dict[str, str], why: str) -> None:
    with pytest.raises(NotDeployable, match=why):
        Stack(SOURCES, template, BASE[template] | change)


@pytest.mark.parametrize("path", ["", "/", "/*", "*", "/*.jpg", "public/*", "/a?b", "/a/*/b"])
def test_public_path_never_opens_everything(path: str) -> None:
    with pytest.raises(NotDeployable, match="PublicPath"):
        Stack(SOURCES, "template.yaml", BASE["template.yaml"] | {"PublicPath": path})


@pytest.mark.parametrize("path", ["/public/*", "/login*", "/assets/v1/*", "/favicon.ico"])
def test_public_path(path: str) -> None:
    Stack(SOURCES, "template.yaml", BASE["template.yaml"] | {"PublicPath": path})


def test_both_templates_have_the_same_parameters() -> None:
    whole, existing = (SOURCES.transformed(name)["Parameters"] for name in TEMPLATES)
    shared = set(whole) & set(existing)
    assert {name: whole[name] for name in shared} == {name: existing[name] for name in shared}
    assert set(existing) - shared == {"DistributionId", "StateBucketName", "ContentOriginId"}


def test_filters_match_what_the_validator_logs() -> None:
    """The terms are those of `put_log_line` of the edge validator, and of its shim."""
    codes = {
        "signature-invalid",
        "unknown-key",
        "claims-signature-invalid",
        "expired",
        "claims-expired",
    }
    codes |= {"revocation-stale", "revocation-unknown"}
    filters = deployed(SOURCES, "template.yaml", "standalone").of_type("AWS::Logs::MetricFilter")
    found = {
        code
        for metric_filter in filters.values()
        for code in re.findall(r'\\"code\\":\\"([a-z-]+)\\"', metric_filter["FilterPattern"])
    }
    assert found == codes
    for metric_filter in filters.values():
        for term in re.findall(r'"((?:[^"\\]|\\.)*)"', metric_filter["FilterPattern"]):
            assert re.fullmatch(r'\\"(edgepass|code)\\":\\"[a-z-]+\\"', term)

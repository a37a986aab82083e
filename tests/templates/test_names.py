"""Names that the templates share with the code of this repository."""

from __future__ import annotations

import re

from configurations import deployed
from promises import PUBLISHER_ENVIRONMENT, ROTATION_ENVIRONMENT, SESSION_ENVIRONMENT
from stack import INFRA, Sources

ROOT = INFRA.parent
STACK = deployed(Sources.committed(), "template.yaml", "everything")


def test_the_signer_reads_its_environment() -> None:
    source = (ROOT / "signer/src/source/environment.rs").read_text()
    for variable in SESSION_ENVIRONMENT | PUBLISHER_ENVIRONMENT | ROTATION_ENVIRONMENT:
        assert f'"{variable}"' in source, variable


def test_the_rotation_writes_its_metrics() -> None:
    """Those of the other functions are compared with what they print."""
    sources = [*ROOT.glob("signer/src/log/metrics.rs"), *ROOT.glob("signer/src/log/metrics/*.rs")]
    text = "\n".join(path.read_text() for path in sources)
    declared = set(re.findall(r'Definition \{ name: "(\w+)"', text))
    alarms = STACK.of_type("AWS::CloudWatch::Alarm").values()
    used = {alarm["MetricName"] for alarm in alarms if alarm.get("Namespace") == "Edgepass"}
    assert "RotationOverdue" in used and used <= declared


def test_the_filters_look_for_codes_that_exist() -> None:
    """The table of refusals is generated from the code; revocation's are of the design."""
    refusals = (ROOT / "docs/refusals.md").read_text()
    filters = STACK.of_type("AWS::Logs::MetricFilter").values()
    codes = {
        code
        for found in filters
        for code in re.findall(r'\\"code\\":\\"([a-z-]+)\\"', found["FilterPattern"])
    }
    assert codes - {"revocation-stale", "revocation-unknown"}
    for code in codes - {"revocation-stale", "revocation-unknown"}:
        assert f"`{code}`" in refusals, code


def test_the_session_binary_is_built_with_its_features() -> None:
    """SAM runs `cargo lambda build --bin session`, and can pass no features."""
    manifest = (ROOT / "signer/Cargo.toml").read_text()
    assert '[package.metadata.lambda.build]\nfeatures = ["lambda"]' in manifest

"""Names that the templates share with the code of this repository."""

from __future__ import annotations

import json
import re

from configurations import deployed
from promises import PUBLISHER_ENVIRONMENT, SESSION_ENVIRONMENT
from stack import INFRA, Sources

ROOT = INFRA.parent
STACK = deployed(Sources.committed(), "template.yaml", "everything")


def test_the_signer_reads_its_environment() -> None:
    source = (ROOT / "signer/src/source/environment.rs").read_text()
    for variable in SESSION_ENVIRONMENT | PUBLISHER_ENVIRONMENT:
        assert f'"{variable}"' in source, variable


def test_the_signer_writes_the_metrics() -> None:
    source = (ROOT / "signer/src/metrics.rs").read_text()
    namespace = re.search(r'NAMESPACE: &str = "(\w+)"', source)
    declared = set(re.findall(r'Definition \{ name: "(\w+)"', source))
    assert namespace and namespace[1] == "Edgepass"
    alarms = STACK.of_type("AWS::CloudWatch::Alarm").values()
    used = {alarm["MetricName"] for alarm in alarms if alarm.get("Namespace") == "Edgepass"}
    [dashboard] = STACK.of_type("AWS::CloudWatch::Dashboard").values()
    for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
        metrics = widget["properties"].get("metrics", [])
        used |= {metric[1] for metric in metrics if metric[0] == "Edgepass"}
    assert used and used <= declared


def test_the_filters_have_metrics_of_their_own() -> None:
    """Every metric of `Edgepass/Edge` that something looks at is made by a filter."""
    filters = STACK.of_type("AWS::Logs::MetricFilter").values()
    made = {found["MetricTransformations"][0]["MetricName"] for found in filters}
    text = json.dumps([*STACK.of_type("AWS::CloudWatch::Alarm").values()])
    [dashboard] = STACK.of_type("AWS::CloudWatch::Dashboard").values()
    used = set(re.findall(r'"Edgepass/Edge", "MetricName": "(\w+)"', text))
    used |= set(re.findall(r'"Edgepass/Edge", "(\w+)"', dashboard["DashboardBody"]))
    assert used and used <= made


def test_the_filters_look_for_codes_that_exist() -> None:
    """The table of refusals is generated from the code; revocation's are of the design."""
    readme = (ROOT / "README.md").read_text()
    filters = STACK.of_type("AWS::Logs::MetricFilter").values()
    codes = {
        code
        for found in filters
        for code in re.findall(r'\\"code\\":\\"([a-z-]+)\\"', found["FilterPattern"])
    }
    assert codes - {"revocation-stale", "revocation-unknown"}
    for code in codes - {"revocation-stale", "revocation-unknown"}:
        assert f"`{code}`" in readme, code


def test_the_session_binary_is_built_with_its_features() -> None:
    """SAM runs `cargo lambda build --bin session`, and can pass no features."""
    manifest = (ROOT / "signer/Cargo.toml").read_text()
    assert '[package.metadata.lambda.build]\nfeatures = ["lambda"]' in manifest

"""What feeds alarms and dashboard: our own programs, by what they print, or services of AWS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from stack import Json, Stack

# What the services count by themselves. AWS: "Types of metrics for Lambda functions", "CloudFront
# metrics", "Working with metrics for HTTP APIs".
OF_AWS = {
    "AWS/ApiGateway": {"4xx", "5xx"},
    "AWS/CloudFront": {
        "403ErrorRate",
        "LambdaExecutionError",
        "LambdaLimitExceededError",
        "LambdaValidationError",
    },
    "AWS/Lambda": {"Errors", "Invocations", "IteratorAge", "Throttles"},
}
DIMENSIONS = {
    "AWS/ApiGateway": {"ApiId"},
    "AWS/CloudFront": {"DistributionId", "Region"},
    "AWS/Lambda": {"FunctionName"},
}


class Metric(NamedTuple):
    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


def looked_at(stack: Stack) -> Iterator[tuple[str, Metric]]:
    """What every alarm and the dashboard look at."""
    for path, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
        sources = [
            query["MetricStat"]["Metric"]
            for query in alarm.get("Metrics", [])
            if "MetricStat" in query
        ]
        for source in sources or [alarm]:
            dimensions = {(found["Name"], found["Value"]) for found in source.get("Dimensions", [])}
            yield path, Metric(source["Namespace"], source["MetricName"], frozenset(dimensions))
    for path, dashboard in stack.of_type("AWS::CloudWatch::Dashboard").items():
        for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
            for namespace, name, *rest in widget["properties"].get("metrics", []):
                words = [word for word in rest if isinstance(word, str)]
                pairs = frozenset(zip(words[::2], words[1::2], strict=True))
                yield path, Metric(namespace, name, pairs)


def embedded(lines: Iterable[Json]) -> set[Metric]:
    """What CloudWatch reads from lines of a log. AWS: "Embedded metric format specification"."""
    found = set()
    for line in lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            for names in directive["Dimensions"]:
                dimensions = frozenset((name, line[name]) for name in names)
                for metric in directive["Metrics"]:
                    assert isinstance(line[metric["Name"]], int | float)
                    found.add(Metric(directive["Namespace"], metric["Name"], dimensions))
    return found


def filtered(stack: Stack, lines: Iterable[str]) -> set[Metric]:
    """What metric filters make of lines of a log."""
    return {
        Metric(made["MetricNamespace"], made["MetricName"], frozenset())
        for found in stack.of_type("AWS::Logs::MetricFilter").values()
        for made in found["MetricTransformations"]
        if any(matches(found["FilterPattern"], line) for line in lines)
    }


def matches(pattern: str, line: str) -> bool:
    """AWS: "Filter pattern syntax", unstructured: `"all"` terms, or any of `?"one"` terms."""
    terms = re.findall(r'(\??)"((?:[^"\\]|\\.)*)"', pattern)
    assert terms and len({optional for optional, _ in terms}) == 1, pattern
    found = [term.replace('\\"', '"') in line for _, term in terms]
    return any(found) if terms[0][0] else all(found)


def unfed(stack: Stack, printed: set[Metric]) -> list[str]:
    """What is looked at and counted by nobody."""
    return [
        f"{path} looks at {metric}"
        for path, metric in looked_at(stack)
        if metric not in printed
        and not (
            metric.name in OF_AWS.get(metric.namespace, ())
            and {name for name, _ in metric.dimensions} == DIMENSIONS[metric.namespace]
        )
    ]

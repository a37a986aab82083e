"""Logs, alarms, the dashboard, and the reasons in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from stack import Sources, Stack

from .shape import functions


def logs_are_kept_and_hold_no_credentials(stack: Stack) -> Iterator[str]:
    for path, group in stack.of_type("AWS::Logs::LogGroup").items():
        if not group.get("RetentionInDays"):
            yield f"{path} is kept for ever"
    for path, function in functions(stack).items():
        if not function.get("LoggingConfig", {}).get("LogGroup"):
            yield f"{path} logs where nobody looks"
    secret = ("query", "cookie", "referer", "authorization", "header.")
    texts = [
        stage["AccessLogSettings"]["Format"]
        for stage in stack.of_type("AWS::ApiGatewayV2::Stage").values()
    ]
    for delivery in stack.of_type("AWS::Logs::Delivery").values():
        texts.extend(delivery.get("RecordFields") or ["cs-uri-query, since all fields are logged"])
    for text in texts:
        if any(word in text.lower() for word in secret):
            yield f"logs may hold credentials: {text}"


def alarms_say_what_to_do(stack: Stack) -> Iterator[str]:
    alarms = stack.of_type("AWS::CloudWatch::Alarm")
    for path, alarm in alarms.items():
        description = alarm.get("AlarmDescription", "")
        if "First: " not in description:
            yield f"{path} does not say what to do first"
        if len(description) > 1024:
            yield f"the description of {path} is too long"
        if alarm.get("TreatMissingData") not in ("notBreaching", "breaching"):
            yield f"{path} does not say what missing data means"
        topic = stack.values["AlarmTopicArn"]
        if alarm.get("AlarmActions", []) != ([topic] if topic else []):
            yield f"{path} tells nobody"
    wanted = {"ForbiddenRate", "ForbiddenSpike", "EdgeError", "SignerError", "SignerUnavailable"}
    wanted |= {"SignerLatency", "SignerThrottled"}
    if stack.values["EdgeValidator"] == "enabled":
        wanted |= {"StaleKey", "StateStale", "EdgeFailed"}
    if stack.values["Revocation"] == "enabled":
        wanted |= {"PublisherAge", "PublisherBehind", "StateAge"}
    if stack.values["Rotation"] == "enabled":
        wanted |= {"RotationFailed", "RotationStuck"}
    found = {path.split("/")[-1].removesuffix("Alarm") for path in alarms}
    if found != wanted:
        yield f"the alarms are {sorted(found)}"


def dashboard_can_be_read(stack: Stack) -> Iterator[str]:
    for path, dashboard in stack.of_type("AWS::CloudWatch::Dashboard").items():
        try:
            widgets = json.loads(dashboard["DashboardBody"])["widgets"]
        except ValueError as error:
            yield f"{path} is no JSON: {error}"
            continue
        if not any(
            "stats count(*) by" in widget["properties"].get("query", "") for widget in widgets
        ):
            yield f"{path} does not show refusals by code"
        shown = [
            word
            for widget in widgets
            for metric in widget["properties"].get("metrics", [])
            for word in metric
        ]
        signers = {name for name in functions(stack) if name.startswith("Signer/")}
        for function in signers - {str(word).strip("<>") for word in shown}:
            yield f"{path} shows nothing of {function}"
        # The name that a function has which is not there.
        if "" in shown:
            yield f"{path} shows a function that is not there"


def reasons_are_written(sources: Sources) -> Iterator[str]:
    """On the text: every `*` of a policy has its reason, and what is retained says why."""
    for name, text in sources.texts.items():
        lines = text.splitlines()
        for number, line in enumerate(lines):
            wide = re.search(r'(Action|Principal|Resource): .*(\*"?$|s3:\*|:\*:)|- "\*"$', line)
            if not wide or "/*" in line and not re.search(r"(distribution|key)/\*", line):
                continue
            above = _comment_above(lines, number) + _comment_above(lines, _statement(lines, number))
            if "Reason for" not in above:
                yield f"{name}:{number + 1} has no reason for `{line.strip()}`"
        match = re.search(r"((?:  # .*\n)+)  ValidatorFunction:", text)
        if name == "edge.yaml" and not (
            match and "replicas" in match[1] and "Retained" in match[1]
        ):
            yield "edge.yaml does not say why the validator is retained"


def _statement(lines: list[str], number: int) -> int:
    """Where the statement begins that a line is of, with what it is under the condition of."""
    while number and not re.match(r" *- (Effect|Sid): ", lines[number]):
        number -= 1
    while number and re.match(r" *- (!If|\w+)$", lines[number - 1]):
        number -= 1
    return number


def _comment_above(lines: list[str], number: int) -> str:
    comment = ""
    while number and lines[number - 1].lstrip().startswith("#"):
        number -= 1
        comment = lines[number].strip("# ") + " " + comment
    return comment

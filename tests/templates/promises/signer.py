"""Permissions, functions, the API, and revocations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from stack import Json, Stack

from .shape import functions

# Design: the environment of the function `session`.
SESSION_ENVIRONMENT = {
    "EDGEPASS_GRANTS",
    "EDGEPASS_KEY",
    "EDGEPASS_KEY_ID",
    "EDGEPASS_CLAIMS_KEY",
    "EDGEPASS_CLAIMS_KEY_ID",
    "EDGEPASS_HASH",
    "EDGEPASS_SITE_SECRET",
    "EDGEPASS_STORE",
    "EDGEPASS_BEHIND_CLOUDFRONT",
    "EDGEPASS_EDGE_CLAIMS",
    "EDGEPASS_TOKEN_HEADER",
    "EDGEPASS_LONGEST_SIGN_IN_DAYS",
}

# signer/README.md: the environment of the function `publisher`.
PUBLISHER_ENVIRONMENT = {
    "EDGEPASS_STORE",
    "EDGEPASS_STATE",
    "EDGEPASS_STATE_KEY",
    "EDGEPASS_STATE_DELEGATION",
    "EDGEPASS_SITE",
    "EDGEPASS_STATE_CACHE_SECONDS",
    "EDGEPASS_LONGEST_SIGN_IN_DAYS",
}

# signer/src/source/rotation_sources.rs: the environment of the function `rotation`.
ROTATION_ENVIRONMENT = {
    "EDGEPASS_CANARY",
    "EDGEPASS_GRANTS",
    "EDGEPASS_HASH",
    "EDGEPASS_KEY",
    "EDGEPASS_KEY_GROUP",
    "EDGEPASS_MAX_STALE_SECONDS",
    "EDGEPASS_NEXT_ALGORITHM",
    "EDGEPASS_NEXT_CUSTODY",
    "EDGEPASS_ROOT_KEY",
    "EDGEPASS_ROTATION_ROLE",
    "EDGEPASS_STATE",
    "EDGEPASS_STATE_DELEGATION",
    "EDGEPASS_STORE",
}


# signer/src/revocation/store/dynamodb.rs: for how long it waits for one answer of the table, in seconds.
STORE_PATIENCE = 5


def iam_is_scoped(stack: Stack) -> Iterator[str]:
    for path, role in stack.of_type("AWS::IAM::Role").items():
        if role.get("ManagedPolicyArns"):
            yield f"{path} has managed policies"
        for found in role.get("Policies", []):
            for statement in found["PolicyDocument"]["Statement"]:
                yield from _scoped(path, statement)
    for path, function in functions(stack).items():
        role = function["Role"].strip("<>").removesuffix(".Arn")
        if role not in stack.of_type("AWS::IAM::Role"):
            yield f"{path} has the role {role}, which is none of the template's"


# What may have a `*` in its resource, by the end of that. The reason is in the template, where
# `reasons_are_written` looks.
WIDE = {
    "*": {
        "cloudfront:CreatePublicKey",
        "cloudfront:DeletePublicKey",
        "cloudfront:GetKeyGroup",
        "cloudfront:GetPublicKeyConfig",
        "cloudfront:ListDistributionsByKeyGroup",
        "cloudfront:ListPublicKeys",
        "cloudfront:UpdateKeyGroup",
        "kms:CreateKey",
        "kms:ListKeys",
        "tag:GetResources",
    },
    ":distribution/*": {"cloudfront:GetDistribution"},
    ":key/*": {
        "kms:DescribeKey",
        "kms:GetPublicKey",
        "kms:ScheduleKeyDeletion",
        "kms:Sign",
    },
    "/edgepass/state/*": {"s3:DeleteObject", "s3:GetObject", "s3:PutObject"},
    ":log-group:/edgepass/media/edge:*": {
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    },
}

# What of any key in KMS may be known. Everything else is for keys of the site's key group.
READS_OF_KMS = {"kms:DescribeKey", "kms:GetPublicKey", "kms:ListKeys"}

# What would make a key of somebody else's one of the site's. A rotation may do so with keys that it
# made itself: their own policies let it, and no role's.
TAKES_KEYS = {
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:TagResource",
    "kms:UntagResource",
    "tag:TagResources",
    "tag:UntagResources",
}


def _scoped(path: str, statement: Json) -> Iterator[str]:
    for action in _listed(statement["Action"]):
        if "*" in action:
            yield f"{path} may {action}"
        if action in TAKES_KEYS:
            yield f"{path} may make any key the site's by {action}"
        for resource in _listed(statement["Resource"]):
            ends = [end for end, actions in WIDE.items() if action in actions]
            if "*" in resource and not any(
                resource == end if end == "*" else resource.endswith(end) for end in ends
            ):
                yield f"{path} may {action} on {resource}"
            if "*" in resource and action.startswith("kms:") and action not in READS_OF_KMS:
                yield from _of_the_key_group(path, action, statement)


def _of_the_key_group(path: str, action: str, statement: Json) -> Iterator[str]:
    """Whether the tag of the site's key group is a condition. A new key has none yet."""
    equals = statement.get("Condition", {}).get("StringEquals", {})
    signs = equals.get("kms:KeyUsage") == "SIGN_VERIFY"
    if action == "kms:CreateKey":
        if not signs or set(equals.get("kms:KeySpec", [])) != {"ECC_NIST_P256", "RSA_2048"}:
            yield f"{path} may make keys that CloudFront does not take"
        return
    if "KeyGroup" not in equals.get("aws:ResourceTag/edgepass:key-group", ""):
        yield f"{path} may {action} for any site"
    if action == "kms:ScheduleKeyDeletion" and not signs:
        yield f"{path} may delete keys that decrypt"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def functions_are_set_up(stack: Stack) -> Iterator[str]:
    session = functions(stack)["Signer/SessionFunction"]
    variables: dict[str, Any] = session["Environment"]["Variables"]
    if set(variables) != SESSION_ENVIRONMENT:
        yield f"session has {sorted(set(variables) ^ SESSION_ENVIRONMENT)} too much or too little"
    source = r"(secretsmanager|ssm|kms):arn:aws:\1:.+"
    for name in ("EDGEPASS_KEY", "EDGEPASS_CLAIMS_KEY", "EDGEPASS_SITE_SECRET"):
        if not re.fullmatch(source, variables.get(name, "")):
            yield f"{name} names no secret"
    # As long again may fetching the keys have taken before.
    if session["Timeout"] <= 2 * STORE_PATIENCE:
        yield "session ends before it can say that the table does not answer"
    if variables.get("EDGEPASS_GRANTS") != "/opt/grants.toml" or not session.get("Layers"):
        yield "session has no grants"
    if variables.get("EDGEPASS_BEHIND_CLOUDFRONT") != "true":
        yield "session would bind passes to an address of CloudFront's"
    checked = stack.values["EdgeClaims"] if stack.values["EdgeValidator"] == "enabled" else "off"
    if variables.get("EDGEPASS_EDGE_CLAIMS") != checked:
        yield f"session relies on claims that the edge does not demand: {checked}"
    if not _knows_sign_ins(stack, variables):
        yield "session takes sign-ins of another age than the parameters say"
    # A rotation drains as long as passes live that the store has noted.
    remembers = "enabled" in (stack.values["Revocation"], stack.values["Rotation"])
    store = "dynamodb:<Signer/Revocations>" if remembers else "memory"
    if variables.get("EDGEPASS_STORE") != store:
        yield f"session remembers in {variables.get('EDGEPASS_STORE')}"
    rotates = stack.values["SigningKeySlot"] == "stored"
    if bool(variables.get("EDGEPASS_KEY_ID")) == rotates:
        yield "session has an id of the key beside that of the secret, or none at all"
    publisher = functions(stack).get("Signer/PublisherFunction")
    if publisher and set(publisher["Environment"]["Variables"]) != PUBLISHER_ENVIRONMENT:
        yield "publisher has too many variables or too few"
    elif publisher and not _knows_sign_ins(stack, publisher["Environment"]["Variables"]):
        yield "publisher forgets sign-ins at another time than the parameters say"
    rotation = functions(stack).get("Signer/RotationFunction")
    if rotation:
        yield from _rotation_is_set_up(stack, rotation["Environment"]["Variables"])
    for path, function in functions(stack).items():
        rust = path.startswith("Signer/")
        expected = ("provided.al2023", "arm64") if rust else ("nodejs22.x", "x86_64")
        if (function["Runtime"], *function["Architectures"]) != expected:
            yield f"{path} runs on {function['Runtime']}"
        text = json.dumps(function.get("Environment", {}))
        if "BEGIN" in text or "PRIVATE" in text:
            yield f"{path} has a secret in its environment"


def _knows_sign_ins(stack: Stack, variables: dict[str, Any]) -> bool:
    days = variables.get("EDGEPASS_LONGEST_SIGN_IN_DAYS")
    return str(days) == str(stack.values["LongestSignInDays"])


def _rotation_is_set_up(stack: Stack, variables: dict[str, Any]) -> Iterator[str]:
    if set(variables) != ROTATION_ENVIRONMENT:
        yield "rotation has too many variables or too few"
    revokes = stack.values["Revocation"] == "enabled"
    if revokes == (variables.get("EDGEPASS_STATE") == "none"):
        yield "rotation does not ask what edges have been told"
    if not revokes and stack.values["EdgeValidator"] == "enabled":
        yield "validators never learn of a new key"
    root = stack.values["StateRootKeyArn"]
    if bool(variables.get("EDGEPASS_ROOT_KEY")) != bool(revokes and root):
        yield "rotation has another root key than that of the parameters"
    if variables.get("EDGEPASS_ROTATION_ROLE") != "<Signer/RotationRole.Arn>":
        yield "rotation makes keys in KMS for another role than its own"
    session = functions(stack)["Signer/SessionFunction"]["Environment"]["Variables"]
    if variables.get("EDGEPASS_STORE") != session.get("EDGEPASS_STORE"):
        yield "rotation does not know the longest lifetime that session has granted"
    publisher = functions(stack).get("Signer/PublisherFunction")
    for name in ("EDGEPASS_STATE", "EDGEPASS_STATE_DELEGATION", "EDGEPASS_STORE"):
        if publisher and variables.get(name) != publisher["Environment"]["Variables"][name]:
            yield f"rotation and publisher have another {name}"


def only_jwts_open_the_api(stack: Stack) -> Iterator[str]:
    body = stack.of_type("AWS::ApiGatewayV2::Api")["Signer/Api"]["Body"]
    [scheme] = body["components"]["securitySchemes"].values()
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    jwt = authorizer["jwtConfiguration"]
    if authorizer["type"] != "jwt" or jwt["issuer"] != stack.values["JwtIssuer"]:
        yield "the API trusts another issuer"
    if jwt["audience"] != stack.values["JwtAudience"]:
        yield f"the API takes tokens for {jwt['audience']}"
    session = functions(stack)["Signer/SessionFunction"]["Environment"]["Variables"]
    header = f"$request.header.{session.get('EDGEPASS_TOKEN_HEADER')}"
    if authorizer["identitySource"].lower() != header.lower():
        yield f"session reads tokens of {header}, which nobody verifies"
    routes = {
        f"{method.upper()} {path}": operation
        for path, operations in body["paths"].items()
        for method, operation in operations.items()
    }
    interface = {
        *(f"{method} /edgepass/session" for method in ("POST", "GET", "DELETE")),
        "POST /edgepass/urls",
        *(f"{method} /edgepass/revocations" for method in ("POST", "GET", "DELETE")),
        "OPTIONS /edgepass/{resource+}",
    }
    if set(routes) != interface:
        yield f"the API has the routes {sorted(routes)}"
    for route, operation in routes.items():
        if bool(operation.get("security")) == route.startswith("OPTIONS"):
            yield f"{route} has the authorizers {operation.get('security')}"


def revocations_are_kept(stack: Stack) -> Iterator[str]:
    [table] = stack.of_type("AWS::DynamoDB::Table").values()
    if table.get("TimeToLiveSpecification") != {"AttributeName": "expires", "Enabled": True}:
        yield "revocations never leave the table"
    if table["KeySchema"] != [{"AttributeName": "scope", "KeyType": "HASH"}]:
        yield "the table is not that of the store"
    if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
        yield "revocations cannot be recovered"
    if not table.get("SSESpecification", {}).get("SSEEnabled"):
        yield "revocations are not encrypted with a KMS key"


def changes_are_published(stack: Stack) -> Iterator[str]:
    if stack.values["Revocation"] != "enabled":
        if "Signer/PublisherFunction" in stack.resources:
            yield "the publisher is there, and revocation is disabled"
        return
    [mapping] = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    if mapping["EventSourceArn"] != "<Signer/Revocations.StreamArn>":
        yield "changes are not published"
    schedules = schedules_of(stack, "Signer/PublisherFunction")
    if schedules != ["rate(1 minute)"]:
        yield f"the heartbeat is {schedules}: not a third of the least max_stale_seconds"


def rotations_end(stack: Stack) -> Iterator[str]:
    if stack.values["Rotation"] != "enabled":
        return
    if schedules_of(stack, "Signer/RotationFunction") != ["rate(10 minutes)"]:
        yield "nobody removes the key before once its passes have ended"
    rotation = stack.resources["Signer/RotationFunction"]["Properties"]
    if rotation["Timeout"] != 900:
        yield "a step of a rotation does not live to see a deployment"


def schedules_of(stack: Stack, function: str) -> list[str]:
    rules = stack.of_type("AWS::Events::Rule").items()
    return [rule["ScheduleExpression"] for name, rule in rules if name.startswith(function)]

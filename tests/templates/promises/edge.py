"""Caches, origins, CORS, and the validator."""

from __future__ import annotations

from collections.abc import Iterator

from stack import Json, Stack

from .shape import (
    attached_behaviors,
    behaviors,
    forwards_header,
    functions,
    policy,
    validates,
)

CREDENTIALS = {"Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm", "Edgepass-Claims"}
CONTEXT = "x-edgepass-context"


def credentials_stay_out_of_cache_and_origin(stack: Stack) -> Iterator[str]:
    """Of every policy that the templates make, used or not."""
    forwards_context = stack.values["ForwardContext"] == "enabled"
    for path in stack.of_type("AWS::CloudFront::CachePolicy"):
        key = policy(stack, path)["ParametersInCacheKeyAndForwardedToOrigin"]
        yield from _taken(path, key, {CONTEXT} if forwards_context and "Content" in path else set())
    for path in stack.of_type("AWS::CloudFront::OriginRequestPolicy"):
        config = policy(stack, path)
        if "Signer" not in path:
            yield from _taken(path, config, set())
            continue
        if config["CookiesConfig"]["CookieBehavior"] != "none":
            yield f"{path} forwards cookies"
        headers, query = config["HeadersConfig"], config["QueryStringsConfig"]
        if headers["HeaderBehavior"] != "allExcept" or set(headers["Headers"]) != {"host", CONTEXT}:
            yield f"{path} forwards the wrong headers"
        behavior, names = query["QueryStringBehavior"], set(query.get("QueryStrings", []))
        if (behavior, names) != ("allExcept", CREDENTIALS):
            yield f"{path} forwards credentials of the query"


def _taken(path: str, config: Json, headers: set[str]) -> Iterator[str]:
    if config["CookiesConfig"] != {"CookieBehavior": "none"}:
        yield f"{path} takes cookies"
    if config["QueryStringsConfig"] != {"QueryStringBehavior": "none"}:
        yield f"{path} takes the query"
    if set(config["HeadersConfig"].get("Headers", [])) != headers:
        yield f"{path} takes the headers {config['HeadersConfig']}"
    behavior = config["HeadersConfig"]["HeaderBehavior"]
    if behavior != ("whitelist" if headers else "none"):
        yield f"{path} takes headers by {behavior}"


def context_comes_from_the_validator(stack: Stack) -> Iterator[str]:
    """Where the validator does not run, viewers write the header themselves."""
    own = stack.of_type("AWS::CloudFront::Distribution")
    for behavior in behaviors(stack) if own else attached_behaviors(stack):
        for member in ("CachePolicyId", "OriginRequestPolicyId"):
            forwards = forwards_header(stack, behavior.get(member), CONTEXT)
            if forwards and not validates(behavior):
                yield f"{behavior['PathPattern']} forwards a viewer's own {CONTEXT} by {member}"


def state_is_cached_briefly(stack: Stack) -> Iterator[str]:
    config = policy(stack, "Edge/StateCachePolicy")
    refresh = int(stack.values["RefreshSeconds"])
    if config["MinTTL"] != 0:
        yield "the state has a least TTL"
    for member in ("DefaultTTL", "MaxTTL"):
        if config[member] * 2 > refresh:
            yield f"{member} of the state is {config[member]} s, and edges refresh every {refresh} s"


def state_mapping_is_at_most_half(stack: Stack) -> Iterator[str]:
    edge = stack.nested["Edge"].template["Mappings"]["StateTtl"]
    if set(edge) != set(stack.template["Parameters"]["RefreshSeconds"]["AllowedValues"]):
        yield "not every RefreshSeconds has a TTL"
    for refresh, row in edge.items():
        if row["Seconds"] * 2 > int(refresh):
            yield f"refresh_seconds {refresh} has a TTL of {row['Seconds']} s"


def cors_names_origins(stack: Stack) -> Iterator[str]:
    config = policy(stack, "Edge/ContentHeadersPolicy")["CorsConfig"]
    origins = config["AccessControlAllowOrigins"]["Items"]
    if not origins or any("*" in origin or not origin.startswith("http") for origin in origins):
        yield f"CORS allows {origins}"
    if config["AccessControlAllowCredentials"] is not True:
        yield "CORS is without credentials"
    for member in ("AccessControlAllowHeaders", "AccessControlAllowMethods"):
        if "*" in config[member]["Items"] or "ALL" in config[member]["Items"]:
            yield f"{member} is `*`, which browsers do not take with credentials"


def validator_fits_the_edge(stack: Stack) -> Iterator[str]:
    """AWS: "Restrictions on Lambda@Edge"."""
    for path, function in functions(stack).items():
        if not path.startswith("Edge/"):
            continue
        for member in ("Environment", "Layers", "VpcConfig", "DeadLetterConfig", "TracingConfig"):
            if member in function:
                yield f"{path} has {member}, which Lambda@Edge refuses"
        if function["MemorySize"] > 128 or function["Timeout"] > 30:
            yield f"{path} is larger than a viewer request may be"
        if function["LoggingConfig"]["LogFormat"] != "Text":
            yield f"{path} logs in a form that the metric filters do not match"
        role = stack.of_type("AWS::IAM::Role")["Edge/ValidatorRole"]
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        if set(statement["Principal"]["Service"]) != {
            "lambda.amazonaws.com",
            "edgelambda.amazonaws.com",
        }:
            yield f"{path} cannot be run by Lambda@Edge"


def replicas_outlive_the_stack(stack: Stack) -> Iterator[str]:
    for path, resource in stack.resources.items():
        edge = path.startswith("Edge/Validator")
        kept = resource["Type"] in ("AWS::S3::Bucket", "AWS::DynamoDB::Table")
        if (edge or kept) and resource.get("DeletionPolicy") != "Retain":
            yield f"{path} is deleted with the stack"

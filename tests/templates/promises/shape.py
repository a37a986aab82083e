"""What promises look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from stack import Json, Stack

Promise = Callable[[Stack], Iterator[str]]

# AWS: "Use managed cache policies". Neither forwards headers, but for `Accept-Encoding`.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
STATE, SIGNER = "/edgepass/state/*", "/edgepass/*"


def distribution(stack: Stack) -> Json:
    [properties] = stack.of_type("AWS::CloudFront::Distribution").values()
    return properties["DistributionConfig"]


def behaviors(stack: Stack) -> list[Json]:
    """In the order in which CloudFront tries them."""
    config = distribution(stack)
    return [*config["CacheBehaviors"], {"PathPattern": "*", **config["DefaultCacheBehavior"]}]


def attached_behaviors(stack: Stack) -> list[Json]:
    """What existing-distribution.yaml prints for the behaviours of a distribution."""
    printed = ("Attach2StateBehavior", "Attach3SignerBehavior", "Attach5ProtectedBehaviors")
    found = [json.loads(stack.outputs[name]) for name in printed]
    return [{"PathPattern": "(protected)"} | behavior for behavior in found]


def validates(behavior: Json) -> bool:
    """Whether the validator sees a request of this behaviour before anything else does."""
    associations = behavior.get("LambdaFunctionAssociations", [])
    if isinstance(associations, dict):
        associations = associations["Items"]
    return any(
        found["EventType"] == "viewer-request"
        and found["LambdaFunctionARN"].startswith("<Edge/ValidatorFunctionVersion")
        for found in associations
    )


def forwards_header(stack: Stack, reference: str | None, header: str) -> bool:
    """Whether a cache or origin request policy passes a header of the viewer on."""
    if reference in (None, CACHING_DISABLED, CACHING_OPTIMIZED):
        return False
    config = policy(stack, reference)
    headers = config.get("ParametersInCacheKeyAndForwardedToOrigin", config)["HeadersConfig"]
    named = header in headers.get("Headers", [])
    match headers["HeaderBehavior"]:
        case "none":
            return False
        case "whitelist":
            return named
        case "allExcept":
            return not named
    return True


def policy(stack: Stack, reference: str) -> Json:
    """A cache or origin request policy by its reference; both hold one member of configuration."""
    [config] = stack.resources[reference.strip("<>")]["Properties"].values()
    return config


def functions(stack: Stack) -> dict[str, Json]:
    return stack.of_type("AWS::Lambda::Function")

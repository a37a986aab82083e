"""What promises look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stack import Json, Stack

Promise = Callable[[Stack], Iterator[str]]

# AWS: "Use managed cache policies".
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
STATE, SIGNER = "/edgepass/state/*", "/edgepass/*"


def distribution(stack: Stack) -> Json:
    [properties] = stack.of_type("AWS::CloudFront::Distribution").values()
    return properties["DistributionConfig"]


def behaviors(stack: Stack) -> list[Json]:
    """In the order in which CloudFront tries them."""
    config = distribution(stack)
    return [*config["CacheBehaviors"], {"PathPattern": "*", **config["DefaultCacheBehavior"]}]


def policy(stack: Stack, reference: str) -> Json:
    """A cache or origin request policy by its reference; both hold one member of configuration."""
    [config] = stack.resources[reference.strip("<>")]["Properties"].values()
    return config


def functions(stack: Stack) -> dict[str, Json]:
    return stack.of_type("AWS::Lambda::Function")

"""Every member of a distribution that an explanation depends on is collected."""

from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

import pytest
from media_site import KEY_ID, KeyPair

from aws import Aws, run_program

HOST = "media.example.com"
FILM = f"https://{HOST}/film.mp4"

BASE: dict[str, Any] = {
    "Aliases": {"Quantity": 1, "Items": [HOST]},
    "DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"},
}


def behavior(**members: Any) -> dict[str, Any]:
    return {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"} | members}


def cache_behavior(**members: Any) -> dict[str, Any]:
    open_to_all = {"PathPattern": "/*.mp4", "ViewerProtocolPolicy": "allow-all"}
    return {"CacheBehaviors": one(open_to_all | members)}


def one(item: object, **members: Any) -> dict[str, Any]:
    return members | {"Quantity": 1, "Items": [item]}


def origin(**members: Any) -> dict[str, Any]:
    bucket = {"Id": "media", "DomainName": "media-bucket.s3.eu-central-1.amazonaws.com"}
    return {"Origins": one(bucket | members)}


LAMBDA = {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:123456789012:function:check:1",
    "EventType": "viewer-request",
    "IncludeBody": False,
}
FUNCTION = {
    "FunctionARN": "arn:aws:cloudfront::123456789012:function/check",
    "EventType": "viewer-request",
}
IDENTITY = {"OriginAccessIdentity": "origin-access-identity/cloudfront/E1IDENTITY"}
SIGNED = {"TrustedKeyGroups": one("media-group", Enabled=True)}


@dataclass
class Variant:
    """A change of the configuration that shows in the explanation of a request."""

    change: dict[str, Any]
    url: str = FILM
    response: str = ""


INSECURE = FILM.replace("https", "http")

VARIANTS = {
    "disabled": Variant({"Enabled": False}),
    "country": Variant(
        {
            "Restrictions": {
                "GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 1, "Items": ["DE"]}
            }
        },
        response="configured to block access from your country",
    ),
    "web-acl": Variant(
        {"WebACLId": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1"},
        response="Request blocked.",
    ),
    "signers": Variant(behavior(TrustedSigners=one("self", Enabled=True))),
    "key-groups": Variant(behavior(**SIGNED)),
    "lambda": Variant(behavior(LambdaFunctionAssociations=one(LAMBDA))),
    "function": Variant(behavior(FunctionAssociations=one(FUNCTION))),
    "https-only": Variant(behavior(ViewerProtocolPolicy="https-only"), INSECURE),
    "redirect": Variant(behavior(ViewerProtocolPolicy="redirect-to-https"), INSECURE),
    "cache-behavior-signers": Variant(cache_behavior(TrustedSigners=one("self", Enabled=True))),
    "cache-behavior-key-groups": Variant(cache_behavior(**SIGNED)),
    "cache-behavior-lambda": Variant(cache_behavior(LambdaFunctionAssociations=one(LAMBDA))),
    "cache-behavior-function": Variant(cache_behavior(FunctionAssociations=one(FUNCTION))),
    "cache-behavior-https-only": Variant(
        cache_behavior(ViewerProtocolPolicy="https-only"), INSECURE
    ),
    "identity": Variant(origin(S3OriginConfig=IDENTITY)),
    "no-access-control": Variant(origin()),
    "root-object": Variant({"DefaultRootObject": "index.html"}, f"https://{HOST}/"),
    "ipv6": Variant({"IsIPV6Enabled": True}),
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_it_is_collected_and_counts(
    aws: Aws, variant: Variant, rsa: KeyPair, tmp_path: Path
) -> None:
    key = tmp_path / "private.pem"
    key.write_text(rsa.private)
    options = ["--key", str(key), "--key-id", KEY_ID, "--expires", "+1h", "--ip", "192.0.2.0/24"]
    # A pass for https, whatever is requested.
    signed = run_program("sign", "url", variant.url.replace("http:", "https:"), *options)
    request = [signed.output.strip().replace("https:", variant.url.split("//")[0])]
    request += ["--now", str(int(time()))]  # the same for both
    if variant.response:
        response = tmp_path / "response.txt"
        response.write_text(f"HTTP/2 403\nserver: CloudFront\n\n{variant.response}\n")
        request += ["--response", str(response)]
    said = []
    for config in (BASE, BASE | variant.change):
        aws.reset()
        aws.cloudfront.seed(
            public_keys=[{"id": KEY_ID, "pem": rsa.public}],
            key_groups=[{"id": "media-group", "name": "media", "keys": [KEY_ID]}],
            distributions=[{"id": "E1MEDIA", "domain": "d1.cloudfront.net", "config": config}],
        )
        aws.bucket("media-bucket", "eu-central-1")
        live = run_program(
            "explain", *request, "--live", "--details", environment=aws.environment()
        )
        files = aws.files("E1MEDIA", ["media-bucket"], tmp_path)
        by_files = run_program("explain", *request, *files, "--details")
        assert live == by_files
        said.append(live.output)
    assert said[0] != said[1]

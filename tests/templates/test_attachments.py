"""What existing-distribution.yaml prints is what the API of CloudFront takes."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from configurations import CHANGES, deployed
from promises import CACHING_DISABLED, SIGNER, STATE
from stack import NotDeployable, Sources, Stack

SOURCES = Sources.committed()
CLOUDFRONT = botocore.session.get_session().get_service_model("cloudfront")
# What every behaviour has beside what is attached.
BEHAVIOR = {
    "PathPattern": "/a/*",
    "TargetOriginId": "content",
    "ViewerProtocolPolicy": "https-only",
}


def attachments(configuration: str, sources: Sources = SOURCES) -> dict[str, Any]:
    stack = deployed(sources, "existing-distribution.yaml", configuration)
    return {
        name: json.loads(value)
        for name, value in stack.outputs.items()
        if name.startswith("Attach")
    }


def check(shape: str, value: Any) -> None:
    report = ParamValidator().validate(value, CLOUDFRONT.shape_for(shape))
    assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize("configuration", CHANGES)
def test_the_api_takes_them(configuration: str) -> None:
    found = attachments(configuration)
    assert [name[:7] for name in found] == [f"Attach{number}" for number in range(1, 8)]
    check("Origin", found["Attach1Origin"])
    check("CacheBehavior", found["Attach2StateBehavior"])
    check("CacheBehavior", found["Attach3SignerBehavior"])
    check("CustomErrorResponses", found["Attach4ErrorCaching"])
    check("CacheBehavior", BEHAVIOR | found["Attach5ProtectedBehaviors"])
    check("Origin", {"Id": "content"} | found["Attach7ContentOrigin"])


@pytest.mark.parametrize("configuration", CHANGES)
def test_counts_are_right(configuration: str) -> None:
    def counted(node: Any) -> None:
        if isinstance(node, dict):
            if "Quantity" in node:
                assert node["Quantity"] == len(node.get("Items", [])), node
            for member in node.values():
                counted(member)
        elif isinstance(node, list):
            for item in node:
                counted(item)

    counted(attachments(configuration))


def protect(configuration: str, sources: Sources) -> None:
    stack = deployed(sources, "existing-distribution.yaml", configuration)
    found = attachments(configuration, sources)
    protected = found["Attach5ProtectedBehaviors"]
    groups = protected.get("TrustedKeyGroups", {}).get("Items", [])
    assert groups == (["<Edge/KeyGroup>"] if stack.values["Mode"] == "native" else [])
    associations = protected.get("LambdaFunctionAssociations", {}).get("Items", [])
    versions = [found["LambdaFunctionARN"].split("Version")[0] for found in associations]
    validates = stack.values["EdgeValidator"] == "enabled"
    assert versions == (["<Edge/ValidatorFunction"] if validates else [])
    assert groups or versions
    assert protected["CachePolicyId"] == "<Edge/ContentCachePolicy>"
    for behavior in (found["Attach2StateBehavior"], found["Attach3SignerBehavior"]):
        assert "LambdaFunctionAssociations" not in behavior and "TrustedKeyGroups" not in behavior
    allowed, denied = found["Attach6BucketPolicy"]["Statement"]
    source = "arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"
    assert allowed["Condition"] == {"StringEquals": {"AWS:SourceArn": source}}
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert (allowed["Action"], denied["Effect"]) == ("s3:GetObject", "Deny")


@pytest.mark.parametrize("configuration", CHANGES)
def test_they_protect(configuration: str) -> None:
    protect(configuration, SOURCES)


@pytest.mark.parametrize(
    ("configuration", "old", "new"),
    [
        (
            "native-without-validator",
            '{"TrustedKeyGroups":{"Enabled":true,"Quantity":1,"Items":["${Edge.Outputs.KeyGroupId}"]},\n        "Cache',
            '{"Cache',
        ),
        ("standalone", '"LambdaFunctionARN":"${Edge.', '"LambdaFunctionARN":"${Signer.'),
        ("standalone", "distribution/${DistributionId}", "distribution/E2OTHER"),
        ("standalone", '"Principal":{"Service":"cloudfront.amazonaws.com"}', '"Principal":"*"'),
        (
            "standalone",
            '"AllowedMethods":{"Quantity":2,"Items":["GET","HEAD"]},',
            '"AllowedMethods":{"Quantity":2,"Items":["GET","HEAD"]},"LambdaFunctionAssociations":{"Quantity":0},',
        ),
    ],
)
def test_what_does_not_protect_is_noticed(configuration: str, old: str, new: str) -> None:
    with pytest.raises((AssertionError, NotDeployable)):
        protect(configuration, SOURCES.mutated("existing-distribution.yaml", old, new))


def test_they_are_those_of_the_whole_template() -> None:
    """The same policies for the state and the signer as template.yaml gives its own behaviours."""
    whole: Stack = deployed(SOURCES, "template.yaml", "standalone")
    [distribution] = whole.of_type("AWS::CloudFront::Distribution").values()
    own = {
        behavior["PathPattern"]: behavior
        for behavior in distribution["DistributionConfig"]["CacheBehaviors"]
    }
    found = attachments("standalone")
    pairs = {STATE: found["Attach2StateBehavior"], SIGNER: found["Attach3SignerBehavior"]}
    for pattern, attached in pairs.items():
        for member in (
            "PathPattern",
            "CachePolicyId",
            "ResponseHeadersPolicyId",
            "ViewerProtocolPolicy",
        ):
            assert attached[member] == own[pattern][member]
        assert attached.get("OriginRequestPolicyId") == own[pattern].get("OriginRequestPolicyId")
        assert set(attached["AllowedMethods"]["Items"]) == set(own[pattern]["AllowedMethods"])
    assert found["Attach3SignerBehavior"]["CachePolicyId"] == CACHING_DISABLED
    assert found["Attach3SignerBehavior"]["TargetOriginId"] == found["Attach1Origin"]["Id"]
    errors = distribution["DistributionConfig"]["CustomErrorResponses"]
    assert found["Attach4ErrorCaching"]["Items"] == errors


def test_bucket_policy() -> None:
    """What it opens, and how the distribution asks: signed, of the same bucket."""
    found = attachments("standalone")
    policy, origin = found["Attach6BucketPolicy"], found["Attach7ContentOrigin"]
    bucket = origin["DomainName"].removesuffix(".s3.us-east-1.amazonaws.com")
    assert policy["Statement"][0]["Resource"] == f"arn:aws:s3:::{bucket}/*"
    stack = deployed(SOURCES, "existing-distribution.yaml", "standalone")
    [(access, control)] = stack.of_type("AWS::CloudFront::OriginAccessControl").items()
    assert origin["OriginAccessControlId"] == f"<{access}.Id>"
    whole = deployed(SOURCES, "template.yaml", "standalone")
    assert [control] == list(whole.of_type("AWS::CloudFront::OriginAccessControl").values())
    read, tls = policy["Statement"]
    assert read["Action"] == "s3:GetObject"
    assert read["Condition"]["StringEquals"]["AWS:SourceArn"].endswith("distribution/E1EXAMPLE")
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})

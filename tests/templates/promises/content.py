"""The bucket, and the behaviours of the distribution."""

from __future__ import annotations

from collections.abc import Iterator

from stack import Stack

from .shape import CACHING_DISABLED, CACHING_OPTIMIZED, SIGNER, STATE, behaviors, distribution


def bucket_is_private(stack: Stack) -> Iterator[str]:
    for path, bucket in stack.of_type("AWS::S3::Bucket").items():
        block = bucket.get("PublicAccessBlockConfiguration", {})
        flags = (
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        )
        for flag in flags:
            if block.get(flag) is not True:
                yield f"{path} lacks {flag}"
        if "AccessControl" in bucket or "WebsiteConfiguration" in bucket:
            yield f"{path} has an ACL or is a website"
        if not bucket.get("BucketEncryption"):
            yield f"{path} is not encrypted"
        ownership = bucket.get("OwnershipControls", {}).get("Rules")
        if ownership != [{"ObjectOwnership": "BucketOwnerEnforced"}]:
            yield f"{path} takes ACLs"


def bucket_policy_lets_only_the_distribution_read(stack: Stack) -> Iterator[str]:
    buckets = set(stack.of_type("AWS::S3::Bucket"))
    policies = stack.of_type("AWS::S3::BucketPolicy").values()
    for bucket in buckets - {found["Bucket"].strip("<>") for found in policies}:
        yield f"{bucket} has no policy"
    for found in policies:
        bucket = found["Bucket"]
        arn = f"<{bucket.strip('<>')}.Arn>"
        statements = found["PolicyDocument"]["Statement"]
        allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
        expected = {
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": f"{arn}/*",
            "Condition": {
                "StringEquals": {
                    "AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/<Distribution>"
                }
            },
        }
        if len(allowed) != 1 or any(
            allowed[0].get(key) != value for key, value in expected.items()
        ):
            yield f"the policy of {bucket} allows something else than reading by the distribution"
        denied = [statement for statement in statements if statement["Effect"] == "Deny"]
        without_tls = {"Bool": {"aws:SecureTransport": "false"}}
        if not any(
            statement["Condition"] == without_tls
            and statement["Principal"] == "*"
            and statement["Action"] == "s3:*"
            and statement["Resource"] == [arn, f"{arn}/*"]
            for statement in denied
        ):
            yield f"the policy of {bucket} does not insist on TLS"


def bucket_origin_uses_origin_access_control(stack: Stack) -> Iterator[str]:
    for origin in distribution(stack)["Origins"]:
        name = origin["DomainName"]
        if "s3-website" in name or name.endswith(".WebsiteURL>") or name.endswith(".DomainName>"):
            yield f"{origin['Id']} is a website endpoint or a global one: `{name}`"
        if origin["Id"] != "content":
            continue
        if not name.endswith(".RegionalDomainName>"):
            yield f"{origin['Id']} is not the bucket's own endpoint: `{name}`"
        access = origin.get("OriginAccessControlId", "").strip("<>").removesuffix(".Id")
        control = stack.of_type("AWS::CloudFront::OriginAccessControl").get(access)
        if control is None or "S3OriginConfig" not in origin:
            yield f"{origin['Id']} has no origin access control"
            continue
        config = control["OriginAccessControlConfig"]
        if (config["SigningBehavior"], config["OriginAccessControlOriginType"]) != ("always", "s3"):
            yield f"{origin['Id']} is not always signed for"


def protected_behaviors_are_protected(stack: Stack) -> Iterator[str]:
    """Behaviours are open by their place in the list, or checked by what the mode needs."""
    native = stack.values["Mode"] == "native"
    validates = stack.values["EdgeValidator"] == "enabled"
    open_by_intent = {STATE, SIGNER, stack.values["PublicPath"]}
    for behavior in behaviors(stack):
        pattern = behavior["PathPattern"]
        groups = behavior.get("TrustedKeyGroups", [])
        associations = behavior.get("LambdaFunctionAssociations", [])
        if pattern in open_by_intent:
            if groups or associations:
                yield f"{pattern} needs a pass"
            continue
        if native != (groups == ["<Edge/KeyGroup>"]):
            yield f"{pattern} has the key groups {groups}, in the mode {stack.values['Mode']}"
        versions = [association["LambdaFunctionARN"] for association in associations]
        if validates != any(
            found.startswith("<Edge/ValidatorFunctionVersion") for found in versions
        ):
            yield f"{pattern} has the functions {versions}"
        if not groups and not associations:
            yield f"{pattern} is open to everybody"
        if any(found["EventType"] != "viewer-request" for found in associations):
            yield f"{pattern} asks the validator too late"


def open_behaviors_expose_nothing(stack: Stack) -> Iterator[str]:
    found = [(behavior["PathPattern"], behavior["TargetOriginId"]) for behavior in behaviors(stack)]
    expected = [(STATE, "content"), (SIGNER, "signer"), (stack.values["PublicPath"], "content")]
    if found != [*expected, ("*", "content")]:
        yield f"the behaviours are {found}"
    for pattern, origin in found[:-1]:
        literal = pattern.split("*")[0].split("?")[0]
        if origin == "content" and len(literal.strip("/")) == 0:
            yield f"{pattern} opens everything"


def viewers_use_tls(stack: Stack) -> Iterator[str]:
    config = distribution(stack)
    for behavior in behaviors(stack):
        if behavior["ViewerProtocolPolicy"] not in ("https-only", "redirect-to-https"):
            yield f"{behavior['PathPattern']} allows plain HTTP"
    if config["ViewerCertificate"].get("MinimumProtocolVersion") != "TLSv1.2_2021":
        yield "viewers may use an old TLS"
    for origin in config["Origins"]:
        custom = origin.get("CustomOriginConfig")
        if custom and custom["OriginProtocolPolicy"] != "https-only":
            yield f"{origin['Id']} is reached by plain HTTP"


def every_behavior_has_its_policies(stack: Stack) -> Iterator[str]:
    for behavior in behaviors(stack):
        pattern = behavior["PathPattern"]
        cache, request = behavior["CachePolicyId"], behavior.get("OriginRequestPolicyId")
        expected = {
            STATE: ("<Edge/StateCachePolicy>", None),
            SIGNER: (CACHING_DISABLED, "<Edge/SignerOriginRequestPolicy>"),
            stack.values["PublicPath"]: (CACHING_OPTIMIZED, "<Edge/ContentOriginRequestPolicy>"),
        }.get(pattern, ("<Edge/ContentCachePolicy>", "<Edge/ContentOriginRequestPolicy>"))
        if (cache, request) != expected:
            yield f"{pattern} has the policies {cache} and {request}"


def errors_are_not_cached(stack: Stack) -> Iterator[str]:
    caching = {
        error["ErrorCode"]: error["ErrorCachingMinTTL"]
        for error in distribution(stack).get("CustomErrorResponses", [])
    }
    for code in (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504):
        if caching.get(code) != 0:
            yield f"{code} is cached for {caching.get(code, 10)} s"

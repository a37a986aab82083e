"""What the templates promise, each as a function from a deployment to its violations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from stack import Json, Sources, Stack

Promise = Callable[[Stack], Iterator[str]]

# AWS: "Use managed cache policies".
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
STATE, SIGNER = "/edgepass/state/*", "/edgepass/*"
CREDENTIALS = {"Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm", "Edgepass-Claims"}
CONTEXT = "x-edgepass-context"
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
}


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


def every_behavior_has_its_policies(stack: Stack) -> Iterator[str]:
    for behavior in behaviors(stack):
        pattern = behavior["PathPattern"]
        cache, request = behavior["CachePolicyId"], behavior.get("OriginRequestPolicyId")
        expected = {
            STATE: ("<Edge/StateCachePolicy>", None),
            SIGNER: (CACHING_DISABLED, "<Edge/SignerOriginRequestPolicy>"),
        }.get(pattern, ("<Edge/ContentCachePolicy>", "<Edge/ContentOriginRequestPolicy>"))
        if (cache, request) != expected:
            yield f"{pattern} has the policies {cache} and {request}"


def context_needs_the_validator(stack: Stack) -> Iterator[str]:
    taken = json.dumps(policy(stack, "Edge/ContentCachePolicy"))
    if CONTEXT in taken and stack.values["EdgeValidator"] != "enabled":
        yield "viewers write the context themselves"


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


def errors_are_not_cached(stack: Stack) -> Iterator[str]:
    caching = {
        error["ErrorCode"]: error["ErrorCachingMinTTL"]
        for error in distribution(stack).get("CustomErrorResponses", [])
    }
    for code in (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504):
        if caching.get(code) != 0:
            yield f"{code} is cached for {caching.get(code, 10)} s"


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


# By the end of the resource; the reason is in the template, where `reasons_are_written` looks.
WIDE = {
    "cloudfront": {"*", "distribution/*"},
    "dynamodb": set(),
    "kms": set(),
    "lambda": set(),
    "logs": {":*"},
    "s3": {"/edgepass/state/*"},
    "secretsmanager": set(),
    "ssm": set(),
}


def _scoped(path: str, statement: Json) -> Iterator[str]:
    for action in _listed(statement["Action"]):
        if "*" in action:
            yield f"{path} may {action}"
        for resource in _listed(statement["Resource"]):
            ends = WIDE[action.split(":")[0]]
            if "*" in resource and not any(
                resource == end if end == "*" else resource.endswith(end) for end in ends
            ):
                yield f"{path} may {action} on {resource}"


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
    if variables.get("EDGEPASS_GRANTS") != "/opt/grants.toml" or not session.get("Layers"):
        yield "session has no grants"
    revokes = stack.values["Revocation"] == "enabled"
    store = "dynamodb:<Signer/Revocations>" if revokes else "memory"
    if variables.get("EDGEPASS_STORE") != store:
        yield f"session keeps revocations in {variables.get('EDGEPASS_STORE')}"
    rotates = stack.values["SigningKeySlot"] == "stored"
    if bool(variables.get("EDGEPASS_KEY_ID")) == rotates:
        yield "session has an id of the key beside that of the secret, or none at all"
    for path, function in functions(stack).items():
        rust = path.startswith("Signer/")
        expected = ("provided.al2023", "arm64") if rust else ("nodejs22.x", "x86_64")
        if (function["Runtime"], *function["Architectures"]) != expected:
            yield f"{path} runs on {function['Runtime']}"
        text = json.dumps(function.get("Environment", {}))
        if "BEGIN" in text or "PRIVATE" in text:
            yield f"{path} has a secret in its environment"


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


def only_jwts_open_the_api(stack: Stack) -> Iterator[str]:
    body = stack.of_type("AWS::ApiGatewayV2::Api")["Signer/Api"]["Body"]
    [scheme] = body["components"]["securitySchemes"].values()
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    jwt = authorizer["jwtConfiguration"]
    if authorizer["type"] != "jwt" or jwt["issuer"] != stack.values["JwtIssuer"]:
        yield "the API trusts another issuer"
    if jwt["audience"] != stack.values["JwtAudience"]:
        yield f"the API takes tokens for {jwt['audience']}"
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
    schedules = [rule["ScheduleExpression"] for rule in stack.of_type("AWS::Events::Rule").values()]
    if schedules != ["rate(1 minute)"]:
        yield f"the heartbeat is {schedules}: not a third of the least max_stale_seconds"


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
        wanted |= {"PublisherAge", "PublisherBehind"}
    if stack.values["Rotation"] == "enabled":
        wanted |= {"RotationStuck"}
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


def reasons_are_written(sources: Sources) -> Iterator[str]:
    """On the text: every `*` of a policy has its reason, and what is retained says why."""
    for name, text in sources.texts.items():
        lines = text.splitlines()
        for number, line in enumerate(lines):
            wide = re.search(r'(Action|Principal|Resource): .*(\*"?$|s3:\*|:\*:)', line)
            if not wide or "/*" in line and "distribution/*" not in line:
                continue
            before = "\n".join(lines[max(0, number - 16) : number])
            if "Reason for" not in before:
                yield f"{name}:{number + 1} has no reason for `{line.strip()}`"
        match = re.search(r"((?:  # .*\n)+)  ValidatorFunction:", text)
        if name == "edge.yaml" and not (
            match and "replicas" in match[1] and "Retained" in match[1]
        ):
            yield "edge.yaml does not say why the validator is retained"


OF_EVERY_STACK: list[Promise] = [
    alarms_say_what_to_do,
    changes_are_published,
    context_needs_the_validator,
    cors_names_origins,
    credentials_stay_out_of_cache_and_origin,
    dashboard_can_be_read,
    functions_are_set_up,
    iam_is_scoped,
    logs_are_kept_and_hold_no_credentials,
    only_jwts_open_the_api,
    replicas_outlive_the_stack,
    revocations_are_kept,
    state_is_cached_briefly,
    state_mapping_is_at_most_half,
    validator_fits_the_edge,
]
OF_THE_DISTRIBUTION: list[Promise] = [
    bucket_is_private,
    bucket_origin_uses_origin_access_control,
    bucket_policy_lets_only_the_distribution_read,
    errors_are_not_cached,
    every_behavior_has_its_policies,
    open_behaviors_expose_nothing,
    protected_behaviors_are_protected,
    viewers_use_tls,
]

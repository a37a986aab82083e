"""The suite can fail: each safety is removed once, and the promise that is named notices.

`None` in the place of a promise means that CloudFormation itself would refuse.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

import promises
from configurations import BASE, deployed
from promises import CACHING_DISABLED, CACHING_OPTIMIZED, Promise
from stack import NotDeployable, Sources, Stack

SOURCES = Sources.committed()


class Mutant(NamedTuple):
    name: str
    file: str
    old: str
    new: str
    promise: Promise | None
    configuration: str = "everything"
    template: str = "template.yaml"


PITFALLS = [
    Mutant(
        "no trusted key group",
        "template.yaml",
        "TrustedKeyGroups: !If [Native, [!GetAtt Edge.Outputs.KeyGroupId], !Ref AWS::NoValue]",
        "SmoothStreaming: false",
        promises.protected_behaviors_are_protected,
        "native-without-validator",
    ),
    Mutant(
        "no validator",
        "template.yaml",
        "          LambdaFunctionAssociations: !If\n            - HasValidator\n            - - Event",
        "          LambdaFunctionAssociations: !If\n            - Native\n            - - Event",
        promises.protected_behaviors_are_protected,
        "standalone",
    ),
    Mutant(
        "key group in front of the standalone validator",
        "template.yaml",
        "!If [Native, [!GetAtt Edge.Outputs.KeyGroupId], !Ref AWS::NoValue]",
        "[!GetAtt Edge.Outputs.KeyGroupId]",
        promises.protected_behaviors_are_protected,
        "standalone",
    ),
    Mutant(
        "no origin access control",
        "template.yaml",
        "            OriginAccessControlId: !GetAtt ContentAccess.Id\n",
        "",
        promises.bucket_origin_uses_origin_access_control,
    ),
    Mutant(
        "bucket policy of another distribution",
        "template.yaml",
        'AWS:SourceArn: !Sub "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"',
        'AWS:SourceArn: !Sub "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/E2OTHER"',
        promises.bucket_policy_lets_only_the_distribution_read,
    ),
    Mutant(
        "no bucket policy",
        "template.yaml",
        "      Bucket: !Ref Content\n",
        "      Bucket: another\n",
        promises.bucket_policy_lets_only_the_distribution_read,
    ),
    Mutant(
        "website endpoint as origin",
        "template.yaml",
        "!GetAtt Content.RegionalDomainName",
        "!GetAtt Content.WebsiteURL",
        promises.bucket_origin_uses_origin_access_control,
    ),
    Mutant(
        "signer on another domain: cookies that the browser does not send",
        "template.yaml",
        "          - PathPattern: /edgepass/*\n",
        "          - PathPattern: /elsewhere/*\n",
        promises.open_behaviors_expose_nothing,
    ),
]
BEHAVIORS = [
    Mutant(
        "public path before everything",
        "template.yaml",
        "PathPattern: !Ref PublicPath",
        'PathPattern: "*"',
        promises.open_behaviors_expose_nothing,
    ),
    Mutant(
        "state behind the validator, which fetches it",
        "template.yaml",
        "            CachePolicyId: !GetAtt Edge.Outputs.StateCachePolicyId\n",
        "            CachePolicyId: !GetAtt Edge.Outputs.StateCachePolicyId\n"
        "            LambdaFunctionAssociations:\n"
        "              - EventType: viewer-request\n"
        "                LambdaFunctionARN: !GetAtt Edge.Outputs.ValidatorVersion\n",
        promises.protected_behaviors_are_protected,
    ),
    Mutant(
        "signer in front of the state",
        "template.yaml",
        "PathPattern: /edgepass/state/*",
        "PathPattern: /edgepass/state",
        promises.open_behaviors_expose_nothing,
    ),
    Mutant(
        "state behind the signer",
        "template.yaml",
        "/edgepass/state/*\n            TargetOriginId: content",
        "/edgepass/state/*\n            TargetOriginId: signer",
        promises.open_behaviors_expose_nothing,
    ),
    Mutant(
        "plain HTTP",
        "template.yaml",
        "ViewerProtocolPolicy: redirect-to-https",
        "ViewerProtocolPolicy: allow-all",
        promises.viewers_use_tls,
    ),
    Mutant(
        "old TLS",
        "template.yaml",
        "TLSv1.2_2021",
        "TLSv1_2016",
        promises.viewers_use_tls,
    ),
    Mutant(
        "validator after the cache",
        "template.yaml",
        "EventType: viewer-request",
        "EventType: origin-request",
        promises.protected_behaviors_are_protected,
    ),
    Mutant(
        "signer cached",
        "template.yaml",
        CACHING_DISABLED,
        CACHING_OPTIMIZED,
        promises.every_behavior_has_its_policies,
    ),
]
BUCKET = [
    Mutant(
        "public access",
        "template.yaml",
        "BlockPublicPolicy: true",
        "BlockPublicPolicy: false",
        promises.bucket_is_private,
    ),
    Mutant(
        "listing by the distribution",
        "template.yaml",
        "Action: s3:GetObject",
        "Action: [s3:GetObject, s3:ListBucket]",
        promises.bucket_policy_lets_only_the_distribution_read,
    ),
    Mutant(
        "plain HTTP to the bucket",
        "template.yaml",
        'Bool: { aws:SecureTransport: "false" }',
        'Bool: { aws:SecureTransport: "true" }',
        promises.bucket_policy_lets_only_the_distribution_read,
    ),
    Mutant(
        "unsigned origin requests",
        "template.yaml",
        "SigningBehavior: always",
        "SigningBehavior: no-override",
        promises.bucket_origin_uses_origin_access_control,
    ),
]
CACHE = [
    Mutant(
        "query in the cache key",
        "edge.yaml",
        "QueryStringBehavior: none",
        "QueryStringBehavior: all",
        promises.credentials_stay_out_of_cache_and_origin,
    ),
    Mutant(
        "cookies to the origin",
        "edge.yaml",
        "CookieBehavior: none",
        "CookieBehavior: all",
        promises.credentials_stay_out_of_cache_and_origin,
    ),
    Mutant(
        "passes to the signer",
        "edge.yaml",
        "QueryStrings: [Expires, Policy, Signature, ",
        "QueryStrings: [Expires, Policy, ",
        promises.credentials_stay_out_of_cache_and_origin,
    ),
    Mutant(
        "the viewer's own context to the signer",
        "edge.yaml",
        "Headers: [host, x-edgepass-context]",
        "Headers: [host]",
        promises.credentials_stay_out_of_cache_and_origin,
    ),
    Mutant(
        "the viewer's own context at the API",
        "edge.yaml",
        "Headers: [host, x-edgepass-context]",
        "Headers: [host]",
        promises.context_comes_from_the_validator,
    ),
    Mutant(
        "the viewer's own context to the API of an existing distribution",
        "edge.yaml",
        "Headers: [host, x-edgepass-context]",
        "Headers: [host]",
        promises.context_comes_from_the_validator,
        template="existing-distribution.yaml",
    ),
    Mutant(
        "the viewer's own context on the public path",
        "template.yaml",
        f"CachePolicyId: {CACHING_OPTIMIZED}",
        "CachePolicyId: !GetAtt Edge.Outputs.ContentCachePolicyId",
        promises.context_comes_from_the_validator,
    ),
    Mutant(
        "the viewer's own context beside the state",
        "template.yaml",
        "CachePolicyId: !GetAtt Edge.Outputs.StateCachePolicyId",
        "CachePolicyId: !GetAtt Edge.Outputs.ContentCachePolicyId",
        promises.context_comes_from_the_validator,
    ),
    Mutant(
        "the viewer's own context beside the state of an existing distribution",
        "existing-distribution.yaml",
        "${Edge.Outputs.StateCachePolicyId}",
        "${Edge.Outputs.ContentCachePolicyId}",
        promises.context_comes_from_the_validator,
        template="existing-distribution.yaml",
    ),
    Mutant(
        "the viewer's own context before a validator that comes too late",
        "existing-distribution.yaml",
        '"EventType":"viewer-request"',
        '"EventType":"origin-request"',
        promises.context_comes_from_the_validator,
        template="existing-distribution.yaml",
    ),
    Mutant(
        "context out of the cache key",
        "edge.yaml",
        "HeaderBehavior: whitelist\n              Headers: [x-edgepass-context]",
        "HeaderBehavior: none",
        promises.credentials_stay_out_of_cache_and_origin,
    ),
    Mutant(
        "stale state",
        "edge.yaml",
        '"60": { Seconds: 30 }',
        '"60": { Seconds: 60 }',
        promises.state_is_cached_briefly,
    ),
    Mutant(
        "stale state at another refresh",
        "edge.yaml",
        '"10": { Seconds: 5 }',
        '"10": { Seconds: 6 }',
        promises.state_mapping_is_at_most_half,
    ),
    Mutant(
        "cached errors",
        "template.yaml",
        "{ ErrorCode: 403, ErrorCachingMinTTL: 0 }",
        "{ ErrorCode: 403, ErrorCachingMinTTL: 10 }",
        promises.errors_are_not_cached,
    ),
    Mutant(
        "CORS without credentials",
        "edge.yaml",
        "AccessControlAllowCredentials: true",
        "AccessControlAllowCredentials: false",
        promises.cors_names_origins,
    ),
    Mutant(
        "CORS for everybody",
        "edge.yaml",
        "Items: !Ref CorsOrigins",
        'Items: ["*"]',
        promises.cors_names_origins,
    ),
]
FUNCTIONS = [
    Mutant(
        "any action",
        "signer.yaml",
        "Action: [logs:CreateLogStream, logs:PutLogEvents]\n                Resource: !GetAtt SessionLog.Arn",
        'Action: "logs:*"\n                Resource: !GetAtt SessionLog.Arn',
        promises.iam_is_scoped,
    ),
    Mutant(
        "any secret",
        "signer.yaml",
        "Resource: [!Ref ClaimsKeyArn, !Ref SiteSecretArn]",
        'Resource: "*"',
        promises.iam_is_scoped,
    ),
    Mutant(
        "any key in KMS",
        "signer.yaml",
        """                Action: [kms:ScheduleKeyDeletion, kms:Sign]
                Resource: !Sub "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"
                Condition:
                  StringEquals:
                    "aws:ResourceTag/edgepass:key-group": !Ref KeyGroupId
""",
        """                Action: [kms:ScheduleKeyDeletion, kms:Sign]
                Resource: !Sub "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"
                Condition:
                  StringEquals:
""",
        promises.iam_is_scoped,
    ),
    Mutant(
        "keys in KMS of every kind",
        "signer.yaml",
        "                      kms:KeySpec: [ECC_NIST_P256, RSA_2048]\n",
        "",
        promises.iam_is_scoped,
    ),
    # As it was: KMS asks for it where a key is made with a tag, and cannot tell one from the other.
    Mutant(
        "a rotation that may tag any key in KMS",
        "signer.yaml",
        "                  Action: kms:ListKeys\n",
        """                  Action: kms:TagResource
                  Resource: !Sub "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"
                  Condition:
                    StringEquals: { "aws:RequestTag/edgepass:key-group": !Ref KeyGroupId }
                    "ForAllValues:StringEquals": { "aws:TagKeys": ["edgepass:key-group"] }
                - !Ref AWS::NoValue
              - !If
                - RotatesInKms
                - Effect: Allow
                  Action: kms:ListKeys
""",
        promises.iam_is_scoped,
    ),
    Mutant(
        "a rotation that may change the policy of any key in KMS",
        "signer.yaml",
        "Action: [kms:ScheduleKeyDeletion, kms:Sign]",
        "Action: [kms:PutKeyPolicy, kms:ScheduleKeyDeletion, kms:Sign]",
        promises.iam_is_scoped,
    ),
    Mutant(
        "keys in KMS for another role",
        "signer.yaml",
        "EDGEPASS_ROTATION_ROLE: !GetAtt RotationRole.Arn",
        "EDGEPASS_ROTATION_ROLE: !GetAtt SessionRole.Arn",
        promises.functions_are_set_up,
    ),
    Mutant(
        "keys in KMS that decrypt",
        "signer.yaml",
        "                    kms:KeyUsage: SIGN_VERIFY\n              # No kms",
        "              # No kms",
        promises.iam_is_scoped,
    ),
    Mutant(
        "rotation of any distribution",
        "signer.yaml",
        "                  - cloudfront:UpdateKeyGroup\n",
        "                  - cloudfront:UpdateDistribution\n",
        promises.iam_is_scoped,
    ),
    Mutant(
        "managed policy",
        "signer.yaml",
        "  SessionRole:\n    Type: AWS::IAM::Role\n    Properties:\n",
        "  SessionRole:\n    Type: AWS::IAM::Role\n    Properties:\n"
        "      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]\n",
        promises.iam_is_scoped,
    ),
    Mutant(
        "a variable is missing",
        "signer.yaml",
        "          EDGEPASS_HASH: !Ref SigningHash\n",
        "",
        promises.functions_are_set_up,
    ),
    Mutant(
        "passes for an address of CloudFront's",
        "signer.yaml",
        'EDGEPASS_BEHIND_CLOUDFRONT: "true"',
        'EDGEPASS_BEHIND_CLOUDFRONT: "false"',
        promises.functions_are_set_up,
    ),
    Mutant(
        "policies wider than the grants where nobody checks claims",
        "signer.yaml",
        "EDGEPASS_EDGE_CLAIMS: !Ref EdgeClaims",
        "EDGEPASS_EDGE_CLAIMS: required",
        promises.functions_are_set_up,
        "native-without-validator",
    ),
    Mutant(
        "groups read from a token that nobody verifies",
        "signer.yaml",
        "EDGEPASS_TOKEN_HEADER: authorization",
        "EDGEPASS_TOKEN_HEADER: x-id-token",
        promises.only_jwts_open_the_api,
    ),
    Mutant(
        "sign-ins renewed after their revocation is forgotten",
        "signer.yaml",
        "EDGEPASS_LONGEST_SIGN_IN_DAYS: !Ref LongestSignInDays\n      Events:\n        OpenSession:",
        'EDGEPASS_LONGEST_SIGN_IN_DAYS: "3650"\n      Events:\n        OpenSession:',
        promises.functions_are_set_up,
    ),
    Mutant(
        "the publisher's delegation is missing",
        "signer.yaml",
        "          EDGEPASS_SITE: !Ref StateSite\n",
        "",
        promises.functions_are_set_up,
    ),
    Mutant(
        "revocations forgotten before sign-ins end",
        "signer.yaml",
        "EDGEPASS_LONGEST_SIGN_IN_DAYS: !Ref LongestSignInDays\n      Events:\n        Change:",
        'EDGEPASS_LONGEST_SIGN_IN_DAYS: "1"\n      Events:\n        Change:',
        promises.functions_are_set_up,
    ),
    Mutant(
        "rotation that does not ask what edges know",
        "signer.yaml",
        'EDGEPASS_STATE: !If [Revokes, !Sub "s3:${StateBucketName}/edgepass/state/", none]',
        "EDGEPASS_STATE: none",
        promises.functions_are_set_up,
    ),
    Mutant(
        "rotation that has forgotten what was granted",
        "signer.yaml",
        "Remembers: !Or [!Condition Revokes, !Condition Rotates]",
        "Remembers: !Or [!Condition Revokes, !Condition Revokes]",
        promises.functions_are_set_up,
        "rotating",
    ),
    Mutant(
        "rotation that looks elsewhere",
        "signer.yaml",
        '          EDGEPASS_STORE: !Sub "dynamodb:${Revocations}"\n          # Without',
        "          EDGEPASS_STORE: memory\n          # Without",
        promises.functions_are_set_up,
        "rotating",
    ),
    Mutant(
        "rotation of no key group",
        "signer.yaml",
        "          EDGEPASS_KEY_GROUP: !Ref KeyGroupId\n",
        "",
        promises.functions_are_set_up,
    ),
    Mutant(
        "a function that ends before its store gives up",
        "signer.yaml",
        "      Timeout: 20\n      Layers: [!Ref GrantsLayer]\n",
        "      Timeout: 10\n      Layers: [!Ref GrantsLayer]\n",
        promises.functions_are_set_up,
    ),
    Mutant(
        "no grants",
        "signer.yaml",
        "      Timeout: 20\n      Layers: [!Ref GrantsLayer]\n",
        "      Timeout: 20\n",
        promises.functions_are_set_up,
    ),
    Mutant(
        "environment at the edge",
        "edge.yaml",
        "      MemorySize: 128\n",
        "      MemorySize: 128\n      Environment: { Variables: { A: b } }\n",
        promises.validator_fits_the_edge,
    ),
    Mutant(
        "not trusted by Lambda@Edge",
        "edge.yaml",
        "Service: [lambda.amazonaws.com, edgelambda.amazonaws.com]",
        "Service: [lambda.amazonaws.com]",
        promises.validator_fits_the_edge,
    ),
    Mutant(
        "arm64 at the edge",
        "edge.yaml",
        "Architectures: [x86_64]",
        "Architectures: [arm64]",
        promises.functions_are_set_up,
    ),
    Mutant(
        "validator deleted with the stack",
        "edge.yaml",
        "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      Description",
        "    Properties:\n      Description",
        promises.replicas_outlive_the_stack,
    ),
    Mutant(
        "alias instead of a version",
        "edge.yaml",
        "!Ref ValidatorFunction.Version",
        "!Ref ValidatorFunction.Alias",
        promises.protected_behaviors_are_protected,
    ),
    Mutant(
        "no version at all",
        "edge.yaml",
        "      AutoPublishAlias: live\n      AutoPublishAliasAllProperties: true\n",
        "",
        None,
    ),
    Mutant(
        "a route without an authorizer",
        "signer.yaml",
        "Path: /edgepass/revocations, Auth: { Authorizer: Jwt } }",
        "Path: /edgepass/revocations }",
        promises.only_jwts_open_the_api,
    ),
    Mutant(
        "tokens for any audience",
        "signer.yaml",
        "audience: !Ref JwtAudience",
        "audience: [everybody]",
        promises.only_jwts_open_the_api,
    ),
    Mutant(
        "logs for ever",
        "signer.yaml",
        'LogGroupName: !Sub "/edgepass/${Site}/session"\n      RetentionInDays: !Ref LogRetentionDays\n',
        'LogGroupName: !Sub "/edgepass/${Site}/session"\n',
        promises.logs_are_kept_and_hold_no_credentials,
    ),
    Mutant(
        "queries in the access log",
        "template.yaml",
        "        - cs-uri-stem\n",
        "        - cs-uri-stem\n        - cs-uri-query\n",
        promises.logs_are_kept_and_hold_no_credentials,
    ),
    Mutant(
        "revocations for ever",
        "signer.yaml",
        "TimeToLiveSpecification: { AttributeName: expires, Enabled: true }",
        "TimeToLiveSpecification: { AttributeName: expires, Enabled: false }",
        promises.revocations_are_kept,
    ),
    Mutant(
        "slow heartbeat",
        "signer.yaml",
        "rate(1 minute)",
        "rate(5 minutes)",
        promises.changes_are_published,
    ),
    Mutant(
        "rotation that never ends",
        "signer.yaml",
        "rate(10 minutes)",
        "rate(1 day)",
        promises.rotations_end,
    ),
    Mutant(
        "silent alarm",
        "alarms.yaml",
        "First: run `edgepass explain` on one refused URL; then",
        "Run `edgepass explain` on one refused URL; then",
        promises.alarms_say_what_to_do,
    ),
    Mutant(
        "alarm that tells nobody",
        "edge-logs.yaml",
        "AlarmActions: !If [HasTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]",
        "ActionsEnabled: true",
        promises.alarms_say_what_to_do,
    ),
    Mutant(
        "dashboard without the rotation",
        "alarms.yaml",
        "}${Publisher}${Rotation}",
        "}${Publisher}",
        promises.dashboard_can_be_read,
    ),
    Mutant(
        "dashboard of a publisher that is not there",
        "alarms.yaml",
        'Publishes: !Not [!Equals [!Ref PublisherFunctionName, ""]]',
        "Publishes: !Equals [a, a]",
        promises.dashboard_can_be_read,
        "standalone",
    ),
    Mutant(
        "dashboard that is no JSON",
        "alarms.yaml",
        '"widgets": [',
        '"widgets": [,',
        promises.dashboard_can_be_read,
    ),
]
# What is not nested, or nested wrongly, does not deploy.
WIRING = [
    Mutant(
        "parameter that is not passed on",
        "template.yaml",
        "        KeyGroupId: !GetAtt Edge.Outputs.KeyGroupId\n        LogRet",
        "        LogRet",
        None,
    ),
    Mutant(
        "output that is not there",
        "edge.yaml",
        "  StateCachePolicyId:\n    Value: !Ref StateCachePolicy\n",
        "",
        None,
    ),
]
MUTANTS = PITFALLS + BEHAVIORS + BUCKET + CACHE + FUNCTIONS + WIRING


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_mutant_is_caught(mutant: Mutant) -> None:
    if mutant.promise is not None:
        before = deployed(SOURCES, mutant.template, mutant.configuration)
        assert list(mutant.promise(before)) == []
    sources = SOURCES.mutated(mutant.file, mutant.old, mutant.new)
    try:
        stack = deployed(sources, mutant.template, mutant.configuration)
    except NotDeployable:
        assert mutant.promise is None
        return
    assert mutant.promise is not None
    assert list(mutant.promise(stack)) != []


def test_region_rules_are_what_refuses_other_regions() -> None:
    """`test_no_other_region` would fail without them: then nothing else refuses."""
    sources = SOURCES
    for file in ("template.yaml", "edge.yaml"):
        sources = sources.mutated(file, "!Equals [!Ref AWS::Region, us-east-1]", "!Equals [a, a]")
    Stack(sources, "template.yaml", BASE["template.yaml"], region="eu-central-1")


REASONS = [
    ("signer.yaml", "Reason for `*`: IAM has no resources for key", "IAM has no resources for key"),
    ("template.yaml", "Reason for `*`: it denies", "it denies"),
    ("edge.yaml", "Retained: CloudFront keeps replicas", "CloudFront keeps copies"),
    ("edge.yaml", "Reason for the region `*`", "The region"),
    # A second one below the first has a reason of its own.
    (
        "signer.yaml",
        'Resource: !Sub "arn:${AWS::Partition}:s3:::${StateBucketName}/edgepass/state/head"',
        'Resource: "*"',
    ),
    ("signer.yaml", "Resource: !GetAtt Revocations.Arn", 'Resource:\n                  - "*"'),
]


@pytest.mark.parametrize(("file", "old", "new"), REASONS)
def test_missing_reason_is_noticed(file: str, old: str, new: str) -> None:
    assert list(promises.reasons_are_written(SOURCES.mutated(file, old, new))) != []

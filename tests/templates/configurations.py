"""Every way to deploy that changes what is made."""

from __future__ import annotations

from stack import Sources, Stack

ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:"
PEM = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ==\n-----END PUBLIC KEY-----\n"

SHARED = {
    "PublicKeyA": PEM,
    "SigningKeyArn": ARN + "signing",
    "ClaimsKeyArn": ARN + "claims",
    "ClaimsKeyId": "claims-2026-11",
    "SiteSecretArn": ARN + "site",
    "JwtIssuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example",
    "JwtAudience": "web,app",
    "CorsOrigins": "https://www.example.com,https://app.example.com",
    "EdgeClaims": "required",
}
BASE = {
    "template.yaml": SHARED
    | {
        "DomainName": "media.example.com",
        "CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/example",
    },
    "existing-distribution.yaml": SHARED
    | {
        "DistributionId": "E1EXAMPLE",
        "StateBucketName": "media-content",
        "ContentOriginId": "content",
    },
}

REVOKING = {
    "Revocation": "enabled",
    "StateKeyArn": ARN + "state",
    "StateDelegationArn": ARN + "delegation",
    "StateSite": "media",
}
# In native mode without a validator nobody but the key group has to learn of a new key.
ROTATING = {"Rotation": "enabled", "SigningKeySlot": "stored"}
ALONE = {"Mode": "native", "EdgeValidator": "disabled", "EdgeClaims": "off"}
CHANGES: dict[str, dict[str, str]] = {
    "standalone": {},
    "native": {"Mode": "native"},
    "native-without-validator": ALONE,
    "claims-optional": {"EdgeClaims": "optional"},
    "context": {"ForwardContext": "enabled"},
    "revoking": REVOKING,
    "rotating": ROTATING | ALONE,
    "rotating-by-hand-delegation": REVOKING | ROTATING,
    "everything": REVOKING
    | ROTATING
    | {
        "Mode": "native",
        "ForwardContext": "enabled",
        "StateRootKeyArn": ARN + "root",
        "MaxStaleSeconds": "600",
        "LongestSignInDays": "30",
        "RotationAlgorithm": "ECDSA-SHA256",
        "RotationCustody": "kms",
        "RotationCanary": "https://media.example.com/standard/canary",
        "PublicKeyB": PEM,
        "SecretsKmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/example",
        "AlarmTopicArn": "arn:aws:sns:us-east-1:111122223333:alarms",
        "RefreshSeconds": "60",
    },
    "key-in-kms": {"SigningKeyArn": "arn:aws:kms:us-east-1:111122223333:key/example"},
    "second-slot": {"PublicKeyA": "", "PublicKeyB": PEM, "SigningKeySlot": "B"},
}


def deployed(sources: Sources, template: str, configuration: str) -> Stack:
    return Stack(sources, template, BASE[template] | CHANGES[configuration])

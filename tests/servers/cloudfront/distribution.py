"""Distributions, and the configurations that their edges have at a moment.

A change reaches the edges one by one. Until it is deployed an edge may still have any configuration
since the last one that was, so that all of them are kept until then.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# For each behaviour, by its path pattern, the keys by id that it trusts; None: it asks for no signature.
Trust = dict[str, dict[str, str] | None]

ACCOUNT_NUMBER = "123456789012"


@dataclass
class Rollout:
    """A configuration on its way to the edges."""

    deployed_at: datetime
    trust: Trust


@dataclass
class Distribution:
    id: str
    etag: str
    changed: datetime
    domain: str
    config: dict[str, Any]
    everywhere: Trust
    account: str = ACCOUNT_NUMBER
    rollouts: list[Rollout] = field(default_factory=list)

    def roll_out(self, trust: Trust, changed: datetime, deployed_at: datetime) -> None:
        self.changed = changed
        self.rollouts.append(Rollout(deployed_at, trust))

    def settle(self, now: datetime) -> None:
        """Forgets the configurations that no edge has any more."""
        while self.rollouts and self.rollouts[0].deployed_at <= now:
            self.everywhere = self.rollouts.pop(0).trust

    @property
    def status(self) -> str:
        return "InProgress" if self.rollouts else "Deployed"

    def edges(self) -> dict[str, object]:
        """What an edge may have now, the oldest configuration first."""
        configurations = [self.everywhere, *(rollout.trust for rollout in self.rollouts)]
        return {
            "status": self.status,
            "deployed_at": max((rollout.deployed_at for rollout in self.rollouts), default=None),
            "configurations": configurations,
            "accepted_everywhere": {
                pattern: sorted(set.intersection(*accepted))
                for pattern, accepted in by_pattern(configurations)
            },
            "accepted_somewhere": {
                pattern: sorted(set.union(*accepted))
                for pattern, accepted in by_pattern(configurations)
            },
        }

    def behaviors(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for behavior in self.config["CacheBehaviors"].get("Items", []):
            yield behavior["PathPattern"], behavior
        yield "*", self.config["DefaultCacheBehavior"]

    def key_groups(self) -> set[str]:
        return {group for _, behavior in self.behaviors() for group in trusted_groups(behavior)}

    def full(self, active: Mapping[str, list[str]]) -> dict[str, object]:
        """With the keys of each key group that is active."""
        groups = [
            {"KeyGroupId": group, "KeyPairIds": counted(keys)} for group, keys in active.items()
        ]
        return {
            "Id": self.id,
            "ARN": self.arn,
            "Status": self.status,
            "LastModifiedTime": self.changed,
            "InProgressInvalidationBatches": 0,
            "DomainName": self.domain,
            "ActiveTrustedSigners": {"Enabled": False, "Quantity": 0},
            "ActiveTrustedKeyGroups": {"Enabled": bool(groups), **counted(groups)},
            "DistributionConfig": self.config,
        }

    def summary(self) -> dict[str, object]:
        own = {
            "Id": self.id,
            "ARN": self.arn,
            "ETag": self.etag,
            "Status": self.status,
            "LastModifiedTime": self.changed,
            "DomainName": self.domain,
        }
        left_out = {"CallerReference", "DefaultRootObject", "Logging"}
        return own | {name: it for name, it in self.config.items() if name not in left_out}

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{self.account}:distribution/{self.id}"


def by_pattern(configurations: list[Trust]) -> Iterator[tuple[str, list[set[str]]]]:
    """The keys of each behaviour that asks for a signature, in each configuration."""
    for pattern in configurations[-1]:
        trusted = [configuration.get(pattern) for configuration in configurations]
        accepted = [set(keys) for keys in trusted if keys is not None]
        if accepted:
            yield pattern, accepted


def trusted_groups(behavior: Mapping[str, Any]) -> list[str]:
    groups: list[str] = behavior.get("TrustedKeyGroups", {}).get("Items", [])
    return groups


def counted(items: list[Any]) -> dict[str, Any]:
    return {"Quantity": len(items)} | ({"Items": items} if items else {})


def configured(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A whole configuration, as CloudFront prints it, from the members that matter to a test."""
    config = deepcopy(DEFAULTS) | deepcopy(dict(wanted))
    default = deepcopy(BEHAVIOR) | config["DefaultCacheBehavior"]
    config["DefaultCacheBehavior"] = default
    behaviors = config["CacheBehaviors"].get("Items", [])
    config["CacheBehaviors"] = counted([deepcopy(BEHAVIOR) | behavior for behavior in behaviors])
    return config


BEHAVIOR: dict[str, Any] = {
    "TargetOriginId": "media",
    "TrustedSigners": {"Enabled": False, "Quantity": 0},
    "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
    "ViewerProtocolPolicy": "redirect-to-https",
    "AllowedMethods": counted(["HEAD", "GET"]) | {"CachedMethods": counted(["HEAD", "GET"])},
    "SmoothStreaming": False,
    "Compress": True,
    "LambdaFunctionAssociations": {"Quantity": 0},
    "FunctionAssociations": {"Quantity": 0},
    "FieldLevelEncryptionId": "",
    "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
}

DEFAULTS: dict[str, Any] = {
    "CallerReference": "media",
    "Aliases": {"Quantity": 0},
    "DefaultRootObject": "",
    "Origins": counted(
        [
            {
                "Id": "media",
                "DomainName": "media-bucket.s3.eu-central-1.amazonaws.com",
                "OriginPath": "",
                "CustomHeaders": {"Quantity": 0},
                "S3OriginConfig": {"OriginAccessIdentity": ""},
                "ConnectionAttempts": 3,
                "ConnectionTimeout": 10,
                "OriginShield": {"Enabled": False},
                "OriginAccessControlId": "E1OACEXAMPLE",
            }
        ]
    ),
    "OriginGroups": {"Quantity": 0},
    "DefaultCacheBehavior": {},
    "CacheBehaviors": {"Quantity": 0},
    "CustomErrorResponses": {"Quantity": 0},
    "Comment": "",
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "Enabled": True,
    "ViewerCertificate": {
        "CloudFrontDefaultCertificate": True,
        "SSLSupportMethod": "vip",
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    },
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": False,
    "Staging": False,
}

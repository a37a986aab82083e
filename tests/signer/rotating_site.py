"""A site whose key is rotated: its secret in moto, its key group in the fake of CloudFront, and
viewers, whose passes every edge has to admit for as long as they are valid."""

import json
import sys
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

from emulator import ROOT
from media_site import GRANTS, KeyPair
from runtime import Ended, Invocation
from services import Services

sys.path.append(str(ROOT / "tests" / "servers" / "cloudfront"))
from process import CloudFront as CloudFront  # noqa: E402

DISTRIBUTION = "E1"
LIFETIME = 12 * 3600
"""`max_lifetime` of the grants."""
MAX_AGE = 3600
"""For how long a signer may go on with the key before."""
CLOCKS = 300

TAG = "edgepass:key-group"

HASHES: dict[str, HashAlgorithm] = {"sha1": SHA1(), "sha256": SHA256()}


@dataclass
class InKms:
    """A key that KMS makes."""

    spec: str


@dataclass
class Pass:
    """A policy and its signature, in the hands of a viewer."""

    key_id: str
    hash: HashAlgorithm
    signature: bytes
    ends: int

    IN_KMS = ("ECDSA_SHA_256", "RSASSA_PKCS1_V1_5_SHA_256")
    TEXT = b'{"Statement":[{"Resource":"https://media.example.com/*"}]}'

    @classmethod
    def signed(cls, stored: dict[str, str], ends: int, kms: Any) -> "Pass":
        if "kms_key" in stored:
            return cls(stored["key_id"], SHA256(), cls._signed_in_kms(stored["kms_key"], kms), ends)
        key = load_pem_private_key(stored["private_key"].encode(), None)
        hash = HASHES[stored.get("hash", "sha256")]
        if isinstance(key, rsa.RSAPrivateKey):
            signature = key.sign(cls.TEXT, padding.PKCS1v15(), hash)
        else:
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            signature = key.sign(cls.TEXT, ec.ECDSA(hash))
        return cls(stored["key_id"], hash, signature, ends)

    @classmethod
    def _signed_in_kms(cls, arn: str, kms: Any) -> bytes:
        key = kms.describe_key(KeyId=arn)["KeyMetadata"]
        # moto signs with any.
        assert key["KeyState"] == "Enabled", "a signer may still sign with it"
        (algorithm,) = [name for name in key["SigningAlgorithms"] if name in cls.IN_KMS]
        signature: bytes = kms.sign(
            KeyId=arn, Message=cls.TEXT, MessageType="RAW", SigningAlgorithm=algorithm
        )["Signature"]
        return signature

    def is_admitted(self, keys: Mapping[str, str]) -> bool:
        if self.key_id not in keys:
            return False
        key = load_pem_public_key(keys[self.key_id].encode())
        with suppress(InvalidSignature):
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(self.signature, self.TEXT, padding.PKCS1v15(), self.hash)
            else:
                assert isinstance(key, ec.EllipticCurvePublicKey)
                key.verify(self.signature, self.TEXT, ec.ECDSA(self.hash))
            return True
        return False


class RotatingSite:
    def __init__(
        self,
        services: Services,
        cloudfront: CloudFront,
        key: KeyPair | InKms,
        hash: str = "sha256",
        **variables: str,
    ) -> None:
        cloudfront.reset(deploy_seconds=300)
        self.fake = cloudfront
        # KMS has the keys of other sites, too.
        self._group = str(uuid.uuid4())
        stored = {"key_id": "KOLD", "hash": hash}
        if isinstance(key, InKms):
            name, public = services.key(key.spec, **{TAG: self._group})
            stored["kms_key"] = name.removeprefix("kms:")
        else:
            stored["private_key"], public = key.private, key.public
        cloudfront.seed(
            public_keys=[{"id": "KOLD", "pem": public}],
            key_groups=[{"id": self._group, "name": "site", "keys": ["KOLD"]}],
            distributions=[{"id": DISTRIBUTION, "key_groups": [self._group]}],
        )
        source = services.secret(f"rotated-{uuid.uuid4()}", json.dumps(stored))
        self.secret = source.removeprefix("secretsmanager:")
        self.later = 0
        self.variables = {
            **services.variables,
            "AWS_ENDPOINT_URL_CLOUDFRONT": cloudfront.url,
            "EDGEPASS_KEY": source,
            "EDGEPASS_KEY_GROUP": self._group,
            "EDGEPASS_GRANTS": GRANTS,
            "EDGEPASS_STORE": "memory",
            "EDGEPASS_STATE": "none",
        } | variables
        clients = {
            "region_name": "eu-central-1",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
        self._secrets: Any = services.client("secretsmanager")
        self._kms: Any = services.client("kms")
        self._tags: Any = services.client("resourcegroupstaggingapi")
        self._cloudfront: Any = boto3.client("cloudfront", endpoint_url=cloudfront.url, **clients)
        self._passes: list[Pass] = []
        self._signed_before: list[tuple[int, dict[str, str]]] = []
        self.sign()

    def stages(self) -> dict[str, str]:
        """The versions of the secret, by stage."""
        described = self._secrets.describe_secret(SecretId=self.secret)
        versions = described["VersionIdsToStages"].items()
        return {stage: version for version, stages in versions for stage in stages}

    def stored(self, stage: str) -> dict[str, str] | None:
        """What a version holds."""
        version = self.stages().get(stage)
        if version is None:
            return None
        try:
            answer = self._secrets.get_secret_value(SecretId=self.secret, VersionId=version)
        except ClientError:
            return None
        stored: dict[str, str] = json.loads(answer["SecretString"])
        return stored

    def current(self) -> str:
        stored = self.stored("AWSCURRENT")
        assert stored
        return stored["key_id"]

    def group(self) -> list[str]:
        config = self._cloudfront.get_key_group_config(Id=self._group)["KeyGroupConfig"]
        members: list[str] = config["Items"]
        return members

    def kms_keys(self) -> list[str]:
        """The keys in KMS that can sign and have the tag of the group, or are yet to get it."""
        tagged = self._tags.get_resources(TagFilters=[{"Key": TAG, "Values": [self._group]}])
        arns = [one["ResourceARN"] for one in tagged["ResourceTagMappingList"]]
        pages = self._kms.get_paginator("list_keys").paginate()
        for arn in [key["KeyArn"] for page in pages for key in page["Keys"]]:
            described = self._kms.describe_key(KeyId=arn)["KeyMetadata"]
            if arn not in arns and self._group in described["Description"]:
                arns.append(arn)
        states = {arn: self._kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] for arn in arns}
        assert set(states.values()) <= {"Enabled", "PendingDeletion"}
        return [arn for arn, state in states.items() if state == "Enabled"]

    def key_policy(self, arn: str) -> Any:
        """The policy of a key in KMS."""
        return json.loads(self._kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])

    def public_keys(self) -> list[str]:
        listed = self._cloudfront.list_public_keys()["PublicKeyList"]
        return [key["Id"] for key in listed.get("Items", [])]

    def fake_key(self, key_id: str) -> str:
        """A public key as CloudFront has it, as PEM."""
        config = self._cloudfront.get_public_key_config(Id=key_id)["PublicKeyConfig"]
        pem: str = config["EncodedKey"]
        return pem

    def begin(self) -> str:
        """What Secrets Manager does first: a version without a text, for the function to fill.

        moto does so too, and then refuses, since it has no such function.
        """
        token = str(uuid.uuid4())
        with suppress(ClientError):
            self._secrets.rotate_secret(
                SecretId=self.secret,
                ClientRequestToken=token,
                RotationLambdaARN="arn:aws:lambda:eu-central-1:123456789012:function:rotation",
            )
        assert self.stages()["AWSPENDING"] == token
        return token

    def pend(self, token: str, stored: dict[str, str]) -> None:
        """Fills the version that is pending."""
        self._secrets.put_secret_value(
            SecretId=self.secret,
            ClientRequestToken=token,
            SecretString=json.dumps(stored),
            VersionStages=["AWSPENDING"],
        )

    def invoke(self, step: str, token: str, **variables: str) -> Ended:
        """One step, as Secrets Manager orders it."""
        return self.run(self.order(step, token), **variables)

    def order(self, step: str, token: str) -> dict[str, str]:
        return {"Step": step, "SecretId": self.secret, "ClientRequestToken": token}

    def run(self, event: Mapping[str, Any], **variables: str) -> Ended:
        ended = Invocation(event).run("rotation", self.variables | variables, self.later)
        self.sign()
        self.check()
        return ended

    def schedule(self) -> Ended:
        """The schedule, which finishes."""
        return self.run({"detail-type": "Scheduled Event"})

    def advance(self, seconds: int) -> None:
        """Time passes, for CloudFront and for the function."""
        self.later += seconds
        self.fake.advance(seconds)
        self.sign()
        self.check()

    def sign(self) -> None:
        """Viewers get passes: from a signer that renews its key at once, and from one that does
        so as late as it may."""
        stored = self.stored("AWSCURRENT")
        assert stored
        self._signed_before.append((self.later, stored))
        recent = [key for at, key in self._signed_before if at >= self.later - MAX_AGE]
        for key in {key["key_id"]: key for key in recent}.values():
            held = [one for one in self._passes if one.key_id == key["key_id"]]
            if not any(one.ends == self.later + LIFETIME for one in held):
                self._passes.append(Pass.signed(key, self.later + LIFETIME, self._kms))

    def check(self) -> None:
        """Every pass that is valid is admitted by every edge."""
        self._passes = [one for one in self._passes if one.ends > self.later]
        for configuration in self.fake.edges(DISTRIBUTION)["configurations"]:
            for one in self._passes:
                assert one.is_admitted(configuration["*"]), f"{one.key_id} at {self.later}"

    def assert_rotated(self) -> None:
        """Nothing is left but the new key."""
        new = self.current()
        assert new != "KOLD"
        assert self.group() == [new]
        assert self.public_keys() == [new]
        stored = self.stored("AWSCURRENT")
        assert stored
        assert self.kms_keys() == [arn for name, arn in stored.items() if name == "kms_key"]
        stages = self.stages()
        assert stages.get("AWSPENDING") in (None, stages["AWSCURRENT"])

"""The roles of the templates let the built functions do all that they ask of AWS, and no more.

A whole rotation is part of it: with a published state, on what `edgepass init` made.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import time

import pytest
from botocore.exceptions import ClientError

from deployment import ROTATION_ROLE, Deployment
from emulator import Session
from fed import embedded, unfed
from granted import Asked, Recorder, actions, key_policy, lets, recorder
from media_site import KEY_ID, signed_in
from passes import FILE, Pass
from process import CloudFront
from runtime import Ended, Invocation
from services import with_id
from site_folder import DOMAIN, SiteFolder
from stack import Json, Sources, Stack

SCHEDULED = {"detail-type": "Scheduled Event"}

LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
# What is asked for a function by others: Lambda, which keeps its log and reads the stream, and
# Secrets Manager, whose secrets are under a KMS key.
BY_OTHERS = {
    "SessionFunction": LOGS,
    "PublisherFunction": LOGS
    | {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    },
    "RotationFunction": LOGS,
}
# For what the parameters may name instead: here it is all in Secrets Manager.
ELSEWHERE = ("kms:", "ssm:")


def refused(granted: list[Json], asked: list[Asked]) -> list[Asked]:
    return sorted({one for one in asked if not lets(granted, one)})


def unasked(granted: list[Json], asked: list[Asked]) -> set[str]:
    return actions(granted) - {one.action for one in asked}


@pytest.fixture(scope="module")
def moto(built: SiteFolder) -> Iterator[Recorder]:
    with recorder(built.services.variables["AWS_ENDPOINT_URL"]) as moto:
        yield moto


def all_that_it_does(session: Session) -> Pass:
    """Every part of the interface once; the pass that it gave."""
    issued = session.invoke(signed_in())
    assert issued.status == 200, issued.body
    admin = {"cognito:groups": "[edgepass-admins]"}
    order = json.dumps({"scope": "subject", "identity": "mallory"})
    urls = json.dumps({"urls": [FILE]})
    for event in [
        signed_in("GET /edgepass/session"),
        signed_in("POST /edgepass/urls", urls),
        signed_in("POST /edgepass/revocations", order, **admin),
        signed_in("GET /edgepass/revocations", **admin),
        signed_in("DELETE /edgepass/revocations", order, **admin),
        signed_in("DELETE /edgepass/session"),
    ]:
        answer = session.invoke(event)
        assert answer.status < 300, (event["routeKey"], answer.body)
    return Pass.of(issued)


def test_the_role_of_the_session(built: SiteFolder, moto: Recorder, tmp_path: Path) -> None:
    """With its keys in Secrets Manager, and in KMS and Parameter Store."""
    kms, _ = built.services.key("ECC_NIST_P256")
    claims = built.services.secrets()[f"edgepass/{DOMAIN}/claims"]
    built.services.parameter("/edgepass/claims", claims)
    named = built.services.client("ssm").get_parameter(Name="/edgepass/claims")
    elsewhere = {
        "SigningKeyArn": kms.removeprefix("kms:"),
        "ClaimsKeyArn": named["Parameter"]["ARN"],
    }
    never = []
    for name, keys in {"stored": {}, "elsewhere": elsewhere}.items():
        deployment = Deployment.made(built, name, Revocation="enabled", **keys)
        variables = deployment.environment("SessionFunction", AWS_ENDPOINT_URL=moto.url)
        moto.asked.clear()
        with Session(variables, tmp_path, built.built("SessionFunction")) as session:
            all_that_it_does(session)
        granted = deployment.granted("SessionFunction")
        assert refused(granted, moto.asked) == []
        never.append(unasked(granted, moto.asked))
    assert never[0] & never[1] == BY_OTHERS["SessionFunction"]


@dataclass
class Rotating:
    """A site whose CloudFront key is rotated while a publisher runs, by a clock of ours."""

    deployment: Deployment
    moto: Recorder
    cloudfront: Recorder
    fake: CloudFront
    later: int = 0
    asked: dict[str, list[Asked]] = field(default_factory=dict)
    lines: list[Json] = field(default_factory=list)

    def run(self, function: str, event: Json) -> Ended:
        """One invocation of a function."""
        self.moto.asked.clear()
        self.cloudfront.asked.clear()
        endpoints = {
            "AWS_ENDPOINT_URL": self.moto.url,
            "AWS_ENDPOINT_URL_CLOUDFRONT": self.cloudfront.url,
        }
        variables = self.deployment.environment(function, **endpoints)
        binary = str(self.deployment.site.built(function))
        ended = Invocation(event).run(binary, variables, self.later)
        self.asked.setdefault(function, []).extend(self.moto.asked + self.cloudfront.asked)
        self.lines += ended.lines
        return ended

    def heartbeat(self) -> None:
        assert self.run("PublisherFunction", SCHEDULED).error is None

    def advance(self, seconds: int) -> None:
        self.later += seconds
        self.fake.advance(seconds)
        self.heartbeat()

    def rotate(self) -> None:
        """The four steps as Secrets Manager orders them, each again until it works."""
        secrets = self.deployment.site.services.client("secretsmanager")
        arn, token = self.deployment.stack.values["SigningKeyArn"], str(uuid.uuid4())
        # moto makes the pending version, and then has no such function.
        function = "arn:aws:lambda:us-east-1:123456789012:function:rotation"
        with suppress(ClientError):
            secrets.rotate_secret(
                SecretId=arn, ClientRequestToken=token, RotationLambdaARN=function
            )
        order = {"SecretId": arn, "ClientRequestToken": token}
        for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
            self.until_done(order | {"Step": step})

    def until_done(self, event: Json) -> None:
        for _ in range(10):
            ended = self.run("RotationFunction", event)
            if ended.error is None:
                return
            assert "not done yet" in ended.error, ended.error
            self.advance(330)
        raise AssertionError(ended.error)

    def finish(self) -> None:
        """The schedule, until the key before is gone."""
        # Longer than passes live, signers remember a key, and clocks differ.
        self.advance(14 * 3600)
        for _ in range(5):
            assert self.run("RotationFunction", SCHEDULED).error is None
            self.advance(1000)

    def prunes(self) -> bool:
        """Only a publisher that is told how long people stay signed in does."""
        variables = self.deployment.environment("PublisherFunction")
        return "EDGEPASS_LONGEST_SIGN_IN_DAYS" in variables

    def keys(self) -> list[str]:
        """What CloudFront trusts at every edge."""
        configurations = self.fake.edges("E1")["configurations"]
        [keys] = {tuple(sorted(configuration["*"])) for configuration in configurations}
        return list(keys)


@contextmanager
def rotating(built: SiteFolder, moto: Recorder, name: str, **changes: str) -> Iterator[Rotating]:
    """A site with a published state, before its first rotation."""
    services, prefix = built.services, f"edgepass/{DOMAIN}/"
    stored = services.secrets()
    # Copies, since the other tests go on with those of `init`.
    signing = services.secret(f"{name}/signing", with_id(KEY_ID, stored[f"{prefix}signing"]))
    delegation = services.secret(f"{name}/delegation", stored[f"{prefix}delegation"])
    deployment = Deployment.made(
        built,
        name,
        Revocation="enabled",
        Rotation="enabled",
        SigningKeySlot="stored",
        SigningKeyArn=signing.removeprefix("secretsmanager:"),
        StateDelegationArn=delegation.removeprefix("secretsmanager:"),
        StateRootKeyArn=services.arn(f"{prefix}root"),
        RotationAlgorithm="ECDSA-SHA256",
        **changes,
    )
    with CloudFront() as fake, recorder(fake.url) as cloudfront:
        fake.reset(deploy_seconds=300)
        public = (built.infra / "site/public.pem").read_text()
        fake.seed(
            public_keys=[{"id": KEY_ID, "pem": public}],
            key_groups=[{"id": "group", "name": "media", "keys": [KEY_ID]}],
            distributions=[{"id": "E1", "key_groups": ["group"]}],
        )
        yield Rotating(deployment, moto, cloudfront, fake)


@pytest.fixture(scope="module")
def rotated(built: SiteFolder, moto: Recorder) -> Iterator[Rotating]:
    """After a whole rotation, and with a clock by which everything that was revoked has ended."""
    with rotating(built, moto, "rotated") as site:
        revoke(site.deployment)
        # Before anything is published: S3 has to say that it is not there, and not that it is denied.
        early = site.run("RotationFunction", SCHEDULED)
        assert early.error is None, early.error
        site.heartbeat()
        site.rotate()
        # The body with the entry, which no later one has: it is deleted.
        moto.change = aged(site.deployment)
        site.finish()
        # Longer than any sign-in: entries are pruned.
        site.advance(800 * 24 * 3600)
        yield site


def aged(deployment: Deployment) -> Callable[[bytes], bytes]:
    """Makes what is in the bucket old, since moto's clock stays where it is."""
    s3 = deployment.site.services.client("s3")
    listed = s3.list_objects_v2(Bucket=deployment.name)["Contents"]
    keys = "|".join(re.escape(found["Key"]) for found in listed).encode()
    dated = re.compile(rb"(<Key>(?:" + keys + rb")</Key>\s*<LastModified>)[^<]*")
    return lambda answer: dated.sub(rb"\g<1>2025-01-01T00:00:00.000Z", answer)


def revoke(deployment: Deployment) -> None:
    """An entry as `session` makes it."""
    at = {"N": str(int(time()) + 3600)}
    item = {"scope": {"S": f"session:{'a' * 43}"}, "up_to": at, "recorded_at": at}
    table = deployment.site.services.client("dynamodb")
    table.put_item(TableName=deployment.name, Item=item)


@pytest.mark.parametrize("function", ["PublisherFunction", "RotationFunction"])
def test_the_roles_of_publisher_and_rotation(rotated: Rotating, function: str) -> None:
    granted, asked = rotated.deployment.granted(function), rotated.asked[function]
    assert refused(granted, asked) == []
    never = set(BY_OTHERS[function])
    if function == "PublisherFunction" and not rotated.prunes():
        never |= {"dynamodb:DeleteItem"}
    found = unasked(granted, asked)
    assert {action for action in found if not action.startswith(ELSEWHERE)} == never


@pytest.mark.parametrize(
    ("function", "old", "new"),
    [
        ("PublisherFunction", "Action: s3:ListBucket", "Action: s3:GetObject"),
        ("PublisherFunction", "/edgepass/state/*", "/edgepass/states/*"),
        ("RotationFunction", "Action: s3:ListBucket", "Action: s3:GetObject"),
        ("RotationFunction", "cloudfront:UpdateKeyGroup", "cloudfront:UpdateCachePolicy"),
        ("RotationFunction", "                  - secretsmanager:TagResource\n", ""),
        ("RotationFunction", "Action: dynamodb:GetItem", "Action: dynamodb:Scan"),
        ("RotationFunction", "/edgepass/state/head", "/edgepass/state/tail"),
    ],
)
def test_a_permission_that_is_missing_is_noticed(
    rotated: Rotating, function: str, old: str, new: str
) -> None:
    deployment = rotated.deployment
    sources = Sources.committed().mutated("signer.yaml", old, new)
    stack = Stack(sources, "template.yaml", deployment.stack.parameters)
    mutant = Deployment(deployment.site, stack, deployment.name)
    assert refused(mutant.granted(function), rotated.asked[function]) != []


def test_the_role_of_a_rotation_in_kms(built: SiteFolder, moto: Recorder) -> None:
    """Into KMS and on to the next key there. The tag comes by the policies of the keys that the
    rotation made; the role alone could give it to no key."""
    kms = built.services.client("kms")
    other, _ = built.services.key("ECC_NIST_P256")
    with rotating(built, moto, "in-kms", RotationCustody="kms") as site:
        site.heartbeat()
        for _ in range(2):
            site.rotate()
            site.finish()
        granted, asked = site.deployment.granted("RotationFunction"), site.asked["RotationFunction"]
    by_the_key = refused(granted, asked)
    assert {one.action for one in by_the_key} == {"kms:TagResource", "kms:UpdateKeyDescription"}
    assert len({one.resource for one in by_the_key}) == 2
    for one in by_the_key:
        assert lets(key_policy(kms, one.resource, ROTATION_ROLE), one), one
    assert key_policy(kms, other.removeprefix("kms:"), ROTATION_ROLE) == []
    never = {action for action in unasked(granted, asked) if action.startswith("kms:")}
    assert never == set()


def test_the_next_key_is_the_only_one(built: SiteFolder, rotated: Rotating, tmp_path: Path) -> None:
    """What the signer issues then is let through by edges that have been told, and no other."""
    [key] = rotated.keys()
    assert key != KEY_ID
    variables = rotated.deployment.environment("SessionFunction")
    with Session(variables, tmp_path, built.built("SessionFunction")) as session:
        assert all_that_it_does(session).key_id == key


def test_alarms_look_at_what_the_rotation_prints(rotated: Rotating) -> None:
    stack, printed = rotated.deployment.stack, embedded(rotated.lines)

    def of_the_rotation(stack: Stack) -> list[str]:
        return [line for line in unfed(stack, printed) if "RotationFunction" in line]

    assert of_the_rotation(stack) == []
    for old, new in [
        ("RotationOverdue", "RotationOverdues"),
        ('RotationFailed",', 'RotationFails",'),
        ("MetricName: Errors", "MetricName: Error"),
    ]:
        sources = Sources.committed().mutated("alarms.yaml", old, new)
        assert of_the_rotation(Stack(sources, "template.yaml", stack.parameters)) != [], new

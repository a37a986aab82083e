"""The rotation function against CloudFront's control plane, Secrets Manager and KMS: from every state,
killed at every call, and no viewer refused."""

from collections import Counter
from collections.abc import Callable
from threading import Timer
from typing import Any

import pytest
from in_between import Answered, Asked, in_between
from interrupter import InterruptionBeyond, interrupters
from media_site import KeyPair
from rotating_site import CLOCKS, LIFETIME, MAX_AGE, TAG, CloudFront, InKms, RotatingSite
from runtime import Ended, Invocation
from services import Services

STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
SETTLE = 300
DRAIN = LIFETIME + MAX_AGE + CLOCKS

ROLE = "arn:aws:iam::123456789012:role/media-RotationRole"
"""The one of the function, as the templates tell it."""


Rotating = Callable[..., RotatingSite]
Key = KeyPair | InKms


@pytest.fixture
def rotating(services: Services, cloudfront: CloudFront, p256: KeyPair) -> Rotating:
    def rotating(key: Key = p256, hash: str = "sha256", **variables: str) -> RotatingSite:
        role = {"EDGEPASS_ROTATION_ROLE": ROLE}
        return RotatingSite(services, cloudfront, key, hash, **role | variables)

    return rotating


@pytest.fixture(params=["secret", "kms"])
def key(request: pytest.FixtureRequest, p256: KeyPair) -> Key:
    """A key, wherever it may be kept."""
    return p256 if request.param == "secret" else InKms("ECC_NIST_P256")


def until_done(site: RotatingSite, step: str, token: str, pause: int = 150) -> Ended:
    """As Secrets Manager does: again and again, until it works."""
    for _ in range(40):
        ended = site.invoke(step, token)
        if ended.error is None and not ended.died:
            return ended
        assert ended.died or "not done yet" in (ended.error or ""), ended.error
        site.advance(pause)
    raise AssertionError(f"{step}: {ended.error}")


def rotate(site: RotatingSite) -> str:
    token = site.begin()
    for step in STEPS:
        until_done(site, step, token)
    return token


def finish(site: RotatingSite) -> None:
    """The schedule, some of its hours, until nothing is left to do."""
    for _ in range(4):
        assert site.schedule().error is None
        site.advance(DRAIN // 4 + 3600)
    assert site.schedule().error is None


def arrival(ended: Ended) -> dict[str, Any]:
    (line,) = [
        line for line in ended.lines if line["event"].startswith("rotation-") and "step" in line
    ]
    return line


def test_a_rotation_from_beginning_to_end(rotating: Rotating, key: Key) -> None:
    site = rotating(key)
    token = site.begin()
    assert arrival(site.invoke("createSecret", token))["event"] == "rotation-reached"
    pending = site.stored("AWSPENDING")
    assert pending and pending["key_id"] in site.public_keys()
    assert site.stages()["AWSPENDING"] == token
    assert site.group() == ["KOLD"]

    ended = site.invoke("setSecret", token)
    assert ended.error and "CloudFront is deploying E1" in ended.error
    assert arrival(ended)["waits_for"] == "deployment"
    site.advance(300)
    assert arrival(site.invoke("setSecret", token))["waits_for"] == "settling"
    # The switch cannot be hurried.
    assert arrival(site.invoke("finishSecret", token))["waits_for"] == "settling"
    assert site.current() == "KOLD"
    site.advance(SETTLE)
    for step in ("setSecret", "testSecret", "finishSecret"):
        assert arrival(site.invoke(step, token))["event"] == "rotation-reached", step
    assert site.current() == pending["key_id"]
    # Again, as after a lost answer.
    assert site.invoke("finishSecret", token).error is None

    waiting = arrival(site.schedule())
    assert (waiting["event"], waiting["waits_for"]) == ("rotation-waits", "draining")
    assert waiting["RotationOverdue"] == 0
    site.advance(DRAIN - 30)
    assert arrival(site.schedule())["waits_for"] == "draining"
    assert site.group() == ["KOLD", pending["key_id"]]
    site.advance(60)
    assert arrival(site.schedule())["event"] == "rotation-reached"
    site.assert_rotated()


def test_a_step_waits_for_as_long_as_it_may(rotating: Rotating) -> None:
    """CloudFront deploys meanwhile, and the same invocation goes on."""
    site = rotating()
    token = site.begin()
    assert site.invoke("createSecret", token).error is None
    # It looks every fifteen seconds, and is done half a minute before Lambda ends it.
    invocation = Invocation(site.order("setSecret", token), seconds=48)
    deploys = Timer(5, site.fake.advance, [300])
    deploys.start()
    ended = invocation.run("rotation", site.variables)
    deploys.join()
    changes = [line["change"] for line in ended.lines if line["event"] == "rotation-changed"]
    assert changes == ["regroup", "mark"]
    assert arrival(ended)["waits_for"] == "settling"
    assert ended.error and "not done yet" in ended.error


def test_to_another_kind_of_key_and_hash(rotating: Rotating, rsa: KeyPair) -> None:
    site = rotating(rsa, "sha1", EDGEPASS_NEXT_ALGORITHM="ECDSA-SHA256")
    rotate(site)
    stored = site.stored("AWSCURRENT")
    assert stored and stored["hash"] == "sha256"
    assert len(stored["private_key"]) < 400
    finish(site)
    site.assert_rotated()


@pytest.mark.parametrize(
    ("spec", "algorithm"), [("ECC_NIST_P256", "RSA-SHA256"), ("RSA_2048", "ECDSA-SHA256")]
)
def test_to_another_kind_of_key_in_kms(rotating: Rotating, spec: str, algorithm: str) -> None:
    site = rotating(InKms(spec), EDGEPASS_NEXT_ALGORITHM=algorithm)
    rotate(site)
    finish(site)
    site.assert_rotated()
    is_rsa = len(site.fake_key(site.current())) > 400
    assert is_rsa == algorithm.startswith("RSA")


def test_into_kms_and_back(rotating: Rotating, rsa: KeyPair) -> None:
    site = rotating(rsa, "sha1", EDGEPASS_NEXT_CUSTODY="kms")
    ended = site.invoke("createSecret", site.begin())
    assert ended.error and "KMS makes no SHA-1 signatures" in ended.error
    assert (site.kms_keys(), site.public_keys()) == ([], ["KOLD"])
    site.variables["EDGEPASS_NEXT_ALGORITHM"] = "ECDSA-SHA256"
    for custody, held in (("kms", "kms_key"), ("secret", "private_key")):
        site.variables["EDGEPASS_NEXT_CUSTODY"] = custody
        rotate(site)
        finish(site)
        site.assert_rotated()
        stored = site.stored("AWSCURRENT")
        assert stored and held in stored


def test_a_new_key_in_kms_lets_the_role_finish_it(rotating: Rotating, rsa: KeyPair) -> None:
    """So that the role needs no permission for the keys of others."""
    site = rotating(rsa, EDGEPASS_NEXT_CUSTODY="kms")
    assert site.invoke("createSecret", site.begin()).error is None
    (arn,) = site.kms_keys()
    account, tags, finishes = site.key_policy(arn)["Statement"]
    assert account["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert tags["Principal"] == finishes["Principal"] == {"AWS": ROLE}
    assert tags["Action"] == "kms:TagResource"
    assert tags["Condition"] == {
        "StringEquals": {f"aws:RequestTag/{TAG}": site.variables["EDGEPASS_KEY_GROUP"]},
        "ForAllValues:StringEquals": {"aws:TagKeys": [TAG]},
    }
    assert finishes["Action"] == ["kms:ScheduleKeyDeletion", "kms:UpdateKeyDescription"]


def test_keys_of_others_in_kms_are_left_alone(
    rotating: Rotating, services: Services, rsa: KeyPair
) -> None:
    """Also where the policy of one lets nobody know of it."""
    other, _ = services.key("ECC_NIST_P256")
    site = rotating(rsa, EDGEPASS_NEXT_CUSTODY="kms")

    def secretive(request: Asked) -> Answered | None:
        asks = request.operation == "DescribeKey"
        hidden = asks and request.json["KeyId"] == other.removeprefix("kms:")
        return Answered.error("AccessDeniedException") if hidden else None

    with in_between(services.variables["AWS_ENDPOINT_URL"]) as kms:
        kms.instead = secretive
        site.variables["AWS_ENDPOINT_URL_KMS"] = kms.address
        assert site.invoke("createSecret", site.begin()).error is None
    assert len(site.kms_keys()) == 1
    described = services.client("kms").describe_key(KeyId=other.removeprefix("kms:"))
    assert described["KeyMetadata"]["KeyState"] == "Enabled"


def test_kms_may_need_a_moment_to_know_a_new_key(
    rotating: Rotating, services: Services, rsa: KeyPair
) -> None:
    site = rotating(rsa, EDGEPASS_NEXT_CUSTODY="kms")
    asked = 0

    def forgetful(request: Asked) -> Answered | None:
        nonlocal asked
        asked += request.operation == "GetPublicKey"
        is_first = request.operation == "GetPublicKey" and asked == 1
        return Answered.error("NotFoundException") if is_first else None

    with in_between(services.variables["AWS_ENDPOINT_URL"]) as kms:
        kms.instead = forgetful
        site.variables["AWS_ENDPOINT_URL_KMS"] = kms.address
        assert site.invoke("createSecret", site.begin()).error is None
    assert asked > 1
    assert len(site.kms_keys()) == 1


def test_the_next_one_waits_for_the_drain(rotating: Rotating, key: Key) -> None:
    site = rotating(key)
    rotate(site)
    token = site.begin()
    ended = site.invoke("createSecret", token)
    assert ended.error and "has not ended" in ended.error
    site.advance(DRAIN + 60)
    until_done(site, "createSecret", token)
    assert "KOLD" not in site.public_keys()


def test_limits_refuse_before_anything_changes(rotating: Rotating, rsa: KeyPair) -> None:
    site = rotating(InKms("ECC_NIST_P256"))
    site.fake.seed(public_keys=[{"pem": rsa.public} for _ in range(9)])
    token = site.begin()
    ended = site.invoke("createSecret", token)
    assert ended.error and "as many as CloudFront allows" in ended.error
    assert site.stored("AWSPENDING") is None
    assert len(site.public_keys()) == 10
    assert len(site.kms_keys()) == 1


def test_configuring_a_rotation_tries_the_current_key(rotating: Rotating, key: Key) -> None:
    """Secrets Manager orders `testSecret` for a copy of the current version."""
    site = rotating(key)
    token = site.begin()
    current = site.stored("AWSCURRENT")
    assert current
    site.pend(token, current)
    assert site.invoke("testSecret", token).error is None
    assert site.current() == "KOLD"


def interrupted(
    site: RotatingSite, event: dict[str, str], after: bool, met: Counter[str]
) -> str | None:
    """Runs the function until it asks for a change beyond those in `met`: which one that is, if it
    ever does."""
    invocation = Invocation(event)
    interruption = InterruptionBeyond(met=met, after=after, end=invocation.kill)
    with interrupters(site.variables, interruption) as urls:
        ended = invocation.run("rotation", site.variables | urls, site.later)
    assert ended.died == (interruption.operation is not None)
    site.sign()
    site.check()
    return interruption.operation


def interrupted_everywhere(
    site: RotatingSite, event: dict[str, str], after: bool, between: int
) -> set[str]:
    """Runs the function again and again, `between` seconds apart, until it ends by itself. Each time
    it is killed at the first change at which none was killed yet: at which operations."""
    met: Counter[str] = Counter()
    while operation := interrupted(site, event, after, met):
        met[operation] += 1
        assert met.total() < 30, f"never ends by itself: {met}"
        site.advance(between)
    return set(met)


IN_CLOUDFRONT = {"DELETE public-key", "POST public-key", "PUT key-group"}
IN_SECRET = {"PutSecretValue", "TagResource", "UpdateSecretVersionStage"}
IN_KMS = {"CreateKey", "ScheduleKeyDeletion", "UpdateKeyDescription"}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_change(rotating: Rotating, key: Key, after: bool) -> None:
    """Each change that a step asks for is once the last deed of a process."""
    site = rotating(key)
    token = site.begin()
    killed: set[str] = set()
    for step in STEPS:
        # Too short for what is lost on the way to be tidied up.
        killed |= interrupted_everywhere(site, site.order(step, token), after, between=60)
        until_done(site, step, token)
    site.advance(DRAIN + 1000)
    # What was lost on the way goes, too.
    killed |= interrupted_everywhere(site, {}, after, between=1000)
    assert site.schedule().error is None
    site.assert_rotated()
    assert killed == IN_CLOUDFRONT | IN_SECRET | (IN_KMS if isinstance(key, InKms) else set())

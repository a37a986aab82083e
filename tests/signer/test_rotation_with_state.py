"""The function `rotation` of a site with revocation: delegation in Secrets Manager, head in S3,
lifetimes in DynamoDB, and the publisher, which knows nothing of rotations."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from media_site import KeyPair
from published_site import LONGEST_LIFETIME, PublishedSite
from rotating_site import LIFETIME, CloudFront
from services import Services
from test_rotation import DRAIN, STEPS, arrival, interrupted, until_done

Published = Callable[[], PublishedSite]


@pytest.fixture
def published(
    services: Services, cloudfront: CloudFront, p256: KeyPair, tmp_path: Path
) -> Published:
    return lambda: PublishedSite(services, cloudfront, p256, tmp_path, f"site-{uuid4()}")


def test_edges_admit_every_pass(published: Published) -> None:
    site = published()
    old = site.sign_pass()
    assert (old.key_id, site.code(old)) == ("KOLD", None)
    token = site.begin()
    until_done(site, "createSecret", token)
    pending = site.sign_pass("AWSPENDING")
    assert site.code(pending) == "signature-invalid"

    assert arrival(site.invoke("setSecret", token))["waits_for"] == "publication"
    assert site.listed() == [None]
    site.publish()
    assert site.listed() == [None, pending.key_id]
    assert [site.code(one) for one in (old, pending)] == [None, None]
    for step in STEPS[1:]:
        until_done(site, step, token)
    new = site.sign_pass()
    assert new.key_id == pending.key_id
    assert [site.code(one) for one in (old, new)] == [None, None]

    # The store remembers longer passes than the grants of today allow.
    site.advance(DRAIN + 60)
    assert arrival(site.schedule())["waits_for"] == "draining"
    assert [site.code(one) for one in (old, new)] == [None, None]
    site.advance(LONGEST_LIFETIME - LIFETIME)
    last_of_old = site.sign_pass("AWSPREVIOUS")
    assert site.code(last_of_old) is None
    assert arrival(site.schedule())["waits_for"] == "publication"
    site.publish()
    assert arrival(site.schedule())["event"] == "rotation-reached"
    site.assert_rotated()
    assert site.listed() == [new.key_id]
    assert site.code(site.sign_pass()) is None
    assert site.code(last_of_old) == "unknown-key"


def test_without_the_root_key_it_is_overdue(published: Published) -> None:
    """Nobody signs the delegation that it waits for."""
    site = published()
    del site.variables["EDGEPASS_ROOT_KEY"]
    token = site.begin()
    until_done(site, "createSecret", token)
    begun = arrival(site.invoke("setSecret", token))
    assert begun["waits_for"] == "delegation"
    assert begun["RotationOverdue"] < 7200
    site.advance(7300)
    waiting = arrival(site.invoke("setSecret", token))
    assert waiting["waits_for"] == "delegation"
    assert waiting["RotationOverdue"] > 7200
    assert arrival(site.schedule())["RotationOverdue"] > 7200


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_while_edges_are_told(published: Published, after: bool) -> None:
    """Of the next key, and that the one before is gone."""
    site = published()
    old = site.sign_pass()
    token = site.begin()
    until_done(site, "createSecret", token)
    told: Counter[str] = Counter()
    for _ in range(8):
        # It ends by itself, too, where it waits for the edges.
        told.update(filter(None, [interrupted(site, site.order("setSecret", token), after, told)]))
        assert site.code(old) is None
        site.advance(120)
    for step in STEPS[1:]:
        until_done(site, step, token)
    assert [site.code(one) for one in (old, site.sign_pass())] == [None, None]
    site.advance(DRAIN + LONGEST_LIFETIME - LIFETIME + 1000)
    gone: Counter[str] = Counter()
    for _ in range(8):
        gone.update(filter(None, [interrupted(site, {}, after, gone)]))
        assert site.code(site.sign_pass()) is None
        site.advance(60)
    assert site.schedule().error is None
    site.assert_rotated()
    assert site.listed() == [site.current()]
    assert set(told) == {"PUT key-group", "PutSecretValue", "TagResource"}
    assert set(gone) == {"DELETE public-key", "PUT key-group", "PutSecretValue"}

"""From a change in DynamoDB to the state in S3 that edges take, whatever goes wrong on the way."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import requests
from conftest import Start, StartPublisher
from emulator import Function, Session
from in_between import Change, InBetween, in_between
from interrupter import Interrupter, InterruptionAt
from media_site import signed_in
from passes import Pass, code_at_edge
from runtime import Invocation
from services import Services
from state_site import HEARTBEAT, PREFIX, StateSite, edgepass


@pytest.fixture
def bucket(services: Services) -> Iterator[InBetween]:
    """S3, which a test may get in the way of."""
    with in_between(services.variables["AWS_ENDPOINT_URL"]) as between:
        yield between


def behind(site: StateSite, bucket: InBetween) -> dict[str, str]:
    return site.publisher | {"AWS_ENDPOINT_URL_S3": bucket.address}


def issued(session: Session, **claims: str) -> Pass:
    answer = session.invoke(signed_in(**claims))
    assert answer.status == 200, answer.body
    return Pass.of(answer)


def administrate(session: Session, method: str, **body: str) -> None:
    who = {"sub": "the-administrator", "cognito:groups": "[admins]"}
    answer = session.invoke(signed_in(f"{method} /edgepass/revocations", json.dumps(body), **who))
    assert answer.status == 200, answer.body


def is_head(path: str) -> bool:
    return path.split("?")[0].endswith(f"/{PREFIX}head")


def test_a_change_reaches_edges(
    start: Start, start_publisher: StartPublisher, site: StateSite
) -> None:
    session, publisher = start(site.session), start_publisher(site.publisher)
    here, elsewhere = (issued(session, origin_jti=name).header for name in ("here", "elsewhere"))
    other = issued(session, sub="bob").header
    publisher.call(HEARTBEAT)
    assert [site.code(cookie) for cookie in (here, elsewhere, other)] == [None] * 3
    first = site.inspect()
    assert first["head"]["maximum_lifetime"] == 12 * 3600
    assert site.table.changes()["Records"], "the lifetime was noted"

    # One session, then the person, then the key.
    ended = session.invoke(signed_in("DELETE /edgepass/session", "", origin_jti="here"))
    assert ended.status == 204, ended.body
    publisher.call(site.table.changes())
    assert [site.code(cookie) for cookie in (here, elsewhere, other)] == ["revoked", None, None]
    second = site.inspect()
    assert second["head"]["sequence"] > first["head"]["sequence"]
    assert second["body"]["sessions"] == 1

    administrate(session, "POST", scope="subject", identity=person(), note="reported stolen")
    publisher.call(site.table.changes())
    assert [site.code(cookie) for cookie in (here, elsewhere, other)] == ["revoked"] * 2 + [None]
    refused = session.invoke(signed_in(origin_jti="elsewhere"))
    assert (refused.status, refused.reason) == (403, "revoked")

    key = second["head"]["keys"][0]["thumbprint"]
    administrate(session, "POST", scope="key", id=key)
    publisher.call(site.table.changes())
    assert site.code(other) == "revoked"
    administrate(session, "DELETE", scope="key", id=key)
    publisher.call(site.table.changes())
    assert site.code(other) is None

    triggers = [line["trigger"] for line in publisher.lines("published")]
    assert triggers == ["heartbeat"] + ["change"] * 4
    audited = [(line["event"], line["scope"]) for line in audit(session)]
    assert audited[1:] == [("revoked", f"key:{key}"), ("unrevoked", f"key:{key}")]
    assert audited[0][0] == "revoked"
    assert audited[0][1].startswith("subject:")
    assert person() not in session.log()


def audit(session: Session) -> list[dict[str, str]]:
    """Who changed what."""
    lines = session.lines("revoked") + session.lines("unrevoked")
    assert all(line["actor"] for line in lines)
    return lines


def test_the_function_at_the_edge_fetches_it(
    start: Start, start_publisher: StartPublisher, site: StateSite
) -> None:
    session, publisher = start(site.session), start_publisher(site.publisher)
    here, other = issued(session).header, issued(session, sub="bob").header
    function = site.bundle()

    def codes() -> list[str | None]:
        """By instances that have just started. On a busy machine one may not get the state in the
        half second for which it waits."""
        until = time.monotonic() + 60
        while True:
            found = [code_at_edge(function, "/standard/a.mp4", cookie) for cookie in (here, other)]
            if "revocation-unknown" not in found or time.monotonic() > until:
                return found

    assert code_at_edge(function, "/standard/a.mp4", here) == "revocation-unknown"
    publisher.call(HEARTBEAT)
    assert codes() == [None, None]
    administrate(session, "POST", scope="subject", identity=person())
    publisher.call(site.table.changes())
    assert codes() == ["revoked", None]
    administrate(session, "DELETE", scope="subject", identity=person())
    publisher.call(site.table.changes())
    assert codes() == [None, None]


def person() -> str:
    """Who is signed in unless a test says otherwise."""
    claims = signed_in()["requestContext"]["authorizer"]["jwt"]["claims"]
    name: str = claims["sub"]
    return name


def test_a_heartbeat_renews_the_date_and_keeps_the_body(
    start_publisher: StartPublisher, site: StateSite
) -> None:
    publisher = start_publisher(site.publisher)
    publisher.call(HEARTBEAT)
    first = site.inspect()["head"]
    time.sleep(1.1)
    publisher.call(HEARTBEAT)
    second = site.inspect()["head"]
    assert second["generated_at"] > first["generated_at"]
    assert second["sequence"] > first["sequence"]
    assert second["body"] == first["body"]
    assert sorted(site.keys()) == [f"body/{first['body']}", "head"]


def test_a_heartbeat_prunes(start: Start, site: StateSite) -> None:
    session = start(site.session)
    for scope in ("session", "subject"):
        administrate(session, "POST", scope=scope, id="somebody")
    administrate(session, "POST", scope="all")
    three_days = site.publisher | {"EDGEPASS_LONGEST_SIGN_IN_DAYS": "3"}
    # The heartbeat of a store that nobody prunes, one too early, and one in time.
    for variables, days, left in ((site.publisher, 4, 3), (three_days, 2, 3), (three_days, 4, 1)):
        ended = Invocation(HEARTBEAT).run("publisher", variables, days * 24 * 3600)
        assert ended.error is None, ended
        store = f"dynamodb:{site.name}"
        listed = edgepass("revocations", "list", "--store", store, "--json", **site.publisher)
        assert len(json.loads(listed)["revocations"]) == left
    assert [line["removed"] for line in ended.lines if line["event"] == "pruned"] == [2]


def test_of_two_publishers_the_later_one_starts_over(
    start: Start, start_publisher: StartPublisher, site: StateSite, bucket: InBetween
) -> None:
    session = start(site.session)
    slow, quick = start_publisher(behind(site, bucket)), start_publisher(site.publisher)
    quick.call(HEARTBEAT)
    administrate(session, "POST", scope="session", id="first")
    heads = 0

    def overtaken(method: str, path: str) -> int:
        nonlocal heads
        if method == "PUT" and is_head(path):
            heads += 1
            if heads == 1:
                # The slow one has read the store. Now there is more, and the quick one is faster.
                administrate(session, "POST", scope="session", id="second")
                quick.call(HEARTBEAT)
        return 0

    bucket.before = overtaken
    slow.call(HEARTBEAT)
    assert heads == 2
    assert site.inspect()["body"]["sessions"] == 2
    (by_slow,) = slow.lines("published")
    assert by_slow["sequence"] > max(line["sequence"] for line in quick.lines("published"))
    assert site.inspect()["head"]["sequence"] == by_slow["sequence"]


def test_many_changes_and_two_publishers_at_once_lose_nothing(
    start: Start, start_publisher: StartPublisher, site: StateSite
) -> None:
    session = start(site.session)
    publishers = [start_publisher(site.publisher) for _ in range(2)]

    def change(number: int) -> None:
        administrate(session, "POST", scope="session", id=f"session-{number}")
        publishers[number % 2].call(site.table.changes())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(40)))
    assert site.inspect()["body"]["sessions"] == 40
    sequences = [line["sequence"] for one in publishers for line in one.lines("published")]
    assert len(set(sequences)) == len(sequences) == 40


WRITES = ["the body", "the head", "the end of an old body"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_write(
    start: Start, site: StateSite, bucket: InBetween, after: bool
) -> None:
    """Each write to the bucket is once the last deed of a process. Edges go by the state before or
    by the one after, and the next publication mends the rest."""
    session = start(site.session)
    bucket.change = aged({"abandoned": timedelta(seconds=3700)})
    assert Invocation(HEARTBEAT).run("publisher", site.publisher).error is None
    for write in range(len(WRITES) + 1):
        administrate(session, "POST", scope="session", id=f"session-{write}")
        site.put("body/abandoned", b"")
        invocation = Invocation(site.table.changes())
        interruption = InterruptionAt(number=write, after=after, end=invocation.kill)
        with Interrupter(bucket.address, interruption) as interrupter:
            through = site.publisher | {"AWS_ENDPOINT_URL_S3": interrupter.url}
            ended = invocation.run("publisher", through)
        assert ended.died == (write < len(WRITES)), ended
        is_after = write > 1 or (write == 1 and after)
        assert site.inspect()["body"]["sessions"] == write + is_after, write

        assert Invocation(HEARTBEAT).run("publisher", behind(site, bucket)).error is None
        assert site.inspect()["body"]["sessions"] == write + 1
        assert "body/abandoned" not in site.keys()


def aged(ages: Mapping[str, timedelta]) -> Change:
    """Makes bodies older: S3 says when each was written."""

    def change(path: str, answer: bytes) -> bytes:
        if "list-type" not in path:
            return answer
        text = answer.decode()
        for name, age in ages.items():
            written = (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            entry = rf"(/body/{name}</Key>\s*<LastModified>)[^<]*"
            text = re.sub(entry, rf"\g<1>{written}", text)
        return text.encode()

    return change


@pytest.mark.parametrize("status", [500, 503, 403])
def test_errors_of_the_bucket_change_nothing_and_are_told(
    start_publisher: StartPublisher, site: StateSite, bucket: InBetween, status: int
) -> None:
    publisher = start_publisher(behind(site, bucket))
    publisher.call(HEARTBEAT)
    before = site.inspect()["head"]
    bucket.before = lambda method, path: status if method == "PUT" else 0
    failed = call_failed(publisher)
    assert "the place of the published state did not answer" in failed
    assert site.inspect()["head"] == before
    bucket.before = lambda method, path: 0
    publisher.call(HEARTBEAT)
    assert site.inspect()["head"]["sequence"] > before["sequence"]


GARBAGE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda answer: b"",
    "a page": lambda answer: b"<html>",
    "cut": lambda answer: answer[: len(answer) // 2],
    "a flipped bit": lambda answer: bytes([*answer[:100], answer[100] ^ 1, *answer[101:]]),
}


def test_garbage_of_the_bucket_changes_nothing(
    start_publisher: StartPublisher, site: StateSite, bucket: InBetween
) -> None:
    # Checksums are compared all the same.
    variables = behind(site, bucket) | {"AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}
    publisher = start_publisher(variables)
    older = {"EDGEPASS_STATE_DELEGATION": site.delegated("--serial", "1")}
    outdated = start_publisher(variables | older)
    publisher.call(HEARTBEAT)
    first = site.inspect()["head"]

    def garbled(is_read: Callable[[str], bool], garbage: Callable[[bytes], bytes]) -> Change:
        return lambda path, answer: garbage(answer) if is_read(path) and answer else answer

    for name, garbage in GARBAGE.items():
        bucket.change = garbled(is_head, garbage)
        # Taken for what it says, it would be a stranger's head, which anybody replaces.
        for function in (publisher, outdated):
            failed = call_failed(function)
            assert "the place of the published state did not answer" in failed, name
        assert site.inspect()["head"] == first, name
    before = first
    for name, garbage in GARBAGE.items():
        # By then the head is there.
        bucket.change = garbled(lambda path: "list-type" in path, garbage)
        with suppress(requests.HTTPError):
            publisher.call(HEARTBEAT)
        after = site.inspect()["head"]
        assert after["sequence"] > before["sequence"], name
        before = after
    bucket.change = lambda path, answer: answer
    assert "edges have seen" in call_failed(outdated)
    publisher.call(HEARTBEAT)
    assert not any("replaced_a_stranger" in line for line in publisher.lines("published"))
    assert f"body/{first['body']}" in site.keys()


def test_a_conflict_is_another_turn(
    start_publisher: StartPublisher, site: StateSite, bucket: InBetween
) -> None:
    """S3 answers 409 where two conditional writes meet."""
    publisher = start_publisher(behind(site, bucket))
    publisher.call(HEARTBEAT)
    answers = [409, 0]
    bucket.before = lambda method, path: answers.pop(0) if method == "PUT" and is_head(path) else 0
    publisher.call(HEARTBEAT)
    assert not answers
    first, second = publisher.lines("published")
    assert site.inspect()["head"]["sequence"] == second["sequence"] > first["sequence"]


def test_errors_that_pass_are_waited_for(
    start_publisher: StartPublisher, site: StateSite, bucket: InBetween
) -> None:
    through = {"AWS_ENDPOINT_URL_DYNAMODB": bucket.address, "AWS_ENDPOINT_URL_S3": bucket.address}
    publisher = start_publisher(site.publisher | through)
    requests_seen = 0

    def every_second_fails(method: str, path: str) -> int:
        nonlocal requests_seen
        requests_seen += 1
        return 503 if requests_seen % 2 else 0

    bucket.before = every_second_fails
    publisher.call(HEARTBEAT)
    assert requests_seen >= 10
    site.inspect()


def test_errors_of_the_table_change_nothing_and_are_told(
    start_publisher: StartPublisher, site: StateSite, bucket: InBetween
) -> None:
    publisher = start_publisher(site.publisher | {"AWS_ENDPOINT_URL_DYNAMODB": bucket.address})
    publisher.call(HEARTBEAT)
    before = site.inspect()["head"]
    for garbage in (b"", b"{}", b'{"Items": [{"scope": {"S": "nonsense"}}]}', b"<html>"):
        bucket.change = lambda path, body, garbage=garbage: garbage  # type: ignore[misc]
        assert "the revocation store did not answer" in call_failed(publisher), garbage
        assert site.inspect()["head"] == before
    bucket.change = lambda path, body: body
    bucket.before = lambda method, path: 500
    assert "the revocation store did not answer" in call_failed(publisher)
    assert site.inspect()["head"] == before


def call_failed(publisher: Function) -> str:
    """What a heartbeat that comes to nothing is said to have failed of."""
    known = len(publisher.lines("publish-failed"))
    with pytest.raises(requests.HTTPError):
        publisher.call(HEARTBEAT)
    lines = publisher.lines("publish-failed")
    assert len(lines) == known + 1
    message: str = lines[-1]["message"]
    return message


def test_bodies_are_removed_only_after_the_grace_period(
    start: Start, start_publisher: StartPublisher, site: StateSite, bucket: InBetween
) -> None:
    session, publisher = start(site.session), start_publisher(behind(site, bucket))
    bodies = []
    for name in ("one", "two", "three"):
        publisher.call(HEARTBEAT)
        bodies.append(site.inspect()["head"]["body"])
        administrate(session, "POST", scope="session", id=name)
    first, second, third = bodies
    bucket.change = aged({first: timedelta(seconds=3590), second: timedelta(seconds=3610)})
    publisher.call(HEARTBEAT)
    assert f"body/{first}" in site.keys()
    assert f"body/{second}" not in site.keys()
    assert f"body/{third}" in site.keys()
    assert publisher.lines("published")[-1]["removed"] == 1
    assert site.inspect()["body"]["sessions"] == 3

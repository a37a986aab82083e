"""Requests of those who should get nothing, through the real binary."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from emulator import Session
from media_site import Environment, KeyPair, recorded, routed, signed_in, vouched_for
from passes import SignedUrl, is_signed

URL = "https://media.example.com/standard/a.mp4"

SignedIn = Callable[..., dict[str, Any]]
by_every_authorizer = pytest.mark.parametrize(
    "asked", [signed_in, vouched_for], ids=["jwt", "lambda"]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def session(folder: Path, p256: KeyPair, claims_key: KeyPair) -> Iterator[Session]:
    environment = Environment(folder)
    environment.variables |= {
        "EDGEPASS_KEY": environment.file("key", p256.private),
        "EDGEPASS_CLAIMS_KEY": environment.file("claims", claims_key.private),
    }
    with Session(environment.variables, folder) as session:
        yield session


def refused(session: Session, event: dict[str, Any], status: int, reason: str) -> None:
    answer = session.invoke(event)
    assert (answer.status, answer.reason) == (status, reason), answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.cookies == []


def test_nobody(session: Session) -> None:
    forged = {
        "authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.",
        "x-amzn-oidc-identity": "alice",
        "x-edgepass-user": "alice",
        "x-forwarded-user": "alice",
    }
    event = recorded("function-url")
    event["headers"] |= forged
    event["cookies"] = ["Edgepass-Session=v1.alice.1.9999999999", "Edgepass-Claims=a.b.c"]
    for route in ("POST /edgepass/session", "GET /edgepass/session", "DELETE /edgepass/session"):
        refused(session, routed(event, route, "{}"), 401, "identity-missing")
    urls = json.dumps({"urls": [URL]})
    refused(session, routed(event, "POST /edgepass/urls", urls), 401, "identity-missing")


def test_nobody_by_http(session: Session) -> None:
    response = session.request(
        "POST",
        "/edgepass/session",
        json={},
        headers={"authorization": "Bearer a.b.c", "cookie": "Edgepass-Session=v1.alice.1.9"},
    )
    assert response.status_code == 401
    assert response.json()["type"] == "urn:edgepass:problem:identity-missing"
    assert "set-cookie" not in response.headers


def test_iam_never_stands_for_a_viewer(session: Session) -> None:
    event = recorded("function-url-iam")
    refused(session, routed(event, "POST /edgepass/session", "{}"), 401, "identity-missing")
    refused(session, event, 401, "identity-missing")


@by_every_authorizer
def test_an_expired_sign_in(session: Session, asked: SignedIn) -> None:
    refused(session, asked(exp="1767229200"), 401, "identity-expired")


@pytest.mark.parametrize("name", ["http-api-jwt", "http-api-lambda"])
def test_a_sign_in_of_long_ago(session: Session, name: str) -> None:
    refused(session, recorded(name), 401, "identity-expired")


@by_every_authorizer
def test_a_sign_in_renewed_for_too_long(session: Session, asked: SignedIn) -> None:
    long_ago = int(time.time()) - 401 * 24 * 3600
    refused(session, asked(auth_time=str(long_ago)), 401, "sign-in-too-old")


@by_every_authorizer
def test_no_grant(session: Session, asked: SignedIn) -> None:
    refused(session, asked(**{"cognito:groups": "[staff]"}), 403, "no-grant")


@by_every_authorizer
def test_a_body_of_a_megabyte(session: Session, asked: SignedIn) -> None:
    body = json.dumps({"urls": ["x" * 1_000_000]})
    refused(session, asked("POST /edgepass/urls", body), 413, "body-too-large")


def test_101_urls(session: Session, p256: KeyPair) -> None:
    urls = [f"{URL}?n={number}" for number in range(101)]
    event = signed_in("POST /edgepass/urls", json.dumps({"urls": urls}))
    refused(session, event, 422, "too-many-urls")
    event = signed_in("POST /edgepass/urls", json.dumps({"urls": urls[:100]}))
    answer = session.invoke(event)
    assert answer.status == 200, answer.body
    signed = [SignedUrl(one["url"]) for one in answer.body["urls"]]
    assert len({url.values["n"] for url in signed}) == 100
    for url in signed:
        assert is_signed(p256.public, url.policy(), url.signature())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://media.example.com/premium/a.mp4", "url-not-granted"),
        ("https://evil.example.net/standard/a.mp4", "url-not-granted"),
        ("https://media.example.com/standard/../premium/a.mp4", "url-refused"),
        ("https://media.example.com/standard/%2e%2e/premium/a.mp4", "url-refused"),
        ("https://media.example.com/standard/a.mp4#f", "url-refused"),
        ('https://media.example.com/standard/a".mp4', "url-refused"),
        ("https://media.example.com/standard/a b.mp4", "url-refused"),
        ("https://media.example.com/standard/a.mp4?Signature=x", "url-refused"),
        ("javascript:alert(1)", "url-refused"),
    ],
)
@by_every_authorizer
def test_hostile_urls(session: Session, asked: SignedIn, url: str, reason: str) -> None:
    # All or nothing: the good one is not signed either.
    event = asked("POST /edgepass/urls", json.dumps({"urls": [URL, url]}))
    answer = session.invoke(event)
    assert (answer.status, answer.reason) == (403 if "granted" in reason else 422, reason)


@pytest.mark.parametrize("subject", ["*", "../alice", "a/b", "a%2fb", "a?b", "{sub}"])
@by_every_authorizer
def test_hostile_names_in_resources(session: Session, asked: SignedIn, subject: str) -> None:
    refused(session, asked(sub=subject), 403, "identity-unfit")


@by_every_authorizer
def test_bodies_that_are_none(session: Session, asked: SignedIn) -> None:
    refused(session, asked(body="[1"), 400, "body-malformed")
    refused(session, asked(body='{"session":"other"}'), 400, "body-malformed")
    event = asked()
    event["headers"]["content-type"] = "text/plain"
    refused(session, event, 415, "media-type")


@by_every_authorizer
def test_a_page_of_another_origin(session: Session, asked: SignedIn) -> None:
    event = asked()
    event["headers"]["origin"] = "https://evil.example.net"
    refused(session, event, 403, "origin-not-allowed")
    event = asked("OPTIONS /edgepass/session", "")
    event["headers"] |= {
        "access-control-request-method": "POST",
        "origin": "https://evil.example.net",
    }
    refused(session, event, 403, "origin-not-allowed")


def test_the_log_tells_what_happened_and_no_secret(session: Session) -> None:
    answer = session.invoke(signed_in())
    assert answer.status == 200
    assert session.invoke(signed_in(**{"cognito:groups": "[staff]"})).status == 403
    issued, refused_lines = session.lines("issued"), session.lines("refused")
    assert issued[-1]["Issued"] == 1
    assert issued[-1]["grants"] == ["subscribers"]
    assert issued[-1]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Edgepass"
    assert refused_lines[-1]["Reason"] == "no-grant"
    assert refused_lines[-1]["Latency"] >= 0
    log = session.log()
    for line in answer.cookies:
        name, _, value = line.partition(";")[0].partition("=")
        # `Edgepass-Session` holds the session's id, which the log names.
        assert name == "Edgepass-Session" or len(value) < 20 or value not in log, name
    assert "PRIVATE KEY" not in log
    assert "5f1d7a52-70c1-4d11-9f4e-0d6f8f1f2a11" not in log, "the identity instead of its pseudonym"

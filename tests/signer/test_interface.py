"""Those who may get something, whoever vouches for them, through the real binary."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from emulator import Session
from media_site import (
    GRANTS,
    Environment,
    KeyPair,
    edge_toml,
    recorded,
    routed,
    signed_in,
    vouched_for,
)
from passes import FILE, Pass, verdict

PAGE = "https://www.example.com"
EXPORTS = """
[[grant]]
name = "exports"
principals = ["arn:aws:sts::111122223333:assumed-role/backend"]
resources = ["https://media.example.com/exports/*"]
lifetime = "10m"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interface")


@pytest.fixture(scope="module")
def config(folder: Path, p256: KeyPair, claims_key: KeyPair) -> Path:
    return edge_toml(folder, p256.public, ("ES256", claims_key.public))


@pytest.fixture(scope="module")
def session(folder: Path, p256: KeyPair, claims_key: KeyPair) -> Iterator[Session]:
    environment = Environment(folder)
    environment.variables |= {
        "EDGEPASS_CLAIMS_KEY": environment.file("claims", claims_key.private),
        "EDGEPASS_GRANTS": GRANTS + EXPORTS,
        "EDGEPASS_KEY": environment.file("key", p256.private),
    }
    with Session(environment.variables, folder) as session:
        yield session


@pytest.mark.parametrize("asked", [signed_in, vouched_for], ids=["jwt", "lambda"])
def test_viewers(session: Session, config: Path, asked: Callable[..., dict[str, Any]]) -> None:
    answer = session.invoke(asked())
    assert answer.status == 200, answer.body
    issued = Pass.of(answer)
    assert verdict(FILE, issued.header, config)["decision"] == "allow"

    status = session.invoke(asked("GET /edgepass/session"))
    assert (status.body["valid"], status.body["session"]) == (True, answer.body["session"])
    assert session.invoke(asked("DELETE /edgepass/session")).status == 204
    assert session.invoke(asked()).reason == "revoked"


def test_a_principal_that_is_listed(session: Session, config: Path) -> None:
    event = recorded("function-url-iam")
    answer = session.invoke(event)
    assert answer.status == 200, answer.body
    (signed,) = answer.body["urls"]
    assert verdict(signed["url"], None, config)["decision"] == "allow"
    # It stands for no viewer, and has what it is listed for.
    refused = session.invoke(routed(event, "POST /edgepass/session", "{}"))
    assert (refused.status, refused.reason) == (403, "viewer-required")
    refused = session.invoke(routed(event, "POST /edgepass/urls", json.dumps({"urls": [FILE]})))
    assert (refused.status, refused.reason) == (403, "url-not-granted")


def test_the_same_answer_to_the_same_question(session: Session) -> None:
    def asked(key: str, url: str = FILE) -> dict[str, Any]:
        # ECDSA signs the same text differently every time.
        event = signed_in("POST /edgepass/urls", json.dumps({"urls": [url]}), sub="bob", sid="s-2")
        event["headers"]["idempotency-key"] = key
        return event

    first = session.invoke(asked("k-1"))
    assert first.status == 200, first.body
    assert session.invoke(asked("k-1")).body == first.body
    assert session.lines("repeated")
    assert session.invoke(asked("k-2")).body["urls"] != first.body["urls"]
    assert session.invoke(asked("k-1", f"{FILE}?n=1")).reason == "idempotency-key-reused"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_preflights(session: Session, method: str) -> None:
    # Nobody is signed in: browsers send these without credentials.
    asks = {"access-control-request-method": method, "origin": PAGE}
    event = routed(recorded("function-url"), "OPTIONS /edgepass/session", "")
    event["headers"] |= asks | {"access-control-request-headers": "content-type"}
    answer = session.invoke(event)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert method in answer.headers["access-control-allow-methods"]
    assert answer.headers["vary"] == "Origin"

    response = session.request("OPTIONS", "/edgepass/session", headers=asks)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == PAGE

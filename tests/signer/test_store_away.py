"""The table of revocations on bad days: nothing is issued, nobody is taken for revoked, and whoever
logs out loses the pass all the same."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from emulator import Answer, Session
from in_between import NEVER, Answered, Asked, InBetween, in_between
from media_site import Environment, KeyPair, signed_in
from passes import FILE
from services import Services
from state_site import ADMINISTRATED


@pytest.fixture(scope="module")
def table(services: Services) -> Iterator[InBetween]:
    with in_between(services.variables["AWS_ENDPOINT_URL"]) as between:
        yield between


@pytest.fixture(scope="module")
def session(
    tmp_path_factory: pytest.TempPathFactory,
    services: Services,
    table: InBetween,
    p256: KeyPair,
    claims_key: KeyPair,
) -> Iterator[Session]:
    folder, name = tmp_path_factory.mktemp("store-away"), f"away-{uuid4()}"
    services.table(name)
    environment = Environment(folder)
    environment.variables |= services.variables | {
        "AWS_ENDPOINT_URL_DYNAMODB": table.address,
        "EDGEPASS_CLAIMS_KEY": environment.file("claims", claims_key.private),
        "EDGEPASS_GRANTS": ADMINISTRATED,
        "EDGEPASS_KEY": environment.file("key", p256.private),
        "EDGEPASS_STORE": f"dynamodb:{name}",
    }
    with Session(environment.variables, folder) as session:
        # It starts on a good day: on another one it would not.
        assert session.invoke(asked("GET /edgepass/session")).status == 200
        yield session


@pytest.fixture(autouse=True)
def good_day(table: InBetween) -> Iterator[None]:
    yield
    table.good_day()


def asked(route: str) -> dict[str, Any]:
    """Somebody who may do everything."""
    bodies = {
        "POST /edgepass/urls": {"urls": [FILE]},
        "POST /edgepass/revocations": {"scope": "subject", "identity": "mallory"},
    }
    groups = {"cognito:groups": "[subscribers admins]"}
    return signed_in(route, json.dumps(bodies.get(route, {})), **groups)


def expired(answer: Answer) -> list[str]:
    """The names of the cookies that are taken back; there are no others."""
    assert all("Max-Age=0" in line for line in answer.cookies)
    return [line.partition("=")[0] for line in answer.cookies]


def assert_away(session: Session, route: str) -> None:
    answer = session.invoke(asked(route))
    assert (answer.status, answer.reason) == (503, "store-unavailable"), answer.body
    assert int(answer.headers["retry-after"]) > 0
    assert ("CloudFront-Policy" in expired(answer)) == route.startswith("DELETE")
    assert session.lines("refused")[-1]["Reason"] == "store-unavailable"


def test_one_throttle_is_nobody_s_business(session: Session, table: InBetween) -> None:
    throttles = iter([Answered.error("ProvisionedThroughputExceededException")])
    table.instead = lambda asked: next(throttles, None)
    assert session.invoke(asked("POST /edgepass/session")).status == 200
    assert next(throttles, None) is None


@pytest.mark.parametrize(
    "answered",
    [
        Answered(500),
        Answered.error("ProvisionedThroughputExceededException"),
        Answered(200, b"{}"),
        Answered(200, b"<html>"),
    ],
    ids=["fails", "throttles", "says-nothing", "is-something-else"],
)
def test_nothing_is_issued(session: Session, table: InBetween, answered: Answered) -> None:
    table.instead = lambda asked: answered
    for route in (
        "POST /edgepass/session",
        "GET /edgepass/session",
        "POST /edgepass/urls",
        "POST /edgepass/revocations",
        "DELETE /edgepass/session",
    ):
        assert_away(session, route)
    table.good_day()
    answer = session.invoke(asked("GET /edgepass/session"))
    assert (answer.body["valid"], answer.body["revoked"]) == (True, False)


def test_a_change_that_was_not_made(session: Session, table: InBetween) -> None:
    # Whoever asks is known, and only the change is answered by somebody else.
    changes = ("PutItem", "DeleteItem")
    nothing = Answered(200, b"{}")
    table.instead = lambda asked: nothing if asked.operation in changes else None
    assert_away(session, "POST /edgepass/revocations")
    assert_away(session, "DELETE /edgepass/session")
    back = asked("DELETE /edgepass/revocations")
    back["body"] = json.dumps({"scope": "subject", "identity": "mallory"})
    assert session.invoke(back).reason == "store-unavailable"


def test_silence_is_answered_in_time(session: Session, table: InBetween) -> None:
    """Before Lambda ends the function: see its `Timeout` in `infra/signer.yaml`."""
    table.instead = lambda asked: NEVER
    assert_away(session, "DELETE /edgepass/session")

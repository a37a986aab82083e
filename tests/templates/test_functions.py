"""The built functions under Lambda's runtime API, in the environment that the templates give them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from requests import HTTPError

from emulator import Function, Session
from fed import Metric, embedded, filtered, unfed
from media_site import KEY_ID, signed_in
from passes import FILE, Pass, at_edge, verdict
from site_folder import DOMAIN, MISSING, PROGRAM, SiteFolder, run
from stack import Sources, Stack

TABLE, BUCKET = "revocations", "content"


@pytest.fixture(scope="module")
def stack(built: SiteFolder) -> Stack:
    """The deployment, with its table and its bucket made as it says."""
    stack = built.stack(Revocation="enabled")
    [table] = stack.of_type("AWS::DynamoDB::Table").values()
    members = ("AttributeDefinitions", "BillingMode", "KeySchema")
    dynamodb = built.services.client("dynamodb")
    dynamodb.create_table(TableName=TABLE, **{member: table[member] for member in members})
    built.services.client("s3").create_bucket(Bucket=BUCKET)
    return stack


def environment(site: SiteFolder, stack: Stack, function: str) -> dict[str, str]:
    """The template's own variables, with what only a deployment knows put in."""
    variables = stack.of_type("AWS::Lambda::Function")[f"Signer/{function}"]["Environment"]
    known = {
        "<Content>": BUCKET,
        "<Edge/KeyGroup>": "group",
        "<Edge/PublicKeyOfA>": KEY_ID,
        "<Signer/Revocations>": TABLE,
        # The layer, which Lambda unpacks there.
        "/opt/": f"{site.infra}/site/",
    }
    filled = {}
    for name, text in variables["Variables"].items():
        for made, meant in known.items():
            text = str(text).replace(made, meant)
        assert "<" not in text, f"{name} has {text}"
        filled[name] = text
    # As CloudFormation refers to it, so that metrics are compared by the function that they name.
    return site.services.variables | filled | {"AWS_LAMBDA_FUNCTION_NAME": f"<Signer/{function}>"}


@pytest.fixture(scope="module")
def session(
    built: SiteFolder, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    variables = environment(built, stack, "SessionFunction")
    folder = tmp_path_factory.mktemp("session")
    with Session(variables, folder, built.built("SessionFunction")) as session:
        yield session


@pytest.fixture(scope="module")
def publisher(
    built: SiteFolder, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Function]:
    variables = environment(built, stack, "PublisherFunction")
    folder = tmp_path_factory.mktemp("publisher")
    with Function("publisher", variables, folder, built.built("PublisherFunction")) as publisher:
        yield publisher


@pytest.fixture(scope="module")
def issued(session: Session) -> Pass:
    answer = session.invoke(signed_in())
    assert answer.status == 200, answer.body
    return Pass.of(answer)


def test_the_edge_takes_what_the_signer_issues(built: SiteFolder, issued: Pass) -> None:
    assert issued.key_id == KEY_ID
    assert issued.attributes["CloudFront-Policy"]["domain"] == DOMAIN
    assert verdict(FILE, issued.header, built.edge_toml)["decision"] == "allow"
    bundle = built.infra / "bundle"
    assert at_edge(bundle, "/standard/a.mp4", issued.header) == 0
    assert at_edge(bundle, "/premium/a.mp4", issued.header) == 403


def test_nobody_without_a_grant_gets_one(session: Session) -> None:
    answer = session.invoke(signed_in(**{"cognito:groups": "[others]"}))
    assert (answer.status, answer.reason) == (403, "no-grant")


def test_revocations_reach_the_bucket(
    built: SiteFolder, stack: Stack, session: Session, publisher: Function, tmp_path: Path
) -> None:
    body = json.dumps({"scope": "subject", "identity": "mallory"})
    event = signed_in("POST /edgepass/revocations", body, **{"cognito:groups": "[edgepass-admins]"})
    assert session.invoke(event).status == 200
    publisher.call({"Records": []})
    head = built.services.client("s3").get_object(Bucket=BUCKET, Key="edgepass/state/head")
    # CloudFront keeps it for at most half of refresh_seconds.
    seconds = re.search(r"max-age=(\d+)", head["CacheControl"])
    assert seconds and int(seconds[1]) * 2 <= int(stack.values["RefreshSeconds"])
    file = tmp_path / "head"
    file.write_bytes(head["Body"].read())
    root = built.infra / "site/root-public.pem"
    run(PROGRAM, "revocations", "inspect", file, "--root", root, folder=tmp_path)


@pytest.mark.skipif(bool(MISSING), reason="package signer has no program `rotation` yet")
def test_the_rotation_takes_its_environment(
    built: SiteFolder, stack: Stack, tmp_path: Path
) -> None:
    """And asks Lambda for work. What it does then is tested beside CloudFront's fake."""
    root = built.services.arn(f"edgepass/{DOMAIN}/root")
    enabled = {"Revocation": "enabled", "Rotation": "enabled", "SigningKeySlot": "stored"}
    canary = {"RotationAlgorithm": "RSA-SHA256", "RotationCanary": FILE}
    rotating = built.stack(**enabled, **canary, StateRootKeyArn=root)
    variables = environment(built, rotating, "RotationFunction")
    assert variables["EDGEPASS_ROOT_KEY"] == f"secretsmanager:{root}"
    with Function("rotation", variables, tmp_path, built.built("RotationFunction")) as rotation:
        # moto lacks most of CloudFront.
        with pytest.raises(HTTPError):
            rotation.call({"detail-type": "Scheduled Event"})
        [line] = rotation.lines("rotation-failed")
    assert embedded([line])


@pytest.fixture(scope="module")
def refused(built: SiteFolder, issued: Pass) -> list[str]:
    """What the bundled validator logs of every kind of refusal that an alarm is about."""
    signature = issued.values["CloudFront-Signature"]
    forged = ("B" if signature.startswith("A") else "A") + signature[1:]
    passes = [
        {"days": 0},
        {"cookie": "theme=dark", "days": 0},
        {"cookie": issued.header.replace(signature, forged), "days": 0},
        {"cookie": issued.header, "days": 30},
    ]
    driver = Path(__file__).parent / "refused_at_edge.mjs"
    output = run("node", driver, built.infra / "bundle", json.dumps(passes), folder=built.infra)
    lines = output.splitlines()
    assert len(lines) == len(passes), lines
    return lines


def test_alarms_look_at_what_is_printed(
    built: SiteFolder,
    stack: Stack,
    session: Session,
    publisher: Function,
    issued: Pass,
    refused: list[str],
) -> None:
    """Namespace, name and dimensions, compared with what the programs print."""
    session.invoke(signed_in(**{"cognito:groups": "[others]"}))
    for _ in range(2):  # the age is that of the state before
        publisher.call({"detail-type": "Scheduled Event"})
    lines = [json.loads(line) for line in (session.log() + publisher.log()).splitlines()]
    printed = embedded(lines) | filtered(stack, refused) | NOT_YET
    assert unfed(stack, printed) == []
    # And what nobody prints is noticed.
    for file, old, new in [
        ("alarms.yaml", "MetricName: StateAge", "MetricName: StateAges"),
        ("alarms.yaml", "Namespace: Edgepass\n", "Namespace: Edgepasses\n"),
        ("alarms.yaml", "Value: !Ref PublisherFunctionName", "Value: !Ref SessionFunctionName"),
        ("alarms.yaml", "MetricName: Throttles", "MetricName: Throttled"),
        ("edge-logs.yaml", '\\"failed\\"', '\\"broken\\"'),
        ("edge-logs.yaml", '\\"signature-invalid\\"', '\\"signature-wrong\\"'),
    ]:
        sources = Sources.committed().mutated(file, old, new)
        mutant = Stack(sources, "template.yaml", stack.parameters)
        printed = embedded(lines) | filtered(mutant, refused) | NOT_YET
        assert unfed(mutant, printed) != [], f"{new} is not noticed"


# The edge asks about revocation with [revocation] of edge.toml only, which init leaves to the reader;
# that it then refuses with these codes is tested in tests/edge.
NOT_YET = {Metric("Edgepass/Edge", "StateStale", frozenset())}

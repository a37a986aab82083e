"""The built functions under Lambda's runtime API, in the environment that the templates give them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import pytest

from deployment import Deployment
from emulator import Function, Session, free_port
from fed import Metric, embedded, filtered, unfed
from media_site import KEY_ID, signed_in
from passes import FILE, Pass, at_edge, verdict
from site_folder import DOMAIN, PROGRAM, SiteFolder, run
from stack import Sources, Stack

HEAD = "edgepass/state/head"


@pytest.fixture(scope="module")
def deployment(built: SiteFolder) -> Deployment:
    return Deployment.made(built, "functions", Revocation="enabled")


@pytest.fixture(scope="module")
def session(
    built: SiteFolder, deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    variables = deployment.environment("SessionFunction")
    folder = tmp_path_factory.mktemp("session")
    with Session(variables, folder, built.built("SessionFunction")) as session:
        yield session


@pytest.fixture(scope="module")
def publisher(
    built: SiteFolder, deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Function]:
    variables = deployment.environment("PublisherFunction")
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
    built: SiteFolder,
    deployment: Deployment,
    session: Session,
    publisher: Function,
    tmp_path: Path,
) -> None:
    body = json.dumps({"scope": "subject", "identity": "mallory"})
    event = signed_in("POST /edgepass/revocations", body, **{"cognito:groups": "[edgepass-admins]"})
    assert session.invoke(event).status == 200
    publisher.call({"Records": []})
    head = built.services.client("s3").get_object(Bucket=deployment.name, Key=HEAD)
    # CloudFront keeps it for at most half of refresh_seconds.
    seconds = re.search(r"max-age=(\d+)", head["CacheControl"])
    assert seconds and int(seconds[1]) * 2 <= int(deployment.stack.values["RefreshSeconds"])
    file = tmp_path / "head"
    file.write_bytes(head["Body"].read())
    root = built.infra / "site/root-public.pem"
    run(PROGRAM, "revocations", "inspect", file, "--root", root, folder=tmp_path)


@pytest.fixture(scope="module")
def refused(built: SiteFolder, issued: Pass) -> list[str]:
    """What the bundled validator logs of every kind of refusal that an alarm is about."""
    signature = issued.values["CloudFront-Signature"]
    forged = ("B" if signature.startswith("A") else "A") + signature[1:]
    passes: list[Shown] = [
        {"days": 0},
        {"cookie": "theme=dark", "days": 0},
        {"cookie": issued.header.replace(signature, forged), "days": 0},
        {"cookie": issued.header, "days": 30},
    ]
    return refusals(built.infra / "bundle", passes)


@pytest.fixture(scope="module")
def without_state(
    built: SiteFolder, deployment: Deployment, publisher: Function, issued: Pass
) -> dict[str, str]:
    """What the validator logs of a good pass when it has no state, or an old one: by the code.

    Of `[revocation]` as init writes it, but for the place: the bucket, or nobody.
    """
    publisher.call({"detail-type": "Scheduled Event"})
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    allow |= {"Resource": f"arn:aws:s3:::{deployment.name}/edgepass/state/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    services = built.services
    services.client("s3").put_bucket_policy(Bucket=deployment.name, Policy=policy)
    bucket = f"{services.variables['AWS_ENDPOINT_URL']}/{deployment.name}/{HEAD}"
    logged = {}
    for code, url, days in [
        # A quarter of an hour: longer than max_stale_seconds, and shorter than any pass lives.
        ("revocation-stale", bucket, 0.01),
        ("revocation-unknown", f"http://127.0.0.1:{free_port()}/{HEAD}", 0),
    ]:
        toml = built.infra / "site" / f"{code}.toml"
        toml.write_text(revoking(built.edge_toml.read_text(), url))
        out = built.infra / code
        run(PROGRAM, "bundle", "lambda-edge", "--config", toml, "--out", out, folder=built.infra)
        [logged[code]] = refusals(out, [{"cookie": issued.header, "days": days}])
    return logged


class Shown(TypedDict, total=False):
    """A pass that is shown, in so many days."""

    cookie: str
    days: float


def refusals(bundle: Path, passes: list[Shown]) -> list[str]:
    """The line that the validator logs of each."""
    driver = Path(__file__).parent / "refused_at_edge.mjs"
    lines = run("node", driver, bundle, json.dumps(passes), folder=bundle).splitlines()
    # It also tells what keeps it from the state.
    lines = [line for line in lines if '"edgepass":"state"' not in line]
    assert len(lines) == len(passes), lines
    return lines


def revoking(edge_toml: str, url: str) -> str:
    """What init leaves as a comment, uncommented."""
    before, comment = edge_toml.split("# [revocation]\n")
    section, after = comment.split("\n\n", 1)
    lines = "".join(line.removeprefix("# ") + "\n" for line in section.splitlines())
    lines, places = re.subn(r'(?m)^url = ".*"$', f'url = "{url}"', lines)
    assert places == 1
    return f"{before}[revocation]\n{lines}\n{after}"


def test_alarms_look_at_what_is_printed(
    deployment: Deployment,
    session: Session,
    publisher: Function,
    issued: Pass,
    refused: list[str],
    without_state: dict[str, str],
) -> None:
    """Namespace, name and dimensions, compared with what the programs print."""
    session.invoke(signed_in(**{"cognito:groups": "[others]"}))
    for _ in range(2):  # the age is that of the state before
        publisher.call({"detail-type": "Scheduled Event"})
    lines = [json.loads(line) for line in (session.log() + publisher.log()).splitlines()]
    refused = [*refused, *without_state.values()]
    stack = deployment.stack
    assert unfed(stack, embedded(lines) | filtered(stack, refused)) == []
    # And what nobody prints is noticed.
    for file, old, new in [
        ("alarms.yaml", "MetricName: StateAge", "MetricName: StateAges"),
        ("alarms.yaml", "Namespace: Edgepass\n", "Namespace: Edgepasses\n"),
        ("alarms.yaml", "Value: !Ref PublisherFunctionName", "Value: !Ref SessionFunctionName"),
        ("alarms.yaml", "MetricName: Throttles", "MetricName: Throttled"),
        ("edge-logs.yaml", '\\"failed\\"', '\\"broken\\"'),
        ("edge-logs.yaml", '\\"signature-invalid\\"', '\\"signature-wrong\\"'),
    ]:
        mutant = Stack(
            Sources.committed().mutated(file, old, new), "template.yaml", stack.parameters
        )
        assert unfed(mutant, embedded(lines) | filtered(mutant, refused)) != [], new


@pytest.mark.parametrize("code", ["revocation-stale", "revocation-unknown"])
def test_every_edge_without_a_state_is_counted(
    deployment: Deployment, without_state: dict[str, str], code: str
) -> None:
    """Each line by itself: the filter counts either code, and one would hide the other."""
    line = without_state[code]
    assert f'"code":"{code}"' in line
    counted = Metric("Edgepass/Edge", "StateStale", frozenset())
    assert counted in filtered(deployment.stack, [line])
    sources = Sources.committed().mutated("edge-logs.yaml", code, "revocation-old")
    mutant = Stack(sources, "template.yaml", deployment.stack.parameters)
    assert counted not in filtered(mutant, [line])

"""`edgepass rotate` against CloudFront's control plane, Secrets Manager and a published state."""

import json
import os
import subprocess
from pathlib import Path
from queue import Queue
from time import sleep
from typing import Any

import passes
import pytest
from conftest import Start
from emulator import BINARIES
from interrupter import InterruptionAt, interrupters
from media_site import GRANTS, Environment, KeyPair, signed_in
from rotating_site import CLOCKS, LIFETIME, MAX_AGE, CloudFront, InKms, RotatingSite
from runtime import put_forward
from services import Services
from test_keys import check_pass

EDGEPASS = BINARIES / "edgepass"
DONE, NOT_YET, REFUSED = 0, 1, 2
RETREAT = 960


class Operator:
    """Somebody with a shell."""

    def __init__(self, site: RotatingSite) -> None:
        self.site = site

    def rotate(self, command: str, *words: str, code: int = DONE) -> Any:
        done = subprocess.run(
            [str(EDGEPASS), "rotate", command, "--json", *words],
            capture_output=True,
            check=False,
            text=True,
            env=os.environ | self.site.variables | put_forward(self.site.later),
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "PRIVATE KEY" not in done.stdout + done.stderr
        self.site.sign()
        self.site.check()
        return json.loads(done.stdout) if done.stdout else done.stderr

    def killed(self, command: str, number: int, after: bool) -> str | None:
        """At the change of this number: which one that is, if it is ever asked for."""
        started: Queue[subprocess.Popen[bytes]] = Queue()

        def kill() -> None:
            process = started.get()
            process.kill()
            process.wait()

        interruption = InterruptionAt(number=number, after=after, end=kill)
        with interrupters(self.site.variables, interruption) as urls:
            process = subprocess.Popen(
                [str(EDGEPASS), "rotate", command],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | self.site.variables | put_forward(self.site.later) | urls,
            )
            started.put(process)
            process.wait()
        self.site.sign()
        self.site.check()
        return interruption.operation


@pytest.fixture(params=["secret", "kms"])
def operator(
    request: pytest.FixtureRequest,
    services: Services,
    cloudfront: CloudFront,
    p256: KeyPair,
    tmp_path: Path,
) -> Operator:
    grants = tmp_path / "grants.toml"
    grants.write_text(GRANTS)
    key = p256 if request.param == "secret" else InKms("ECC_NIST_P256")
    site = RotatingSite(services, cloudfront, key, EDGEPASS_GRANTS=str(grants))
    return Operator(site)


def test_from_plan_to_finish(operator: Operator) -> None:
    site, rotate = operator.site, operator.rotate
    plan = rotate("plan")
    assert (plan["current"]["key_id"], plan["candidate"], plan["edges"]) == ("KOLD", None, None)
    assert site.fake.calls()[-1]["operation"] != "CreatePublicKey"

    assert rotate("start", code=NOT_YET)["waits_for"] == "deployment"
    site.advance(300)
    assert rotate("start", code=NOT_YET)["waits_for"] == "settling"
    assert rotate("switch", code=NOT_YET)["waits_for"] == "settling"
    site.advance(301)
    assert rotate("start")["done"]
    candidate = rotate("status")["candidate"]["key_id"]
    assert rotate("switch")["done"]
    assert site.current() == candidate
    assert "the switch has happened" in rotate("abort", code=REFUSED)

    waiting = rotate("finish", code=NOT_YET)
    assert waiting["waits_for"] == "draining"
    assert "has not ended" in rotate("plan", code=REFUSED)
    site.advance(LIFETIME + MAX_AGE + CLOCKS - 60)
    assert rotate("finish", code=NOT_YET)["waits_for"] == "draining"
    site.advance(120)
    assert rotate("finish")["changes"]
    site.assert_rotated()


def test_given_up(operator: Operator) -> None:
    site, rotate = operator.site, operator.rotate
    signing = site.kms_keys()
    assert "no rotation is under way" in rotate("abort", code=REFUSED)
    rotate("start", code=NOT_YET)
    assert len(site.kms_keys()) == 2 * len(signing)
    assert rotate("abort", code=NOT_YET)["waits_for"] == "retreat"
    assert "no rotation is under way" in rotate("switch", code=REFUSED)
    site.advance(RETREAT + 60)
    assert rotate("abort")["done"]
    assert (site.current(), site.group(), site.public_keys()) == ("KOLD", ["KOLD"], ["KOLD"])
    assert "AWSPENDING" not in site.stages()
    assert site.kms_keys() == signing
    # And then anew.
    rotate("start", code=NOT_YET)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_given_up_and_killed_at_every_change(operator: Operator, after: bool) -> None:
    site, rotate = operator.site, operator.rotate
    signing = site.kms_keys()
    rotate("start", code=NOT_YET)
    killed = set()
    for number in (0, 0, 1):
        killed.add(operator.killed("abort", number, after))
    rotate("abort", code=NOT_YET)
    site.advance(RETREAT + 60)
    for number in (0, 0, 0, 1, 0, 1):
        killed.add(operator.killed("abort", number, after))
    assert rotate("abort")["done"]
    assert (site.current(), site.group(), site.public_keys()) == ("KOLD", ["KOLD"], ["KOLD"])
    assert "AWSPENDING" not in site.stages()
    assert site.kms_keys() == signing
    changes = {"DELETE public-key", "PUT key-group", "TagResource", "UpdateSecretVersionStage"}
    changes |= {"ScheduleKeyDeletion"} if signing else set()
    assert killed - {None} == changes


def test_a_canary_that_dies_stops_the_switch(operator: Operator) -> None:
    site, rotate = operator.site, operator.rotate
    rotate("start", code=NOT_YET)
    site.advance(300)
    rotate("start", code=NOT_YET)
    site.advance(301)
    # Nothing of CloudFront's data is there: every path is a 404.
    canary = f"{site.fake.url}/canary"
    assert "the canary was answered with 404" in rotate("switch", "--canary", canary, code=3)
    assert site.current() == "KOLD"
    alive = f"{site.fake.url}/_fake/clock"
    rotate("switch", "--canary", alive)
    assert site.current() != "KOLD"


def test_the_signer_follows_into_kms(
    operator: Operator,
    services: Services,
    start: Start,
    environment: Environment,
    claims_key: KeyPair,
) -> None:
    """Without a restart: what the new key signs in KMS is admitted, under its own id."""
    site, rotate = operator.site, operator.rotate
    variables = environment.variables | services.variables
    del variables["EDGEPASS_KEY_ID"]
    variables |= {"EDGEPASS_KEY": f"secretsmanager:{site.secret}", "EDGEPASS_REFRESH_SECONDS": "1"}
    session = start(variables)
    claims = ("ES256", claims_key.public)

    def sign_in(key_id: str) -> None:
        issued = passes.Pass.of(session.invoke(signed_in()))
        check_pass(issued, environment.folder, site.fake_key(key_id), claims, key_id)

    sign_in("KOLD")
    words = ("--custody", "kms", "--to", "RSA-SHA256")
    rotate("start", *words, code=NOT_YET)
    site.advance(300)
    rotate("start", code=NOT_YET)
    site.advance(301)
    candidate = rotate("status")["candidate"]
    assert (candidate["algorithm"], candidate["custody"]) == ("RSA-SHA256", "kms")
    sign_in("KOLD")
    rotate("switch")
    sleep(2)
    sign_in(candidate["key_id"])
    assert not session.lines("keys-not-renewed")


@pytest.mark.parametrize("root_at_hand", [True, False], ids=["root-at-hand", "root-offline"])
def test_edges_learn_of_the_key_by_the_published_state(
    operator: Operator, tmp_path: Path, root_at_hand: bool
) -> None:
    site, rotate = operator.site, operator.rotate
    state = PublishedState(tmp_path, site)
    state.delegate("=old.pem:ECDSA-SHA256")
    state.publish()
    site.variables |= {
        "EDGEPASS_STATE": f"file:{tmp_path / 'state'}",
        "EDGEPASS_STATE_DELEGATION": f"file:{tmp_path / 'delegation.pem'}",
    }
    if root_at_hand:
        site.variables["EDGEPASS_ROOT_KEY"] = f"file:{tmp_path / 'root' / 'private.pem'}"
    waits = rotate("start", code=NOT_YET)["waits_for"]
    if not root_at_hand:
        assert waits == "delegation"
        candidate = rotate("status")["candidate"]["key_id"]
        state.store(candidate)
        state.delegate("=old.pem:ECDSA-SHA256", f"{candidate}=new.pem:ECDSA-SHA256")
        waits = rotate("start", code=NOT_YET)["waits_for"]
    assert waits == "publication"
    candidate = rotate("status")["candidate"]["key_id"]
    assert state.listed() == [None]
    state.publish()
    assert state.listed() == [None, candidate]
    site.advance(300)
    assert rotate("start", code=NOT_YET)["waits_for"] == "settling"
    site.advance(301)
    rotate("switch")
    site.advance(LIFETIME + MAX_AGE + CLOCKS + 60)
    waits = rotate("finish", code=NOT_YET)["waits_for"]
    if not root_at_hand:
        assert waits == "undelegation"
        state.delegate(f"{candidate}=new.pem:ECDSA-SHA256")
        waits = rotate("finish", code=NOT_YET)["waits_for"]
    assert waits == "publication"
    state.publish()
    rotate("finish")
    site.assert_rotated()
    assert state.listed() == [candidate]


class PublishedState:
    """A state in a folder, its keys beside it."""

    def __init__(self, folder: Path, site: RotatingSite) -> None:
        self._folder, self._site = folder, site
        self._serial = 0
        for name in ("root", "state-key"):
            self._run("keygen", "--algorithm", "ecdsa-p256", "--out", name)
        old = site.fake_key("KOLD")
        (folder / "old.pem").write_text(old)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [str(EDGEPASS), *words], cwd=self._folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def store(self, key_id: str) -> None:
        (self._folder / "new.pem").write_text(self._site.fake_key(key_id))

    def delegate(self, *trust: str) -> None:
        """Signs with the root key, as whoever has it does."""
        self._serial += 1
        words = ["--site", "https://media.example.com", "--serial", str(self._serial)]
        words += ["--root-key", "root/private.pem", "--state-key", "state-key/public.pem"]
        for one in trust:
            words += ["--trust", one]
        (self._folder / "delegation.pem").write_text(self._run("revocations", "delegate", *words))

    def publish(self) -> None:
        words = ["--store", "file:store.json", "--to", "file:state", "--max-lifetime", "12h"]
        words += ["--state-key", "state-key/private.pem", "--delegation", "delegation.pem"]
        self._run("revocations", "publish", *words)

    def listed(self) -> list[str | None]:
        words = ["state/head", "--root", "root/public.pem", "--json"]
        inspected = json.loads(self._run("revocations", "inspect", *words))
        return [key["id"] for key in inspected["head"]["keys"]]

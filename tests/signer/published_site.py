"""A rotating site with revocation: its edges run validators, which trust the keys of the published
state, and its viewers hold passes of `edgepass sign`."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

from media_site import CLAIMS_KEY_ID, KeyPair, edge_toml
from passes import EDGEPASS, FILE
from rotating_site import CloudFront, RotatingSite
from runtime import Invocation, put_forward
from services import Services
from state_site import HEARTBEAT, PREFIX, SITE, edgepass

LONGEST_LIFETIME = 24 * 3600
"""Of the grants that were valid before those of today, which allow half of it."""


@dataclass
class Cookie:
    """A pass as the viewer's `Cookie` header."""

    key_id: str
    header: str


class PublishedSite(RotatingSite):
    def __init__(
        self,
        services: Services,
        cloudfront: CloudFront,
        key: KeyPair,
        folder: Path,
        name: str,
        **variables: str,
    ) -> None:
        """Whatever a test calls it is the name of its table and its bucket."""
        self._folder, self._services, self._bucket = folder, services, name
        self._root, self._state, self._claims = (KeyPair.p256() for _ in range(3))
        services.table(name)
        services.s3.create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        self._file("root.public.pem", self._root.public)
        self._file("claims.pem", self._claims.private)
        delegation = services.secret(f"{name}-delegation", self.delegation(f"={key.public}"))
        stored = {
            "EDGEPASS_STATE": f"s3:{name}/{PREFIX}",
            "EDGEPASS_STATE_DELEGATION": delegation,
            "EDGEPASS_STORE": f"dynamodb:{name}",
        }
        state_key = self._file("state.pem", self._state.private)
        self._publisher = services.variables | stored
        self._publisher |= {"EDGEPASS_SITE": SITE, "EDGEPASS_STATE_KEY": f"file:{state_key}"}
        root = services.secret(f"{name}-root", self._root.private)
        super().__init__(
            services,
            cloudfront,
            key,
            EDGEPASS_ROOT_KEY=root,
            **stored,
            **variables,
        )
        self._note_lifetime(delegation)

    def delegation(self, *trust: str) -> str:
        """What the root key signs for these keys, each an id and a PEM around `=`."""
        words = ["--site", SITE, "--root-key", self._file("root.pem", self._root.private)]
        words += ["--state-key", self._file("state.public.pem", self._state.public)]
        claims = self._file("claims.public.pem", self._claims.public)
        words += ["--claims-trust", f"{CLAIMS_KEY_ID}={claims}"]
        for number, one in enumerate(trust):
            key_id, _, pem = one.partition("=")
            path = self._file(f"policy{number}.public.pem", pem)
            words += ["--trust", f"{key_id}={path}:ECDSA-SHA256"]
        return edgepass("revocations", "delegate", *words)

    def _note_lifetime(self, delegation: str) -> None:
        """Passes of that long a lifetime were granted once; the store knows."""
        words = ["--to", self._publisher["EDGEPASS_STATE"]]
        words += ["--state-key", str(self._folder / "state.pem")]
        words += ["--delegation", self._file("delegation.pem", self._services.text(delegation))]
        words += ["--max-lifetime", f"{LONGEST_LIFETIME}s"]
        edgepass("revocations", "publish", *words, **self._publisher)

    def publish(self) -> None:
        """The publisher's heartbeat."""
        ended = Invocation(HEARTBEAT).run("publisher", self._publisher, self.later)
        assert ended.error is None and not ended.died

    def advance(self, seconds: int) -> None:
        """Time passes, with its heartbeats."""
        super().advance(seconds)
        self.publish()

    def sign_pass(self, stage: str = "AWSCURRENT") -> Cookie:
        """A pass as long as passes were, by the key of a version."""
        stored = self.stored(stage)
        assert stored
        claims = self._file("claims.json", json.dumps({"sub": "bob", "jti": "sign-in"}))
        words = ["sign", "cookies", f"{SITE}/*", "--key-id", stored["key_id"], "--json"]
        words += ["--key", self._file("key.pem", stored["private_key"])]
        words += ["--expires", f"+{LONGEST_LIFETIME}s", "--claims", claims]
        words += ["--claims-key", str(self._folder / "claims.pem")]
        words += ["--claims-key-id", CLAIMS_KEY_ID]
        signed = json.loads(edgepass(*words, **put_forward(self.later)))
        cookies = signed["cookies"].items()
        return Cookie(stored["key_id"], "; ".join(f"{name}={value}" for name, value in cookies))

    def code(self, cookie: Cookie) -> str | None:
        """How an edge that has just fetched the state refuses a pass; None if it does not."""
        head = self._fetch()
        # What it has built in is replaced by what the state lists.
        built_in, claims = KeyPair.p256().public, ("ES256", self._claims.public)
        config = edge_toml(self._folder, built_in, claims)
        revocation = '[revocation]\nurl = "https://state.example.com/head"\n'
        config.write_text(f'{config.read_text()}\n{revocation}root_pem_file = "root.public.pem"\n')
        words = ["verify", "--json", "--url", FILE, "--cookie", cookie.header]
        words += ["--config", str(config), "--state", str(head)]
        words += ["--now", str(int(time()) + self.later)]
        decided = subprocess.run([EDGEPASS, *words], capture_output=True, check=False, text=True)
        assert decided.returncode in (0, 1), decided.stderr
        code: str | None = json.loads(decided.stdout)["code"]
        return code

    def listed(self) -> list[str | None]:
        """The ids of the keys that edges trust for passes."""
        root = str(self._folder / "root.public.pem")
        words = ["revocations", "inspect", str(self._fetch()), "--root", root, "--json"]
        found: dict[str, Any] = json.loads(edgepass(*words, **put_forward(self.later)))
        assert found["verified"] is True
        return [key["id"] for key in found["head"]["keys"] if key["id"] != CLAIMS_KEY_ID]

    def _fetch(self) -> Path:
        published = self._folder / "published"
        listed = self._services.s3.list_objects_v2(Bucket=self._bucket)
        for entry in listed.get("Contents", []):
            file = published / entry["Key"].removeprefix(PREFIX)
            file.parent.mkdir(parents=True, exist_ok=True)
            got = self._services.s3.get_object(Bucket=self._bucket, Key=entry["Key"])
            file.write_bytes(got["Body"].read())
        return published / "head"

    def _file(self, name: str, text: str) -> str:
        path = self._folder / name
        path.write_text(text)
        return str(path)

"""A site whose revocations are published: its keys, its table, its bucket, and what edges read."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media_site import CLAIMS_KEY_ID, GRANTS, KEY_ID, Environment, KeyPair, edge_toml
from passes import EDGEPASS, FILE, bundle, verdict
from services import Services, Table

SITE = "https://media.example.com"
PREFIX = "edgepass/state/"
HEARTBEAT = {"detail-type": "Scheduled Event", "source": "aws.scheduler"}

ADMINISTRATED = f'admin = {{ "cognito:groups" = "admins" }}\n{GRANTS}'


@dataclass
class StateSite:
    """Whatever a test calls it is the name of its table and its bucket."""

    name: str
    environment: Environment
    services: Services
    policy_key: KeyPair
    claims_key: KeyPair

    def __post_init__(self) -> None:
        self.folder = self.environment.folder
        self.root, self.state = KeyPair.p256(), KeyPair.p256()
        self.table: Table = self.services.table(self.name)
        self.services.s3.create_bucket(
            Bucket=self.name,
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
        )
        # As the distribution may read it.
        everything = f"arn:aws:s3:::{self.name}/*"
        anyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
        policy = {"Version": "2012-10-17", "Statement": [anyone | {"Resource": everything}]}
        self.services.s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(policy))
        common = {"EDGEPASS_STORE": f"dynamodb:{self.name}"} | self.services.variables
        self.session = self.environment.variables | common
        self.session |= {
            "EDGEPASS_GRANTS": ADMINISTRATED,
            "EDGEPASS_KEY": self.environment.file("policy-key", self.policy_key.private),
        }
        self.publisher = common | {
            "EDGEPASS_SITE": SITE,
            "EDGEPASS_STATE": f"s3:{self.name}/{PREFIX}",
            "EDGEPASS_STATE_KEY": self.environment.file("state-key", self.state.private),
            "EDGEPASS_STATE_DELEGATION": self.delegated(),
        }

    def delegated(self, *options: str) -> str:
        """A delegation, as the environment names it."""
        path = self._written
        words = ["revocations", "delegate", "--site", SITE]
        words += ["--root-key", path("root.pem", self.root.private)]
        words += ["--state-key", path("state.public.pem", self.state.public)]
        words += ["--trust", f"{KEY_ID}={path('policy.public.pem', self.policy_key.public)}"]
        words += ["--claims-trust"]
        words += [f"{CLAIMS_KEY_ID}={path('claims.public.pem', self.claims_key.public)}"]
        return self.environment.file(f"delegation{''.join(options)}", edgepass(*words, *options))

    def _written(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def keys(self) -> list[str]:
        """The names of all that is published."""
        listed = self.services.s3.list_objects_v2(Bucket=self.name)
        return [entry["Key"].removeprefix(PREFIX) for entry in listed.get("Contents", [])]

    def put(self, name: str, content: bytes) -> None:
        self.services.s3.put_object(Bucket=self.name, Key=PREFIX + name, Body=content)

    def fetch(self) -> Path:
        """Fetches what is published; the head's file."""
        published = self.folder / "published"
        for key in self.keys():
            file = published / key
            file.parent.mkdir(parents=True, exist_ok=True)
            got = self.services.s3.get_object(Bucket=self.name, Key=PREFIX + key)
            file.write_bytes(got["Body"].read())
        return published / "head"

    def inspect(self) -> dict[str, Any]:
        """What `edgepass revocations inspect` proves of what is published now."""
        root = self._written("root.public.pem", self.root.public)
        head = str(self.fetch())
        found: dict[str, Any] = json.loads(
            edgepass("revocations", "inspect", head, "--root", root, "--json")
        )
        assert found["verified"] is True
        assert found["refused"] is None
        return found

    def edge(self, head: str = 'file = "published/head"') -> Path:
        """The configuration of an edge that believes this state, wherever it finds it."""
        self._written("root.public.pem", self.root.public)
        config = edge_toml(self.folder, self.policy_key.public, ("ES256", self.claims_key.public))
        revocation = f'[revocation]\n{head}\nroot_pem_file = "root.public.pem"\n'
        config.write_text(f"{config.read_text()}\n{revocation}")
        return config

    def bundle(self) -> Path:
        """The Lambda@Edge function that fetches this state from the bucket."""
        bucket = f"{self.services.variables['AWS_ENDPOINT_URL']}/{self.name}"
        return bundle(self.edge(f'url = "{bucket}/{PREFIX}head"'), self.folder / "function")

    def code(self, cookie: str) -> str | None:
        """How an edge that has just fetched the state refuses this pass; None if it does not."""
        self.fetch()
        decided = verdict(FILE, cookie, self.edge())
        code: str | None = decided["code"]
        return code


def edgepass(*words: str, **variables: str) -> str:
    done = subprocess.run(
        [EDGEPASS, *words],
        capture_output=True,
        check=False,
        env={**os.environ, **variables},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


"""An AWS account on loopback: the fake of CloudFront, and moto's S3 behind its door."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.exceptions import ClientError
from emulator import BINARIES, ROOT, VENV, Process, free_port, wait_for
from jsonschema import Draft202012Validator
from process import CloudFront

from bucket_door import BucketDoor

PROGRAM = Path(os.environ.get("EDGEPASS_BIN", BINARIES / "edgepass"))
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "explain.schema.json").read_text()))

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass
class Run:
    """What `edgepass explain` answered."""

    code: int
    output: str
    errors: str

    @property
    def answer(self) -> dict[str, Any]:
        """Its JSON, which is as documented."""
        answer: dict[str, Any] = json.loads(self.output)
        SCHEMA.validate(answer)
        return answer

    @property
    def causes(self) -> list[tuple[str, str]]:
        return [(cause["id"], cause["certainty"]) for cause in self.answer["causes"]]

    @property
    def missing(self) -> list[str]:
        missing: list[str] = self.answer["missing"]
        return missing


def run_program(
    *arguments: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Run:
    """`edgepass`, with nothing of this process's environment but the path."""
    run = subprocess.run(
        [PROGRAM, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Run(run.returncode, run.stdout, run.stderr)


class Aws:
    """The account, and the program on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            port = free_port()
            moto = Process(
                [str(VENV / "moto_server"), "--host", "127.0.0.1", "--port", str(port)],
                {},
                self._folder / "moto.log",
            )
            stack.callback(moto.stop)
            wait_for(port, moto)
            self.cloudfront = stack.enter_context(CloudFront())
            self.door = stack.enter_context(BucketDoor(port))
            self._client = self._clients(f"http://127.0.0.1:{port}")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _clients(self, moto: str) -> Mapping[str, Any]:
        endpoints = {"cloudfront": self.cloudfront.url, "s3": moto}
        return {
            service: boto3.client(
                service,
                endpoint_url=endpoint,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
            )
            for service, endpoint in endpoints.items()
        }

    def reset(self, **settings: int) -> None:
        self.cloudfront.reset(**settings)
        self.door.regions = {}
        self.door.denied = set()
        self.door.visits.clear()
        s3 = self._client["s3"]
        for bucket in s3.list_buckets()["Buckets"]:
            s3.delete_bucket(Bucket=bucket["Name"])

    def reset_bucket(self, name: str, region: str, policy: str | None) -> None:
        self._client["s3"].delete_bucket(Bucket=name)
        self.bucket(name, region, policy)

    def bucket(
        self,
        name: str,
        region: str,
        policy: str | None = None,
        block: Mapping[str, bool] | None = None,
    ) -> None:
        """A bucket with a policy and a public access block, if any."""
        s3 = self._client["s3"]
        s3.create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        self.door.regions = {**self.door.regions, name: region}
        if policy:
            s3.put_bucket_policy(Bucket=name, Policy=policy)
        if block:
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict(block))
        else:
            s3.delete_public_access_block(Bucket=name)

    def environment(
        self,
        credentials: Mapping[str, str] = CREDENTIALS,
        more: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """One that leads nowhere else."""
        return {
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL_CLOUDFRONT": self.cloudfront.url,
            "AWS_ENDPOINT_URL_S3": self.door.url,
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            **credentials,
            **(more or {}),
        }

    def explain(
        self,
        *arguments: str,
        folder: Path | None = None,
        credentials: Mapping[str, str] = CREDENTIALS,
        more: Mapping[str, str] | None = None,
    ) -> Run:
        """`edgepass explain --json` with this account."""
        environment = self.environment(credentials, more)
        return run_program("explain", *arguments, "--json", folder=folder, environment=environment)

    def files(self, distribution: str, buckets: Sequence[str], folder: Path) -> list[str]:
        """All of the account as the AWS CLI prints it; the options that name the files."""
        cloudfront = self._client["cloudfront"]
        printed = [
            ("--distribution", self._printed("cloudfront", "get_distribution", Id=distribution))
        ]
        for group in cloudfront.list_key_groups()["KeyGroupList"].get("Items", []):
            text = self._printed("cloudfront", "get_key_group", Id=group["KeyGroup"]["Id"])
            printed.append(("--key-group", text))
        for key in cloudfront.list_public_keys()["PublicKeyList"].get("Items", []):
            text = self._printed("cloudfront", "get_public_key", Id=key["Id"])
            printed.append(("--public-key", text))
        for name in buckets:
            policy = self._printed("s3", "get_bucket_policy", Bucket=name)
            block = self._printed("s3", "get_public_access_block", Bucket=name)
            printed += [("--bucket-policy", policy), ("--public-access-block", block)]
        options = []
        for number, (option, text) in enumerate(printed):
            file = folder / f"{number}.json"
            file.write_text(text)
            options += [option, str(file)]
        return options

    def _printed(self, service: str, operation: str, **arguments: str) -> str:
        """What the AWS CLI prints of an operation, be it an error."""
        try:
            answer = getattr(self._client[service], operation)(**arguments)
        except ClientError as error:
            return f"\n{error}\n"
        del answer["ResponseMetadata"]
        return json.dumps(answer, default=datetime.isoformat, indent=4)

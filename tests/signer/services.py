"""AWS's services, served by moto on loopback."""

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from emulator import VENV, Process, free_port, wait_for


class Services:
    """Secrets Manager, Parameter Store and KMS; DynamoDB with its streams, and S3."""

    def __init__(
        self, log: Path, region: str = "eu-central-1", account: str = "123456789012"
    ) -> None:
        self._port = free_port()
        self._region = region
        self._url = f"http://127.0.0.1:{self._port}"
        command = [str(VENV / "moto_server"), "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = Process(command, {"MOTO_ACCOUNT_ID": account}, log)
        self.variables = {
            "AWS_ENDPOINT_URL": self._url,
            "AWS_REGION": region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        clients = {name: self.client(name) for name in ("kms", "secretsmanager", "ssm")}
        self._kms, self._secrets, self._parameters = clients.values()
        self.s3, self._tables, self._streams = (
            self.client(name) for name in ("s3", "dynamodb", "dynamodbstreams")
        )

    def client(self, name: str) -> Any:
        """A client of one of them."""
        make: Any = boto3.client
        return make(
            name,
            endpoint_url=self._url,
            region_name=self._region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def __enter__(self) -> Self:
        try:
            wait_for(self._port, self._process)
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.stop()

    def secret(self, name: str, text: str) -> str:
        """Stores a secret; the source that names it."""
        arn: str = self._secrets.create_secret(Name=name, SecretString=text)["ARN"]
        return f"secretsmanager:{arn}"

    def secrets(self) -> dict[str, str]:
        """What is stored, by name."""
        listed = self._secrets.get_paginator("list_secrets").paginate()
        names = [secret["Name"] for page in listed for secret in page["SecretList"]]
        return {
            name: self._secrets.get_secret_value(SecretId=name)["SecretString"] for name in names
        }

    def arn(self, name: str) -> str:
        """The ARN of a secret."""
        arn: str = self._secrets.describe_secret(SecretId=name)["ARN"]
        return arn

    def rotate(self, source: str, text: str) -> None:
        """Stores a new version as a rotation does: beside the old one first, then in its place."""
        secret = source.removeprefix("secretsmanager:")
        versions = self._secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
        (old,) = [version for version, stages in versions.items() if "AWSCURRENT" in stages]
        new = self._secrets.put_secret_value(
            SecretId=secret, SecretString=text, VersionStages=["AWSPENDING"]
        )["VersionId"]
        self._secrets.update_secret_version_stage(
            SecretId=secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=new,
            RemoveFromVersionId=old,
        )

    def delete(self, source: str) -> None:
        """Deletes a secret."""
        secret = source.removeprefix("secretsmanager:")
        self._secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)

    def parameter(
        self, name: str, text: str, kind: str = "SecureString", key: str | None = None
    ) -> str:
        """Stores a parameter, encrypted with a key if it is not the account's; the source that
        names it."""
        encrypted = {"KeyId": key} if key else {}
        self._parameters.put_parameter(Name=name, Value=text, Type=kind, **encrypted)
        return f"ssm:{name}"

    def parameter_arn(self, name: str) -> str:
        """The ARN of a parameter."""
        arn: str = self._parameters.get_parameter(Name=name)["Parameter"]["ARN"]
        return arn

    def text(self, source: str) -> str:
        """What is stored there."""
        service, _, id = source.partition(":")
        if service == "ssm":
            got = self._parameters.get_parameter(Name=id, WithDecryption=True)["Parameter"]["Value"]
        else:
            got = self._secrets.get_secret_value(SecretId=id, VersionStage="AWSCURRENT")
            got = got["SecretString"]
        return str(got)

    def key(self, spec: str, usage: str = "SIGN_VERIFY", **tags: str) -> tuple[str, str]:
        """Makes a key in KMS; the source that names it, and the public half as PEM."""
        made = self._kms.create_key(
            KeySpec=spec,
            KeyUsage=usage,
            Tags=[{"TagKey": key, "TagValue": value} for key, value in tags.items()],
        )
        arn = made["KeyMetadata"]["Arn"]
        if usage != "SIGN_VERIFY":
            return f"kms:{arn}", ""
        public = load_der_public_key(self._kms.get_public_key(KeyId=arn)["PublicKey"])
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return f"kms:{arn}", pem.decode()

    def table(self, name: str) -> "Table":
        """Makes a table of revocations, as `infra/signer.yaml` has it."""
        made = self._tables.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "scope", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "scope", "KeyType": "HASH"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        )
        return Table(self._streams, made["TableDescription"]["LatestStreamArn"])


class Table:
    """The stream of a table, read as an event source mapping reads it."""

    def __init__(self, streams: Any, stream: str) -> None:
        self._streams, self._stream = streams, stream
        (shard,) = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
        self._place = streams.get_shard_iterator(
            StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def changes(self) -> dict[str, Any]:
        """The event of what has changed since the last one."""
        read = self._streams.get_records(ShardIterator=self._place)
        self._place = read["NextShardIterator"]
        records = read["Records"]
        for record in records:
            record["eventSource"], record["eventSourceARN"] = "aws:dynamodb", self._stream
            change = record["dynamodb"]
            made = change["ApproximateCreationDateTime"]
            change["ApproximateCreationDateTime"] = made.timestamp()
        return {"Records": records}


def with_id(key_id: str, private_pem: str) -> str:
    """A key stored together with its id."""
    return json.dumps({"key_id": key_id, "private_key": private_pem})


def in_kms(key_id: str, source: str) -> str:
    """A key in KMS, named together with its id."""
    return json.dumps({"key_id": key_id, "kms_key": source.removeprefix("kms:")})

"""What functions ask of AWS, recorded on the way, and what their roles let them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import botocore.session
import requests

from stack import PSEUDO, REGION, Json

ACCOUNT = PSEUDO["AWS::AccountId"]
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding"}
# The actions of S3 have other names than its operations. AWS: "Actions, resources, and condition
# keys for Amazon S3".
OBJECT_ACTIONS = {"DELETE": "DeleteObject", "GET": "GetObject", "PUT": "PutObject"}
# Where IAM calls a service otherwise than signatures do.
PREFIXES = {"tagging": "tag"}
# The member of a request that names what it is about.
NAMES = {"dynamodb": "TableName", "kms": "KeyId", "secretsmanager": "SecretId", "ssm": "Name"}


class Asked(NamedTuple):
    """An action, as IAM calls it, on a resource."""

    action: str
    resource: str


class Recorder:
    """Stands in front of a service, and remembers what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.change: Callable[[bytes], bytes] = lambda answer: answer
        """Changes what is answered."""


@contextmanager
def recorder(behind: str) -> Iterator[Recorder]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # What is written in two parts would wait for an acknowledgement.
        disable_nagle_algorithm = True

        def _hand_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            answer = requests.request(
                self.command, behind + self.path, data=body, headers=dict(self.headers), timeout=60
            )
            target = self.headers.get("x-amz-target", "")
            # The scope of the signature: key, day, region, service.
            service = self.headers["authorization"].split("Credential=")[1].split("/")[3]
            for one in asked(service, self.command, self.path, target, body, answer.status_code):
                recorded.asked.append(one)
            content = recorded.change(answer.content)
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = _hand_on

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A function that has ended leaves connections."""

    server = Server(("127.0.0.1", 0), Handler)
    recorded = Recorder(f"http://127.0.0.1:{server.server_port}")
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield recorded
    finally:
        server.shutdown()
        server.server_close()


def asked(
    service: str, method: str, path: str, target: str, body: bytes, status: int
) -> Iterator[Asked]:
    """What IAM would be asked for a request. One may take several permissions."""
    if target:
        name = json.loads(body).get(NAMES.get(service), "*")
        action = f"{PREFIXES.get(service, service)}:{target.split('.')[1]}"
        yield Asked(action, _named(service, name))
    elif service == "cloudfront":
        operation = _operation(method, path.split("?")[0])
        resource = path.split("/")[-1] if operation == "GetDistribution" else None
        of = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{resource}" if resource else "*"
        yield Asked(f"cloudfront:{operation}", of)
    else:
        assert service == "s3", service
        bucket, _, key = path.split("?")[0].strip("/").partition("/")
        if not key:
            yield Asked("s3:ListBucket", f"arn:aws:s3:::{bucket}")
            return
        yield Asked(f"s3:{OBJECT_ACTIONS[method]}", f"arn:aws:s3:::{bucket}/{key}")
        # AWS: "GetObject", permissions: without it S3 says 403 of what is not there.
        if (method, status) == ("GET", 404):
            yield Asked("s3:ListBucket", f"arn:aws:s3:::{bucket}")


def _named(service: str, name: str) -> str:
    if name == "*" or name.startswith("arn:"):
        return name
    kind = {"dynamodb": "table", "kms": "key"}.get(service)
    assert kind, f"{service} is asked for `{name}`, which is no ARN"
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{kind}/{name}"


def _operation(method: str, path: str) -> str:
    """The operation of CloudFront, by its model."""
    found = [name for name, of, uri in _operations() if of == method and re.fullmatch(uri, path)]
    [operation] = [name for name in found if not name.endswith("WithTags")]
    return operation


@cache
def _operations() -> list[tuple[str, str, str]]:
    """Names, methods and patterns of paths."""
    model = botocore.session.get_session().get_service_model("cloudfront")
    https = {name: model.operation_model(name).http for name in model.operation_names}
    return [
        (
            name,
            http["method"],
            re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(http["requestUri"].split("?")[0])),
        )
        for name, http in https.items()
    ]


def lets(granted: list[Json], wanted: Asked) -> bool:
    """Whether one statement names the action and the resource."""
    return any(
        wanted.action in _listed(statement["Action"])
        and any(fnmatchcase(wanted.resource, one) for one in _listed(statement["Resource"]))
        for statement in granted
    )


def key_policy(kms: Any, key: str, role: str) -> list[Json]:
    """What the policy of a key in KMS lets a role do itself, without any policy of the role's."""
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    return [one for one in policy["Statement"] if role in _listed(one["Principal"]["AWS"])]


def actions(granted: list[Json]) -> set[str]:
    return {action for statement in granted for action in _listed(statement["Action"])}


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]

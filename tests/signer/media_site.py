"""A site to sign for: its grants, its keys, what its function and its edge are configured with."""

import json
import subprocess
from base64 import urlsafe_b64encode
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

from emulator import ROOT

EVENTS = ROOT / "signer" / "tests" / "events"

KEY_ID = "K2JCJMDEHXQW5F"
CLAIMS_KEY_ID = "claims-2026-11"
SITE_SECRET = "a site secret of the tests, 32 bytes or more"

GRANTS = """
site = "https://media.example.com"
max_lifetime = "12h"
origins = ["https://www.example.com"]

[cookies]
domain = "media.example.com"

[[grant]]
name = "subscribers"
when = { "cognito:groups" = "subscribers" }
resources = ["https://media.example.com/standard/*", "https://media.example.com/u/{sub}/*"]
lifetime = "4h"
methods = ["GET", "HEAD"]
"""


@dataclass
class KeyPair:
    """A private key and its public half, both as PEM."""

    private: str
    public: str

    @classmethod
    def rsa(cls) -> "KeyPair":
        return cls._generated("RSA", "rsa_keygen_bits:2048")

    @classmethod
    def p256(cls) -> "KeyPair":
        return cls._generated("EC", "ec_paramgen_curve:P-256")

    @classmethod
    def _generated(cls, algorithm: str, option: str) -> "KeyPair":
        private = _openssl("genpkey", "-algorithm", algorithm, "-pkeyopt", option)
        return cls(private, _openssl("pkey", "-pubout", text=private))


def _openssl(*words: str, text: str = "") -> str:
    done = subprocess.run(
        ["openssl", *words], input=text, capture_output=True, check=True, text=True
    )
    return done.stdout


@dataclass
class Environment:
    """The function's environment, with its secrets in files."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.variables = {
            "EDGEPASS_GRANTS": GRANTS,
            "EDGEPASS_KEY_ID": KEY_ID,
            "EDGEPASS_CLAIMS_KEY_ID": CLAIMS_KEY_ID,
            "EDGEPASS_SITE_SECRET": self.file("site-secret", SITE_SECRET),
            "EDGEPASS_STORE": "memory",
            "EDGEPASS_EDGE_CLAIMS": "required",
            "EDGEPASS_TOKEN_HEADER": "authorization",
            "AWS_LAMBDA_FUNCTION_NAME": "session",
        } | self.variables

    def file(self, name: str, text: str) -> str:
        """The source of a secret that is kept in a file."""
        path = self.folder / name
        path.write_text(text)
        return f"file:{path}"


def edge_toml(
    folder: Path,
    public_pem: str,
    claims: tuple[str, str],
    key_id: str = KEY_ID,
    hash: str = "SHA256",
) -> Path:
    """The configuration of the edge that trusts these keys; `claims` is an algorithm and a key."""
    algorithm, claims_key = claims
    kind = "secret_file" if algorithm == "HS256" else "pem_file"
    signs = f"{'ECDSA' if len(public_pem) < 300 else 'RSA'}-{hash}"
    (folder / "edge.public.pem").write_text(public_pem)
    (folder / "edge.claims").write_text(claims_key)
    config = folder / "edge.toml"
    config.write_text(f"""
        claims = "required"
        [[key]]
        id = "{key_id}"
        pem_file = "edge.public.pem"
        algorithms = ["{signs}"]
        [[claims_key]]
        id = "{CLAIMS_KEY_ID}"
        algorithm = "{algorithm}"
        {kind} = "edge.claims"
        """)
    return config


def recorded(name: str) -> dict[str, Any]:
    """A recorded event."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def signed_in(
    route: str = "POST /edgepass/session", body: str = "{}", **claims: str
) -> dict[str, Any]:
    """A request of somebody who has just signed in, as API Gateway's JWT authorizer hands it on."""
    event = routed(recorded("http-api-jwt"), route, body)
    known = event["requestContext"]["authorizer"]["jwt"]["claims"]
    known |= {name: str(value) for name, value in just_now().items()} | claims
    event["headers"]["authorization"] = f"Bearer {token(known)}"
    return event


def token(claims: dict[str, str]) -> str:
    """A JWT of these claims, which are as API Gateway hands them on: `[a b]` is a list of two."""
    payload: dict[str, Any] = dict(claims)
    payload |= {name: int(claims[name]) for name in just_now()}
    for name, text in claims.items():
        if text.startswith("[") and text.endswith("]"):
            payload[name] = text[1:-1].split(" ")
    parts = (json.dumps({"alg": "RS256"}), json.dumps(payload), "signature")
    return ".".join(urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def vouched_for(
    route: str = "POST /edgepass/session", body: str = "{}", **claims: str
) -> dict[str, Any]:
    """The same by a Lambda authorizer, whose context is JSON."""
    event = routed(recorded("http-api-lambda"), route, body)
    known = event["requestContext"]["authorizer"]["lambda"]
    known |= just_now() | {"cognito:groups": ["subscribers"]} | claims
    return event


def just_now() -> dict[str, int]:
    now = int(time())
    return {"auth_time": now - 60, "iat": now - 60, "exp": now + 3600}


def routed(event: dict[str, Any], route: str, body: str) -> dict[str, Any]:
    """The same event for another route."""
    event = deepcopy(event)
    method, path = route.split(" ")
    context = event["requestContext"]
    context["http"] |= {"method": method, "path": path}
    context["routeKey"] = event["routeKey"] = route
    event |= {"rawPath": path, "body": body, "isBase64Encoded": False}
    return event

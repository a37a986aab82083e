"""What viewers make of the answers, and those who check it: OpenSSL, JOSE by hand, `edgepass`."""

import base64
import hashlib
import json
import subprocess
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from emulator import BINARIES, Answer

EDGEPASS = BINARIES / "edgepass"
FILE = "https://media.example.com/standard/a.mp4"


@dataclass
class Pass:
    """The cookies of one answer, as a browser keeps them."""

    values: dict[str, str]
    attributes: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, answer: Answer) -> "Pass":
        values: dict[str, str] = {}
        attributes: dict[str, dict[str, Any]] = {}
        for line in answer.cookies:
            cookie: SimpleCookie = SimpleCookie()
            cookie.load(line)
            assert len(cookie) == 1, "a browser would read another cookie"
            for name, morsel in cookie.items():
                assert name not in attributes, f"{name} twice"
                attributes[name] = dict(morsel)
                if morsel["max-age"] != "0":
                    values[name] = morsel.value
        return cls(values, attributes)

    @property
    def header(self) -> str:
        """The `Cookie` header of the next request."""
        return "; ".join(f"{name}={value}" for name, value in self.values.items())

    @property
    def key_id(self) -> str:
        return self.values["CloudFront-Key-Pair-Id"]

    def policy(self) -> bytes:
        return from_cloudfront(self.values["CloudFront-Policy"])

    def signature(self) -> bytes:
        return from_cloudfront(self.values["CloudFront-Signature"])


def from_cloudfront(value: str) -> bytes:
    return base64.b64decode(value.translate(str.maketrans("-_~", "+=/")), validate=True)


@dataclass
class SignedUrl:
    """A URL with a pass in it."""

    url: str

    @property
    def path(self) -> str:
        """What a browser asks the host for."""
        return "/" + self.url.split("/", 3)[3]

    @property
    def values(self) -> dict[str, str]:
        parameters = self.url.partition("?")[2].split("&")
        return dict(parameter.split("=", 1) for parameter in parameters)

    def policy(self) -> bytes:
        """The canned policy, which CloudFront makes of the URL in front of its own parameters."""
        resource, _, signed = self.url.partition("Expires=")
        expires = signed.split("&")[0]
        condition = f'{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}'
        resource = resource.rstrip("?&")
        return f'{{"Statement":[{{"Resource":"{resource}","Condition":{condition}}}]}}'.encode()

    def signature(self) -> bytes:
        return from_cloudfront(self.values["Signature"])


def openssl_verifies(
    public_pem: str, text: bytes, signature: bytes, folder: Path, hash: str = "SHA256"
) -> bool:
    """Whether `openssl dgst` accepts the signature."""
    key, signed = folder / "openssl.public.pem", folder / "openssl.signature"
    key.write_text(public_pem)
    signed.write_bytes(signature)
    words = ["openssl", "dgst", f"-{hash.lower()}", "-verify", str(key), "-signature", str(signed)]
    return subprocess.run(words, input=text, capture_output=True, check=False).returncode == 0


def is_signed(public_pem: str, text: bytes, signature: bytes) -> bool:
    """The same for many signatures of a P-256 key, without a process for each."""
    public = load_pem_public_key(public_pem.encode())
    assert isinstance(public, EllipticCurvePublicKey)
    try:
        public.verify(signature, text, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def claims_of(token: str, key: str, policy: bytes) -> dict[str, Any]:
    """The claims of a token that this key signed and that is bound to this policy."""
    head, body, tail = token.split(".")
    header = json.loads(from_base64url(head))
    message, signature = f"{head}.{body}".encode(), from_base64url(tail)
    assert set(header) == {"alg", "kid", "typ"}
    assert header["typ"] == "edgepass+jwt"
    if "-----BEGIN" not in key:
        assert header["alg"] == "HS256"
        hmac = HMAC(key.encode(), SHA256())
        hmac.update(message)
        hmac.verify(signature)
    else:
        public = load_pem_public_key(key.encode())
        if isinstance(public, RSAPublicKey):
            assert header["alg"] == "RS256"
            public.verify(signature, message, PKCS1v15(), SHA256())
        elif isinstance(public, EllipticCurvePublicKey):
            assert header["alg"] == "ES256"
            assert len(signature) == 64
            numbers = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
            public.verify(encode_dss_signature(*numbers), message, ECDSA(SHA256()))
        else:
            raise InvalidSignature("a key of another kind")
    claims: dict[str, Any] = json.loads(from_base64url(body))
    assert from_base64url(claims["pol"]) == hashlib.sha256(policy).digest()
    return claims | {"kid": header["kid"]}


def from_base64url(value: str) -> bytes:
    return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)


def verdict(url: str, cookie: str | None, config: Path) -> dict[str, Any]:
    """What `edgepass verify` says: what the edge of this configuration would decide."""
    words = [str(EDGEPASS), "verify", "--json", "--url", url, "--config", str(config)]
    if cookie is not None:
        words += ["--cookie", cookie]
    words += ["--ip", "203.0.113.7"]
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    assert done.returncode in (0, 1), done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def bundle(config: Path, out: Path) -> Path:
    """The Lambda@Edge function of this configuration."""
    words = [str(EDGEPASS), "bundle", "lambda-edge", "--config", str(config), "--out", str(out)]
    subprocess.run(words, capture_output=True, check=True)
    return out


def at_edge(function: Path, path: str, cookie: str = "") -> int:
    """The status of the Lambda@Edge function's answer, or 0 for a request that goes on."""
    *_, status = lines_at_edge(function, path, cookie)
    return int(status)


def code_at_edge(function: Path, path: str, cookie: str) -> str | None:
    """The code by which the Lambda@Edge function refuses; None for a request that goes on."""
    *log, status = lines_at_edge(function, path, cookie)
    codes = [line["code"] for line in map(json.loads, log) if line["edgepass"] == "refused"]
    assert bool(codes) == (int(status) == 403)
    return codes[0] if codes else None


def lines_at_edge(function: Path, path: str, cookie: str) -> list[str]:
    words = ["node", str(Path(__file__).parent / "at_edge.mjs"), str(function), path, cookie]
    done = subprocess.run(words, capture_output=True, check=True, text=True)
    return done.stdout.splitlines()

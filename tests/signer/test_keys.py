"""Keys wherever they may be kept: what they sign is accepted by those who check it."""

import json
import threading
import time
from pathlib import Path

import pytest
from clock import Clock
from conftest import Start
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from emulator import Session
from in_between import Answered, Asked, Instead, in_between
from media_site import CLAIMS_KEY_ID, KEY_ID, Environment, KeyPair, edge_toml, signed_in
from passes import (
    FILE,
    Pass,
    SignedUrl,
    at_edge,
    bundle,
    claims_of,
    openssl_verifies,
    verdict,
)
from services import Services, in_kms, with_id

SECRET = "a secret that signer and edge share, 32 bytes or more"
URLS = [FILE, f"{FILE}?quality=high"]


def check(
    start: Start,
    environment: Environment,
    public_pem: str,
    claims: tuple[str, str],
    hash: str = "SHA256",
) -> Session:
    """Starts the function, and shows its passes to OpenSSL, to the native verifier and to the
    Lambda@Edge bundle."""
    session = start(environment.variables)
    answer = session.invoke(signed_in())
    assert answer.status == 200, answer.body
    folder, issued = environment.folder, Pass.of(answer)
    check_pass(issued, folder, public_pem, claims, hash=hash)
    function = bundle(edge_toml(folder, public_pem, claims, hash=hash), folder / "function")
    assert at_edge(function, "/standard/a.mp4", issued.header) == 0
    # The policy covers it, the claims do not.
    assert at_edge(function, "/premium/a.mp4", issued.header) == 403

    for url in signed_urls(session, URLS):
        check_url(url, folder, public_pem, claims, hash)
        assert at_edge(function, url.path) == 0
    assert at_edge(function, url.path.replace("a.mp4", "b.mp4")) == 403
    return session


def check_pass(
    issued: Pass,
    folder: Path,
    public_pem: str,
    claims: tuple[str, str],
    key_id: str = KEY_ID,
    hash: str = "SHA256",
) -> None:
    assert issued.key_id == key_id
    # Without a marker, CloudFront takes it for SHA-1.
    assert issued.values.get("CloudFront-Hash-Algorithm", "SHA1") == hash
    assert openssl_verifies(public_pem, issued.policy(), issued.signature(), folder, hash)
    token = claims_of(issued.values["Edgepass-Claims"], claims[1], issued.policy())
    assert token["kid"] == CLAIMS_KEY_ID
    config = edge_toml(folder, public_pem, claims, key_id, hash)
    admitted = verdict(FILE, issued.header, config)
    assert (admitted["decision"], admitted["code"]) == ("allow", None)
    denied = verdict(FILE.replace("standard", "premium"), issued.header, config)
    assert denied["decision"] == "deny"


def signed_urls(session: Session, urls: list[str]) -> list[SignedUrl]:
    answer = session.invoke(signed_in("POST /edgepass/urls", json.dumps({"urls": urls})))
    assert answer.status == 200, answer.body
    signed = [SignedUrl(one["url"]) for one in answer.body["urls"]]
    assert [url.url[: len(wanted)] for url, wanted in zip(signed, urls, strict=True)] == urls
    return signed


def check_url(
    url: SignedUrl,
    folder: Path,
    public_pem: str,
    claims: tuple[str, str],
    hash: str = "SHA256",
) -> None:
    assert url.values.get("Hash-Algorithm", "SHA1") == hash
    assert openssl_verifies(public_pem, url.policy(), url.signature(), folder, hash)
    config = edge_toml(folder, public_pem, claims, hash=hash)
    assert verdict(url.url, None, config)["code"] is None
    assert verdict(url.url.replace("a.mp4", "b.mp4"), None, config)["decision"] == "deny"


@pytest.mark.parametrize("hash", ["SHA256", "SHA1"])
@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_pem_files(
    start: Start,
    environment: Environment,
    rsa: KeyPair,
    p256: KeyPair,
    claims_key: KeyPair,
    kind: str,
    hash: str,
) -> None:
    key = rsa if kind == "rsa" else p256
    environment.variables["EDGEPASS_KEY"] = environment.file("key.pem", key.private)
    environment.variables["EDGEPASS_HASH"] = hash.lower()
    check(start, environment, key.public, ("ES256", claims_key.public), hash)


def test_claims_are_needed(
    start: Start, environment: Environment, p256: KeyPair, claims_key: KeyPair
) -> None:
    environment.variables["EDGEPASS_KEY"] = environment.file("key.pem", p256.private)
    issued = Pass.of(start(environment.variables).invoke(signed_in()))
    config = edge_toml(environment.folder, p256.public, ("ES256", claims_key.public))
    function = bundle(config, environment.folder / "function")
    del issued.values["Edgepass-Claims"]
    assert at_edge(function, "/standard/a.mp4", issued.header) == 403


def test_cookies_as_browsers_want_them(
    start: Start, environment: Environment, p256: KeyPair
) -> None:
    environment.variables["EDGEPASS_KEY"] = environment.file("p256.pem", p256.private)
    issued = Pass.of(start(environment.variables).invoke(signed_in()))
    assert set(issued.values) == {
        "CloudFront-Hash-Algorithm",
        "CloudFront-Key-Pair-Id",
        "CloudFront-Policy",
        "CloudFront-Signature",
        "Edgepass-Claims",
        "Edgepass-Session",
    }
    for name, attributes in issued.attributes.items():
        assert attributes["secure"], name
        assert attributes["samesite"] == "Lax", name
        assert attributes["domain"] == "media.example.com", name
        assert attributes["path"] == "/", name
        assert not attributes["expires"], name
        assert bool(attributes["httponly"]) == (name != "Edgepass-Session"), name
    assert issued.values["Edgepass-Session"].startswith("v1.")


def test_a_shared_secret_for_claims(
    start: Start, environment: Environment, p256: KeyPair
) -> None:
    environment.variables["EDGEPASS_KEY"] = environment.file("p256.pem", p256.private)
    environment.variables["EDGEPASS_CLAIMS_KEY"] = environment.file("claims", SECRET)
    check(start, environment, p256.public, ("HS256", SECRET))


def test_parameter_store(
    start: Start, environment: Environment, services: Services, rsa: KeyPair, p256: KeyPair
) -> None:
    environment.variables |= services.variables | {
        "EDGEPASS_KEY": services.parameter("/site/key", p256.private),
        "EDGEPASS_CLAIMS_KEY": services.parameter("/site/claims", rsa.private),
    }
    check(start, environment, p256.public, ("RS256", rsa.public))


class Calls:
    """KMS asked to sign, and how often at the same time."""

    def __init__(self) -> None:
        self.all, self.most, self._now = 0, 0, 0
        self._lock = threading.Lock()

    def begins(self, asked: Asked) -> None:
        if asked.operation == "Sign":
            with self._lock:
                self.all += 1
                self._now += 1
                self.most = max(self.most, self._now)
            # Those that are sent together meet.
            time.sleep(0.2)

    def ends(self, path: str, answer: bytes) -> bytes:
        if b'"Signature"' in answer:
            with self._lock:
                self._now -= 1
        return answer


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256"])
def test_kms(
    start: Start, environment: Environment, services: Services, claims_key: KeyPair, spec: str
) -> None:
    source, public_pem = services.key(spec)
    claims = ("ES256", claims_key.public)
    with in_between(services.variables["AWS_ENDPOINT_URL"]) as kms:
        variables = {"EDGEPASS_KEY": source, "AWS_ENDPOINT_URL_KMS": kms.address}
        environment.variables |= services.variables | variables
        session = check(start, environment, public_pem, claims)
        # As many as it signs for one request, and not all of them at once.
        calls = Calls()
        kms.instead, kms.change = calls.begins, calls.ends
        urls = signed_urls(session, [f"{FILE}?n={number}" for number in range(20)])
        assert calls.all == 20
        assert 1 < calls.most <= 8
    for url in urls:
        assert openssl_verifies(public_pem, url.policy(), url.signature(), environment.folder)


def test_kms_on_a_bad_day(start: Start, environment: Environment, services: Services) -> None:
    source, _ = services.key("ECC_NIST_P256")
    with in_between(services.variables["AWS_ENDPOINT_URL"]) as kms:
        variables = {"EDGEPASS_KEY": source, "AWS_ENDPOINT_URL_KMS": kms.address}
        session = start(environment.variables | services.variables | variables)
        assert session.invoke(signed_in()).status == 200
        for answered, reason in [
            (Answered.error("ThrottlingException"), "signing-throttled"),
            (Answered.error("AccessDeniedException"), "signing-failed"),
            (Answered(500), "signing-failed"),
            (Answered(200, b"{}"), "signing-failed"),
        ]:
            kms.instead = always(answered)
            for event in (
                signed_in(),
                signed_in("POST /edgepass/urls", json.dumps({"urls": URLS})),
            ):
                answer = session.invoke(event)
                assert (answer.status, answer.reason) == (503, reason)
                assert int(answer.headers["retry-after"]) > 0
                assert answer.cookies == []
        # More than KMS should sign for one request is refused before it signs anything.
        urls = [f"{FILE}?n={number}" for number in range(21)]
        answer = session.invoke(signed_in("POST /edgepass/urls", json.dumps({"urls": urls})))
        assert (answer.status, answer.reason) == (422, "too-many-urls")
        kms.good_day()
        assert session.invoke(signed_in()).status == 200


def always(answered: Answered) -> Instead:
    return lambda asked: answered


@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_a_key_that_was_replaced_is_forgotten(
    start: Start, environment: Environment, rsa: KeyPair, p256: KeyPair, kind: str
) -> None:
    old, new = (rsa, p256) if kind == "rsa" else (p256, rsa)
    clock = Clock(environment.folder)
    environment.variables |= clock.variables | {
        "EDGEPASS_KEY": environment.file("rotating", with_id("KOLD", old.private)),
        "EDGEPASS_REFRESH_SECONDS": "10",
    }
    session = start(environment.variables)
    assert Pass.of(session.invoke(signed_in())).key_id == "KOLD"
    assert session.remembers(*numbers(old)), "it signs"
    assert not session.remembers(*lines(old))

    environment.file("rotating", with_id("KNEW", new.private))
    clock.forward(10)
    assert Pass.of(session.invoke(signed_in())).key_id == "KNEW"
    assert session.remembers(*numbers(new)), "it signs"
    assert not session.remembers(*numbers(old))
    assert not session.remembers(*lines(old), *lines(new))


def numbers(key: KeyPair) -> list[bytes]:
    """The private numbers, as they are written and as processors have them."""
    private = load_pem_private_key(key.private.encode(), None)
    if isinstance(private, RSAPrivateKey):
        rsa = private.private_numbers()
        values = [(rsa.d, 256), (rsa.p, 128), (rsa.q, 128), (rsa.dmp1, 128), (rsa.dmq1, 128)]
    else:
        assert isinstance(private, EllipticCurvePrivateKey)
        values = [(private.private_numbers().private_value, 32)]
    written = [value.to_bytes(length, "big") for value, length in values]
    return [*written, *(number[::-1] for number in written)]


def lines(key: KeyPair) -> list[bytes]:
    """The lines of the PEM that are secret: neither its frame nor the end, which may be public."""
    return key.private.encode().splitlines()[1:-2]


def test_secrets_manager_rotates_without_restart(
    start: Start, environment: Environment, services: Services, claims_key: KeyPair, rsa: KeyPair
) -> None:
    source = services.secret("rotating", with_id("KOLD", rsa.private))
    clock = Clock(environment.folder)
    environment.variables |= services.variables | clock.variables
    environment.variables |= {
        "EDGEPASS_KEY": source,
        "EDGEPASS_REFRESH_SECONDS": "10",
    }
    session = start(environment.variables)
    claims = ("ES256", claims_key.public)
    folder = environment.folder
    check_pass(Pass.of(session.invoke(signed_in())), folder, rsa.public, claims, "KOLD")

    after = KeyPair.p256()
    services.rotate(source, with_id("KNEW", after.private))
    clock.forward(10)
    check_pass(Pass.of(session.invoke(signed_in())), folder, after.public, claims, "KNEW")

    # A rotation that stored something else: the key in hand stays, and the log says why.
    services.rotate(source, with_id("KBAD", after.public))
    clock.forward(10)
    assert Pass.of(session.invoke(signed_in())).key_id == "KNEW"
    (warning,) = session.lines("keys-not-renewed")
    assert "`EDGEPASS_KEY`" in warning["message"]
    assert "a public key" in warning["message"]


def test_a_secret_that_names_keys_in_kms(
    start: Start, environment: Environment, services: Services, claims_key: KeyPair
) -> None:
    before, before_pem = services.key("RSA_2048")
    source = services.secret("naming", in_kms("KOLD", before))
    environment.variables |= services.variables | {
        "EDGEPASS_KEY": source,
        "EDGEPASS_REFRESH_SECONDS": "1",
    }
    session = start(environment.variables)
    claims = ("ES256", claims_key.public)
    folder = environment.folder
    check_pass(Pass.of(session.invoke(signed_in())), folder, before_pem, claims, "KOLD")

    after, after_pem = services.key("ECC_NIST_P256")
    services.rotate(source, in_kms("KNEW", after))
    time.sleep(2)
    check_pass(Pass.of(session.invoke(signed_in())), folder, after_pem, claims, "KNEW")

    # Not every key in KMS signs: the one in hand stays.
    other, _ = services.key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    services.rotate(source, in_kms("KBAD", other))
    time.sleep(2)
    assert Pass.of(session.invoke(signed_in())).key_id == "KNEW"
    (warning,) = session.lines("keys-not-renewed")
    assert "`EDGEPASS_KEY`" in warning["message"]


def test_keys_that_cannot_be_renewed_are_given_up(
    start: Start, environment: Environment, services: Services, p256: KeyPair
) -> None:
    source = services.secret("short-lived", p256.private)
    clock = Clock(environment.folder)
    environment.variables |= services.variables | clock.variables
    environment.variables |= {
        "EDGEPASS_KEY": source,
        "EDGEPASS_REFRESH_SECONDS": "10",
    }
    session = start(environment.variables)
    assert session.invoke(signed_in()).status == 200
    services.delete(source)
    clock.forward(10)
    assert session.invoke(signed_in()).status == 200
    clock.forward(120)
    answer = session.invoke(signed_in())
    assert (answer.status, answer.reason) == (503, "keys-unavailable")
    assert answer.headers["retry-after"]

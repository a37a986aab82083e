"""Keys wherever they may be kept: what they sign is accepted by those who check it."""

import json
import time
from pathlib import Path

import pytest
from bad_kms import bad_kms, throttled_kms
from conftest import Start
from media_site import CLAIMS_KEY_ID, KEY_ID, Environment, KeyPair, edge_toml, signed_in
from passes import FILE, Pass, at_edge, bundle, claims_of, openssl_verifies, verdict
from services import Services, in_kms, with_id

SECRET = "a secret that signer and edge share, 32 bytes or more"


def check(start: Start, environment: Environment, public_pem: str, claims: tuple[str, str]) -> Pass:
    """Starts the function, and shows its pass to OpenSSL and to the native verifier."""
    answer = start(environment.variables).invoke(signed_in())
    assert answer.status == 200, answer.body
    issued = Pass.of(answer)
    check_pass(issued, environment.folder, public_pem, claims)
    return issued


def check_pass(
    issued: Pass, folder: Path, public_pem: str, claims: tuple[str, str], key_id: str = KEY_ID
) -> None:
    assert issued.key_id == key_id
    assert issued.values["CloudFront-Hash-Algorithm"] == "SHA256"
    assert openssl_verifies(public_pem, issued.policy(), issued.signature(), folder)
    token = claims_of(issued.values["Edgepass-Claims"], claims[1], issued.policy())
    assert token["kid"] == CLAIMS_KEY_ID
    config = edge_toml(folder, public_pem, claims, key_id)
    admitted = verdict(FILE, issued.header, config)
    assert (admitted["decision"], admitted["code"]) == ("allow", None)
    denied = verdict(FILE.replace("standard", "premium"), issued.header, config)
    assert denied["decision"] == "deny"


def test_pem_files(
    start: Start, environment: Environment, rsa: KeyPair, claims_key: KeyPair
) -> None:
    environment.variables["EDGEPASS_KEY"] = environment.file("rsa.pem", rsa.private)
    claims = ("ES256", claims_key.public)
    issued = check(start, environment, rsa.public, claims)

    config = edge_toml(environment.folder, rsa.public, claims)
    function = bundle(config, environment.folder / "function")
    assert at_edge(function, "/standard/a.mp4", issued.header) == 0
    # The policy covers it, the claims do not.
    assert at_edge(function, "/premium/a.mp4", issued.header) == 403
    unsigned = "; ".join(
        f"{name}={value}" for name, value in issued.values.items() if name != "Edgepass-Claims"
    )
    assert at_edge(function, "/standard/a.mp4", unsigned) == 403


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


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256"])
def test_kms(
    start: Start, environment: Environment, services: Services, claims_key: KeyPair, spec: str
) -> None:
    source, public_pem = services.key(spec)
    environment.variables |= services.variables | {"EDGEPASS_KEY": source}
    check(start, environment, public_pem, ("ES256", claims_key.public))


def test_kms_that_throttles(start: Start, environment: Environment, services: Services) -> None:
    source, _ = services.key("ECC_NIST_P256")
    with bad_kms(services.variables["AWS_ENDPOINT_URL"], throttled_kms) as address:
        variables = {"EDGEPASS_KEY": source, "AWS_ENDPOINT_URL_KMS": address}
        session = start(environment.variables | services.variables | variables)
        answer = session.invoke(signed_in())
        assert (answer.status, answer.reason) == (503, "signing-throttled")
        assert int(answer.headers["retry-after"]) > 0
        assert answer.cookies == []
        # More than KMS should sign for one request is refused before it signs anything.
        urls = [f"{FILE}?n={number}" for number in range(21)]
        answer = session.invoke(signed_in("POST /edgepass/urls", json.dumps({"urls": urls})))
        assert (answer.status, answer.reason) == (422, "too-many-urls")


def test_secrets_manager_rotates_without_restart(
    start: Start, environment: Environment, services: Services, claims_key: KeyPair, rsa: KeyPair
) -> None:
    source = services.secret("rotating", with_id("KOLD", rsa.private))
    environment.variables |= services.variables | {
        "EDGEPASS_KEY": source,
        "EDGEPASS_REFRESH_SECONDS": "1",
    }
    session = start(environment.variables)
    claims = ("ES256", claims_key.public)
    folder = environment.folder
    check_pass(Pass.of(session.invoke(signed_in())), folder, rsa.public, claims, "KOLD")

    after = KeyPair.p256()
    services.rotate(source, with_id("KNEW", after.private))
    time.sleep(2)
    check_pass(Pass.of(session.invoke(signed_in())), folder, after.public, claims, "KNEW")

    # A rotation that stored something else: the key in hand stays, and the log says why.
    services.rotate(source, with_id("KBAD", after.public))
    time.sleep(2)
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
    environment.variables |= services.variables | {
        "EDGEPASS_KEY": source,
        "EDGEPASS_REFRESH_SECONDS": "1",
    }
    session = start(environment.variables)
    assert session.invoke(signed_in()).status == 200
    services.delete(source)
    time.sleep(2)
    assert session.invoke(signed_in()).status == 200
    time.sleep(12)
    answer = session.invoke(signed_in())
    assert (answer.status, answer.reason) == (503, "keys-unavailable")
    assert answer.headers["retry-after"]

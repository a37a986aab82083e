"""Whatever is wrong with the environment shows at the start, with the variable's name."""

import os
import subprocess
from pathlib import Path

import pytest
from emulator import BINARIES
from media_site import Environment, KeyPair
from services import Services


def refusal(variables: dict[str, str], function: str = "session") -> str:
    """What a function says when it does not start."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [BINARIES / function],
        # Nobody is there: who gets so far fails otherwise.
        env=inherited | variables | {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    for source in variables.values():
        if source.startswith("file:") and (path := Path(source.removeprefix("file:"))).exists():
            # The second line of a PEM is the key's; a secret has one line.
            secret = path.read_text().splitlines()[:2][-1]
            assert len(secret) < 20 or secret not in done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def complete(environment: Environment, p256: KeyPair) -> dict[str, str]:
    environment.variables["EDGEPASS_KEY"] = environment.file("key", p256.private)
    return environment.variables


@pytest.mark.parametrize(
    "variable",
    [
        "EDGEPASS_GRANTS",
        "EDGEPASS_KEY",
        "EDGEPASS_KEY_ID",
        "EDGEPASS_CLAIMS_KEY",
        "EDGEPASS_CLAIMS_KEY_ID",
        "EDGEPASS_EDGE_CLAIMS",
        "EDGEPASS_SITE_SECRET",
        "EDGEPASS_STORE",
    ],
)
def test_missing(complete: dict[str, str], variable: str) -> None:
    del complete[variable]
    assert f"`{variable}`: it is not set" in refusal(complete)
    assert f"`{variable}`: it is not set" in refusal(complete | {variable: ""})


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("EDGEPASS_GRANTS", "/nowhere/grants.toml", "cannot be read"),
        ("EDGEPASS_GRANTS", "grants = 1", "`EDGEPASS_GRANTS`"),
        ("EDGEPASS_KEY", "/etc/key.pem", "names a secret as"),
        ("EDGEPASS_KEY", "-----BEGIN PRIVATE KEY-----\nMII", "the variable contains the key itself"),
        ("EDGEPASS_KEY", "file:/nowhere/key.pem", "does not exist"),
        ("EDGEPASS_KEY", "kms:alias/site", "an alias"),
        ("EDGEPASS_KEY", "kms:arn:aws:kms:eu-central-1:1:alias/site", "an alias"),
        ("EDGEPASS_KEY", "ssm:", "is missing after the colon"),
        ("EDGEPASS_KEY_ID", "a key", "`EDGEPASS_KEY_ID`"),
        ("EDGEPASS_CLAIMS_KEY", "kms:arn:aws:kms:eu-central-1:1:key/a", "only the CloudFront key"),
        ("EDGEPASS_SITE_SECRET", "kms:arn:aws:kms:eu-central-1:1:key/a", "only the CloudFront key"),
        ("EDGEPASS_HASH", "md5", "neither `sha256` nor `sha1`"),
        ("EDGEPASS_STORE", "redis:somewhere", "names a store as"),
        ("EDGEPASS_BEHIND_CLOUDFRONT", "yes", "neither `true` nor `false`"),
        ("EDGEPASS_EDGE_CLAIMS", "Required", "`Required` is not `required`, `optional` or `off`"),
        ("EDGEPASS_TOKEN_HEADER", "a header", "is not the name of a header"),
        ("EDGEPASS_LONGEST_SIGN_IN_DAYS", "3651", "is not a number of days from 1 to 3650"),
        ("EDGEPASS_REFRESH_SECONDS", "0", "is not a number of seconds"),
        ("EDGEPASS_REFRESH_SECONDS", "soon", "is not a number of seconds"),
    ],
)
def test_wrong(complete: dict[str, str], variable: str, value: str, says: str) -> None:
    message = refusal(complete | {variable: value})
    assert f"`{variable}`" in message
    assert says in message


@pytest.fixture
def rotating(environment: Environment) -> dict[str, str]:
    """What `rotation` needs, with a root key."""
    secret = "secretsmanager:arn:aws:secretsmanager:eu-central-1:123456789012:secret"
    return {
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_NAME": "rotation",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "EDGEPASS_GRANTS": environment.variables["EDGEPASS_GRANTS"],
        "EDGEPASS_KEY": f"{secret}:key",
        "EDGEPASS_KEY_GROUP": "group",
        "EDGEPASS_ROOT_KEY": f"{secret}:root",
        "EDGEPASS_STATE": "s3:bucket/state/",
        "EDGEPASS_STATE_DELEGATION": f"{secret}:delegation",
        "EDGEPASS_STORE": "dynamodb:revocations",
    }


@pytest.mark.parametrize(
    "variable",
    [
        "EDGEPASS_GRANTS",
        "EDGEPASS_KEY",
        "EDGEPASS_KEY_GROUP",
        "EDGEPASS_STATE",
        "EDGEPASS_STATE_DELEGATION",
        "EDGEPASS_STORE",
    ],
)
def test_missing_for_a_rotation(rotating: dict[str, str], variable: str) -> None:
    del rotating[variable]
    assert f"`{variable}`: it is not set" in refusal(rotating, "rotation")
    assert f"`{variable}`: it is not set" in refusal(rotating | {variable: ""}, "rotation")


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("EDGEPASS_GRANTS", "grants = 1", "`EDGEPASS_GRANTS`"),
        ("EDGEPASS_KEY", "file:/etc/key.pem", "only a key that a secret holds or names"),
        ("EDGEPASS_KEY", "kms:arn:aws:kms:eu-central-1:1:key/a", "only a key that a secret"),
        ("EDGEPASS_STATE", "gs:bucket", "`EDGEPASS_STATE`"),
        ("EDGEPASS_STATE_DELEGATION", "delegation.pem", "names a secret as"),
        ("EDGEPASS_STORE", "redis:somewhere", "names a store as"),
        ("EDGEPASS_ROOT_KEY", "root.pem", "names a secret as"),
        ("EDGEPASS_HASH", "md5", "neither `sha256` nor `sha1`"),
        ("EDGEPASS_MAX_STALE_SECONDS", "86401", "is not a number of seconds"),
        ("EDGEPASS_REFRESH_SECONDS", "soon", "is not a number of seconds"),
        ("EDGEPASS_NEXT_ALGORITHM", "ED25519", "use one of RSA-SHA1"),
        ("EDGEPASS_NEXT_CUSTODY", "vault", "`vault`"),
        ("EDGEPASS_ROTATION_ROLE", "media-RotationRole", "is not the ARN of a role"),
        ("EDGEPASS_ROTATION_ROLE", "arn:aws:iam::1:user/a", "is not the ARN of a role"),
        ("EDGEPASS_CANARY", "media.example.com", "`EDGEPASS_CANARY`"),
    ],
)
def test_wrong_for_a_rotation(
    rotating: dict[str, str], variable: str, value: str, says: str
) -> None:
    message = refusal(rotating | {variable: value}, "rotation")
    assert f"`{variable}`" in message
    assert says in message


def test_a_rotation_that_lacks_nothing_starts(rotating: dict[str, str]) -> None:
    """Or the refusals say nothing: it fails for want of Lambda."""
    message = refusal(rotating, "rotation")
    assert "EDGEPASS_" not in message


def test_addresses_that_are_cloudfronts(complete: dict[str, str]) -> None:
    complete |= {"EDGEPASS_BEHIND_CLOUDFRONT": "true", "EDGEPASS_STORE": "redis:somewhere"}
    assert "`EDGEPASS_STORE`" in refusal(complete)
    binding = complete["EDGEPASS_GRANTS"] + "bind_address = true\n"
    message = refusal(complete | {"EDGEPASS_GRANTS": binding})
    assert "`EDGEPASS_GRANTS`: grant `subscribers` has `bind_address`" in message
    elsewhere = complete | {"EDGEPASS_BEHIND_CLOUDFRONT": "false"}
    assert "`EDGEPASS_STORE`" in refusal(elsewhere | {"EDGEPASS_GRANTS": binding})


@pytest.mark.parametrize("claims", ["optional", "off"])
def test_edges_that_do_not_demand_claims(complete: dict[str, str], claims: str) -> None:
    complete |= {"EDGEPASS_EDGE_CLAIMS": claims, "EDGEPASS_STORE": "redis:somewhere"}
    grants = complete["EDGEPASS_GRANTS"].replace('methods = ["GET", "HEAD"]', "")
    message = refusal(complete | {"EDGEPASS_GRANTS": grants})
    assert "`EDGEPASS_GRANTS`: grant `subscribers`: one set of cookies is for" in message
    assert "its policy is `https://media.example.com/*`" in message
    narrow = grants.replace(', "https://media.example.com/u/{sub}/*"', "")
    assert "`EDGEPASS_STORE`" in refusal(complete | {"EDGEPASS_GRANTS": narrow})


def test_keys_of_the_wrong_kind(
    environment: Environment, complete: dict[str, str], p256: KeyPair
) -> None:
    for text, says in [
        (p256.public, "a public key"),
        ("not a key", "not a private key in PEM form"),
        ('{"private_key":"x"}', "no text `key_id`"),
        ('{"key_id":"K","private_key":"x","more":1}', "is not known"),
        ("{", "begins like JSON"),
    ]:
        source = environment.file("wrong", text)
        message = refusal(complete | {"EDGEPASS_KEY": source})
        assert "`EDGEPASS_KEY`" in message
        assert says in message
    short = environment.file("short", "too short to be a secret")
    assert "at least 32" in refusal(complete | {"EDGEPASS_CLAIMS_KEY": short})
    assert "at least 32" in refusal(complete | {"EDGEPASS_SITE_SECRET": short})
    same = complete["EDGEPASS_KEY"]
    assert "it is the CloudFront key" in refusal(complete | {"EDGEPASS_CLAIMS_KEY": same})


def test_services_that_refuse(complete: dict[str, str], services: Services, p256: KeyPair) -> None:
    complete |= services.variables
    missing = "secretsmanager:arn:aws:secretsmanager:eu-central-1:123456789012:secret:none"
    assert "ResourceNotFoundException" in refusal(complete | {"EDGEPASS_KEY": missing})
    assert "ParameterNotFound" in refusal(complete | {"EDGEPASS_CLAIMS_KEY": "ssm:/none"})
    clear = services.parameter("/in/the/clear", p256.private, kind="String")
    assert "not a `SecureString`" in refusal(complete | {"EDGEPASS_KEY": clear})
    unreachable = complete | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "EDGEPASS_KEY": missing}
    assert "cannot be reached" in refusal(unreachable)


def test_keys_in_kms_that_do_not_fit(complete: dict[str, str], services: Services) -> None:
    complete |= services.variables
    source, _ = services.key("RSA_2048")
    sha1 = complete | {"EDGEPASS_KEY": source, "EDGEPASS_HASH": "sha1"}
    assert "`EDGEPASS_HASH`: KMS makes no SHA-1" in refusal(sha1)
    other_curve, _ = services.key("ECC_NIST_P384")
    assert "`EDGEPASS_KEY`" in refusal(complete | {"EDGEPASS_KEY": other_curve})
    gone = source.rpartition("/")[0] + "/00000000-0000-4000-8000-000000000000"
    assert "NotFoundException" in refusal(complete | {"EDGEPASS_KEY": gone})


def test_entropy_is_not_gathered_from_jitter() -> None:
    """It takes five times as long as all the rest of the start: .cargo/config.toml."""
    assert b"jent_" not in (BINARIES / "session").read_bytes()

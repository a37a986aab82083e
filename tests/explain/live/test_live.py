"""What is collected, where it is withheld, and whose distribution it is."""

import json
from pathlib import Path

import pytest
from media_site import KEY_ID, KeyPair

from aws import Aws, Run, run_program

HOST = "media.example.com"
OTHER_KEY_ID = "K3EXAMPLEOTHER"
LIST = "aws cloudfront list-distributions --query 'DistributionList.Items[].[Id, DomainName, Aliases.Items]'"
DISTRIBUTION = "aws cloudfront get-distribution --id E1MEDIA > distribution.json"
GROUP = "aws cloudfront get-key-group --id media-group > key-group.json"
PUBLIC_KEY = f"aws cloudfront get-public-key --id {KEY_ID} > {KEY_ID}.json"
POLICY = "aws s3api get-bucket-policy --bucket media-bucket > bucket-policy.json 2>&1"
BLOCK = "aws s3api get-public-access-block --bucket media-bucket > public-access-block.json 2>&1"


def policy(distribution: str) -> str:
    arn = f"arn:aws:cloudfront::123456789012:distribution/{distribution}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::media-bucket/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def site(aws: Aws, rsa: KeyPair, stranger: KeyPair) -> Aws:
    """A distribution with nothing wrong."""
    aws.cloudfront.seed(
        public_keys=[
            {"id": KEY_ID, "pem": rsa.public},
            {"id": OTHER_KEY_ID, "pem": stranger.public},
        ],
        key_groups=[{"id": "media-group", "name": "media", "keys": [KEY_ID]}],
        distributions=[
            {"id": "E1MEDIA", "domain": "d1media.cloudfront.net", "aliases": [HOST]}
            | {"key_groups": ["media-group"]}
        ],
    )
    aws.bucket("media-bucket", "eu-central-1", policy("E1MEDIA"))
    return aws


@pytest.fixture
def url(rsa: KeyPair, tmp_path: Path) -> str:
    """A pass with nothing wrong."""
    return signed(rsa, tmp_path)


def signed(pair: KeyPair, folder: Path, key_id: str = KEY_ID, host: str = HOST) -> str:
    key = folder / "private.pem"
    key.write_text(pair.private)
    options = ["--key", str(key), "--key-id", key_id, "--expires", "+1h"]
    return run_program("sign", "url", f"https://{host}/film.mp4", *options).output.strip()


def aws_lines(run: Run) -> list[str]:
    """The commands of the AWS CLI that are missing, without the reasons; the reasons."""
    return [line for line in run.missing if line.startswith("aws ")]


def test_nothing_is_wrong(site: Aws, url: str) -> None:
    run = site.explain(url, "--live")
    assert (run.code, run.causes, aws_lines(run)) == (1, [], [])
    calls = [call["operation"] for call in site.cloudfront.calls()]
    assert calls == ["ListPublicKeys", "ListDistributions", "GetDistribution", "GetKeyGroup"]
    visits = {("GET", "GetBucketPolicy"), ("GET", "GetBucketPublicAccessBlock")}
    assert set(site.door.visits) == visits


def test_the_account_tells_which_key_signed(site: Aws, stranger: KeyPair, tmp_path: Path) -> None:
    run = site.explain(signed(stranger, tmp_path), "--live")
    assert run.causes[0] == ("signed-by-another-key", "proved")
    assert OTHER_KEY_ID in "".join(run.answer["causes"][0]["evidence"])


def test_the_account_tells_that_a_key_is_in_no_group(
    site: Aws, stranger: KeyPair, tmp_path: Path
) -> None:
    run = site.explain(signed(stranger, tmp_path, OTHER_KEY_ID), "--live")
    assert run.causes[0][0] == "key-not-in-group"


def test_a_distribution_on_its_way_to_the_edges(site: Aws, url: str) -> None:
    site.cloudfront.seed(
        distributions=[
            {"id": "E2MEDIA", "aliases": ["new.example.com"], "status": "InProgress"}
            | {"key_groups": ["media-group"]}
        ]
    )
    run = site.explain(url.replace(HOST, "new.example.com"), "--live")
    assert "distribution-not-deployed" in [id for id, _ in run.causes]


def test_a_bucket_that_is_another_distributions(site: Aws, url: str) -> None:
    site.reset_bucket("media-bucket", "eu-central-1", policy("E9OTHER"))
    run = site.explain(url, "--live")
    assert ("bucket-policy-other-distribution", "proved") in run.causes


def test_a_bucket_without_a_policy(site: Aws, url: str) -> None:
    site.reset_bucket("media-bucket", "eu-central-1", None)
    run = site.explain(url, "--live")
    assert ("bucket-policy-missing", "proved") in run.causes


@pytest.mark.parametrize(
    ("host", "distribution"),
    [
        ("media.example.com", "EEXACT"),
        ("MEDIA.example.com", "EEXACT"),
        ("old.example.com", "EWILD"),
        ("a.old.example.com", "EWILD"),
        ("a.tv.example.com", "ETV"),
        ("d5.cloudfront.net", "EOWN"),
    ],
)
def test_the_distribution_is_found_by_name(aws: Aws, host: str, distribution: str) -> None:
    """On whichever page of the list it is."""
    aws.reset(page_size=2)
    aws.cloudfront.seed(
        distributions=[
            {"id": "EOTHER", "aliases": ["www.example.org", "media.example.org"]},
            {"id": "EWILD", "aliases": ["*.example.com"]},
            {"id": "EEXACT", "aliases": ["www.example.net", "media.example.com"]},
            {"id": "ETV", "aliases": ["*.tv.example.com"]},
            {"id": "EOWN", "domain": "d5.cloudfront.net"},
        ]
    )
    aws.explain(f"https://{host}/film.mp4", "--live")
    found = [
        call["id"] for call in aws.cloudfront.calls() if call["operation"] == "GetDistribution"
    ]
    assert found == [distribution]


def test_no_distribution_of_that_name(site: Aws, url: str) -> None:
    run = site.explain(url.replace(HOST, "media.example.org"), "--live")
    (line, *_) = [line for line in run.missing if line.startswith(LIST)]
    assert "none of this account answers to media.example.org," in line


def test_a_host_is_nothing_to_a_shell(site: Aws) -> None:
    run = site.explain("https://a`touch x`$(touch y)\ntouch z;'/film.mp4", "--live")
    (line,) = [line for line in run.missing if line.startswith(LIST)]
    assert "answers to atouchxtouchytouchz," in line


@pytest.mark.parametrize(
    ("operation", "command", "option"),
    [
        ("cloudfront:ListDistributions", LIST, ""),
        ("cloudfront:GetDistribution", DISTRIBUTION, "--distribution distribution.json"),
        ("cloudfront:GetKeyGroup", GROUP, "--key-group key-group.json"),
        ("cloudfront:ListPublicKeys", PUBLIC_KEY, f"--public-key {KEY_ID}={KEY_ID}.json"),
        ("s3:GetBucketPolicy", POLICY, "--bucket-policy bucket-policy.json"),
        ("s3:GetBucketPublicAccessBlock", BLOCK, "--public-access-block public-access-block.json"),
    ],
)
def test_what_is_denied_is_missing(
    site: Aws, url: str, operation: str, command: str, option: str
) -> None:
    service, name = operation.split(":")
    if service == "s3":
        site.door.denied = {name}
    else:
        site.cloudfront.fail(name, "AccessDenied")
    expired = site.explain(url, "--live", "--now", "+3h")
    for run in (site.explain(url, "--live"), expired):
        (line,) = [line for line in run.missing if line.startswith(command)]
        reason = line.removeprefix(command).split("#")[1]
        assert reason.startswith(f" {operation} is not allowed to you"), line
        assert reason.endswith(f"then: {option}") if option else True
    assert (expired.code, expired.causes[0]) == (0, ("expired", "proved")), "the rest is explained"


def test_everything_is_denied(site: Aws, url: str) -> None:
    site.cloudfront.fail("*", "AccessDenied")
    run = site.explain(url, "--live", "--now", "+3h")
    assert run.causes[0] == ("expired", "proved")
    assert [line.split(" >")[0] for line in aws_lines(run)] == [
        PUBLIC_KEY.split(" >")[0],
        LIST + "    # cloudfront:ListDistributions is not allowed to you",
    ]


@pytest.mark.parametrize(
    "origin", ["media-bucket.s3.amazonaws.com", "media-bucket.s3.us-west-2.amazonaws.com"]
)
def test_a_bucket_is_asked_in_its_region(site: Aws, url: str, origin: str) -> None:
    """Whatever the name of the origin or the environment says."""
    site.cloudfront.reset()
    site.cloudfront.seed(
        distributions=[
            {
                "aliases": [HOST],
                "config": {
                    "Origins": {
                        "Quantity": 1,
                        "Items": [
                            {
                                "Id": "media",
                                "DomainName": origin,
                                "S3OriginConfig": {"OriginAccessIdentity": ""},
                                "OriginAccessControlId": "E1OAC",
                            }
                        ],
                    }
                },
            }
        ]
    )
    region = {"AWS_REGION": "ap-south-1"}
    run = site.explain(url, "--live", more=region)
    assert ("bucket-policy-other-distribution", "proved") in run.causes
    assert len(site.door.visits) == 4, "each is asked twice"


def test_throttling_passes(site: Aws, url: str) -> None:
    for operation in ("ListDistributions", "GetKeyGroup"):
        site.cloudfront.fail(operation, "Throttling", times=1)
    site.cloudfront.fail("GetDistribution", "AnswerLost", times=1)
    run = site.explain(url, "--live")
    assert (run.code, run.causes, aws_lines(run)) == (1, [], [])


def test_what_fails_for_long_is_missing(site: Aws, url: str) -> None:
    site.cloudfront.fail("GetKeyGroup", "ServiceUnavailable")
    run = site.explain(url, "--live")
    (line,) = aws_lines(run)
    assert "cloudfront:GetKeyGroup failed with ServiceUnavailable" in line


def test_strangers_are_told_to_sign_in(site: Aws, url: str) -> None:
    site.cloudfront.fail("ListPublicKeys", "ExpiredToken")
    run = site.explain(url, "--live")
    assert (run.code, run.output) == (3, "")
    assert "AWS does not accept the credentials (`ExpiredToken`); sign in again" in run.errors
    nobody = site.explain(url, "--live", credentials={})
    assert (nobody.code, nobody.output) == (3, "")
    assert "no credentials" in nobody.errors
    assert "aws configure export-credentials" in nobody.errors
    assert len(nobody.errors.splitlines()) == 1


def test_no_aws_at_all(site: Aws, url: str) -> None:
    nowhere = {"AWS_ENDPOINT_URL_CLOUDFRONT": "http://127.0.0.1:1"}
    run = site.explain(url, "--live", more=nowhere)
    assert (run.code, run.output) == (3, "")
    assert "cannot ask AWS" in run.errors


def test_usage(site: Aws, url: str) -> None:
    for arguments in (
        ["--live"],
        ["--live", url, "--distribution", "distribution.json"],
        ["--live", "--log", "log"],
    ):
        assert site.explain(*arguments).code == 2


def test_nothing_secret_is_printed(site: Aws, url: str) -> None:
    site.cloudfront.fail("GetKeyGroup", "AccessDenied")
    run = site.explain(url, "--live")
    screen = run_program("explain", url, "--live", "--details", environment=site.environment())
    signature = url.split("Signature=")[1].split("&")[0]
    for printed in (run.output, run.errors, screen.output, screen.errors):
        assert signature[:20] not in printed
    assert "GetKeyGroup" in screen.output

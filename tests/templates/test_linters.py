"""Other people's rules, and ours, over every template. What is skipped is printed with its reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cfn_guard_rs import run_checks

from stack import INFRA, REGION, Sources

BIN = Path(sys.executable).parent
FILES = sorted(path.name for path in INFRA.glob("*.yaml"))
SOURCES = Sources.committed()
RULES = (Path(__file__).parent / "rules" / "edgepass.guard").read_text()

# Checkov's checks that do not hold, and why not.
SKIPPED = {
    "CKV_AWS_18": "the bucket is read through CloudFront only, whose access log is kept; S3's own would repeat it",
    "CKV_AWS_86": "the access log is delivered by AWS::Logs::Delivery, which can leave out the query, where passes are",
    "CKV_AWS_115": "the account's concurrency is the limit; a reservation would throttle viewers, and Lambda@Edge refuses one",
    "CKV_AWS_116": "no event is worth keeping: viewers ask again, and the heartbeat publishes what a failed run did not",
    "CKV_AWS_117": "nothing is in a VPC, and Lambda@Edge cannot be",
    "CKV_AWS_119": "the table is encrypted with the AWS managed KMS key; it holds pseudonyms only",
    "CKV_AWS_158": "logs hold no credentials and only pseudonyms of people; CloudWatch encrypts them by itself",
    "CKV_AWS_173": "environments name secrets and hold none",
}


# In an environment of its own: it insists on other versions of AWS's libraries than SAM.
CHECKOV = Path(__file__).parent / ".checkov" / "bin" / "checkov"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0"}
    return subprocess.run(command, cwd=INFRA, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("file", FILES)
def test_cfn_lint(file: str) -> None:
    done = run(BIN / "cfn-lint", "--regions", REGION, "--template", file)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", FILES)
def test_sam_validate(file: str) -> None:
    done = run(BIN / "sam", "validate", "--lint", "--region", REGION, "--template", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_checkov(capsys: pytest.CaptureFixture[str]) -> None:
    files = [argument for file in FILES for argument in ("--file", file)]
    options = ("--framework", "cloudformation", "--skip-download", "--output", "json")
    done = run(CHECKOV, *files, *options)
    report = json.loads(done.stdout)
    failed = report["results"]["failed_checks"]
    assert report["summary"]["passed"] > 40, "checkov found too little to check"
    with capsys.disabled():
        print()
        for check, reason in SKIPPED.items():
            count = sum(found["check_id"] == check for found in failed)
            print(f"  checkov {check} skipped for {count} resources: {reason}")
    unexpected = [
        f"{found['check_id']} {found['check_name']}: {found['file_path']} {found['resource']}"
        for found in failed
        if found["check_id"] not in SKIPPED
    ]
    assert unexpected == []
    assert set(SKIPPED) == {found["check_id"] for found in failed}, "a skip is not needed any more"


@pytest.mark.parametrize("file", FILES)
def test_own_rules(file: str) -> None:
    report = run_checks(SOURCES.transformed(file), RULES)
    assert report.not_compliant == []


BROKEN = [
    ("template.yaml", "IgnorePublicAcls: true", "IgnorePublicAcls: false", "buckets_are_private"),
    ("edge.yaml", "CookieBehavior: none", "CookieBehavior: all", "caches_take_no_credentials"),
    ("edge.yaml", "CookieBehavior: none", "CookieBehavior: all", "origins_get_no_cookies"),
    (
        "template.yaml",
        "SigningBehavior: always",
        "SigningBehavior: never",
        "origins_are_signed_for",
    ),
    (
        "template.yaml",
        "ErrorCode: 403, ErrorCachingMinTTL: 0",
        "ErrorCode: 403, ErrorCachingMinTTL: 5",
        "errors_are_not_cached",
    ),
    ("template.yaml", "redirect-to-https", "allow-all", "viewers_use_tls"),
    (
        "signer.yaml",
        "    Type: AWS::IAM::Role\n    Properties:\n",
        "    Type: AWS::IAM::Role\n    Properties:\n      ManagedPolicyArns: [a]\n",
        "roles_are_our_own",
    ),
    ("signer.yaml", "RetentionInDays: !Ref LogRetentionDays", "Tags: []", "logs_end"),
    (
        "alarms.yaml",
        "First: run `edgepass explain`",
        "Run `edgepass explain`",
        "alarms_say_what_to_do",
    ),
    ("signer.yaml", "DeletionProtectionEnabled: true", "Tags: []", "tables_can_be_recovered"),
]


@pytest.mark.parametrize(("file", "old", "new", "rule"), BROKEN, ids=[case[3] for case in BROKEN])
def test_own_rules_can_fail(file: str, old: str, new: str, rule: str) -> None:
    report = run_checks(SOURCES.mutated(file, old, new).transformed(file), RULES)
    assert rule in {broken.Rule and broken.Rule.name for broken in report.not_compliant}, (
        report.not_compliant
    )

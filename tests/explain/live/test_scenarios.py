"""The scenarios in a live account: the same answer as from the files of the AWS CLI."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from emulator import ROOT
from media_site import KeyPair

from aws import Aws

SCENARIOS = ROOT / "tests" / "explain" / "scenarios"
OF_AWS = {
    "--bucket-policy",
    "--distribution",
    "--key-group",
    "--public-access-block",
    "--public-key",
}


@dataclass
class Scenario:
    folder: Path
    arguments: list[str]

    def split(self) -> Iterator[tuple[str, str]]:
        """The options and their values; the URL is without one."""
        arguments = iter(self.arguments)
        for argument in arguments:
            if argument.startswith("--"):
                yield argument, next(arguments)
            else:
                yield "", argument

    def all(self, option: str) -> list[str]:
        return [value for name, value in self.split() if name == option]

    def file(self, option: str) -> Any:
        """The JSON in the file of an option; None if it is not given, or holds an error."""
        for name in self.all(option):
            text = (self.folder / name).read_text()
            return None if "An error occurred" in text else json.loads(text)
        return None

    def without_aws(self) -> list[str]:
        """What a person knows."""
        parts = [part for part in self.split() if part[0] not in OF_AWS]
        return [word for part in parts for word in part if word]

    def is_live(self) -> bool:
        """Whether an account can hold it, and its URL leads there."""
        distribution = self.file("--distribution")
        if not self.all("") or not distribution or "Distribution" not in distribution:
            return False
        return urlsplit(self.all("")[0]).hostname in names(distribution["Distribution"])


def names(distribution: Mapping[str, Any]) -> list[str]:
    aliases: list[str] = distribution["DistributionConfig"]["Aliases"].get("Items", [])
    return [distribution["DomainName"], *aliases]


def scenarios() -> list[Scenario]:
    files = sorted(SCENARIOS.glob("*/scenario.json"))
    every = [Scenario(file.parent, json.loads(file.read_text())["arguments"]) for file in files]
    return [scenario for scenario in every if scenario.is_live()]


def behaviors(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [config["DefaultCacheBehavior"], *config["CacheBehaviors"].get("Items", [])]


def trusted_groups(config: Mapping[str, Any]) -> list[str]:
    groups = [behavior["TrustedKeyGroups"].get("Items", []) for behavior in behaviors(config)]
    return sorted({group for some in groups for group in some})


class Site:
    """A scenario's distribution, keys and bucket in the account."""

    def __init__(self, aws: Aws, scenario: Scenario, stranger: KeyPair) -> None:
        distribution = scenario.file("--distribution")["Distribution"]
        config = distribution["DistributionConfig"]
        self.id = distribution["Id"]
        trusted = trusted_groups(config)
        groups = {group: self._group(scenario, distribution, group) for group in trusted}
        pems = {
            id: (scenario.folder / file).read_text()
            for id, file in (it.split("=") for it in scenario.all("--public-key"))
        }
        ids = {*pems, *(key for group in groups.values() for key in group["keys"])}
        keys = [{"id": id, "pem": pems.get(id, stranger.public)} for id in sorted(ids)]
        aws.cloudfront.seed(
            public_keys=keys,
            key_groups=list(groups.values()),
            distributions=[
                {
                    "id": self.id,
                    "domain": distribution["DomainName"],
                    "config": config,
                    "status": distribution["Status"],
                    "last_modified": distribution["LastModifiedTime"],
                    "account": distribution["ARN"].split(":")[4],
                }
            ],
        )
        policy = scenario.file("--bucket-policy")
        block = scenario.file("--public-access-block")
        domains = [it["DomainName"] for it in config["Origins"]["Items"]]
        self.buckets = [bucket(domain) for domain in domains if is_bucket(domain)]
        for name, region in self.buckets:
            aws.bucket(
                name,
                region,
                policy and policy["Policy"],
                block and block["PublicAccessBlockConfiguration"],
            )

    @staticmethod
    def _group(scenario: Scenario, distribution: Mapping[str, Any], id: str) -> dict[str, Any]:
        """As it was given, else as the distribution says."""
        for name in scenario.all("--key-group"):
            given = json.loads((scenario.folder / name).read_text())["KeyGroup"]
            if given["Id"] == id:
                config = given["KeyGroupConfig"]
                seed = {"id": id, "name": config["Name"], "keys": config["Items"]}
                return seed | {"last_modified": given["LastModifiedTime"]}
        active = distribution["ActiveTrustedKeyGroups"].get("Items", [])
        (keys,) = [it["KeyPairIds"]["Items"] for it in active if it["KeyGroupId"] == id]
        return {"id": id, "keys": keys}


def is_bucket(origin: str) -> bool:
    """Other origins, such as function URLs, have nothing that S3 could tell."""
    return ".s3" in origin and origin.endswith(".amazonaws.com")


def bucket(origin: str) -> tuple[str, str]:
    """Its name and region."""
    name, service = origin.replace(".s3-website", ".s3").replace(".s3-", ".s3.").split(".s3.")
    return name, service.removesuffix(".amazonaws.com")


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda it: it.folder.name)
def test_live_answers_as_the_files_do(
    aws: Aws, scenario: Scenario, stranger: KeyPair, tmp_path: Path
) -> None:
    site = Site(aws, scenario, stranger)
    known = scenario.without_aws()
    live = aws.explain(*known, "--live", folder=scenario.folder)
    assert not live.errors
    options = aws.files(site.id, [name for name, _ in site.buckets], tmp_path)
    files = aws.explain(*known, *options, folder=scenario.folder)
    assert live.answer == files.answer
    assert live.code == files.code
    calls = aws.cloudfront.calls()
    assert all(call["operation"].startswith(("Get", "List")) for call in calls)
    assert all(method == "GET" for method, _ in aws.door.visits)


def test_scenarios_are_live() -> None:
    assert len(scenarios()) >= 15

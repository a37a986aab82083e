"""The fake through AWS's own client: every operation, refusal and rollout."""

import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from operations import NAMES
from process import CloudFront


def public_key(*algorithm: str) -> str:
    private = subprocess.run(
        ["openssl", "genpkey", "-algorithm", *algorithm], capture_output=True, check=True
    )
    public = subprocess.run(
        ["openssl", "pkey", "-pubout"], input=private.stdout, capture_output=True, check=True
    )
    return public.stdout.decode()


P256 = public_key("EC", "-pkeyopt", "ec_paramgen_curve:P-256")
RSA = public_key("RSA", "-pkeyopt", "rsa_keygen_bits:2048")


@pytest.fixture(scope="module")
def fake() -> Iterator[CloudFront]:
    with CloudFront() as fake:
        yield fake


@pytest.fixture
def client(fake: CloudFront) -> Any:
    fake.reset(deploy_seconds=60)
    return boto3.client(
        "cloudfront",
        endpoint_url=fake.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def create_key(client: Any, name: str, pem: str = P256) -> tuple[str, str]:
    """The id and the ETag of a new public key."""
    config = {"CallerReference": f"ref-{name}", "Name": name, "EncodedKey": pem, "Comment": "c"}
    made = client.create_public_key(PublicKeyConfig=config)
    return made["PublicKey"]["Id"], made["ETag"]


def create_group(client: Any, name: str, *keys: str) -> tuple[str, str]:
    made = client.create_key_group(KeyGroupConfig={"Name": name, "Items": list(keys)})
    return made["KeyGroup"]["Id"], made["ETag"]


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    answer: Any = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_public_keys(client: Any) -> None:
    id, etag = create_key(client, "one", RSA)
    got = client.get_public_key(Id=id)
    assert got["ETag"] == etag
    assert got["PublicKey"]["PublicKeyConfig"] == {
        "CallerReference": "ref-one",
        "Name": "one",
        "EncodedKey": RSA,
        "Comment": "c",
    }
    config = client.get_public_key_config(Id=id)
    assert (config["ETag"], config["PublicKeyConfig"]["Name"]) == (etag, "one")
    assert create_key(client, "one", RSA) == (id, etag), "the same request again"
    client.delete_public_key(Id=id, IfMatch=etag)
    assert refusal(client.get_public_key, Id=id) == ("NoSuchPublicKey", 404)
    assert refusal(client.get_public_key_config, Id=id) == ("NoSuchPublicKey", 404)
    assert refusal(client.delete_public_key, Id=id, IfMatch=etag) == ("NoSuchPublicKey", 404)


def test_public_keys_are_listed_by_page(client: Any) -> None:
    assert client.list_public_keys()["PublicKeyList"] == {"MaxItems": 100, "Quantity": 0}
    ids = [create_key(client, str(number))[0] for number in range(5)]
    pages = client.get_paginator("list_public_keys").paginate(PaginationConfig={"PageSize": 2})
    listed = [[key["Id"] for key in page["PublicKeyList"]["Items"]] for page in pages]
    assert listed == [ids[:2], ids[2:4], ids[4:]]
    assert refusal(client.list_public_keys, Marker="unknown") == ("InvalidArgument", 400)
    assert refusal(client.list_public_keys, MaxItems="0") == ("InvalidArgument", 400)


def test_pages_can_be_shorter_than_asked_for(client: Any, fake: CloudFront) -> None:
    fake.reset(page_size=2)
    ids = [create_key(client, str(number))[0] for number in range(3)]
    fake.seed(
        key_groups=[{"keys": ids[:1]}] * 3,
        distributions=[{"id": f"E{number}"} for number in range(3)],
    )
    pages = client.get_paginator("list_distributions").paginate()
    sizes = [page["DistributionList"]["Quantity"] for page in pages]
    assert sizes == [2, 1]
    first = client.list_key_groups()["KeyGroupList"]
    second = client.list_key_groups(Marker=first["NextMarker"])["KeyGroupList"]
    assert (len(first["Items"]), len(second["Items"])) == (2, 1)
    assert "NextMarker" not in second


def test_a_name_and_a_caller_reference_are_used_once(client: Any) -> None:
    create_key(client, "one")
    other = {"CallerReference": "ref-one", "Name": "other", "EncodedKey": P256}
    exists = ("PublicKeyAlreadyExists", 409)
    assert refusal(client.create_public_key, PublicKeyConfig=other) == exists
    other = {"CallerReference": "ref-other", "Name": "one", "EncodedKey": P256}
    assert refusal(client.create_public_key, PublicKeyConfig=other) == exists


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "K2JCJMDEHXQW5F",
        P256.replace("PUBLIC", "PRIVATE"),
        P256[:60] + P256[64:],
        P256.replace("-----END PUBLIC KEY-----", ""),
        public_key("RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
        public_key("RSA", "-pkeyopt", "rsa_keygen_bits:3072"),
        public_key("EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
        public_key("ED25519"),
    ],
)
def test_other_keys_are_refused(client: Any, pem: str) -> None:
    config = {"CallerReference": "ref", "Name": "name", "EncodedKey": pem}
    refused = refusal(client.create_public_key, PublicKeyConfig=config)
    assert refused == ("InvalidArgument", 400)


def test_quotas(client: Any) -> None:
    keys = [create_key(client, str(number))[0] for number in range(10)]
    eleventh = {"CallerReference": "ref", "Name": "eleventh", "EncodedKey": P256}
    too_many = refusal(client.create_public_key, PublicKeyConfig=eleventh)
    assert too_many == ("TooManyPublicKeys", 400)
    six = {"Name": "six", "Items": keys[:6]}
    too_many = refusal(client.create_key_group, KeyGroupConfig=six)
    assert too_many == ("TooManyPublicKeysInKeyGroup", 400)
    group, etag = create_group(client, "0", *keys[:5])
    too_many = refusal(client.update_key_group, Id=group, IfMatch=etag, KeyGroupConfig=six)
    assert too_many == ("TooManyPublicKeysInKeyGroup", 400)
    for number in range(1, 10):
        create_group(client, str(number), keys[0])
    eleventh_group = {"Name": "eleventh", "Items": keys[:1]}
    too_many = refusal(client.create_key_group, KeyGroupConfig=eleventh_group)
    assert too_many == ("TooManyKeyGroups", 400)


def test_key_groups(client: Any) -> None:
    (one, _), (two, two_etag) = create_key(client, "one"), create_key(client, "two")
    id, etag = create_group(client, "group", one)
    got = client.get_key_group(Id=id)
    assert (got["ETag"], got["KeyGroup"]["KeyGroupConfig"]["Items"]) == (etag, [one])
    changed = {"Name": "group", "Items": [one, two], "Comment": "c"}
    updated = client.update_key_group(Id=id, IfMatch=etag, KeyGroupConfig=changed)
    assert updated["ETag"] != etag
    config = client.get_key_group_config(Id=id)
    assert (config["ETag"], config["KeyGroupConfig"]) == (updated["ETag"], changed)
    (listed,) = client.list_key_groups()["KeyGroupList"]["Items"]
    assert listed["KeyGroup"] == updated["KeyGroup"]
    in_use = refusal(client.delete_public_key, Id=two, IfMatch=two_etag)
    assert in_use == ("PublicKeyInUse", 409)
    client.delete_key_group(Id=id, IfMatch=updated["ETag"])
    client.delete_public_key(Id=two, IfMatch=two_etag)
    for call in (client.get_key_group, client.get_key_group_config, client.delete_key_group):
        assert refusal(call, Id=id) == ("NoSuchResource", 404)
    gone = refusal(client.list_distributions_by_key_group, KeyGroupId=id)
    assert gone == ("NoSuchResource", 404)


def test_key_groups_that_cannot_be(client: Any) -> None:
    one, _ = create_key(client, "one")
    create_group(client, "group", one)
    for items in ([], ["KUNKNOWN"], [one, one]):
        config = {"Name": "other", "Items": items}
        refused = refusal(client.create_key_group, KeyGroupConfig=config)
        assert refused == ("InvalidArgument", 400)
    same_name = {"Name": "group", "Items": [one]}
    refused = refusal(client.create_key_group, KeyGroupConfig=same_name)
    assert refused == ("KeyGroupAlreadyExists", 409)


def test_changes_name_the_version_they_change(client: Any) -> None:
    key, _ = create_key(client, "one")
    other, _ = create_key(client, "two")
    id, old = create_group(client, "group", key)
    config = {"Name": "group", "Items": [key, other]}
    client.update_key_group(Id=id, IfMatch=old, KeyGroupConfig=config)
    calls = [
        lambda **match: client.update_key_group(Id=id, KeyGroupConfig=config, **match),
        lambda **match: client.delete_key_group(Id=id, **match),
    ]
    for call in calls:
        assert refusal(call, IfMatch=old) == ("PreconditionFailed", 412)
    calls.append(lambda **match: client.delete_public_key(Id=key, **match))
    for call in calls:
        assert refusal(call) == ("InvalidIfMatchVersion", 400)
        assert refusal(call, IfMatch="E0") == ("InvalidIfMatchVersion", 400)


def test_distributions(client: Any, fake: CloudFront) -> None:
    key, _ = create_key(client, "one")
    group, etag = create_group(client, "group", key)
    signed = {"TrustedKeyGroups": {"Enabled": True, "Quantity": 1, "Items": [group]}}
    behaviors = [{"PathPattern": "/public/*"}, {"PathPattern": "/signed/*", **signed}]
    config = {
        "CacheBehaviors": {"Quantity": 2, "Items": behaviors},
        "Restrictions": {
            "GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 1, "Items": ["DE"]}
        },
    }
    fake.seed(
        distributions=[
            {"id": "E1", "domain": "d1.cloudfront.net", "aliases": ["media.example.com"]}
            | {"key_groups": [group], "config": config},
            {"id": "E2"},
        ]
    )
    got = client.get_distribution(Id="E1")
    distribution = got["Distribution"]
    assert (distribution["Status"], distribution["DomainName"]) == ("Deployed", "d1.cloudfront.net")
    assert distribution["ActiveTrustedKeyGroups"]["Items"] == [
        {"KeyGroupId": group, "KeyPairIds": {"Quantity": 1, "Items": [key]}}
    ]
    whole = client.get_distribution_config(Id="E1")
    assert (whole["ETag"], whole["DistributionConfig"]) == (
        got["ETag"],
        distribution["DistributionConfig"],
    )
    whole = whole["DistributionConfig"]
    assert whole["Aliases"]["Items"] == ["media.example.com"]
    assert whole["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"] == [group]
    assert whole["DefaultCacheBehavior"]["AllowedMethods"]["CachedMethods"]["Quantity"] == 2
    assert [it["PathPattern"] for it in whole["CacheBehaviors"]["Items"]] == [
        "/public/*",
        "/signed/*",
    ]
    assert whole["Origins"]["Items"][0]["OriginAccessControlId"] == "E1OACEXAMPLE"
    assert whole["Restrictions"]["GeoRestriction"]["Items"] == ["DE"]
    listed = client.list_distributions()["DistributionList"]
    assert [summary["Id"] for summary in listed["Items"]] == ["E1", "E2"]
    assert listed["Items"][0]["Aliases"]["Items"] == ["media.example.com"]
    by_group = client.list_distributions_by_key_group(KeyGroupId=group)["DistributionIdList"]
    assert by_group["Items"] == ["E1"]
    in_use = refusal(client.delete_key_group, Id=group, IfMatch=etag)
    assert in_use == ("ResourceInUse", 409)
    for call in (client.get_distribution, client.get_distribution_config):
        assert refusal(call, Id="E3") == ("NoSuchDistribution", 404)
    accepted = fake.edges("E1")["accepted_everywhere"]
    assert accepted == {"/signed/*": [key], "*": [key]}, "nothing is asked of `/public/*`"


def test_a_changed_group_reaches_the_edges_in_time(client: Any, fake: CloudFront) -> None:
    one, two = (create_key(client, name)[0] for name in ("one", "two"))
    group, etag = create_group(client, "group", one)
    fake.seed(distributions=[{"id": "E1", "key_groups": [group]}, {"id": "E2", "key_groups": []}])

    def update(*keys: str) -> None:
        nonlocal etag
        config = {"Name": "group", "Items": list(keys)}
        changed = client.update_key_group(Id=group, IfMatch=etag, KeyGroupConfig=config)
        etag = changed["ETag"]

    def status(id: str = "E1") -> str:
        status: str = client.get_distribution(Id=id)["Distribution"]["Status"]
        return status

    def accepted() -> tuple[list[str], list[str]]:
        edges = fake.edges("E1")
        return edges["accepted_everywhere"]["*"], edges["accepted_somewhere"]["*"]

    update(one)
    assert status() == "Deployed", "nothing changed"
    update(one, two)
    both = sorted([one, two])
    assert (status(), status("E2")) == ("InProgress", "Deployed")
    assert accepted() == ([one], both)
    fake.advance(59)
    update(two)
    assert accepted() == ([], both), "edges have three configurations"
    fake.advance(1)
    assert status() == "InProgress"
    assert accepted() == ([two], both)
    fake.advance(59)
    assert status() == "Deployed"
    assert accepted() == ([two], [two])
    (configuration,) = fake.edges("E1")["configurations"]
    assert configuration == {"*": {two: P256}}


def test_faults(client: Any, fake: CloudFront) -> None:
    fake.fail("ListPublicKeys", "AccessDenied", times=1)
    fake.fail("GetDistribution", "Throttling")
    assert refusal(client.list_public_keys) == ("AccessDenied", 403)
    client.list_public_keys()
    for _ in range(3):
        assert refusal(client.get_distribution, Id="E1") == ("Throttling", 400)
    for error, exists in (("ConnectionLost", False), ("AnswerLost", True)):
        fake.fail("CreatePublicKey", error, times=1)
        with pytest.raises(ConnectionClosedError):
            create_key(client, error)
        listed = client.list_public_keys()["PublicKeyList"].get("Items", [])
        assert (error in [key["Name"] for key in listed]) is exists
    assert [call["answer"] for call in fake.calls() if call["operation"] == "CreatePublicKey"] == [
        "ConnectionLost",
        "AnswerLost",
    ]


def test_every_operation_is_one_of_the_client(client: Any) -> None:
    assert set(NAMES) <= set(client.meta.method_to_api_mapping.values())

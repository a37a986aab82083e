"""Which request is which operation, and what it answers."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from account import Account
from distribution import counted
from key_group import KeyGroup
from public_key import PublicKey
from refused import Refused
from wire import Body, document

VERSION = "/2020-05-31"


@dataclass
class Request:
    """A request, its URL taken apart."""

    id: str
    query: Mapping[str, str]
    if_match: str
    body: bytes


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Tagged(Protocol):
    @property
    def etag(self) -> str: ...


class Listed(Protocol):
    @property
    def id(self) -> str: ...


Resource = TypeVar("Resource", bound=Listed)
Operation = Callable[[Account, Request], Answer]


def create_public_key(account: Account, request: Request) -> Answer:
    body = Body("PublicKeyConfig", request.body)
    members = (body.text(name) for name in ("CallerReference", "Name", "EncodedKey", "Comment"))
    key = account.create_public_key(*members)
    return created("public-key", key.id, tagged(key, "PublicKey", key.full()))


def get_public_key(account: Account, request: Request) -> Answer:
    key = account.public_key(request.id)
    return tagged(key, "PublicKey", key.full())


def get_public_key_config(account: Account, request: Request) -> Answer:
    key = account.public_key(request.id)
    return tagged(key, "PublicKeyConfig", key.config())


def list_public_keys(account: Account, request: Request) -> Answer:
    return page("PublicKeyList", account.public_keys(), PublicKey.summary, account, request)


def delete_public_key(account: Account, request: Request) -> Answer:
    account.delete_public_key(request.id, request.if_match)
    return Answer(204)


def create_key_group(account: Account, request: Request) -> Answer:
    body = Body("KeyGroupConfig", request.body)
    group = account.create_key_group(
        body.text("Name"), body.items("PublicKey"), body.text("Comment")
    )
    return created("key-group", group.id, tagged(group, "KeyGroup", group.full()))


def get_key_group(account: Account, request: Request) -> Answer:
    group = account.key_group(request.id)
    return tagged(group, "KeyGroup", group.full())


def get_key_group_config(account: Account, request: Request) -> Answer:
    group = account.key_group(request.id)
    return tagged(group, "KeyGroupConfig", group.config())


def list_key_groups(account: Account, request: Request) -> Answer:
    def summary(group: KeyGroup) -> dict[str, object]:
        return {"KeyGroup": group.full()}

    return page("KeyGroupList", account.key_groups(), summary, account, request)


def update_key_group(account: Account, request: Request) -> Answer:
    body = Body("KeyGroupConfig", request.body)
    group = account.update_key_group(
        request.id,
        request.if_match,
        body.text("Name"),
        body.items("PublicKey"),
        body.text("Comment"),
    )
    return tagged(group, "KeyGroup", group.full())


def delete_key_group(account: Account, request: Request) -> Answer:
    account.delete_key_group(request.id, request.if_match)
    return Answer(204)


def get_distribution(account: Account, request: Request) -> Answer:
    distribution = account.distribution(request.id)
    return tagged(distribution, "Distribution", account.described(distribution))


def get_distribution_config(account: Account, request: Request) -> Answer:
    distribution = account.distribution(request.id)
    return tagged(distribution, "DistributionConfig", distribution.config)


def list_distributions(account: Account, request: Request) -> Answer:
    return page(
        "DistributionList",
        account.distributions(),
        lambda distribution: distribution.summary(),
        account,
        request,
        marked=True,
    )


def list_distributions_by_key_group(account: Account, request: Request) -> Answer:
    return page(
        "DistributionIdList",
        account.distributions_by_key_group(request.id),
        lambda distribution: distribution.id,
        account,
        request,
        marked=True,
    )


def tagged(resource: Tagged, name: str, members: Mapping[str, object]) -> Answer:
    return Answer(200, document(name, members), {"ETag": resource.etag})


def created(kind: str, id: str, answer: Answer) -> Answer:
    location = f"https://cloudfront.amazonaws.com{VERSION}/{kind}/{id}"
    return Answer(201, answer.body, answer.headers | {"Location": location})


def page(
    name: str,
    every: Sequence[Resource],
    summary: Callable[[Resource], object],
    account: Account,
    request: Request,
    marked: bool = False,
) -> Answer:
    """What comes after the marker, which is the last id of the page before."""
    most = request.query.get("MaxItems", "100")
    marker = request.query.get("Marker", "")
    if not most.isdecimal() or not 0 < int(most) <= 100:
        raise Refused("InvalidArgument", "MaxItems is not from 1 to 100.")
    ids = [resource.id for resource in every]
    if marker and marker not in ids:
        raise Refused("InvalidArgument", "The marker is not valid.")
    rest = every[ids.index(marker) + 1 :] if marker else every
    shown = rest[: min(int(most), account.page_size)]
    more = len(shown) < len(rest)
    members = {
        "Marker": marker if marked else None,
        "NextMarker": shown[-1].id if more else None,
        "MaxItems": most,
        "IsTruncated": more if marked else None,
        **counted([summary(resource) for resource in shown]),
    }
    return Answer(200, document(name, members))


ROUTES: dict[tuple[str, str], Operation] = {
    ("POST", "/public-key"): create_public_key,
    ("GET", "/public-key"): list_public_keys,
    ("GET", "/public-key/{id}"): get_public_key,
    ("GET", "/public-key/{id}/config"): get_public_key_config,
    ("DELETE", "/public-key/{id}"): delete_public_key,
    ("POST", "/key-group"): create_key_group,
    ("GET", "/key-group"): list_key_groups,
    ("GET", "/key-group/{id}"): get_key_group,
    ("GET", "/key-group/{id}/config"): get_key_group_config,
    ("PUT", "/key-group/{id}"): update_key_group,
    ("DELETE", "/key-group/{id}"): delete_key_group,
    ("GET", "/distribution"): list_distributions,
    ("GET", "/distribution/{id}"): get_distribution,
    ("GET", "/distribution/{id}/config"): get_distribution_config,
    ("GET", "/distributionsByKeyGroupId/{id}"): list_distributions_by_key_group,
}


def route(method: str, path: str) -> tuple[str, Operation, str] | None:
    """The operation's name as AWS calls it, the operation, and the id in the path."""
    for (wanted, pattern), operation in ROUTES.items():
        match = re.fullmatch(VERSION + pattern.replace("{id}", "([^/]+)"), path)
        if match and method == wanted:
            return aws_name(operation), operation, "".join(match.groups())
    return None


def aws_name(operation: Operation) -> str:
    return "".join(word.capitalize() for word in operation.__name__.split("_"))


NAMES = sorted(aws_name(operation) for operation in ROUTES.values())

"""Key groups."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from refused import Refused

MOST_KEYS = 5


@dataclass
class KeyGroup:
    id: str
    etag: str
    changed: datetime
    name: str
    keys: list[str]
    comment: str

    def config(self) -> dict[str, object]:
        return {"Name": self.name, "Items": self.keys, "Comment": self.comment}

    def full(self) -> dict[str, object]:
        return {
            "Id": self.id,
            "LastModifiedTime": self.changed,
            "KeyGroupConfig": self.config(),
        }


def check_keys(keys: list[str], known: Collection[str]) -> None:
    if len(keys) > MOST_KEYS:
        raise Refused(
            "TooManyPublicKeysInKeyGroup",
            "The number of public keys in this key group is more than the maximum allowed.",
        )
    if not keys or len(set(keys)) < len(keys) or not set(keys) <= set(known):
        raise Refused(
            "InvalidArgument", "The key group names no key, one twice, or an unknown one."
        )

"""An AWS account's CloudFront: its keys, key groups and distributions, on a clock of its own.

The clock stands still until it is advanced, so that a test decides when a change is deployed.
"""

import random
import string
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from distribution import ACCOUNT_NUMBER, Distribution, Trust, configured, counted, trusted_groups
from key_group import KeyGroup, check_keys
from public_key import PublicKey
from refused import Refused

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
MOST_PUBLIC_KEYS = 10
MOST_KEY_GROUPS = 10


class Account:
    def __init__(self, deploy_seconds: int = 300, page_size: int = 100) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.deploy_time = timedelta(seconds=deploy_seconds)
        self.page_size = page_size
        self._keys: dict[str, PublicKey] = {}
        self._groups: dict[str, KeyGroup] = {}
        self._distributions: dict[str, Distribution] = {}
        self._past_etags: dict[str, set[str]] = {}

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self.now += timedelta(seconds=seconds)
        for distribution in self._distributions.values():
            distribution.settle(self.now)

    # Public keys

    def create_public_key(
        self, caller_reference: str, name: str, encoded_key: str, comment: str, id: str = ""
    ) -> PublicKey:
        made = PublicKey(
            id or new_id("K"), new_id("E"), self.now, caller_reference, name, encoded_key, comment
        )
        for key in self._keys.values():
            if key.caller_reference == caller_reference and key.config() == made.config():
                return key
            if key.caller_reference == caller_reference or key.name == name:
                same = "caller reference" if key.caller_reference == caller_reference else "name"
                raise Refused(
                    "PublicKeyAlreadyExists",
                    f"The {same} that you are using to create a CloudFront public key is"
                    " associated with another public key in your account.",
                )
        if len(self._keys) >= MOST_PUBLIC_KEYS:
            raise Refused(
                "TooManyPublicKeys", "You have exceeded the maximum number of public keys."
            )
        self._keys[made.id] = made
        return made

    def public_key(self, id: str) -> PublicKey:
        if id not in self._keys:
            raise Refused("NoSuchPublicKey", "The specified public key does not exist.")
        return self._keys[id]

    def public_keys(self) -> list[PublicKey]:
        return list(self._keys.values())

    def delete_public_key(self, id: str, if_match: str) -> None:
        self._check_etag(id, self.public_key(id).etag, if_match)
        if any(id in group.keys for group in self._groups.values()):
            raise Refused(
                "PublicKeyInUse",
                "The CloudFront public key is currently associated with either a key group or a"
                " field-level encryption profile.",
            )
        del self._keys[id]

    # Key groups

    def create_key_group(self, name: str, keys: list[str], comment: str, id: str = "") -> KeyGroup:
        self._check_group(name, keys, None)
        if len(self._groups) >= MOST_KEY_GROUPS:
            raise Refused("TooManyKeyGroups", "You have exceeded the maximum number of key groups.")
        made = KeyGroup(id or str(uuid.uuid4()), new_id("E"), self.now, name, keys, comment)
        self._groups[made.id] = made
        return made

    def key_group(self, id: str) -> KeyGroup:
        if id not in self._groups:
            raise Refused("NoSuchResource", "The specified key group does not exist.")
        return self._groups[id]

    def key_groups(self) -> list[KeyGroup]:
        return list(self._groups.values())

    def update_key_group(
        self, id: str, if_match: str, name: str, keys: list[str], comment: str
    ) -> KeyGroup:
        group = self.key_group(id)
        self._check_etag(id, group.etag, if_match)
        self._check_group(name, keys, group)
        self._past_etags.setdefault(id, set()).add(group.etag)
        changed = set(keys) != set(group.keys)
        self._groups[id] = made = KeyGroup(id, new_id("E"), self.now, name, keys, comment)
        if changed:
            for distribution in self._using(id):
                trust = self._trust(distribution)
                distribution.roll_out(trust, self.now, self.now + self.deploy_time)
                distribution.settle(self.now)
        return made

    def delete_key_group(self, id: str, if_match: str) -> None:
        self._check_etag(id, self.key_group(id).etag, if_match)
        if self._using(id):
            raise Refused("ResourceInUse", "The key group is associated with a distribution.")
        del self._groups[id]

    def _check_group(self, name: str, keys: list[str], group: KeyGroup | None) -> None:
        if not name:
            raise Refused("InvalidArgument", "The key group has no name.")
        if any(other.name == name and other is not group for other in self._groups.values()):
            raise Refused("KeyGroupAlreadyExists", "A key group with this name already exists.")
        check_keys(keys, self._keys)

    def _check_etag(self, id: str, current: str, if_match: str) -> None:
        if if_match in self._past_etags.get(id, ()):
            raise Refused(
                "PreconditionFailed", "The precondition in one or more of the headers is false."
            )
        if if_match != current:
            raise Refused(
                "InvalidIfMatchVersion",
                "The If-Match version is missing or not valid for the resource.",
            )

    # Distributions

    def distribution(self, id: str) -> Distribution:
        if id not in self._distributions:
            raise Refused("NoSuchDistribution", "The specified distribution does not exist.")
        return self._distributions[id]

    def distributions(self) -> list[Distribution]:
        return list(self._distributions.values())

    def distributions_by_key_group(self, id: str) -> list[Distribution]:
        self.key_group(id)
        return self._using(id)

    def described(self, distribution: Distribution) -> dict[str, object]:
        groups = sorted(distribution.key_groups())
        return distribution.full({group: self._groups[group].keys for group in groups})

    def _using(self, group: str) -> list[Distribution]:
        return [one for one in self._distributions.values() if group in one.key_groups()]

    def _trust(self, distribution: Distribution) -> Trust:
        return {
            pattern: self._keys_of(trusted_groups(behavior))
            for pattern, behavior in distribution.behaviors()
        }

    def _keys_of(self, groups: Iterable[str]) -> dict[str, str] | None:
        keys = [key for group in groups for key in self.key_group(group).keys]
        return {key: self._keys[key].encoded_key for key in keys} or None

    # What a test starts from

    def seed_public_key(self, seed: Mapping[str, Any]) -> str:
        key = self.create_public_key(
            seed.get("caller_reference") or str(uuid.uuid4()),
            seed.get("name") or str(uuid.uuid4()),
            seed["pem"],
            seed.get("comment", ""),
            seed.get("id", ""),
        )
        return key.id

    def seed_key_group(self, seed: Mapping[str, Any]) -> str:
        name = seed.get("name") or str(uuid.uuid4())
        keys = list(seed["keys"])
        group = self.create_key_group(name, keys, seed.get("comment", ""), seed.get("id", ""))
        group.changed = self._changed(seed)
        return group.id

    def seed_distribution(self, seed: Mapping[str, Any]) -> str:
        config = configured(seed.get("config", {}))
        if aliases := seed.get("aliases", []):
            config["Aliases"] = counted(list(aliases))
        if groups := seed.get("key_groups", []):
            trusted = {"Enabled": True, **counted(list(groups))}
            config["DefaultCacheBehavior"]["TrustedKeyGroups"] = trusted
        id = seed.get("id") or new_id("E")
        domain = seed.get("domain") or f"{new_id('d').lower()}.cloudfront.net"
        changed = self._changed(seed)
        account = seed.get("account", ACCOUNT_NUMBER)
        made = Distribution(id, new_id("E"), changed, domain, config, {}, account)
        made.everywhere = self._trust(made)
        if seed.get("status") == "InProgress":
            made.roll_out(made.everywhere, changed, self.now + self.deploy_time)
        self._distributions[id] = made
        return id

    def _changed(self, seed: Mapping[str, Any]) -> datetime:
        text = seed.get("last_modified")
        return datetime.fromisoformat(text) if text else self.now


def new_id(prefix: str) -> str:
    return prefix + "".join(random.choices(string.ascii_uppercase + string.digits, k=13))

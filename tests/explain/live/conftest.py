"""What the tests share: one account, empty for each."""

from collections.abc import Iterator

import pytest
from media_site import KeyPair

from aws import Aws


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with Aws(tmp_path_factory.mktemp("aws")) as account:
        yield account


@pytest.fixture
def aws(account: Aws) -> Aws:
    account.reset()
    return account


@pytest.fixture(scope="session")
def rsa() -> KeyPair:
    return KeyPair.rsa()


@pytest.fixture(scope="session")
def stranger() -> KeyPair:
    """A key that signed nothing."""
    return KeyPair.p256()

"""What the tests share: keys, which take time to make, and AWS's services."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from emulator import Function, Session
from media_site import Environment, KeyPair
from rotating_site import CloudFront
from services import Services
from state_site import StateSite


@pytest.fixture(scope="session")
def rsa() -> KeyPair:
    return KeyPair.rsa()


@pytest.fixture(scope="session")
def p256() -> KeyPair:
    return KeyPair.p256()


@pytest.fixture(scope="session")
def claims_key() -> KeyPair:
    return KeyPair.p256()


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with Services(tmp_path_factory.mktemp("moto") / "log") as services:
        yield services


@pytest.fixture(scope="session")
def cloudfront() -> Iterator[CloudFront]:
    """Every site begins it anew."""
    with CloudFront() as cloudfront:
        yield cloudfront


@pytest.fixture
def environment(tmp_path: Path, claims_key: KeyPair) -> Environment:
    """Complete but for the CloudFront key."""
    environment = Environment(tmp_path)
    environment.variables["EDGEPASS_CLAIMS_KEY"] = environment.file("claims", claims_key.private)
    return environment


Start = Callable[[Mapping[str, str]], Session]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the function in an environment."""
    with ExitStack() as stack:
        yield lambda variables: stack.enter_context(Session(variables, tmp_path))


StartPublisher = Callable[[Mapping[str, str]], Function]


@pytest.fixture
def start_publisher(tmp_path: Path) -> Iterator[StartPublisher]:
    """Starts the function `publisher` in an environment."""
    with ExitStack() as stack:
        yield lambda variables: stack.enter_context(Function("publisher", variables, tmp_path))


@pytest.fixture
def site(
    environment: Environment,
    services: Services,
    p256: KeyPair,
    claims_key: KeyPair,
) -> StateSite:
    return StateSite(f"site-{uuid4()}", environment, services, p256, claims_key)

"""What the tests share: a new site, built once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from granted import ACCOUNT
from services import Services
from site_folder import SiteFolder
from stack import REGION


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with Services(tmp_path_factory.mktemp("moto") / "log", REGION, ACCOUNT) as services:
        yield services


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, services: Services) -> SiteFolder:
    return SiteFolder.new(tmp_path_factory.mktemp("site"), services)


@pytest.fixture(scope="session")
def built(site: SiteFolder) -> SiteFolder:
    site.build()
    return site

"""What the tests share: a new site, built once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services import Services
from site_folder import SiteFolder


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with Services(tmp_path_factory.mktemp("moto") / "log", "us-east-1") as services:
        yield services


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, services: Services) -> SiteFolder:
    return SiteFolder.new(tmp_path_factory.mktemp("site"), services)


@pytest.fixture(scope="session")
def built(site: SiteFolder) -> SiteFolder:
    site.build()
    return site

"""A publisher that runs and a client that asks it, for all tests of downloads."""

from collections.abc import Iterator

import httpx
import pytest

from ccg_pipeline.landing.downloads.fetching import client
from tests.support.notations.downloads import QUICK
from tests.support.servers.publisher import Publisher, running_publisher


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    with running_publisher() as running:
        yield running


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with client(QUICK) as opened:
        yield opened

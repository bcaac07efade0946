"""Delivery of notices from an outbox on a real PostgreSQL server."""

import pytest

from tests.support.notations import notice_cases

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("channel", ["mail", "webhook"])
@pytest.mark.parametrize("when", ["before it is handed over", "before it is noted"])
def test_a_killed_deliverer_loses_nothing_and_shows_nothing_twice(
    postgres_url: str, channel: str, when: str
) -> None:
    notice_cases.killed_deliverer(postgres_url, channel, when)


@pytest.mark.parametrize("channel", ["mail", "webhook"])
def test_two_deliverers_at_once_send_each_message_once(postgres_url: str, channel: str) -> None:
    notice_cases.two_deliverers(postgres_url, channel)

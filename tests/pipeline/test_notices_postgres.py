"""Delivery of notices from an outbox on a real PostgreSQL server."""

import notice_cases
import pytest

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("when", ["before it is handed over", "before it is noted"])
def test_a_killed_deliverer_loses_nothing_and_shows_nothing_twice(postgres_url: str, when: str) -> None:
    mailboxes, (killed, at_once, later) = notice_cases.killed_deliverer(postgres_url, when)
    assert (killed, at_once, later) == ({"leased": 1, "waiting": 2}, {"leased": 1, "sent": 2}, {"sent": 3})
    assert len(set(mailboxes.ids)) == 3
    assert len(mailboxes.ids) == (3 if when == "before it is handed over" else 4)


def test_two_deliverers_at_once_send_each_message_once(postgres_url: str) -> None:
    delivered, mailboxes, found = notice_cases.two_deliverers(postgres_url)
    assert sum(delivered) == 30
    assert min(delivered) > 0
    assert len(set(mailboxes.ids)) == len(mailboxes.ids) == 30
    assert found == {"sent": 30}

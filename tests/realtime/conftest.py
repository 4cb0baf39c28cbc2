"""Socket tests write from several threads, so each starts with an emptied database instead of a rolled-back one."""

import pytest

from moderation import triggers


@pytest.fixture(autouse=True)
def emptied_afterwards(transactional_db):
    """The log refuses deletion: its guards are lifted to empty the test database, and put back by the flush."""
    yield
    triggers.lift()

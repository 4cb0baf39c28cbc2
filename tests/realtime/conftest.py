"""Socket tests write from several threads, so each starts with an emptied database instead of a rolled-back one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from asgiref.sync import SyncToAsync
from django.db import connections

from moderation import triggers
from realtime import threads


@pytest.fixture(autouse=True)
def emptied_afterwards(transactional_db):
    """The log refuses deletion: its guards are lifted to empty the test database, and put back by the flush."""
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM forum_search")  # no model's table: the flush after other tests leaves it
    yield
    for pool in (threads._reading, threads._speaking, SyncToAsync.single_thread_executor):
        hang_up(pool)
    triggers.lift()


def hang_up(pool: ThreadPoolExecutor) -> None:
    """Close the database connection of every thread: the tools of channels for tests keep them from closing."""
    together = Barrier(len(pool._threads) or 1)

    def close() -> None:
        together.wait(10)
        connections.close_all()

    for done in [pool.submit(close) for _ in range(together.parties)]:
        done.result()

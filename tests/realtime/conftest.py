"""Socket tests write from several threads, so each starts with an emptied database instead of a rolled-back one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from asgiref.sync import SyncToAsync
from django.db import connections
from django.test.utils import CaptureQueriesContext

from moderation import triggers
from realtime import hub, threads


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


@pytest.fixture
def looks(monkeypatch) -> list[tuple[int, int]]:
    """How many events each look at the database found, and in how many queries."""
    found_in = []
    untouched = hub.look

    def counted(*args):
        with CaptureQueriesContext(connections["default"]) as queries:
            found = untouched(*args)
        found_in.append((len(found.told), len(queries)))
        return found

    monkeypatch.setattr(hub, "look", counted)
    return found_in


class SlowRead:
    """The next look from the beginning has its snapshot at once, and is back only when it `goes_on`."""

    def __init__(self, monkeypatch) -> None:
        self._monkeypatch, self.began, self.goes_on = monkeypatch, Event(), Event()

    def next(self) -> None:
        untouched = hub.look

        def look(session: int, after: int) -> hub.Reading:
            found = untouched(session, after)
            if after == 0 and not self.began.is_set():
                self.began.set()
                self.goes_on.wait(5)
            return found

        self._monkeypatch.setattr(hub, "look", look)


@pytest.fixture
def slow_read(monkeypatch) -> SlowRead:
    return SlowRead(monkeypatch)

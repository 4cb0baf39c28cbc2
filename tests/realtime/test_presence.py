"""How many people are here: in bands, over all processes, and nothing of it kept."""

import os
import time
from collections import Counter

import pytest
import redis

from realtime import presence
from tests import servers

pytestmark = [
    pytest.mark.redis,
    pytest.mark.skipif(
        not servers.can("redis") and os.environ.get("CI") != "true", reason="there is no redis-server on this machine"
    ),
]


@pytest.fixture
def shared(settings, monkeypatch):
    """A Redis of its own, and a process that knows nothing yet."""
    with servers.redis(servers.free_port()) as url:
        settings.REDIS_URL = url
        presence._redis.cache_clear()
        for name, value in (
            ("_listening", Counter()),
            ("_sums", {}),
            ("_told_at", -99.0),
            ("_rests_until", 0.0),
        ):
            monkeypatch.setattr(presence, name, value)
        with redis.Redis.from_url(url) as kept:
            yield kept
        presence._redis.cache_clear()


def test_people_of_other_processes_are_counted_and_fade(shared, monkeypatch) -> None:
    for _ in range(4):
        presence.came("abc")
    shared.hset("present:abc", "another", f"9:{time.time():.0f}")
    shared.hset("present:abc", "gone", f"50:{time.time() - 60:.0f}")

    assert presence.people_words("abc") == "about 15 people"
    assert presence.is_due()
    presence.tell()

    assert not presence.is_due()
    assert shared.hget("present:abc", presence._ME).startswith(b"4:")
    assert 0 < shared.ttl("present:abc") <= 30


def test_a_page_asks_seldom(shared) -> None:
    presence.came("abc")
    presence.people_words("abc")
    shared.hset("present:abc", "another", f"90:{time.time():.0f}")

    assert presence.people_words("abc") == "one or two people"


def test_without_an_answer_nothing_is_claimed(settings, shared, caplog) -> None:
    presence._redis.cache_clear()
    settings.REDIS_URL = f"redis://127.0.0.1:{servers.free_port()}/0"
    presence.came("abc")

    presence.tell()

    assert presence.people_words("abc") == ""
    assert "not known" in caplog.text

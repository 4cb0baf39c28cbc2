"""Several processes on a real Redis: hubs wake each other, survive its loss, and limits are shared."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from channels.layers import channel_layers

from peers.limits import Limit
from realtime import broadcast, switchboard
from realtime.hub import Hub
from realtime.limits import RedisBuckets
from realtime.switchboard import Switchboard
from tests import servers
from tests.realtime.helpers import say
from tests.realtime.sockets import open_page

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.redis,
    pytest.mark.skipif(
        not servers.can("redis") and os.environ.get("CI") != "true", reason="there is no redis-server on this machine"
    ),
]


@pytest.fixture
def redis_port() -> int:
    return servers.free_port()


@pytest.fixture
def redis_url(redis_port) -> Iterator[str]:
    with servers.redis(redis_port) as url:
        yield url


def use_layer(settings, url: str) -> None:
    """The layer as the settings write it for this Redis."""
    config = {"hosts": [{"address": url, "socket_timeout": None, "socket_keepalive": True}]}
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": config}
    }
    settings.REDIS_URL = url


@pytest.fixture
async def layer(settings, redis_url):
    use_layer(settings, redis_url)
    yield channel_layers["default"]
    await channel_layers["default"].flush()


@pytest.fixture
def seldom(monkeypatch) -> None:
    """The database is not asked for a minute: what is heard came over the layer."""
    monkeypatch.setattr(switchboard, "EVERY", 60.0)


@pytest.fixture
def elsewhere(monkeypatch) -> None:
    """Nothing is handed over, as what another process saves."""
    monkeypatch.setattr(broadcast, "hubs_of", lambda _session: [])


def test_the_settings_keep_silent_sockets_alive(tmp_path) -> None:
    """redis-py gives up on a silent connection after five seconds unless told otherwise."""
    code = "import json; from config import settings; print(json.dumps(settings.CHANNEL_LAYERS['default']))"
    named = {**os.environ, "LAMPLIGHT_REDIS_URL": "redis://127.0.0.1:1/0", "LAMPLIGHT_DATA": str(tmp_path)}

    printed = subprocess.run([sys.executable, "-c", code], env=named, capture_output=True, text=True, check=True)
    layer = json.loads(printed.stdout)

    assert layer["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"
    assert layer["CONFIG"]["hosts"] == [
        {"address": "redis://127.0.0.1:1/0", "socket_timeout": None, "socket_keepalive": True}
    ]


async def test_a_message_wakes_the_hubs_of_two_processes(ash, session, layer, seldom, monkeypatch) -> None:
    """A second switchboard stands for a second process: it has subscriptions of its own."""
    other, woken = Switchboard(), asyncio.Event()
    async with open_page(session, ash) as page:
        hub: Hub = other.hub_of(session)
        await asyncio.sleep(0.5)
        monkeypatch.setattr(hub, "_tell", wakes(hub, woken))
        began = time.monotonic()
        await page.say("Both hear this.")
        heard = await page.next("event")
        await asyncio.wait_for(woken.wait(), 2)
        took = time.monotonic() - began
        await other.let_go(hub)

    assert "Both hear this." in heard["html"]
    assert took < 2


def wakes(hub: Hub, woken: asyncio.Event):
    untouched = hub._tell

    async def tell() -> None:
        await untouched()
        if hub.last >= 2:
            woken.set()

    return tell


async def test_a_silent_socket_of_twelve_seconds_still_hears_over_the_layer(
    ash, session, layer, seldom, elsewhere
) -> None:
    async with open_page(session) as page:
        assert await page.receive_nothing(timeout=12)
        await say(ash, session, "After a long silence.")
        heard = await page.next("event", within=2)

    assert "After a long silence." in heard["html"]


async def test_without_redis_sockets_open_and_the_database_is_asked(
    ash, session, settings, redis_port, elsewhere
) -> None:
    use_layer(settings, f"redis://127.0.0.1:{redis_port}/0")

    async with open_page(session, ash) as ashs, open_page(session) as reader:
        ack = await ashs.say("Redis is away.")
        heard = await reader.next("event", within=5)
    await channel_layers["default"].flush()

    assert ack["type"] == "ack"
    assert "Redis is away." in heard["html"]


async def test_redis_stopped_in_the_middle_loses_nothing(ash, session, settings, redis_port, elsewhere) -> None:
    async with open_page(session) as page:
        pass  # the first page of the process, before any Redis
    with servers.redis(redis_port) as url:
        use_layer(settings, url)
        reader = open_page(session)
        page = await reader.__aenter__()
        await say(ash, session, "With Redis.")
        first = await page.next("event")
    await say(ash, session, "Without.")
    second = await page.next("event", within=5)
    with servers.redis(redis_port):
        await say(ash, session, "With it again.")
        third = await page.next("event", within=5)
        await reader.__aexit__(None, None, None)
        await channel_layers["default"].flush()

    assert [event["seq"] for event in (first, second, third)] == [2, 3, 4]


async def test_an_answer_is_not_held_up_by_a_lost_redis(ash, session, settings, redis_port) -> None:
    use_layer(settings, f"redis://127.0.0.1:{redis_port}/0")

    async with open_page(session, ash) as page:
        await page.say("One.", "a")
        began = time.monotonic()
        for number in range(5):
            await page.say(f"Line {number}.", f"c{number}")
        took = time.monotonic() - began
    await channel_layers["default"].flush()

    assert took < 4


LIMIT = Limit("test", 3, 60)


def test_two_processes_count_together(redis_url) -> None:
    one, two = RedisBuckets(redis_url), RedisBuckets(redis_url)

    given = [buckets.take(LIMIT, "somebody") for buckets in (one, two, one, two)]
    other = two.take(LIMIT, "somebody else")

    assert given[:3] == [0.0, 0.0, 0.0]
    assert 15 < given[3] <= 20
    assert other == 0.0


def test_many_at_once_take_no_token_twice(redis_url) -> None:
    buckets = RedisBuckets(redis_url)

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: buckets.take(Limit("rush", 20, 600), "somebody"), range(60)))

    assert waits.count(0.0) == 20


def test_tokens_come_back_with_time(redis_url) -> None:
    buckets, quick = RedisBuckets(redis_url), Limit("quick", 1, 1)

    first, second = buckets.take(quick, "somebody"), buckets.take(quick, "somebody")
    time.sleep(1.05)

    assert first == 0.0
    assert 0 < second <= 1
    assert buckets.take(quick, "somebody") == 0.0


def test_networks_have_one_name_in_all_processes_and_none_that_tells_an_address(redis_url) -> None:
    one, two = RedisBuckets(redis_url), RedisBuckets(redis_url)

    name = one.network("198.51.100.7")

    assert name == two.network("198.51.100.200")
    assert name != one.network("198.51.101.7")
    assert name is not None
    assert "198" not in name
    assert one.network("127.0.0.1") is None


def test_nothing_in_redis_outlives_its_limit(redis_url) -> None:
    buckets = RedisBuckets(redis_url)
    buckets.take(LIMIT, "somebody")
    buckets.network("198.51.100.7")

    store = redis.Redis.from_url(redis_url)
    keys = store.keys("*")
    lives = {key: store.ttl(key) for key in keys}
    store.close()

    assert len(keys) == 2
    assert all(0 < seconds <= 7200 for seconds in lives.values())


def test_without_redis_each_process_counts_alone_and_nobody_waits(redis_port) -> None:
    buckets = RedisBuckets(f"redis://127.0.0.1:{redis_port}/0")

    began = time.monotonic()
    waits = [buckets.take(LIMIT, "somebody") for _ in range(5)]
    name = buckets.network("198.51.100.7")

    assert [wait == 0.0 for wait in waits] == [True, True, True, False, False]
    assert name
    assert time.monotonic() - began < 2

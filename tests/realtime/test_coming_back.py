"""Coming back to a room: everything that was missed, once and in order, however lively it is."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest
from asgiref.sync import sync_to_async

from forum.live import reading as live_reading
from realtime import hub
from tests.forum_live.helpers import browser_of
from tests.realtime.helpers import a_slow_return, post_quietly, say
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)


async def test_who_comes_back_gets_exactly_what_was_missed_in_order(ash, session) -> None:
    async with open_page(session) as page:
        await say(ash, session, "Before.")
        last = (await page.next("event"))["seq"]
    for number in range(10):
        await say(ash, session, f"Missed {number}.")

    async with open_page(session, after=last) as page:
        missed = await page.events(10)
        silent = await page.receive_nothing(timeout=1.3)

    assert [event["seq"] for event in missed] == list(range(last + 1, last + 11))
    assert all(f"Missed {number}." in event["html"] for number, event in enumerate(missed))
    assert silent


async def test_resuming_on_an_open_socket_tells_the_same(ash, session) -> None:
    for number in range(3):
        await say(ash, session, f"Line {number}.")

    async with open_page(session) as page:
        await page.send_json_to({"type": "resume", "after": 1})
        told = await page.events(3)

    assert [event["seq"] for event in told] == [2, 3, 4]


async def test_the_same_is_told_over_plain_http(ash, session, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    for number in range(3):
        await say(ash, session, f"Line {number}.")

    async with open_page(session, after=1) as page:
        told = await page.events(3)
    asked = await sync_to_async(browser_of().get)(f"/live/{session.public_id}/events?after=1")

    assert asked.json()["events"] == told
    assert asked.json()["room"]["last_seq"] == 4
    assert asked.json()["more"] is False


async def test_a_long_absence_is_told_in_pieces_and_whole(ash, session, monkeypatch) -> None:
    monkeypatch.setattr(live_reading.events_after, "__defaults__", (7,))
    monkeypatch.setattr(live_reading, "MOST_AT_ONCE", 7)
    for number in range(18):
        await say(ash, session, f"Line {number}.")

    async with open_page(session, after=0) as page:
        told = await page.events(19)

    assert [event["seq"] for event in told] == list(range(1, 20))


async def test_fifty_drops_while_people_talk_lose_and_double_nothing(ash, session, settings) -> None:
    """A listener who is cut off fifty times, at any moment, ends with every event once, in order."""
    settings.PEERS_LIMITS = "peers.limits.MemoryBuckets"
    said = 30

    async def talk() -> None:
        for number in range(said):
            await sync_to_async(post_quietly)(ash, session, f"Line {number}.")

    talking = asyncio.create_task(talk())
    got, after = [], 1
    for drop in range(50):
        async with open_page(session, after=after) as page:
            while not await page.receive_nothing(timeout=0.02 if drop % 2 else 0.005):
                after = (await page.next("event"))["seq"]
                got.append(after)
    await talking
    async with open_page(session, after=after) as page:
        rest = await page.events(said + 1 - after)

    assert [*got, *(event["seq"] for event in rest)] == list(range(2, said + 2))


async def test_a_room_that_comes_back_at_once_is_read_for_once(ash, session, monkeypatch) -> None:
    for number in range(4):
        await say(ash, session, f"Line {number}.")
    asked: list[int] = []

    def slow_look(pk: int, after: int) -> hub.Reading:
        asked.append(after)
        time.sleep(0.4)
        return look(pk, after)

    look = hub.look
    monkeypatch.setattr(hub, "look", slow_look)
    async with AsyncExitStack() as everyone:
        pages = [await everyone.enter_async_context(open_page(session, after=number % 3)) for number in range(12)]
        heard = [[event["seq"] for event in await page.events(5 - number % 3)] for number, page in enumerate(pages)]

    assert heard == [list(range(number % 3 + 1, 6)) for number in range(12)]
    assert len(asked) < 12


async def test_a_room_that_comes_back_is_read_for_once(ash, session, looks) -> None:
    for number in range(4):
        await say(ash, session, f"Line {number}.")

    async with AsyncExitStack() as stack:
        for _ in range(6):  # one after the other: no two reads are under way together
            page = await stack.enter_async_context(open_page(session, after=1))
            assert [event["seq"] for event in await page.events(4)] == [2, 3, 4, 5]

    assert [found for found, _ in looks if found] == [5]


async def test_a_read_begun_before_what_a_page_lacks_does_not_skip_it(ash, session, slow_read) -> None:
    await say(ash, session, "One.")

    async with a_slow_return(session, slow_read) as (reader, first):
        await say(ash, session, "Two.")
        await reader.next("event")
        async with open_page(session, after=2) as second:
            await asyncio.sleep(0.2)  # it waits for the same read
            slow_read.goes_on.set()
            assert (await second.next("event"))["seq"] == 3
        assert [event["seq"] for event in await first.events(3)] == [1, 2, 3]


@pytest.mark.parametrize("kept", [pytest.param(200, id="all kept"), pytest.param(2, id="more than is kept")])
async def test_what_is_told_while_a_page_catches_up_is_not_lost(ash, session, monkeypatch, slow_read, kept) -> None:
    monkeypatch.setattr(hub, "MOST_WAITING", kept)
    await say(ash, session, "Before.")

    async with a_slow_return(session, slow_read) as (reader, page):
        for number in range(4):
            await say(ash, session, f"Meanwhile {number}.")
        await reader.events(4)
        slow_read.goes_on.set()
        heard = [event["seq"] for event in await page.events(6)]

    assert heard == [1, 2, 3, 4, 5, 6]

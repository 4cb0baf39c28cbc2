"""What this process saved reaches its own listeners at once; what others saved is looked for."""

import asyncio
import threading
from contextlib import AsyncExitStack
from typing import Any
from unittest.mock import Mock

import pytest

from forum.live import frames
from realtime import broadcast, hub
from realtime.switchboard import switchboard
from tests.realtime.helpers import a_slow_return, nobody_told, say
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)


async def heard_by_twelve(ash, session) -> list[dict[str, Any]]:
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(open_page(session)) for _ in range(12)]
        await asyncio.sleep(0.2)  # the hub has subscribed, and looked for what came before
        await say(ash, session, "Once for all.")
        return [await page.next("event") for page in pages]


async def test_everyone_listening_costs_one_encoding_and_no_look(ash, session, looks, monkeypatch) -> None:
    tell = Mock(wraps=frames.tell)
    monkeypatch.setattr(frames, "tell", tell)

    heard = await heard_by_twelve(ash, session)

    assert len({event["html"] for event in heard}) == 1
    assert tell.call_count == 1
    assert [look for look in looks if look[0]] == []


async def test_what_another_process_saved_costs_one_look(ash, session, looks, monkeypatch) -> None:
    monkeypatch.setattr(broadcast, "hubs_of", lambda _session: [])

    heard = await heard_by_twelve(ash, session)

    assert len({event["html"] for event in heard}) == 1
    assert [look for look in looks if look[0]] == [(1, 3)]


async def test_what_is_handed_over_wakes_nobody_to_look_for_it(ash, session, looks) -> None:
    async with open_page(session) as page:
        await asyncio.sleep(0.2)
        looks.clear()
        await say(ash, session, "Here at once.")
        await page.next("event")
        await asyncio.sleep(0.2)

    assert looks == []


def look_slowly(session, monkeypatch) -> threading.Event:
    """The hub of this process begins to look, and has found what is there when this is set."""
    goes_on = threading.Event()
    untouched = hub.look

    def slow(pk: int, after: int) -> hub.Reading:
        if after:
            goes_on.wait(5)
        return untouched(pk, after)

    monkeypatch.setattr(hub, "look", slow)
    mine = switchboard().hub_of(session)
    mine.notice(mine.last + 9, mine.standing)
    return goes_on


async def test_what_is_handed_over_while_the_hub_looks_is_heard_once(ash, session, monkeypatch) -> None:
    async with open_page(session) as page:
        await asyncio.sleep(0.2)
        goes_on = look_slowly(session, monkeypatch)
        await say(ash, session, "First.")
        first = await page.next("event")
        goes_on.set()
        await say(ash, session, "Second.")
        second = await page.next("event")

    assert second["seq"] == first["seq"] + 1
    assert ("First." in first["html"], "Second." in second["html"]) == (True, True)


async def test_who_catches_up_while_the_hub_looks_hears_what_is_handed_over_once(
    ash, session, monkeypatch, slow_read
) -> None:
    await say(ash, session, "Before.")

    async with a_slow_return(session, slow_read) as (reader, page):
        goes_on = look_slowly(session, monkeypatch)
        await say(ash, session, "Handed over.")
        await reader.next("event")
        goes_on.set()  # the hub finds the same
        await say(ash, session, "And more.")
        await reader.next("event")
        slow_read.goes_on.set()
        heard = [event["seq"] for event in await page.events(4)]
        silent = await page.receive_nothing(timeout=0.3)

    assert heard == [1, 2, 3, 4]
    assert silent


async def test_a_page_ahead_of_this_process_resumes_and_hears_nothing_twice(ash, session, monkeypatch) -> None:
    async with open_page(session):
        await asyncio.sleep(0.2)
        goes_on = look_slowly(session, monkeypatch)
        with nobody_told():
            await say(ash, session, "Heard elsewhere.")
        async with open_page(session, after=2) as page:
            await page.send_json_to({"type": "resume", "after": 2})
            await asyncio.sleep(0.2)
            goes_on.set()
            await say(ash, session, "New.")
            heard = await page.next("event")

    assert heard["seq"] == 3


async def test_what_is_handed_over_never_overtakes_what_another_process_said(ash, session) -> None:
    async with open_page(session) as page:
        with nobody_told():
            await say(ash, session, "First, elsewhere.")
        await say(ash, session, "Second, here.")
        heard = await page.events(2)

    assert heard[1]["seq"] == heard[0]["seq"] + 1
    assert ("First, elsewhere." in heard[0]["html"], "Second, here." in heard[1]["html"]) == (True, True)


async def test_words_that_cannot_be_handed_over_come_all_the_same(ash, session, monkeypatch) -> None:
    def breaks(*_given):
        raise RuntimeError

    monkeypatch.setattr(hub.Hub, "hand", breaks)
    async with open_page(session) as page:
        await say(ash, session, "Still heard.")
        heard = await page.next("event", within=0.9)  # by the layer: before the next look around

    assert "Still heard." in heard["html"]

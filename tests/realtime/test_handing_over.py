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
from tests.realtime.helpers import nobody_told, say
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


async def test_what_is_handed_over_while_the_hub_looks_is_heard_once(ash, session, monkeypatch) -> None:
    handed = threading.Event()
    untouched = hub.look

    def slow(*args):
        handed.wait(5)
        return untouched(*args)

    async with open_page(session) as page:
        await asyncio.sleep(0.2)
        monkeypatch.setattr(hub, "look", slow)
        switchboard().hub_of(session).notice(9, switchboard().hub_of(session).standing)  # it looks, for the first on
        await say(ash, session, "First.")
        first = await page.next("event")
        handed.set()
        await say(ash, session, "Second.")
        second = await page.next("event")

    assert second["seq"] == first["seq"] + 1
    assert ("First." in first["html"], "Second." in second["html"]) == (True, True)


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

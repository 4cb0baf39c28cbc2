"""Hearing what is said: nothing missed, nothing twice, nothing that is not meant for this listener."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum import notes, showing, signals
from forum.intake import Decision
from forum.live import frames
from forum.live import reading as live_reading
from forum.live.hosting import move
from forum.live.states import Act
from forum.models import LiveEvent, Post, Visibility
from forum.posting import submit_post, withdraw
from peers import limits
from peers.boundaries import block, set_topic_filters
from realtime import broadcast, hub
from realtime.switchboard import switchboard
from tests.conftest import draft
from tests.forum_live.helpers import browser_of
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)


def speak(peer, session, body, **more) -> Post:
    return submit_post(peer=peer, place=session, draft=draft(body, **more))


@contextmanager
def nobody_told() -> Iterator[None]:
    """As when a worker or a shell writes: neither the hubs here nor the layer are told."""
    receivers, signals.live_moved.receivers = signals.live_moved.receivers, []
    signals.live_moved.sender_receivers_cache.clear()
    try:
        yield
    finally:
        signals.live_moved.receivers = receivers
        signals.live_moved.sender_receivers_cache.clear()


say = sync_to_async(speak)
show_as = sync_to_async(transaction.atomic(showing.set_visibility))


async def test_words_said_over_a_page_reach_open_sockets(ash, session) -> None:
    async with open_page(session) as page:
        await say(ash, session, "From a form.")
        heard = await page.next("event", within=2)

    assert "From a form." in heard["html"]


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


def post_quietly(peer, session, body) -> None:
    """A message by a person over no limit."""
    limits.buckets.cache_clear()
    speak(peer, session, body)


async def test_a_held_message_reaches_nobody_until_it_is_released(ash, blue, session) -> None:
    post = await say(ash, session, "Held words.")
    await show_as(post, Visibility.HELD, hold_until=timezone.now() + timedelta(hours=1))

    async with open_page(session, blue, after=0) as blues, open_page(session, ash, after=0) as ashs:
        everything = [*await blues.events(5), *await ashs.events(5)]
        await show_as(await Post.objects.aget(), Visibility.PUBLISHED)
        released = await blues.next_told()

    assert not any("Held words." in event.get("html", "") for event in everything)
    assert (released["kind"], released["about"]) == ("changed", 2)
    assert "Held words." in released["html"]


async def test_a_message_held_from_the_start_gets_its_number_at_its_release(ash, session, monkeypatch) -> None:
    monkeypatch.setattr("forum.posting.intake", Holds)
    async with open_page(session, ash) as ashs, open_page(session) as reader:
        ack = await ashs.say("Please hold this.")
        silent = await reader.hears_nothing(within=1.2)
        events_before = await LiveEvent.objects.filter(kind="said").acount()
        await show_as(await Post.objects.aget(), Visibility.PUBLISHED)
        heard = await reader.next_told()

    assert (ack["state"], ack["seq"]) == ("held", None)
    assert "Please hold this." in ack["html"]
    assert "Only you can see this" in ack["html"]
    assert silent
    assert events_before == 0
    assert heard["kind"] == "said"


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


async def test_a_read_begun_before_what_a_page_lacks_does_not_skip_it(ash, session, monkeypatch) -> None:
    await say(ash, session, "One.")
    began, look = threading.Event(), hub.look

    def late_look(pk: int, after: int) -> hub.Reading:
        found = look(pk, after)
        if after == 0 and not began.is_set():  # it has its snapshot; another message comes before it is back
            began.set()
            time.sleep(1.5)
        return found

    async with open_page(session) as reader:
        monkeypatch.setattr(hub, "look", late_look)
        async with open_page(session, after=0) as first:
            await asyncio.to_thread(began.wait, 3)
            await say(ash, session, "Two.")
            await reader.next("event")
            async with open_page(session, after=2) as second:
                assert (await second.next("event"))["seq"] == 3
            assert [event["seq"] for event in await first.events(3)] == [1, 2, 3]


@pytest.mark.parametrize("kept", [pytest.param(200, id="all kept"), pytest.param(2, id="more than is kept")])
async def test_what_is_told_while_a_page_catches_up_is_not_lost(ash, session, monkeypatch, kept) -> None:
    monkeypatch.setattr(hub, "MOST_WAITING", kept)
    await say(ash, session, "Before.")
    began, goes_on, look = threading.Event(), threading.Event(), hub.look

    def slow_look(pk: int, after: int) -> hub.Reading:
        found = look(pk, after)
        if after == 0 and not began.is_set():
            began.set()
            goes_on.wait(5)
        return found

    async with open_page(session) as reader:
        monkeypatch.setattr(hub, "look", slow_look)
        async with open_page(session, after=0) as page:
            await asyncio.to_thread(began.wait, 3)
            for number in range(4):
                await say(ash, session, f"Meanwhile {number}.")
            await reader.events(4)
            goes_on.set()
            heard = [event["seq"] for event in await page.events(6)]

    assert heard == [1, 2, 3, 4, 5, 6]


class Holds:
    """An intake that holds everything."""

    version = "holds"
    refusal = None
    urgent = False

    def judge(self, *_):
        return self

    def record(self, *_):
        return Decision(visibility=Visibility.HELD, hold_until=timezone.now() + timedelta(hours=1), reason_key="threat")


async def test_taking_words_down_is_told_to_everyone(ash, session) -> None:
    async with open_page(session) as page:
        post = await say(ash, session, "Said too much.")
        await page.next("event")
        await sync_to_async(withdraw)(peer=ash, post=post)
        told = await page.next("event")

    assert (told["kind"], told["about"], told["post"]) == ("removed", 2, post.public_id)
    assert "Said too much." not in told["html"]


async def test_a_blocked_person_is_a_bare_number_both_ways(ash, blue, wren, session) -> None:
    await sync_to_async(block)(peer=blue, other=ash, name_met="someone")

    async with open_page(session, blue) as blues, open_page(session, ash) as ashs, open_page(session) as reader:
        await ashs.say("Ash speaks.")
        to_blue, to_reader = await blues.next("event"), await reader.next("event")
        await blues.say("Blue speaks.")
        to_ash = (await ashs.events(2))[1]

    assert to_blue == {"type": "event", "seq": 2}
    assert to_ash == {"type": "event", "seq": 3}
    assert "Ash speaks." in to_reader["html"]


async def test_a_block_made_while_listening_holds_from_the_next_message(ash, blue, session) -> None:
    async with open_page(session, blue) as blues:
        await sync_to_async(block)(peer=blue, other=ash, name_met="someone")
        await say(ash, session, "Too late.")
        heard = await blues.next("event")

    assert heard == {"type": "event", "seq": 2}


async def test_topics_are_folded_or_left_out_as_each_listener_asked(ash, blue, session) -> None:
    await sync_to_async(set_topic_filters)(peer=blue, ways={"death": "fold", "alcohol": "hide"})

    async with open_page(session, blue) as blues, open_page(session) as reader:
        await say(ash, session, "Her garden still grows.", notes=notes.to_bits(["death"]))
        await say(ash, session, "One year today.", notes=notes.to_bits(["alcohol"]))
        folded, hidden = await blues.events(2)
        plain, _ = await reader.events(2)

    assert "<details" in folded["html"]
    assert "<details" not in plain["html"]
    assert hidden == {"type": "event", "seq": 3}


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


async def test_a_room_that_comes_back_is_read_for_once(ash, session, looks) -> None:
    for number in range(4):
        await say(ash, session, f"Line {number}.")

    async with AsyncExitStack() as stack:
        for _ in range(6):  # one after the other: no two reads are under way together
            page = await stack.enter_async_context(open_page(session, after=1))
            assert [event["seq"] for event in await page.events(4)] == [2, 3, 4, 5]

    assert [found for found, _ in looks if found] == [5]


async def test_who_comes_back_just_after_a_removal_gets_no_word_of_it(ash, session) -> None:
    async with open_page(session) as listening:
        post = await say(ash, session, "Taken back at once.")
        await listening.next("event")
        async with open_page(session, after=1) as before:
            assert "Taken back" in (await before.next("event"))["html"]
            await sync_to_async(withdraw)(peer=ash, post=post)
            await listening.next("event")
            async with open_page(session, after=1) as later:
                told = await later.events(2)

    assert "Taken back" not in str(told)


async def test_words_that_cannot_be_handed_over_come_all_the_same(ash, session, monkeypatch) -> None:
    def breaks(*_given):
        raise RuntimeError

    monkeypatch.setattr(hub.Hub, "hand", breaks)
    async with open_page(session) as page:
        await say(ash, session, "Still heard.")
        heard = await page.next("event", within=0.9)  # by the layer: before the next look around

    assert "Still heard." in heard["html"]


async def test_state_changes_are_told_with_the_words_of_the_bar(host, session) -> None:
    async with open_page(session) as page:
        await sync_to_async(move)(host=host, session=session, act=Act.SLOW)
        event, room = await page.next("event"), await page.next("room")

    assert (event["kind"], event["state"]) == ("state", "slow")
    assert (room["state"], room["may_speak"]) == ("slow", True)
    assert "every 20 s" in room["html"]


async def test_changes_by_another_process_are_heard_within_two_seconds(ash, session, settings) -> None:
    """Nothing is told over the layer, as when a worker or a shell writes: the database is asked once a second."""
    async with open_page(session) as page:
        with nobody_told():
            await say(ash, session, "From elsewhere.")
            heard = await page.next("event", within=2)

    assert "From elsewhere." in heard["html"]


async def test_nobody_listening_leaves_nothing_running(session) -> None:
    for _ in range(10):  # opened and left at once, in the middle of subscribing
        async with open_page(session), open_page(session):
            pass
    await asyncio.sleep(0.1)

    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not any(name in {"hub", "switchboard", "desk hub"} or name.startswith("subscription") for name in names)

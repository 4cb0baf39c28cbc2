"""Who comes back hears nothing that was taken back or that a block keeps from them, however the words were kept."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from forum import showing
from forum.live import frames
from forum.live import reading as live_reading
from forum.models import EventKind, LiveSession, LiveState
from forum.posting import withdraw
from peers.boundaries import block
from realtime import hub
from realtime import switchboard as switchboard_of
from realtime.switchboard import switchboard
from tests.realtime.helpers import a_slow_return, nobody_told, say
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)


@sync_to_async
def many_events(session, count: int) -> None:
    with transaction.atomic():
        for _ in range(count):
            showing.add_event(session.pk, EventKind.STATE, state=LiveState.OPEN)


async def until_removed(page) -> None:
    while (await page.next("event"))["kind"] != "removed":
        pass


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


async def test_a_read_as_long_as_a_read_may_be_is_not_used_again_after_a_removal(ash, session, monkeypatch) -> None:
    monkeypatch.setattr(live_reading, "MOST_AT_ONCE", 8)
    monkeypatch.setattr(live_reading.events_after, "__defaults__", (8,))
    async with open_page(session) as listening:
        post = await say(ash, session, "Taken back at once.")
        await many_events(session, 12)
        await listening.events(13)
        async with open_page(session, after=1) as before:
            assert "Taken back" in (await before.next("event"))["html"]
            await sync_to_async(withdraw)(peer=ash, post=post)
            await until_removed(listening)
            async with open_page(session, after=1) as later:
                first = await later.next("event")

    assert "Taken back" not in str(first)


async def test_words_taken_back_while_a_page_catches_up_do_not_reach_it(ash, session, slow_read) -> None:
    await say(ash, session, "Before.")

    async with a_slow_return(session, slow_read) as (reader, page):
        post = await say(ash, session, "Taken back meanwhile.")
        await sync_to_async(withdraw)(peer=ash, post=post)
        await until_removed(reader)
        slow_read.goes_on.set()
        heard = await page.events(4)

    assert [event["seq"] for event in heard] == [1, 2, 3, 4]
    assert "Taken back" not in str(heard)


async def test_a_block_counts_for_words_that_were_read_before_it(ash, blue, session) -> None:
    async with open_page(session) as listening:
        await say(ash, session, "Words of Ash.")
        await listening.next("event")
        async with open_page(session, after=1) as before:
            await before.next("event")
            await sync_to_async(block)(peer=blue, other=ash, name_met="Ash")
            async with open_page(session, blue, after=1) as later:
                first = await later.next("event")

    assert first == {"type": "event", "seq": 2}


async def test_the_first_words_of_a_new_host_are_told_as_the_hosts(ash, session, monkeypatch) -> None:
    encoded, goes_on, tell = threading.Event(), threading.Event(), frames.tell

    def slow_tell(event, as_it_stands):
        found = tell(event, as_it_stands)
        if event.kind == EventKind.SAID and not encoded.is_set():
            encoded.set()
            goes_on.wait(5)
        return found

    def take_over() -> None:
        LiveSession.objects.filter(pk=session.pk).update(host=ash)
        showing.add_event(session.pk, EventKind.STATE, state=LiveState.OPEN)

    async with open_page(session) as page:
        with nobody_told():
            await sync_to_async(take_over)()
        monkeypatch.setattr(frames, "tell", slow_tell)
        monkeypatch.setattr(live_reading.events_after, "__defaults__", (1,))  # a look from before the words
        saying = asyncio.create_task(say(ash, session, "Good evening."))
        await asyncio.to_thread(encoded.wait, 3)
        here = switchboard().hub_of(session)
        here.notice(99, here.standing)
        assert (await page.next("event"))["kind"] == "state"
        goes_on.set()
        await saying
        said = await page.next("event")

    assert "said-host" in said["html"]


async def test_a_new_host_who_comes_between_two_questions_of_a_look_is_known_as_the_host(
    ash, session, monkeypatch
) -> None:
    came, asked = threading.Event(), live_reading.events_after

    def take_over() -> None:
        LiveSession.objects.filter(pk=session.pk).update(host=ash)
        showing.add_event(session.pk, EventKind.STATE, state=LiveState.OPEN)

    def asked_late(as_read, after: int):
        if not came.is_set():  # the session was read, its events were not
            take_over()
            came.set()
        return asked(as_read, after)

    monkeypatch.setattr(switchboard_of, "EVERY", 60.0)  # it would look again, and mend it
    async with open_page(session) as page:
        monkeypatch.setattr(live_reading, "events_after", asked_late)
        here = switchboard().hub_of(session)
        with nobody_told():
            here.notice(99, here.standing)
            await asyncio.to_thread(came.wait, 20)
            await asyncio.sleep(0.1)
        saying = asyncio.create_task(say(ash, session, "Good evening."))
        told = await page.events(2)
        await saying

    assert [event["kind"] for event in told] == ["state", "said"]
    assert "said-host" in told[1]["html"]


async def test_a_new_host_sees_their_own_first_words_as_the_hosts(ash, session, monkeypatch) -> None:
    monkeypatch.setattr(switchboard_of, "EVERY", 60.0)
    async with open_page(session, ash) as page:
        with nobody_told():  # this process has not heard of it yet
            await LiveSession.objects.filter(pk=session.pk).aupdate(host=ash)
        ack = await page.say("Good evening.")

    assert ack["type"] == "ack"
    assert "said-host" in ack["html"]


async def test_a_new_standing_is_told_although_a_look_failed_on_the_way(session, monkeypatch) -> None:
    def slow_down() -> None:
        LiveSession.objects.filter(pk=session.pk).update(state=LiveState.SLOW)
        for _ in range(3):
            showing.add_event(session.pk, EventKind.STATE, state=LiveState.SLOW)

    async with open_page(session) as page:
        monkeypatch.setattr(live_reading, "MOST_AT_ONCE", 2)
        monkeypatch.setattr(live_reading.events_after, "__defaults__", (2,))
        look, asked = hub.look, []

        def fails_once(pk: int, after: int) -> hub.Reading:
            asked.append(after)
            if len(asked) == 2:
                raise RuntimeError
            return look(pk, after)

        monkeypatch.setattr(hub, "look", fails_once)
        await sync_to_async(transaction.atomic(slow_down))()
        await page.events(3)
        room = await page.next("room", within=5)

    assert room["state"] == "slow"

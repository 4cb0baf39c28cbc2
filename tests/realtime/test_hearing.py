"""Hearing what is said: nothing missed, nothing twice, nothing that is not meant for this listener."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from forum import notes
from forum.intake import Decision
from forum.live.hosting import move
from forum.live.states import Act
from forum.models import LiveEvent, Post, Visibility
from forum.posting import withdraw
from peers.boundaries import block, set_topic_filters
from tests.realtime.helpers import nobody_told, say, show_as
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)


async def test_words_said_over_a_page_reach_open_sockets(ash, session) -> None:
    async with open_page(session) as page:
        await say(ash, session, "From a form.")
        heard = await page.next("event", within=2)

    assert "From a form." in heard["html"]


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


class Holds:
    """An intake that holds everything."""

    version = "holds"
    refusal = None
    urgent = False

    def judge(self, *_):
        return self

    def record(self, *_):
        return Decision(visibility=Visibility.HELD, hold_until=timezone.now() + timedelta(hours=1), reason_key="threat")


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


async def test_a_block_made_while_listening_holds_both_ways_from_the_next_message(ash, blue, session) -> None:
    async with open_page(session, blue) as blues, open_page(session, ash) as ashs:
        await sync_to_async(block)(peer=blue, other=ash, name_met="someone")
        await say(ash, session, "Too late.")
        await say(blue, session, "Too late as well.")
        to_blue, to_ash = await blues.next("event"), (await ashs.events(2))[1]

    assert to_blue == {"type": "event", "seq": 2}
    assert to_ash == {"type": "event", "seq": 3}


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

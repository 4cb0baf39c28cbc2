"""What passes by in an open room: someone writes, something is for one person alone, a topic is left out."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from forum import notes
from forum.live.hosting import give_floor, move, raise_hand, renew_lease
from forum.live.states import Act
from forum.models import LiveEvent, LiveSession, Post
from forum.posting import submit_post
from realtime import hub
from realtime.live import LiveSocket
from tests.conftest import draft
from tests.realtime.sockets import open_page
from tests.realtime.test_host_present import lapse

pytestmark = pytest.mark.django_db(transaction=True)


async def test_others_are_told_that_someone_writes_and_nothing_else(ash, blue, session) -> None:
    async with open_page(session, ash) as ashs, open_page(session, blue) as blues:
        await ashs.send_json_to({"type": "writing"})
        told = await blues.next("writing")
        await ashs.send_json_to({"type": "ping"})
        answer = await ashs.next("pong", "writing", "error")

    assert told == {"type": "writing"}
    assert answer == {"type": "pong"}
    assert await Post.objects.acount() == 0


async def test_it_is_told_seldom_however_many_write(ash, blue, session, monkeypatch) -> None:
    monkeypatch.setattr(hub, "WRITING_EVERY", 60.0)
    async with open_page(session, ash) as ashs, open_page(session, blue) as blues, open_page(session) as reader:
        await ashs.send_json_to({"type": "writing"})
        await reader.next("writing")
        await blues.send_json_to({"type": "writing"})
        await blues.send_json_to({"type": "ping"})
        await blues.next("pong")

        assert await reader.receive_nothing(timeout=0.2)


async def test_nobody_who_cannot_send_is_said_to_write(ash, blue, session) -> None:
    async with open_page(session) as stranger, open_page(session, ash) as ashs, open_page(session, blue) as blues:
        await stranger.send_json_to({"type": "writing"})
        await sync_to_async(lapse)(session)
        await blues.next("room")
        await ashs.send_json_to({"type": "writing"})
        await ashs.send_json_to({"type": "ping"})
        await ashs.next("pong")

        assert await blues.receive_nothing(timeout=0.2)


async def test_it_is_told_in_a_quiet_room_whose_host_goes_on_being_there(ash, blue, host, session) -> None:
    ends = timezone.now() + timedelta(seconds=1)
    await LiveSession.objects.aupdate(host_until=ends)
    async with open_page(session, ash) as ashs, open_page(session, blue) as blues:
        await sync_to_async(renew_lease)(host=host, session=session)
        await asyncio.sleep((ends - timezone.now()).total_seconds() + 0.1)
        await ashs.send_json_to({"type": "writing"})

        assert await blues.next("writing")


async def test_work_that_ends_before_its_first_turn_was_never_begun(session) -> None:
    socket, begun = LiveSocket(), []

    async def work() -> None:
        begun.append(1)

    task = socket.begin(work)
    task.cancel()
    await asyncio.wait({task})

    assert task.cancelled()
    assert not begun


async def test_a_hand_reaches_the_hosts_page_at_once_and_no_other(ash, blue, host, session) -> None:
    async with open_page(session, host) as hosts, open_page(session, blue) as blues:
        await sync_to_async(raise_hand)(peer=ash, session=session)
        told, other = await hosts.next("event"), await blues.next("event")

    assert told == {"type": "event", "seq": told["seq"], "kind": "aside"}
    assert other == {"type": "event", "seq": told["seq"]}


async def test_a_held_message_is_told_to_the_host_and_its_author_alone(ash, blue, host, session) -> None:
    async with open_page(session, host) as hosts, open_page(session, blue) as blues, open_page(session, ash) as ashs:
        answer = await ashs.say("Just do it already, nobody would miss you.")
        asides = [await page.next_told() for page in (hosts, ashs)]

        assert await blues.hears_nothing(within=0.3)
    assert answer["state"] == "held"
    assert {event["kind"] for event in asides} == {"aside"}


async def test_whoever_gets_the_floor_is_named_to_all(ash, host, session) -> None:
    await sync_to_async(move)(host=host, session=session, act=Act.ONE_VOICE)
    async with open_page(session, ash) as ashs:
        await sync_to_async(give_floor)(host=host, session=session, peer=ash)
        room = await ashs.next("room")
        while not room["floor"]:
            room = await ashs.next("room")
        answer = await ashs.say("Thank you.")

    assert (room["may_speak"], room["host"]) == (False, "River")
    assert (answer["type"], answer["name"]) == ("ack", room["floor"])


async def test_topics_left_out_for_a_visit_are_bare_numbers(blue, session) -> None:
    async with open_page(session, query="&hide=death") as reader, open_page(session, query="&fold=death") as other:
        words = draft("About the funeral.", notes=notes.to_bits(["death"]))
        await sync_to_async(submit_post)(peer=blue, place=session, draft=words)
        left_out, folded = await reader.next("event"), await other.next("event")

    assert left_out == {"type": "event", "seq": await LiveEvent.objects.values_list("seq", flat=True).alast()}
    assert "Content note: death" in folded["html"]

"""Nobody speaks without a present host."""

import threading
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.utils import timezone

from forum.live.hosting import move, renew_lease, schedule, step_out
from forum.live.states import Act
from forum.models import EventKind, LiveEvent, LiveSession, Post
from forum.posting import NobodyHosts, submit_post
from peers.models import Peer
from peers.naming import persona_for
from tests.conftest import draft
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)


def lapse(session) -> None:
    LiveSession.objects.filter(pk=session.pk).update(host_until=timezone.now() - timedelta(seconds=1))


async def test_a_lease_that_ran_out_pauses_the_room_and_says_so(ash, session) -> None:
    async with open_page(session, ash) as page:
        await sync_to_async(lapse)(session)
        room = await page.next("room", within=2.5)
        answer = await page.say("Anyone?")

    assert (room["holding"], room["may_speak"]) == (True, False)
    assert "Messages are paused for safety" in room["html"]
    assert (answer["type"], answer["reason"]) == ("rejected", "nobody_hosts")
    assert await Post.objects.acount() == 0


async def test_the_room_goes_on_when_the_host_is_back(ash, host, session) -> None:
    await sync_to_async(lapse)(session)

    async with open_page(session, ash) as page:
        await sync_to_async(renew_lease)(host=host, session=session)
        room = await page.next("room")
        answer = await page.say("Good.")

    assert room["may_speak"] is True
    assert answer["type"] == "ack"


@pytest.mark.parametrize("acts", [[], [Act.OPEN_LOBBY], [Act.OPEN, Act.ONE_VOICE], [Act.OPEN, Act.CLOSE]])
def test_in_these_states_nobody_but_perhaps_the_host_speaks(ash, host, room, acts) -> None:
    session = schedule(host=host, room=room, title="Later")
    for act in acts:
        move(host=host, session=session, act=act)

    with pytest.raises(NobodyHosts):
        submit_post(peer=ash, place=session, draft=draft("Too early."))

    assert not Post.objects.exists()


def test_a_host_who_steps_out_while_many_speak_ends_all_talk_at_one_moment(host, session) -> None:
    """After the event of stepping out no message may follow, however the threads fall."""
    peers = [Peer.objects.create() for _ in range(6)]
    begin = threading.Barrier(7)

    def talk(peer: Peer) -> None:
        begin.wait()
        for number in range(5):
            try:
                submit_post(peer=peer, place=session, draft=draft(f"Line {number}."))
            except NobodyHosts:
                break
        connections.close_all()

    threads = [threading.Thread(target=talk, args=(peer,)) for peer in peers]
    for thread in threads:
        thread.start()
    begin.wait()
    step_out(host=host, session=session)
    for thread in threads:
        thread.join()

    kinds = list(LiveEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds[-1] == EventKind.STATE
    assert list(LiveEvent.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, len(kinds) + 1))


def test_stepping_out_waits_for_words_that_are_just_being_said(ash, host, session, monkeypatch) -> None:
    """Between the look at the host's lease and the message's number nobody can step out."""
    speaking, stepped_out = threading.Event(), threading.Event()

    def slowly(**given):
        speaking.set()
        stepped_out.wait(0.5)
        return persona_for(**given)

    def talk() -> None:
        submit_post(peer=ash, place=session, draft=draft("Just in time."))
        connections.close_all()

    monkeypatch.setattr("forum.posting.persona_for", slowly)
    thread = threading.Thread(target=talk)

    thread.start()
    speaking.wait(5)
    step_out(host=host, session=session)
    stepped_out.set()
    thread.join()

    kinds = list(LiveEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == [EventKind.STATE, EventKind.SAID, EventKind.STATE]

"""Speaking in a live room over the socket: heard by all, acknowledged once it is safe, never twice."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from forum import posting, showing
from forum.live.hosting import move
from forum.live.saying import say
from forum.live.states import Act
from forum.models import LiveEvent, Post
from moderation.models import Case
from peers.models import Peer
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)


async def test_two_peers_speak_and_see_each_other(ash, blue, session) -> None:
    async with open_page(session, ash) as ashs, open_page(session, blue) as blues:
        await ashs.say("I made soup today.")
        heard = await blues.next("event")
        await blues.say("Soup counts.")
        answered = (await ashs.events(2))[1]

    assert "I made soup today." in heard["html"]
    assert "Soup counts." in answered["html"]
    assert (heard["seq"], answered["seq"]) == (2, 3)


async def test_a_reader_without_identity_hears_and_gets_no_voice(ash, session) -> None:
    async with open_page(session) as reader, open_page(session, ash) as ashs:
        await ashs.say("Hello.")
        heard = await reader.next("event")
        answer = await reader.say("May I?")

    assert "Hello." in heard["html"]
    assert reader.hello["has_voice"] is False
    assert (answer["type"], answer["reason"]) == ("rejected", "no_voice")
    assert await Post.objects.acount() == 1


async def test_an_acknowledgement_comes_only_after_the_commit(ash, session, monkeypatch) -> None:
    """The transaction is kept open: no acknowledgement may arrive, and a rollback must leave none."""
    in_transaction, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    untouched = showing.add_event

    def slow(*args, **kwargs):
        event = untouched(*args, **kwargs)
        loop.call_soon_threadsafe(in_transaction.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        return event

    monkeypatch.setattr(showing, "add_event", slow)
    async with open_page(session, ash) as page:
        await page.send_json_to({"type": "say", "client_id": "one", "body": "Still here."})
        await asyncio.wait_for(in_transaction.wait(), 5)
        silent = await page.receive_nothing(timeout=0.5)
        saved_before = await Post.objects.acount()
        go_on.set()
        ack = await page.next("ack")

    assert silent
    assert saved_before == 0
    assert ack["seq"] == 2
    assert await Post.objects.acount() == 1


async def test_a_message_that_cannot_be_committed_is_not_acknowledged(ash, session, monkeypatch) -> None:
    def fails(*_args, **_kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(showing, "add_event", fails)
    async with open_page(session, ash) as page:
        await page.send_json_to({"type": "say", "client_id": "one", "body": "Still here."})
        answer = await page.next("ack", "error")
        code = await page.close_code()

    assert answer["type"] == "error"
    assert "disk" not in str(answer)
    assert code == 4011
    assert await Post.objects.acount() == 0


async def test_the_same_message_sent_again_is_the_same_message(ash, session) -> None:
    async with open_page(session, ash) as page:
        first = await page.say("Once.", "the-same")
        again = await page.say("Once.", "the-same")
        other = await page.say("Other words, sent under the same id.", "the-same")

    assert (first["seq"], first["post"]) == (again["seq"], again["post"])
    assert other["post"] != first["post"]
    assert await Post.objects.acount() == 2


async def test_words_at_risk_are_heard_and_answered_with_help_in_the_same_frame(ash, blue, session) -> None:
    async with open_page(session, ash) as ashs, open_page(session, blue) as blues:
        ack = await ashs.say("I am going to end my life tonight")
        heard = await blues.next("event")

    assert ack["state"] == "said"
    assert "help-card" in ack["card"]
    assert "help-card" not in heard["html"]
    assert "help now" in heard["html"]
    assert "<details" in heard["html"]
    assert await Case.objects.filter(post__public_id=ack["post"]).aexists()


@pytest.mark.parametrize(("body", "reason"), [("", "empty"), ("  \n\u200b ", "empty"), ("a" * 501, "too_long")])
async def test_what_cannot_be_said_is_given_a_reason(ash, session, body, reason) -> None:
    async with open_page(session, ash) as page:
        answer = await page.say(body)

    assert (answer["type"], answer["reason"]) == ("rejected", reason)
    assert answer["sentence"]
    assert await Post.objects.acount() == 0


@pytest.mark.parametrize("body", ["a", "a" * 500, "\x00a\x00", "z\u0351\u0352" * 100, "\u202eback", "\ud800 a"])
async def test_strange_but_readable_words_are_said(ash, session, body) -> None:
    async with open_page(session, ash) as page:
        answer = await page.say(body)

    assert answer["type"] == "ack"


async def test_slow_mode_says_how_long_to_wait(ash, host, session) -> None:
    await sync_to_async(move)(host=host, session=session, act=Act.SLOW)

    async with open_page(session, ash) as page:
        await page.say("One.", "a")
        answer = await page.say("Two.", "b")

    assert answer["reason"] == "too_soon"
    assert 0 < answer["seconds"] <= 20


def test_the_same_message_twice_at_once_is_not_told_to_wait_for_itself(ash, host, session, monkeypatch) -> None:
    """Over two sockets, or sent again by a page that came back: the other one is said while this one is judged."""
    move(host=host, session=session, act=Act.SLOW)
    typed, judged, first = {"client_id": "a", "body": "One."}, posting._judge, []

    def judge(draft, context):
        monkeypatch.setattr(posting, "_judge", judged)
        first.append(say(peer=ash, session=session, typed=typed))
        return judged(draft, context)

    monkeypatch.setattr(posting, "_judge", judge)

    assert say(peer=ash, session=session, typed=typed) == first[0]
    assert Post.objects.count() == 1


async def test_in_slow_mode_a_cry_for_help_waits_for_nothing(ash, host, session) -> None:
    await sync_to_async(move)(host=host, session=session, act=Act.SLOW)

    async with open_page(session, ash) as page:
        await page.say("One.", "a")
        answer = await page.say("I am going to end my life tonight", "b")

    assert answer["type"] == "ack"


async def test_speakers_at_once_leave_no_gap(host, session) -> None:
    peers = [await Peer.objects.acreate() for _ in range(8)]

    async def talk(peer, number):
        async with open_page(session, peer) as page:
            return [(await page.say(f"Line {number} {line}.", f"c{number}-{line}"))["seq"] for line in range(4)]

    given = await asyncio.gather(*[talk(peer, number) for number, peer in enumerate(peers)])

    numbers = [seq async for seq in LiveEvent.objects.order_by("seq").values_list("seq", flat=True)]
    assert sorted(seq for some in given for seq in some) == list(range(2, 34))
    assert numbers == list(range(1, 34))

"""What a socket refuses, survives, and when it ends."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from forum.live.hosting import move
from forum.live.states import Act
from peers.arriving import end_every_session, sign_out
from peers.leaving import Way, leave
from peers.models import Session
from realtime.closing import Close
from tests.realtime.sockets import Page, open_page, session_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        b"",
        b"null",
        b"https://elsewhere.example",
        b"http://localhost.elsewhere.example",
        b"http://localhost:8080",
        b"file://localhost",
        b"http://elsewhere.example@localhost.example",
    ],
)
async def test_a_foreign_or_missing_origin_does_not_get_in(session, origin) -> None:
    for path in (f"/live/{session.public_id}/socket", "/desk/socket"):
        connected, _ = await Page(path, origin=origin).connect()

        assert not connected


async def test_a_host_that_is_not_ours_does_not_get_in(session) -> None:
    page = Page(f"/live/{session.public_id}/socket", origin=b"http://elsewhere.example", host=b"elsewhere.example")

    connected, _ = await page.connect()

    assert not connected


@pytest.mark.parametrize(
    "path", ["/", "/live/", "/live/UPPER/socket", "/live/nowhere12345/socket", "/socket", "/a/b/c"]
)
async def test_an_unknown_address_is_closed_with_a_code_of_ours(path) -> None:
    page = Page(path)
    connected, _ = await page.connect()

    assert connected
    assert await page.close_code() == Close.NOT_FOUND


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "{",
        "nonsense",
        "[]",
        "1",
        "null",
        '"say"',
        "{}",
        '{"type": 1}',
        '{"type": "dance"}',
        '{"type": "say"}',
        '{"type": "say", "client_id": "x", "body": 5}',
        '{"type": "say", "client_id": "", "body": "a"}',
        '{"type": "say", "client_id": "not an id", "body": "a"}',
        '{"type": "say", "client_id": ["x"], "body": "a"}',
        '{"type": "resume"}',
        '{"type": "resume", "after": -1}',
        '{"type": "resume", "after": true}',
        '{"type": "resume", "after": 1e999}',
        '{"type": "resume", "after": 99999999999999999999999}',
        "[" * 30_000,
        json.dumps({"type": "say", "client_id": "x", "body": "a" * 70_000}),
    ],
)
async def test_a_frame_that_cannot_be_read_is_answered_in_a_sentence(ash, session, text) -> None:
    async with open_page(session, ash) as page:
        await page.send_to(text_data=text)
        error = await page.next("error")
        after = await page.say("Still connected.")

    assert error["sentence"].endswith(".")
    assert "Traceback" not in error["sentence"]
    assert after["type"] == "ack"


async def test_a_binary_frame_is_answered_in_a_sentence(ash, session) -> None:
    async with open_page(session, ash) as page:
        await page.send_to(bytes_data=b"\x00\xff\xfe")
        error = await page.next("error")

    assert "binary" in error["sentence"]


async def test_a_strange_beginning_starts_now(ash, session) -> None:
    for after in ("-1", "abc", "٣", "1" * 40, "1&after=2"):
        page = Page(f"/live/{session.public_id}/socket?after={after}")
        await page.connect()

        assert (await page.next("hello"))["last_seq"] == 1
        await page.disconnect()


async def test_a_flood_of_frames_is_closed(session) -> None:
    async with open_page(session) as page:
        for _ in range(60):
            await page.send_json_to({"type": "ping"})

        assert await page.close_code() == Close.TOO_MANY


async def test_a_ping_is_answered(session) -> None:
    async with open_page(session) as page:
        await page.send_json_to({"type": "ping"})

        assert await page.next("pong") == {"type": "pong"}


async def test_signing_out_closes_the_socket_within_a_second(ash, blue, session) -> None:
    async with open_page(session, ash) as ashs, open_page(session, blue) as blues:
        await sync_to_async(sign_out)(session=ashs.session)

        assert await ashs.close_code(within=1) == Close.SIGNED_OUT
        assert (await blues.say("Still here."))["type"] == "ack"


async def test_a_ban_closes_every_socket_of_the_person(ash, session) -> None:
    async with open_page(session, ash) as one, open_page(session, ash) as two:
        await sync_to_async(end_every_session)(peer=ash)

        assert await one.close_code(within=1) == Close.SIGNED_OUT
        assert await two.close_code(within=1) == Close.SIGNED_OUT


async def test_leaving_closes_the_socket(ash, session) -> None:
    async with open_page(session, ash) as page:
        await sync_to_async(leave)(peer=ash, way=Way.REMOVE)

        assert await page.close_code(within=1) == Close.SIGNED_OUT


async def test_a_session_that_ended_elsewhere_unheard_closes_the_socket(ash, session) -> None:
    """As when another process ended it and its message was lost."""
    async with open_page(session, ash) as page:
        await Session.objects.all().adelete()

        assert await page.close_code(within=2.5) == Close.SIGNED_OUT


async def test_a_frame_sent_after_the_session_ended_says_nothing(ash, session) -> None:
    async with open_page(session, ash) as page:
        await Session.objects.all().adelete()
        await page.send_json_to({"type": "say", "client_id": "one", "body": "As nobody."})

        assert await page.close_code() == Close.SIGNED_OUT
        assert not any(frame["type"] == "ack" for frame in page.kept)


async def test_a_banned_person_hears_and_does_not_speak(ash, session) -> None:
    ash.state = "banned"
    await ash.asave()

    async with open_page(session, ash) as page:
        answer = await page.say("May I?")

    assert (answer["type"], answer["reason"]) == ("rejected", "may_not_speak")


async def test_closing_the_room_tells_the_end_and_closes_the_sockets(host, session) -> None:
    async with open_page(session) as page:
        await sync_to_async(move)(host=host, session=session, act=Act.CLOSE)

        assert await page.close_code() == Close.OVER
    assert [frame["type"] for frame in page.kept] == ["event", "room"]
    assert page.kept[1]["state"] == "closed"


async def test_a_closed_room_tells_what_was_missed_and_ends(host, session) -> None:
    await sync_to_async(move)(host=host, session=session, act=Act.CLOSE)

    async with open_page(session, after=1) as page:
        assert await page.close_code() == Close.OVER
    assert [frame["seq"] for frame in page.kept] == [2]


async def test_a_session_signed_in_elsewhere_is_not_lent_to_a_socket(ash, session) -> None:
    """An expired session is none."""
    made = await sync_to_async(session_of)(ash)
    await Session.objects.aupdate(expire_date=timezone.now())

    async with open_page(session, session=made) as page:
        assert page.hello["has_voice"] is False


async def test_two_sockets_share_nothing_when_one_breaks(ash, session) -> None:
    async with open_page(session, ash) as good, open_page(session) as bad:
        await asyncio.gather(*[bad.send_to(text_data="{") for _ in range(30)])

        assert (await good.say("Unmoved."))["type"] == "ack"

"""An open desk learns at once that a case moved, and nobody else does."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib import auth
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

from forum.posting import submit_post
from moderation import signals, triage
from moderation.models import Case, Moderator
from peers.arriving import end_every_session, speak_for
from peers.sessions import SessionStore
from realtime import desk_hub
from realtime.closing import Close
from realtime.desk import DeskSocket
from realtime.seats import MOST_WAITING, Ready
from tests.conftest import draft, make_moderator
from tests.realtime.sockets import Page, session_of

pytestmark = pytest.mark.django_db(transaction=True)


@sync_to_async
def signed_in(moderator, *, with_code: bool = True) -> SessionStore:
    """The session the desk's sign-in leaves behind."""
    request = HttpRequest()
    request.session = SessionStore()
    auth.login(request, moderator, backend="moderation.signing_in.StaffBackend")
    if with_code:
        device = TOTPDevice.objects.create(user=moderator, confirmed=True)
        request.user = moderator
        otp_login(request, device)
    speak_for(session=request.session, peer=moderator.peer, remember=False)
    return request.session


async def open_desk(session) -> Page:
    page = Page("/desk/socket", session)
    await page.connect()
    return page


def cry_for_help(peer, thread) -> None:
    submit_post(peer=peer, place=thread, draft=draft("I am going to end my life tonight"))


async def test_a_crisis_reaches_an_open_desk_within_a_second(blue, robin, thread) -> None:
    desk = await open_desk(await signed_in(robin))
    await desk.next("hello")

    await sync_to_async(cry_for_help)(blue, thread)
    frame = await desk.next("queue", within=1)
    await desk.disconnect()

    case = await Case.objects.aget()
    assert frame == {"type": "queue", "case": case.public_id, "level": 3, "word": "crisis"}


async def test_a_crisis_is_told_however_many_wait_before_it(ash, blue, robin, thread, monkeypatch) -> None:
    monkeypatch.setattr(desk_hub, "MOST_SEEN", 1)
    await sync_to_async(cry_for_help)(ash, thread)
    first = await Case.objects.aget()
    desk = await open_desk(await signed_in(robin))
    await desk.next("hello")

    await sync_to_async(cry_for_help)(blue, thread)
    frame = await desk.next("queue", within=1)
    await desk.disconnect()

    assert frame["case"] == (await Case.objects.exclude(pk=first.pk).aget()).public_id


async def test_a_case_opened_by_another_process_reaches_it_too(blue, robin, thread) -> None:
    desk = await open_desk(await signed_in(robin))
    await desk.next("hello")
    receivers, signals.queue_moved.receivers = signals.queue_moved.receivers, []
    signals.queue_moved.sender_receivers_cache.clear()

    try:
        await sync_to_async(cry_for_help)(blue, thread)
        frame = await desk.next("queue", within=2)
    finally:
        signals.queue_moved.receivers = receivers
        signals.queue_moved.sender_receivers_cache.clear()
    await desk.disconnect()

    assert frame["word"] == "crisis"


async def test_a_case_somebody_takes_is_told_to_the_others(blue, robin, wren, thread) -> None:
    await sync_to_async(cry_for_help)(blue, thread)
    desk = await open_desk(await signed_in(robin))
    await desk.next("hello")
    case = await Case.objects.aget()

    await sync_to_async(triage.claim)(case=case, moderator=wren)
    frame = await desk.next("queue")
    await desk.disconnect()

    assert frame["case"] == case.public_id


async def test_a_case_for_leads_is_told_to_leads_only(blue, robin, thread) -> None:
    lead = await sync_to_async(make_moderator)("lead", "Linden", "lead")
    await sync_to_async(cry_for_help)(blue, thread)
    await Case.objects.aupdate(lead_only=True)
    robins, leads = await open_desk(await signed_in(robin)), await open_desk(await signed_in(lead))
    await robins.next("hello")
    await leads.next("hello")

    await sync_to_async(triage.claim)(case=await Case.objects.aget(), moderator=lead)

    assert (await leads.next("queue"))["word"] == "crisis"
    assert await robins.receive_nothing(timeout=1.3)
    await robins.disconnect()
    await leads.disconnect()


@sync_to_async
def keep_from(case: Case, doer: Moderator) -> None:
    Case.objects.filter(pk=case.pk).update(not_for=doer, not_for_since=timezone.now(), version=F("version") + 1)
    signals.tell_desk(case.public_id, case.level)


async def test_a_case_about_their_own_doing_is_told_to_others_only(blue, robin, wren, thread) -> None:
    await sync_to_async(cry_for_help)(blue, thread)
    robins, wrens = await open_desk(await signed_in(robin)), await open_desk(await signed_in(wren))
    await robins.next("hello")
    await wrens.next("hello")

    await keep_from(await Case.objects.aget(), robin)

    assert (await wrens.next("queue"))["word"] == "crisis"
    assert await robins.receive_nothing(timeout=1.3)
    await robins.disconnect()
    await wrens.disconnect()


async def test_who_is_alone_hears_of_a_crisis_though_it_is_about_their_own_doing(blue, robin, thread) -> None:
    await sync_to_async(cry_for_help)(blue, thread)
    desk = await open_desk(await signed_in(robin))
    await desk.next("hello")

    await keep_from(await Case.objects.aget(), robin)

    assert (await desk.next("queue", within=2))["word"] == "crisis"
    await desk.disconnect()


async def test_a_lead_who_is_one_no_more_hears_of_no_case_for_leads(blue, thread) -> None:
    lead = await sync_to_async(make_moderator)("lead", "Linden", "lead")
    other = await sync_to_async(make_moderator)("other", "Aspen", "lead")
    desk = await open_desk(await signed_in(lead))
    await desk.next("hello")

    await Moderator.objects.filter(pk=lead.pk).aupdate(role="moderator")
    await sync_to_async(cry_for_help)(blue, thread)
    await desk.next("queue")
    await Case.objects.aupdate(lead_only=True)
    while not await desk.receive_nothing(timeout=1.3):
        await desk.receive_from()
    await sync_to_async(triage.claim)(case=await Case.objects.aget(), moderator=other)

    assert await desk.receive_nothing(timeout=1.5)
    await desk.disconnect()


class Bad(Page):
    """A desk whose line, from the hello on, takes nothing more: it stalls, or it breaks."""

    def __init__(self, session: Any, *, breaks: bool) -> None:
        super().__init__("/desk/socket", session)
        put = self.output_queue.put

        async def take(message: Any) -> None:
            if "queue" not in str(message.get("text", "")):
                await put(message)
            elif breaks:
                raise OSError
            else:
                await asyncio.Event().wait()

        self.output_queue.put = take  # as a browser that stopped reading


@pytest.mark.parametrize("breaks", [False, True])
async def test_a_desk_that_stalls_or_breaks_keeps_no_other_from_hearing(blue, ash, robin, wren, thread, breaks) -> None:
    bad = Bad(await signed_in(wren), breaks=breaks)
    await bad.connect()
    await bad.next("hello")
    session = await signed_in(robin)
    desks = [await open_desk(session) for _ in range(6)]

    heard: list[set[str]] = [set() for _ in desks]
    for number, peer in enumerate((blue, ash), start=1):
        await sync_to_async(cry_for_help)(peer, thread)
        for desk, known in zip(desks, heard, strict=True):
            while len(known) < number:  # one case may be told twice
                known.add((await desk.next("queue", within=2))["case"])
    for desk in desks:
        await desk.disconnect()
    bad.stop(exceptions=False)

    assert heard == [{case.public_id async for case in Case.objects.all()}] * len(desks)


async def test_a_desk_far_behind_is_told_to_come_back(robin) -> None:
    desk, sent = DeskSocket(), []

    async def send(message) -> None:
        sent.append(message)

    desk.base_send = send
    for _ in range(MOST_WAITING + 1):
        desk.waiting.offer(Ready("{}"))
    await asyncio.sleep(0.01)

    assert [message.get("code") for message in sent] == [Close.BEHIND]


async def test_only_signed_in_moderators_with_their_code_come_in(ash, robin) -> None:
    host = await sync_to_async(make_moderator)("river2", "Rowan", "host")
    gone = await sync_to_async(make_moderator)("gone", "Hazel", "moderator")
    sessions = [
        None,
        await sync_to_async(session_of)(ash),
        await sync_to_async(session_of)(robin.peer),
        await signed_in(robin, with_code=False),
        await signed_in(host),
        await signed_in(gone),
    ]
    await Moderator.objects.filter(pk=gone.pk).aupdate(is_active=False)

    for session in sessions:
        page = await open_desk(session)
        assert await page.close_code() == Close.NOT_ALLOWED
        assert page.kept == []


async def test_signing_out_or_losing_the_role_closes_the_desk(robin, wren) -> None:
    robins, wrens = await open_desk(await signed_in(robin)), await open_desk(await signed_in(wren))
    await robins.next("hello")
    await wrens.next("hello")

    await sync_to_async(end_every_session)(peer=robin.peer)
    await Moderator.objects.filter(pk=wren.pk).aupdate(role="host")

    assert await robins.close_code(within=1) == Close.SIGNED_OUT
    assert await wrens.close_code(within=2.5) == Close.SIGNED_OUT


async def test_frames_of_a_desk_hold_no_words(blue, robin, thread) -> None:
    desk = await open_desk(await signed_in(robin))
    await desk.next("hello")

    await sync_to_async(cry_for_help)(blue, thread)
    frame = await desk.next("queue")
    await desk.send_json_to({"type": "reveal"})
    error = await desk.next("error")
    await desk.disconnect()

    assert "tonight" not in str(frame)
    assert error["sentence"]

"""Opening a page at the very moment something is said."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from realtime import hub
from realtime.live import LiveSocket
from tests.realtime.helpers import nobody_told, say
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("after", [None, 2])  # a new page; one that comes from another process, which told it
async def test_a_page_that_opens_before_others_are_told_hears_nothing_twice(ash, session, monkeypatch, after) -> None:
    go_on, look = threading.Event(), hub.look

    def looks_late(*given):
        go_on.wait(5)
        return look(*given)

    async with open_page(session) as first:
        monkeypatch.setattr(hub, "look", looks_late)
        with nobody_told():
            await say(ash, session, "Just now.")
        async with open_page(session, after=after) as second:
            go_on.set()
            heard = await first.next("event")
            silent = await second.receive_nothing(timeout=1.3)

    assert heard["seq"] == second.hello["last_seq"] == 2
    assert silent


async def test_who_comes_back_as_the_last_other_goes_is_not_told_what_an_ended_hub_knew(
    ash, session, monkeypatch
) -> None:
    who = LiveSocket._who

    async def as_the_last_one_goes(socket, known):
        known.host_until = timezone.now() - timedelta(
            minutes=1
        )  # the lease was renewed since: that is no news to a hub
        await first.disconnect()
        return await who(socket, known)

    async with open_page(session) as first:
        monkeypatch.setattr(LiveSocket, "_who", as_the_last_one_goes)
        async with open_page(session, after=session.last_seq) as second:
            assert second.hello["may_speak"]

"""Opening a page at the very moment something is said."""

import threading

import pytest
from asgiref.sync import sync_to_async

from forum.posting import submit_post
from realtime import hub
from tests.conftest import draft
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
        await sync_to_async(submit_post)(peer=ash, place=session, draft=draft("Just now."))
        async with open_page(session, after=after) as second:
            go_on.set()
            heard = await first.next("event")
            silent = await second.receive_nothing(timeout=1.3)

    assert heard["seq"] == second.hello["last_seq"] == 2
    assert silent

"""Saying something in a live session, as tests do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from asgiref.sync import sync_to_async
from django.db import transaction

from forum import showing, signals
from forum.models import Post
from forum.posting import submit_post
from peers import limits
from tests.conftest import draft
from tests.realtime.sockets import Page, open_page


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


def post_quietly(peer, session, body) -> None:
    """A message by a person over no limit."""
    limits.buckets.cache_clear()
    speak(peer, session, body)


say = sync_to_async(speak)
show_as = sync_to_async(transaction.atomic(showing.set_visibility))


@asynccontextmanager
async def a_slow_return(session, slow_read) -> AsyncIterator[tuple[Page, Page]]:
    """A page that hears live, and one that comes back for everything, whose read has begun and is held up."""
    async with open_page(session) as reader:
        slow_read.next()
        async with open_page(session, after=0) as page:
            await asyncio.to_thread(slow_read.began.wait, 3)
            yield reader, page

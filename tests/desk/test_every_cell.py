"""Every cell of the decision table in every output: what the author, a host and a reader see, and where nothing shows.

The words hold a mark where something was found; hidden, it must be in no output that reaches anyone but its author.
"""

from typing import Any

import pytest

from forum.live.frames import tell
from forum.models import LiveEvent, LiveSession, Post, Thread
from forum.posting import submit_post
from moderation.risk import Level
from peers.models import Peer
from tests.conftest import draft
from tests.forum.doors import Browser
from tests.moderation.judging import finding, judged
from tests.moderation.test_decision_table import MATRIX, PLEAS

pytestmark = pytest.mark.django_db
__all__ = ["judged"]
MARK = "zyxmark"
REST = "Otherwise the garden was quiet"
WORDS = f"{MARK} it was. {REST}."
SPANS = ((0, len(MARK)),)
HELP_LINE = "help now"  # the one line readers get


def written(judged: Any, peer: Peer, place: Thread | LiveSession, category: str, level: Level) -> Post:
    judged(finding(category, level, spans=SPANS, targeted=category == "harassment"))
    return submit_post(peer=peer, place=place, draft=draft(WORDS))


def outputs(reader: Browser, post: Post) -> dict[str, str]:
    """Everything through which a reader could meet words written in a thread."""
    thread = post.thread
    assert thread is not None
    addresses = {
        "thread": thread.get_absolute_url(),
        "latest": f"{thread.get_absolute_url()}?latest=1",
        "room": f"/rooms/{thread.room.slug}/",
        "waiting": "/waiting",
        "home": "/",
        "search for the mark": f"/search?q={MARK}",
        "search for the rest": "/search?q=garden",
    }
    return {name: reader.read(address).replace(f'value="{MARK}"', "") for name, address in addresses.items()}


@pytest.mark.parametrize("row", MATRIX)
def test_in_a_thread_each_sees_exactly_what_the_table_says(judged, ash, blue, host, thread, row) -> None:
    category, level, do, card, _ = row
    do = "hold" if category == "harassment" and level == Level.AMBER else do  # aimed at someone
    post = written(judged, blue, thread, category, level)
    judged()

    author = Browser(blue).read(thread.get_absolute_url())
    assert REST in author  # whatever happens, their own words stay before them
    assert ("Only you and moderators can see this post now" in author) == (do == "hold")
    for reader in (Browser(ash), Browser(host), Browser()):
        seen = outputs(reader, post) if reader.key == "" else {"thread": reader.read(thread.get_absolute_url())}
        shows_mark = [name for name, page in seen.items() if MARK in page]
        assert (REST in seen["thread"]) == (do != "hold")
        assert bool(shows_mark) == (do in {"publish", "note"}), shows_mark
        if do != "hold":
            assert ("Open to read</summary>" in _article(seen["thread"], post)) == (do == "note")
            assert (HELP_LINE in _article(seen["thread"], post).lower()) == (card == "all")


def _article(page: str, post: Post) -> str:
    start = page.index(f'id="post-{post.public_id}"')
    end = page.find('id="post-', start + 10)
    return page[start : end if end > 0 else page.find("</ol>", start)]


@pytest.mark.parametrize("row", MATRIX)
def test_in_a_live_room_each_sees_exactly_what_the_table_says(judged, blue, session, row) -> None:
    category, level, do, _, _ = row
    do = "hold" if category == "harassment" and level == Level.AMBER else do
    do = "note" if category == "detector" and do == "hold" else do
    post = written(judged, blue, session, category, level)
    judged()

    frames = [tell(event, session) for event in LiveEvent.objects.filter(post=post)]
    page = Browser().read(session.get_absolute_url())

    if category in PLEAS:
        assert frames  # a person in danger is never held in a live room
    told = "".join(frame.full + frame.folded for frame in frames)
    assert bool(frames) == (do != "hold")
    assert (MARK in told) == (do in {"publish", "note"})
    assert (MARK in page) == (do in {"publish", "note"})
    assert (REST in page) == (do != "hold")
    assert all(MARK not in frame.bare for frame in frames)

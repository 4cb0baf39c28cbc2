"""A community as large as one likes, written straight into the tables: what a benchmark of reading has to read.

About 5 % of the posts were noticed and have their case, about 2 % were decided, and the audit log tells of all of it;
everything agrees as if it had been written through the doors. Call `fill` where Django is set up.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from bench.filled_desk import NOTICED_EACH, Desk
from bench.rows import Table, insert, moment
from forum import search, text
from forum.models import LiveEvent, LiveSession, Post, Room, Thread
from forum.opening import open_rooms
from moderation.demo.texts import load_community
from peers.models import Peer

IN_A_THREAD, IN_A_SESSION = 12, 60  # posts
EVERY_TENTH = 10  # of the places is a session
AT_ONCE = 20_000  # posts written in one transaction
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the forms in which the tables keep it."""

    body: str
    html: str
    found_by: str


def fill(posts: int) -> None:
    """Write so many posts, with everything that belongs to them."""
    open_rooms()
    community = _Community()
    for first in range(1, posts + 1, AT_ONCE):
        with transaction.atomic():
            for number in range(first, min(first + AT_ONCE, posts + 1)):
                community.post(number)
            community.write()
    community.desk.close_chains()


class _Community:
    """Writes posts one after another into threads and sessions, and what the desk did about some of them."""

    def __init__(self) -> None:
        self.rooms = list(Room.objects.values_list("pk", flat=True))
        self.words = _texts()
        self.peers, self.posts, self.threads = Table(Peer), Table(Post), Table(Thread)
        self.sessions, self.events = Table(LiveSession), Table(LiveEvent)
        self.found: list[tuple[Any, ...]] = []
        self.desk = Desk()
        self.place, self.left, self.last_seq, self.replies = 0, 0, 0, 0
        self.live = False

    def post(self, number: int) -> None:
        at = BEGAN + timedelta(seconds=number * 20)
        if not self.left:
            self._open_place(number, at)
        self.left -= 1
        words = self.words[number % len(self.words)]
        shown = {
            "body": f"{words.body} {number}",
            "shown_html": f"{words.html} {number}</p>",
            "visibility": "published",
        }
        if number % NOTICED_EACH == 0:
            shown |= self.desk.notice(number, at, shown["body"], self.rooms[self.place % len(self.rooms)])
        self.posts.add(
            id=number,
            public_id=f"p{number:011}",
            client_id=f"c{number}",
            peer_id=self.peer,
            judged_by="filled",
            created_at=moment(at),
            **{"session_id" if self.live else "thread_id": self.place},
            **shown,
        )
        self._show(number, at, shown["visibility"], f"\n{words.found_by} {number}")
        if not self.left:
            self._close_place()

    def _open_place(self, number: int, at: datetime) -> None:
        self.peer = uuid4().hex
        self.peers.add(id=self.peer, persona_key=self.peer.encode())
        self.place += 1
        self.live = self.place % EVERY_TENTH == 0
        self.left = IN_A_SESSION if self.live else IN_A_THREAD
        self.opening, self.opened_at = number, at
        self.last_seq, self.replies = 0, -1  # the opening is no reply

    def _close_place(self) -> None:
        room, at = self.rooms[self.place % len(self.rooms)], moment(self.opened_at)
        same = {"id": self.place, "public_id": f"t{self.place:011}", "room_id": room}
        if self.live:
            self.sessions.add(
                **same,
                host_id=self.peer,
                title="Filled",
                last_seq=self.last_seq,
                state="closed",
                closed_at=at,
                starts_at=at,
            )
        else:
            replies = self.replies if self.opening_is_open else self.replies + 1
            self.threads.add(**same, opening_id=self.opening, replies=replies, opened_at=at, moved_at=at)

    def _show(self, number: int, at: datetime, visibility: str, found_by: str) -> None:
        """What follows from how the post is shown: replies and search in a thread, events in a session."""
        is_open = visibility in {"published", "noted"}
        if number == self.opening:
            self.opening_is_open = is_open
        if not self.live:
            self.replies += is_open
            if is_open:
                self.found.append((number, found_by))
            return
        if is_open:
            self.last_seq += 1
            self.events.add(session_id=self.place, seq=self.last_seq, kind="said", post_id=number, at=moment(at))

    def write(self) -> None:
        if self.left:
            self._close_place()
            self.left = 0
        for table in (self.peers, self.posts, self.threads, self.sessions, self.events):
            table.write()
        key = "post_id" if connection.vendor == "postgresql" else "rowid"
        insert("forum_search", [key, "words"], self.found)
        self.found = []
        self.desk.write()


def _texts() -> list[Words]:
    """The demo's own texts: as long, and as simply or richly written, as people write. Open at the end."""
    made = []
    for said in load_community().posts():
        html = text.render(said.body)
        if html.endswith("</p>"):
            made.append(Words(said.body, html.removesuffix("</p>"), search.words_of("", html).removeprefix("\n")))
    return made

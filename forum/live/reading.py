"""Reading a live session: its events in order, how it stands, and what one listener may meet of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from forum import notes
from forum.live.frames import Told, tell
from forum.models import EventKind, LiveEvent, LiveSession, LiveState, Post, Visibility
from peers import boundaries
from peers.models import Block, Peer, Persona

MOST_AT_ONCE = 200  # events of one read
Pairs = frozenset[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Listener:
    """Who reads along and which topics they asked not to meet. Without a peer: a reader without identity."""

    peer: Any = None  # the peer's id
    fold: int = 0  # bits of forum.notes
    hide: int = 0

    def hears(self, told: Told, apart: Pairs) -> str:
        """The one of the three encodings that is meant for this listener; their own words come whole."""
        if self.is_author(told.author):
            return told.full
        if not self.meets(told.author, told.notes, apart):
            return told.bare
        return told.folded if told.notes & self.fold else told.full

    def meets(self, author: Any, bits: int, apart: Pairs) -> bool:
        """Whether these words reach this listener at all: no block between the two, no hidden topic."""
        return self.is_author(author) or not ((apart and (self.peer, author) in apart) or bits & self.hide)

    def is_author(self, author: Any) -> bool:
        return self.peer is not None and author == self.peer


def listener_of(peer: Peer | None) -> Listener:
    if peer is None:
        return Listener()
    ways = boundaries.topic_ways(peer)
    return Listener(
        peer=peer.pk,
        fold=notes.to_bits(note for note, way in ways.items() if way == "fold"),
        hide=notes.to_bits(note for note, way in ways.items() if way == "hide"),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What the room is doing at this moment. Holding is derived from the host's lease, so it may change by itself."""

    state: str
    holding: bool
    may_speak: bool
    host_present: bool

    @property
    def is_over(self) -> bool:
        return self.state == LiveState.CLOSED


def standing_of(session: LiveSession, *, is_host: bool = False) -> Standing:
    """How the session stands, for everyone or for its host (who speaks in "one voice")."""
    now = timezone.now()
    return Standing(
        state=session.state,
        holding=session.is_holding(now),
        may_speak=session.may_speak(now, is_host=is_host),
        host_present=session.host_present(now),
    )


def find_session(public_id: str) -> LiveSession | None:
    return LiveSession.objects.select_related("room", "host").filter(public_id=public_id).first()


def events_after(session: LiveSession, after: int, most: int = MOST_AT_ONCE) -> list[Told]:
    """The session's next events in order, each encoded once for everyone. Shows posts as they are now."""
    return [tell(event, session) for event in _events(session).filter(seq__gt=after).order_by("seq")[:most]]


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the log in a page."""

    post: Post
    is_host: bool
    mine: bool


def lines_for(listener: Listener, session: LiveSession, *, most: int = MOST_AT_ONCE) -> list[Line]:
    """What was said last, oldest first, as far as this listener meets it: for a page that opens now."""
    said = _events(session).filter(kind=EventKind.SAID, post__isnull=False).order_by("-seq")[:most]
    posts = [event.post for event in said if event.post is not None][::-1]
    apart = pairs_of({post.peer_id for post in posts if post.peer_id is not None})
    return [
        Line(post, is_host=post.peer_id == session.host_id, mine=listener.is_author(post.peer_id))
        for post in posts
        if listener.meets(post.peer_id, post.notes, apart)
    ]


def _events(session: LiveSession) -> QuerySet[LiveEvent]:
    return LiveEvent.objects.filter(session=session).select_related("post", "post__persona", "post__peer")


def kept_apart(told: Iterable[Told]) -> Pairs:
    """(reader, author) pairs of these events that a block keeps apart, both ways: one query however many read."""
    return pairs_of({each.author for each in told if each.author is not None})


def pairs_of(authors: set[Any]) -> Pairs:
    if not authors:
        return frozenset()
    rows = Block.objects.filter(Q(peer__in=authors) | Q(blocked__in=authors)).values_list("peer_id", "blocked_id")
    return frozenset(pair for one, two in rows for pair in ((one, two), (two, one)))


def name_in(session: LiveSession, peer: Peer | None) -> str:
    """The name this peer goes by in the session; empty before their first words."""
    if peer is None:
        return ""
    found = Persona.objects.filter(peer=peer, scope=session.scope).values_list("name", flat=True).first()
    return found or peer.staff_name


@dataclass(frozen=True, slots=True)
class Aside:
    """What only its author meets of a message: that it waits, why, and help."""

    post: Post
    waits: bool
    helps: bool  # the same help stands once, with the newest message it belongs to


def asides_of(session: LiveSession, peer: Peer | None) -> list[Aside]:
    """This peer's messages that wait, or carry help or a reason, oldest first: after a reload, too."""
    if peer is None:
        return []
    mine = Post.objects.filter(session=session, peer=peer)
    mine = mine.filter(Q(visibility=Visibility.HELD) | ~Q(help_keys=[]) | ~Q(reason_key=""))
    posts = list(mine.select_related("persona", "peer").order_by("pk"))
    newest = {tuple(post.help_keys): post.pk for post in posts if post.help_keys}
    return [
        Aside(
            post, waits=post.visibility == Visibility.HELD, helps=newest.get(tuple(post.help_keys), post.pk) == post.pk
        )
        for post in posts
    ]


def needing_care(session: LiveSession) -> list[Post]:
    """What the host is told of: messages held or folded by judging, newest first."""
    found = Post.objects.filter(session=session, visibility__in=[Visibility.HELD, Visibility.NOTED])
    return list(found.select_related("persona", "peer").order_by("-pk")[:50])

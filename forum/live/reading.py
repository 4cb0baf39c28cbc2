"""Reading a live session: its events in order, how it stands, and what one listener may meet of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from forum import notes
from forum.live.frames import Told, tell
from forum.live.wishes import NO_WISHES, Wishes
from forum.models import EventKind, LiveEvent, LiveHand, LiveSession, LiveState, Post, Visibility
from forum.models.live import HANDS
from peers import boundaries
from peers.models import Block, Peer, Persona
from peers.prepared import Prepared

MOST_AT_ONCE = 200  # events of one read
Pairs = frozenset[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Listener:
    """Who reads along and which topics they asked not to meet. Without a peer: a reader without identity."""

    peer: Any = None  # the peer's id
    fold: int = 0  # bits of forum.notes
    hide: int = 0
    unmet: frozenset[Any] = frozenset()  # whom a block keeps apart from them: events may have been encoded before it

    def hears(self, told: Told, apart: Pairs) -> str:
        """The one of the encodings that is meant for this listener; their own words come whole."""
        if self.is_author(told.author):
            return told.own
        if told.is_aside or not self.meets(told.author, told.notes, apart):
            return told.bare
        return told.folded if told.notes & self.fold else told.full

    def meets(self, author: Any, bits: int, apart: Pairs) -> bool:
        """Whether these words reach this listener at all: no block between the two, no hidden topic."""
        is_apart = author in self.unmet or (apart and (self.peer, author) in apart)
        return self.is_author(author) or not (is_apart or bits & self.hide)

    def is_author(self, author: Any) -> bool:
        return self.peer is not None and author == self.peer


def ways_of(peer: Peer | None, wishes: Wishes = NO_WISHES) -> dict[str, str]:
    """note -> "fold" or "hide": what this reader chose for good, or for this visit."""
    visit = dict.fromkeys(notes.from_bits(wishes.fold), "fold") | dict.fromkeys(notes.from_bits(wishes.hide), "hide")
    return {**visit, **(boundaries.topic_ways(peer) if peer else {})}


def listener_of(peer: Peer | None, wishes: Wishes = NO_WISHES) -> Listener:
    """This reader with their lasting boundaries, and what they wish for this visit beside them."""
    if peer is None:
        return Listener(fold=wishes.fold, hide=wishes.hide)
    ways = boundaries.topic_ways(peer)
    return Listener(
        peer=peer.pk,
        fold=wishes.fold | notes.to_bits(note for note, way in ways.items() if way == "fold"),
        hide=wishes.hide | notes.to_bits(note for note, way in ways.items() if way == "hide"),
        unmet=frozenset(boundaries.unmet_peers(peer)),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What the room is doing at this moment. Holding is derived from the host's lease, so it may change by itself."""

    state: str
    holding: bool
    may_speak: bool
    host_present: bool
    host: Any = None  # the peer's id, for noticing that it is another; never sent
    floor: str = ""  # the name of who speaks beside the host
    slow_seconds: int = 0
    ends_by: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.state == LiveState.CLOSED


def standing_of(session: LiveSession, peer_id: Any = None) -> Standing:
    """How the session stands, for everyone or for one person (who may have the floor in "one voice")."""
    now = timezone.now()
    return Standing(
        state=session.state,
        holding=session.is_holding(now),
        may_speak=session.may_speak(now, peer_id),
        host_present=session.host_present(now),
        host=session.host_id,
        floor=session.floor_name if session.floor_id else "",
        slow_seconds=session.slow_seconds,
        ends_by=session.ends_by,
    )


def find_session(public_id: str) -> LiveSession | None:
    return LiveSession.objects.select_related("room", "host").filter(public_id=public_id).first()


def events_after(session: LiveSession, after: int, most: int = MOST_AT_ONCE) -> list[Told]:
    """The session's next events in order, each encoded once for everyone. Shows posts as they are now."""
    events = _known(session).filter(seq__gt=after)
    return [tell(event, session) for event in events.order_by("seq")[:most]]


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the log in a page."""

    post: Post
    is_host: bool
    mine: bool


def lines_for(listener: Listener, session: LiveSession, *, most: int = MOST_AT_ONCE) -> list[Line]:
    """What was said last, oldest first, as far as this listener meets it: for a page that opens now."""
    said = _known(session).filter(kind=EventKind.SAID, post__isnull=False).order_by("-seq")[:most]
    posts = [event.post for event in said if event.post is not None][::-1]
    apart = pairs_of({post.peer_id for post in posts if post.peer_id is not None})
    return [
        Line(post, is_host=post.peer_id == session.host_id, mine=listener.is_author(post.peer_id))
        for post in posts
        if listener.meets(post.peer_id, post.notes, apart)
    ]


def _known(session: LiveSession) -> QuerySet[LiveEvent]:
    """The session's events, but none that came after the session itself was read: its host may be another by then, and
    lines say who hosts."""
    known = LiveEvent.objects.filter(session=session, seq__lte=session.last_seq)
    return known.select_related("post", "post__persona", "post__peer")


def kept_apart(told: Iterable[Told]) -> Pairs:
    """(reader, author) pairs of these events that a block keeps apart, both ways: one query however many read."""
    return pairs_of({each.author for each in told if each.author is not None})


def pairs_of(authors: set[Any]) -> Pairs:
    if not authors:
        return frozenset()
    blocks = _OF_ONE(*authors) if len(authors) == 1 else _of_all(authors)
    pairs = ((block.peer_id, block.blocked_id) for block in blocks)
    return frozenset(pair for one, two in pairs for pair in ((one, two), (two, one)))


def _of_all(authors: Collection[Any]) -> QuerySet[Block]:
    return Block.objects.filter(Q(peer__in=authors) | Q(blocked__in=authors)).only("peer", "blocked")


_OF_ONE = Prepared(lambda author: _of_all([author]), UUID(int=1))  # of what was just said


def name_in(session: LiveSession, peer: Peer | None) -> str:
    """The name this peer goes by in the session; empty before their first words."""
    if peer is None:
        return ""
    found = Persona.objects.filter(peer=peer, scope=session.scope).values_list("name", flat=True).first()
    return found or peer.staff_name


def names_of(lines: Iterable[Line]) -> list[str]:
    """Whoever spoke in these lines, once each, in the order of their first words: nobody who only listens."""
    said = [line.post for line in lines if line.post.is_open]
    names = (post.persona.name if post.persona else post.peer.staff_name if post.peer else "" for post in said)
    return [name for name in dict.fromkeys(names) if name]


def hand_of(session: LiveSession, peer: Peer | None) -> str:
    """Whether this person's hand is "up" or "down", or "" where they cannot raise one at this moment."""
    if peer is None or peer.pk == session.host_id or session.state not in HANDS:
        return ""
    return "up" if LiveHand.objects.filter(session=session, peer=peer).exists() else "down"


@dataclass(frozen=True, slots=True)
class Aside:
    """What only its author meets of a message: that it waits or was removed, why, and help."""

    post: Post
    waits: bool
    helps: bool  # the same help stands once, with the newest message it belongs to


def asides_of(session: LiveSession, peer: Peer | None) -> list[Aside]:
    """This peer's messages that wait, were removed, or carry help or a reason, oldest first: after a reload, too."""
    if peer is None:
        return []
    mine = Post.objects.filter(session=session, peer=peer)
    told = Q(visibility__in=[Visibility.HELD, Visibility.REMOVED]) | ~Q(help_keys=[]) | ~Q(reason_key="")
    mine = mine.filter(told)
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


def newest_said(session: LiveSession, *, most: int = 30) -> list[Post]:
    """What everyone said last, newest first, for the console: its host meets all, whoever they keep apart from."""
    return list(Post.objects.filter(session=session).open().select_related("persona", "peer").order_by("-pk")[:most])


@dataclass(frozen=True, slots=True)
class Hand:
    """A raised hand as the console shows it."""

    number: int
    persona: Persona | None  # none: they have not spoken here yet
    raised_at: datetime


def hands_of(session: LiveSession) -> list[Hand]:
    """The raised hands, the one that waits longest first."""
    hands = list(LiveHand.objects.filter(session=session).order_by("raised_at", "pk"))
    if not hands:
        return []
    known = Persona.objects.filter(scope=session.scope, peer__in=[hand.peer_id for hand in hands])
    names = {persona.peer_id: persona for persona in known}
    return [Hand(hand.pk, names.get(hand.peer_id), hand.raised_at) for hand in hands]

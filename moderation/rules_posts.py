"""The posts of a period as they would be judged: words, and what stood before them in their place."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, QuerySet

from forum.around import AROUND, EARLIER
from forum.models import Post, Shown, Visibility
from forum.models.posts import OPEN
from forum.text import whole
from moderation import risk
from moderation.models import Decision
from moderation.rules_comparing import Words
from moderation.rules_figures import was_right

KEPT = 12  # newest posts of a place that are looked through for what others said
_FIELDS = (
    "pk",
    "revision",
    "title",
    "body",
    "peer_id",
    "visibility",
    "help_for",
    "thread_id",
    "session_id",
    "thread__room__slug",
    "session__room__slug",
)


def with_words(since: datetime, until: datetime) -> "QuerySet[Post]":
    """Posts of a period that still have their words; what its author took down is left alone."""
    written = Post.objects.filter(created_at__gte=since, created_at__lt=until).exclude(body="", title="")
    return written.exclude(visibility=Visibility.WITHDRAWN)


def days_told(since: datetime, until: datetime) -> float:
    """How many days of the period there are posts of, at least one: a young site has fewer than were asked for."""
    first = with_words(since, until).order_by("pk").values_list("created_at", flat=True).first()
    return max(1.0, (until - (first or until)).total_seconds() / 86_400)


def words_since(since: datetime, until: datetime, decided: frozenset[int] = frozenset()) -> Iterator[Words]:
    """Every such post, oldest first, in a bounded number of rows at a time.

    What stands around a post is what did when it came, of this period, as far as others may see it now.
    """
    places: dict[tuple[int | None, int | None], _Place] = defaultdict(_Place)
    rows = with_words(since, until).order_by("pk").values_list(*_FIELDS)
    for pk, revision, title, body, peer, visibility, help_for, thread, session, *rooms in rows.iterator(2_000):
        place = places[thread, session]
        context = place.context("thread" if thread else "live", rooms[0] or rooms[1], peer)
        if visibility in OPEN:
            place.hear(peer, body, is_cry=help_for == Shown.EVERYONE)
        place.remember(peer, body)
        yield Words(pk, revision, whole(title, body), context, decided=pk in decided)


def words_of(post: Post) -> Words:
    """One post, with what stood before it."""
    before = Post.objects.filter(thread=post.thread_id, session=post.session_id, pk__lt=post.pk).order_by("-pk")
    earlier = before.filter(peer=post.peer_id).values_list("body", flat=True)[:EARLIER] if post.peer_id else ()
    theirs = before.open().exclude(peer=post.peer_id).values_list("body", flat=True)
    others = list(theirs[:AROUND])
    context = risk.Context(
        place="thread" if post.thread_id else "live",
        room=post.place.room.slug,
        earlier=tuple(earlier)[::-1],
        parent=others[0] if others else "",
        around=tuple(others[1:][::-1]),
        cry=theirs.filter(help_for=Shown.EVERYONE).first() or "",
    )
    return Words(post.pk, post.revision, whole(post.title, post.body), context)


@dataclass(slots=True)
class _Place:
    """What was said last in one thread or session, and by whom."""

    last: deque[tuple[int | None, str]] = field(default_factory=lambda: deque(maxlen=KEPT))
    own: dict[int, deque[str]] = field(default_factory=dict)
    cries: deque[tuple[int | None, str]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def context(self, place: str, room: str, peer: int | None) -> risk.Context:
        others = [body for who, body in reversed(self.last) if who != peer or who is None][:AROUND]
        return risk.Context(
            place=place,
            room=room,
            earlier=tuple(self.own.get(peer, ())) if peer else (),
            parent=others[0] if others else "",
            around=tuple(others[1:][::-1]),
            cry=next((body for who, body in reversed(self.cries) if who != peer or who is None), ""),
        )

    def remember(self, peer: int | None, body: str) -> None:
        if peer:
            self.own.setdefault(peer, deque(maxlen=EARLIER)).append(body)

    def hear(self, peer: int | None, body: str, *, is_cry: bool) -> None:
        """Words that others may see. `is_cry`: help is shown to everyone beside them."""
        self.last.append((peer, body))
        if is_cry:
            self.cries.append((peer, body))


def decided_since(since: datetime, until: datetime) -> dict[int, bool]:
    """Posts about which a moderator's decision stands, on the words they still have; whether the case was worth it."""
    standing = Decision.objects.standing().filter(session=None, case__post__in=with_words(since, until))
    same_words = standing.exclude(case__post__edited_at__gt=F("at")).order_by("pk")
    told = same_words.values_list("case__post", "action", "reason_code")
    return {post: was_right(action, reason) for post, action, reason in told if post}

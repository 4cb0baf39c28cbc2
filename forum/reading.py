"""Pages of lists, by key: no page is counted or skipped over, so page 1,000 costs what page 1 does.

Cursors name a row by its public id; nothing in an address tells how many posts there are.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from forum import search
from forum.models import Post, Thread
from forum.models.posts import PostQuerySet
from forum.models.threads import ThreadQuerySet
from peers.models import Peer

PAGE = 30
BATCHES = 4  # looked through for one page of search, where blocks and filters leave out much
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = 2**62
_PUBLIC_ID = re.compile(r"[a-z0-9]{12}")


@dataclass(frozen=True, slots=True)
class Replies:
    """One page of a thread's replies, with cursors to both sides ("" where nothing more stands)."""

    items: list[Post] = field(default_factory=list)
    before: str = ""
    after: str = ""


def newest(threads: ThreadQuerySet, cursor: str = "") -> tuple[list[Thread], str]:
    """The next threads, last moved first, and the cursor of the page behind them ("" at the end)."""
    rows = threads.newest_first()
    if place := _place(cursor):
        at, key = place
        rows = rows.filter(moved_at__lte=at).filter(Q(moved_at__lt=at) | Q(pk__lt=key))
    return _cut(list(rows[: PAGE + 1]), "moved_at")


def longest_waiting(threads: ThreadQuerySet, cursor: str = "") -> tuple[list[Thread], str]:
    """The next threads without a reply, oldest first, and the cursor of the page behind them."""
    rows = threads.waiting()
    if place := _place(cursor):
        at, key = place
        rows = rows.filter(opened_at__gte=at).filter(Q(opened_at__gt=at) | Q(pk__gt=key))
    return _cut(list(rows[: PAGE + 1]), "opened_at")


def _cut(rows: list[Thread], order: str) -> tuple[list[Thread], str]:
    shown = rows[:PAGE]
    if len(rows) <= PAGE:
        return shown, ""
    microseconds = (getattr(shown[-1], order) - _EPOCH) // timedelta(microseconds=1)
    return shown, f"{microseconds:x}.{shown[-1].public_id}"


def _place(cursor: str) -> tuple[datetime, int] | None:
    """The moment and key a cursor stands for; None, the first page, where it is not one of ours."""
    moment, _, public_id = cursor.partition(".")
    key = _key(Thread.objects.filter(public_id=public_id), public_id)
    try:
        at = _EPOCH + timedelta(microseconds=int(moment, 16))
    except (ValueError, OverflowError):
        return None
    return (at, key) if key is not None else None


def _key(named: QuerySet[Any], public_id: str) -> int | None:
    """The key of the row with this public id; nothing is asked for what cannot be one of ours."""
    return named.values_list("pk", flat=True).first() if _PUBLIC_ID.fullmatch(public_id) else None


def replies_of(thread: Thread, reader: Peer | None) -> PostQuerySet:
    """The replies this reader meets, in order, with the places of those taken down."""
    return Post.objects.in_thread(thread).seen_by(reader, with_gone=True).exclude(pk=thread.opening_id or 0)


def replies(thread: Thread, reader: Peer | None, *, way: str = "", cursor: str = "") -> Replies:
    """A page of replies. `way`: "after" or "before" a post, "at" it, "latest", or "" for the first page."""
    mine = replies_of(thread, reader)
    if way == "latest":
        return _backwards(mine.reverse(), more_after=False)
    key = _key(Post.objects.filter(thread=thread, public_id=cursor), cursor)
    if way not in {"after", "before", "at"} or key is None:
        return _forwards(mine, more_before=False)
    if way == "before":
        return _backwards(mine.filter(pk__lt=key).reverse(), more_after=True)
    rows = mine.filter(pk__gt=key) if way == "after" else mine.filter(pk__gte=key)
    before = mine.filter(pk__lte=key) if way == "after" else mine.filter(pk__lt=key)
    return _forwards(rows, more_before=before.exists(), empty_before=cursor if way == "after" else "")


def _forwards(rows: PostQuerySet, *, more_before: bool, empty_before: str = "") -> Replies:
    found = list(rows[: PAGE + 1])
    items = found[:PAGE]
    before = (items[0].public_id if items else empty_before) if more_before else ""
    return Replies(items, before=before, after=items[-1].public_id if len(found) > PAGE else "")


def _backwards(rows: PostQuerySet, *, more_after: bool) -> Replies:
    found = list(rows[: PAGE + 1])
    items = found[:PAGE][::-1]
    before = items[0].public_id if len(found) > PAGE else ""
    return Replies(items, before=before, after=items[-1].public_id if more_after and items else "")


def address_of(post: Post, reader: Peer | None) -> str:
    """Where this reader finds the post: its thread, on the page that holds it, or its live session."""
    thread, anchor = post.thread, f"#post-{post.public_id}"
    if thread is None or thread.opening_id == post.pk:
        return f"{post.place.get_absolute_url()}{anchor}"
    first = replies_of(thread, reader).values_list("pk", flat=True)[:PAGE]
    at = "" if post.pk in list(first) else f"?at={post.public_id}"
    return f"{thread.get_absolute_url()}{at}{anchor}"


def found(query: str, reader: Peer | None, cursor: str = "") -> tuple[list[Post], str]:
    """Posts holding every word of the query, newest first, as far as this reader may meet them; and the next cursor."""
    below = _key(Post.objects.filter(public_id=cursor), cursor) or LAST
    meets = Post.objects.seen_by(reader).open().filter(thread__in=Thread.objects.seen_by(reader))
    meets = meets.select_related("persona", "peer", "thread__room").order_by("-pk")
    hits: list[Post] = []
    for _ in range(BATCHES):
        keys = search.find(query, before=below, limit=PAGE + 1)
        hits += meets.filter(pk__in=keys)
        if len(hits) > PAGE:
            return hits[:PAGE], hits[PAGE - 1].public_id
        if len(keys) <= PAGE:
            return hits, ""
        below = keys[-1]
    return hits, Post.objects.filter(pk=below).values_list("public_id", flat=True).first() or ""

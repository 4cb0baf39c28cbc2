"""How a post is shown: the only place that changes a post's visibility, with everything that must follow it.

Called inside a transaction by posting, by moderators' decisions and by the worker's deadlines.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from forum import search, text
from forum.intake import Decision
from forum.models import EventKind, LiveEvent, LiveSession, Post, Shown, Thread, Visibility
from forum.models.posts import GONE, OPEN
from forum.signals import tell_live
from forum.tokens import new_token

_COUNT_ON = "UPDATE forum_livesession SET last_seq = last_seq + 1 WHERE id = %s"
_COUNTED = "SELECT public_id, last_seq FROM forum_livesession WHERE id = %s"


def show(post: Post, decision: Decision, *, is_new: bool = False) -> None:
    """Store how the post is shown now; search, counts and live events follow in the same transaction. Of a new post
    nothing was shown before."""
    post.redactions = sorted([start, end] for start, end in decision.redactions)
    post.notes |= decision.notes
    post.help_keys = list(decision.help_keys)
    post.help_for = decision.help_for
    post.reason_key = decision.reason_key
    post.answer_by = decision.answer_by
    set_visibility(post, decision.visibility, hold_until=decision.hold_until, is_new=is_new)


def set_visibility(
    post: Post, visibility: Visibility, *, hold_until: datetime | None = None, is_new: bool = False
) -> None:
    """Change who may see the post. Its shown form is made anew from its words and redactions."""
    was_open = bool(post.thread_id) and not is_new and Post.objects.filter(pk=post.pk, visibility__in=OPEN).exists()
    post.visibility = visibility
    post.hold_until = hold_until if visibility == Visibility.HELD else None
    post.shown_title, post.shown_html = text.shown(post.title, post.body, post.redactions)
    if visibility in GONE:
        post.shown_title, post.shown_html = "", ""
    post.save()
    if post.thread_id:  # words of live rooms are neither counted nor found
        search.index(post)
        _count(post, was_open=was_open)
    _announce(post, is_new=is_new)


def erase(post: Post) -> None:
    """Destroy the words of a post; its place stays, as that of something removed."""
    post.title, post.body, post.redactions, post.help_keys, post.notes = "", "", [], [], 0
    post.client_id = new_token()  # the form's own carries a digest of the words
    set_visibility(post, Visibility.REMOVED)


def _count(post: Post, *, was_open: bool) -> None:
    """Keep the thread's visible replies and its place in the room's list."""
    is_reply = not Thread.objects.filter(opening_id=post.pk).exists()
    threads = Thread.objects.filter(posts=post)
    if post.is_open and not was_open:
        threads.update(replies=F("replies") + int(is_reply), moved_at=timezone.now())
    elif was_open and not post.is_open and is_reply:
        threads.filter(replies__gt=0).update(replies=F("replies") - 1)


def _announce(post: Post, *, is_new: bool) -> None:
    """A visible message gets its number when it becomes visible; a later change or removal is a new event."""
    if post.session_id is None:
        return
    said = None if is_new else _said(post)
    if post.is_open:
        add_event(post.session_id, EventKind.CHANGED if said else EventKind.SAID, post=post, about=said)
    elif said:
        add_event(post.session_id, EventKind.REMOVED, post=post, about=said)
    if not post.is_open:  # nobody else meets it: its author and the host look
        host = LiveSession.objects.filter(pk=post.session_id).values_list("host_id", flat=True).get()
        for one in {host, post.peer_id} - {None}:
            add_event(post.session_id, EventKind.ASIDE, peer_id=one)


def add_event(session_id: int, kind: EventKind, **what: Any) -> LiveEvent:
    """The session's next event. Counting locks the session's row until the commit: numbers are gapless then."""
    with transaction.atomic(savepoint=False):
        public_id, seq = _count_on(session_id)
        event = LiveEvent.objects.create(session_id=session_id, seq=seq, kind=kind, **what)
        tell_live(public_id, event)
    return event


def _count_on(session_id: int) -> tuple[str, int]:
    """A session's public id and the number of its next event: by hand, because a room waits (docs/decisions, 12).

    Raises LiveSession.DoesNotExist.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ON, [session_id])
        cursor.execute(_COUNTED, [session_id])
        found = cursor.fetchone()
    if found is None:
        raise LiveSession.DoesNotExist
    public_id, seq = found
    return public_id, seq


def _said(post: Post) -> int | None:
    """The number under which a message was said."""
    return LiveEvent.objects.filter(post=post, kind=EventKind.SAID).values_list("seq", flat=True).first()


def as_shown(post: Post) -> Decision:
    """How the post is shown at this moment, as a decision that would bring it back to this."""
    return Decision(
        visibility=Visibility(post.visibility),
        redactions=[(start, end) for start, end in post.redactions],
        notes=post.notes,
        help_keys=post.help_keys,
        help_for=Shown(post.help_for),
        reason_key=post.reason_key,
        hold_until=post.hold_until,
        answer_by=post.answer_by,
    )

"""When one person's writing rests: a pause in a thread or everywhere, or its end. A cry for help is heard all the same.

Such words are saved, answered with help and brought to moderators as always; nobody else reads them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from forum.intake import Decision
from forum.models import LiveSession, Pause, Post, Thread, Visibility
from forum.refusals import Resting
from peers import who
from peers.models import Peer

REASON = "resting"  # why such words are kept from others (`Post.reason_key`)
CLOSED = "closed"  # the same, where the thread takes no replies
UNHEARD = "unheard"  # the same, where nobody can speak in a live room at that moment
NOT_RELEASED = frozenset({REASON, CLOSED, UNHEARD})
WAITS_FOR = timedelta(hours=4)  # where judging named no time by which a human looks


def rests(peer: Peer, place: Thread | LiveSession | None, *, urgent: bool) -> bool:
    """Whether these words are kept from others. `peer` is as it stands now, held. Raises Resting for calm words."""
    speaks = who.may_speak(peer)
    pause = Pause.objects.holding(peer, place, timezone.now()) if speaks else None
    if speaks and pause is None:
        return False
    if not urgent:
        raise Resting(pause)
    return True


def kept_back(decision: Decision) -> Decision:
    """The decision, held, until a moderator decides: it is not released by itself."""
    return _held(decision, REASON)


def kept_in_closed(decision: Decision) -> Decision:
    """The same, for words in a thread that takes no replies."""
    return _held(decision, CLOSED)


def kept_unheard(decision: Decision) -> Decision:
    """The same, for words in a live room without a present host, or when it is not one's turn."""
    return _held(decision, UNHEARD)


def still_kept(post: Post) -> Callable[[Decision], Decision] | None:
    """What keeps an edited post where it is: no edit brings back words that wait for a moderator here."""
    if post.visibility != Visibility.HELD:
        return None
    return {REASON: kept_back, CLOSED: kept_in_closed}.get(post.reason_key)


def _held(decision: Decision, reason: str) -> Decision:
    until = decision.hold_until or decision.answer_by or timezone.now() + WAITS_FOR
    return replace(decision, visibility=Visibility.HELD, hold_until=until, reason_key=reason)

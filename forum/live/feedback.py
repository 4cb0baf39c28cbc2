"""How a session was for those who were there: three counts, and nobody's.

What is kept is how often each face was chosen (`LiveFeedback`), never by whom or when. So "once per browser" is not
kept in the database: a mark in the session's row beside a count of one would tell who chose it, to whoever reads the
database or a backup of it. It is kept in the limits (memory, or a Redis that writes nothing to disk), under a hash,
for as long as one can answer; they know that a browser has answered, not what. A reader without a session gets no
cookie for this: only their network's limit holds, and a few may be counted twice. These are figures for a host, not
votes.

Counts are told a day after closing, when no more come: whoever looked again and again could otherwise see them move.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F

from forum.models import LiveFeedback, LiveSession
from peers import limits
from peers.again import once_more
from peers.sessions import hashed

Face = LiveFeedback.Face
OPEN_FOR = timedelta(hours=24)
ONCE = limits.Limit("felt", 1, int(OPEN_FOR.total_seconds()))


def is_open(session: LiveSession, now: datetime) -> bool:
    """Whether one can say how it was: for a day after closing, where there was something to be at."""
    return session.closed_at is not None and now - session.closed_at < OPEN_FOR and session.was_held


def is_first(store: SessionBase, session: LiveSession) -> bool:
    """Whether this browser answers for the first time, as far as anything knows. Asking takes its one answer."""
    key = store.session_key
    return not key or limits.buckets().take(ONCE, f"{hashed(key)}:{session.public_id}") == 0


@once_more
def count(*, session: LiveSession, face: Face) -> None:
    """One more of these."""
    with transaction.atomic():
        kept, _ = LiveFeedback.objects.get_or_create(session=session, face=face)
        LiveFeedback.objects.filter(pk=kept.pk).update(times=F("times") + 1)


def counts_of(sessions: Iterable[LiveSession], now: datetime) -> dict[int, tuple[int, ...]]:
    """Session's key -> how often each face was chosen, in the order of the faces; only where no more can come."""
    final = [each.pk for each in sessions if each.closed_at and now - each.closed_at >= OPEN_FOR]
    kept = LiveFeedback.objects.filter(session__in=final).values_list("session_id", "face", "times")
    times = {(session, face): number for session, face, number in kept}
    return {pk: tuple(times.get((pk, face), 0) for face in Face.values) for pk in final}

"""Reminders of live rooms: a line on this site's own pages, and nothing that anyone could see elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from forum.locking import lock_peer
from forum.models import LiveReminder, LiveSession, LiveState
from peers.again import once_more
from peers.models import Peer, today

SHOWN_BEFORE = timedelta(minutes=30)
LOOKED_FOR = timedelta(days=2)  # after the beginning: no session that anyone still waits for is older


@dataclass(frozen=True, slots=True)
class Reminder:
    """A session that begins soon or goes on, and how it stands in a few words."""

    session: LiveSession
    words: str


@once_more
def remind(*, peer: Peer, session: LiveSession) -> bool:
    """Remind this person of the session on every page, from half an hour before it. False for one that is over.

    The day until which there is something to look for stands with the person, whom every page reads anyway: so
    pages of those who asked for nothing ask the database nothing.
    """
    until = (session.starts_at + LOOKED_FOR).date()
    with transaction.atomic():
        if lock_peer(peer) is None or not LiveSession.objects.filter(pk=session.pk).exclude(state=LiveState.CLOSED):
            return False
        LiveReminder.objects.get_or_create(peer=peer, session=session)
        unknown = Q(reminded_until=None) | Q(reminded_until__lt=until)
        Peer.objects.filter(unknown, pk=peer.pk).update(reminded_until=until)
    return True


def forget(*, peer: Peer, session: LiveSession) -> None:
    LiveReminder.objects.filter(peer=peer, session=session).delete()


def reminded_of(peer: Peer | None, sessions: Iterable[LiveSession]) -> set[int]:
    """The keys of those sessions of which this person is reminded."""
    if not _looks(peer):
        return set()
    found = LiveReminder.objects.filter(peer=peer, session__in=list(sessions))
    return set(found.values_list("session_id", flat=True))


def due_for(peer: Peer | None) -> Reminder | None:
    """What every page of this person says at this moment: the first of their sessions that begins soon or goes on."""
    if not _looks(peer):
        return None
    now = timezone.now()
    soon = LiveReminder.objects.filter(peer=peer, session__starts_at__lte=now + SHOWN_BEFORE)
    soon = soon.exclude(session__state=LiveState.CLOSED).select_related("session")
    first = soon.order_by("session__starts_at", "pk").first()
    return Reminder(first.session, words_for(first.session, now)) if first else None


def _looks(peer: Peer | None) -> bool:
    return peer is not None and peer.reminded_until is not None and peer.reminded_until >= today()


def words_for(session: LiveSession, now: datetime) -> str:
    if session.state not in {LiveState.SCHEDULED, LiveState.LOBBY}:
        return "waits for its host to come back" if session.is_holding(now) else "is open now"
    minutes = ceil((session.starts_at - now) / timedelta(minutes=1))
    if minutes > 0:
        return f"begins in {minutes} minute{'' if minutes == 1 else 's'}"
    return "begins as soon as its host opens it"


def drop_past(*, now: datetime) -> int:
    """Delete reminders of closed sessions, and the days that are over. How many reminders?"""
    Peer.objects.filter(reminded_until__lt=now.date()).update(reminded_until=None)
    return LiveReminder.objects.filter(session__state=LiveState.CLOSED).delete()[0]

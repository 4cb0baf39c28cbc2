"""Live sessions that end by themselves: past their last minutes, without their host, or never begun.

The worker asks what may be due and looks at each one alone, under its lock: a host who comes back in that moment keeps
the room.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from forum.locking import lock_session
from forum.models import EventKind, LiveHand, LiveReminder, LiveSession, LiveState
from forum.models.live import LIVELY
from forum.showing import add_event
from peers.again import once_more

AWAY = timedelta(minutes=30)  # how long a room waits for a host who has dropped
LATE = timedelta(minutes=60)  # and how long after its time for one who has not come
AT_ONCE = 100
NOT_BEGUN = (LiveState.SCHEDULED, LiveState.LOBBY)


class Due(StrEnum):
    NOTE = "note"  # its host has dropped: from now on the room waits
    CLOSE = "close"


def due_endings(now: datetime, left_out: Iterable[int] = ()) -> list[int]:
    """Keys of the sessions that may have something due. Whether they have is judged again in `end`."""
    no_host = Q(host_until=None) | Q(host_until__lte=now)
    waited = Q(away_since=None) | Q(away_since__lte=now - AWAY)
    not_lately = (Q(host_until=None) | Q(host_until__lte=now - AWAY)) & (
        Q(away_since=None) | Q(away_since__lte=now - AWAY)
    )
    due = (
        Q(state=LiveState.WINDING_DOWN, ends_by__lte=now)
        | Q(no_host, waited, state__in=LIVELY)
        | Q(not_lately, state__in=NOT_BEGUN, starts_at__lte=now - LATE)
    )
    found = LiveSession.objects.filter(due).exclude(pk__in=list(left_out)).order_by("pk")
    return list(found.values_list("pk", flat=True)[:AT_ONCE])


def what_is_due(session: LiveSession, now: datetime) -> Due | None:
    """Pure: what time does to a session as it stands now."""
    if session.is_past(now):
        return Due.CLOSE
    if session.state == LiveState.CLOSED or session.host_present(now):
        return None
    if session.state in NOT_BEGUN:
        # Here until then, whether their line dropped or they stepped out.
        was_lately = any(at is not None and at > now - AWAY for at in (session.host_until, session.away_since))
        return Due.CLOSE if session.starts_at <= now - LATE and not was_lately else None
    if session.away_since is None:
        return Due.NOTE
    return Due.CLOSE if session.away_since <= now - AWAY else None


@once_more
def end(session_pk: int, *, now: datetime) -> bool:
    """Do what is due to this session, judged anew under its lock. Was something done?"""
    with transaction.atomic():
        locked = lock_session(session_pk)
        due = what_is_due(locked, now) if locked else None
        if locked is None or due is None:
            return False
        if due == Due.NOTE:
            LiveSession.objects.filter(pk=locked.pk).update(away_since=now)
        else:
            _close(locked, now)
        return True


def _close(locked: LiveSession, now: datetime) -> None:
    """As its host would have closed it: the floor, the hands and the reminders are gone."""
    LiveSession.objects.filter(pk=locked.pk).update(
        state=LiveState.CLOSED, closed_at=now, floor=None, floor_name="", ends_by=None, away_since=None
    )
    LiveHand.objects.filter(session=locked).delete()
    LiveReminder.objects.filter(session=locked).delete()
    add_event(locked.pk, EventKind.STATE, state=LiveState.CLOSED)

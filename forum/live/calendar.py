"""Reading what is announced: the sessions of the next three weeks by day, a host's own, and a series."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Q
from django.utils import timezone

from forum.models import LiveSeries, LiveSession, LiveState
from peers.models import Peer
from peers.zones import day_of

PAGE = 30
OWN_FOR = timedelta(days=30)  # how long a host's list shows what is over
MOST_OWN = 100
_PUBLIC_ID = re.compile(r"[a-z0-9]{12}")


@dataclass(frozen=True, slots=True)
class Day:
    """The sessions of one day, as a calendar in the reader's zone has it."""

    at: datetime  # when the first of them begins
    sessions: list[LiveSession]


def upcoming(now: datetime, cursor: str = "") -> tuple[list[LiveSession], str]:
    """The next sessions in their order, and the cursor of the page behind them ("" at the end). Nothing is counted."""
    rows = LiveSession.objects.in_calendar(now)
    last = LiveSession.objects.filter(public_id=cursor).first() if _PUBLIC_ID.fullmatch(cursor) else None
    if last:
        rows = rows.filter(starts_at__gte=last.starts_at)
        rows = rows.filter(Q(starts_at__gt=last.starts_at) | Q(pk__gt=last.pk))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].public_id if len(found) > PAGE else ""


def by_day(sessions: list[LiveSession], zone: str) -> list[Day]:
    """These sessions, in their order, under the days of a zone."""
    grouped = groupby(sessions, lambda session: day_of(session.starts_at, zone))
    return [Day(rows[0].starts_at, rows) for _, each in grouped if (rows := list(each))]


def all_announced(now: datetime) -> list[LiveSession]:
    return list(LiveSession.objects.in_calendar(now))


def of_series(session: LiveSession, now: datetime) -> list[LiveSession]:
    """Every announced evening of the series this session belongs to; this one alone where it belongs to none."""
    if session.series_id is None:
        return [session]
    return list(LiveSession.objects.in_calendar(now).filter(series=session.series_id))


def is_cancelled(session: LiveSession) -> bool:
    """Closed without ever having been open: it does not, or did not, take place."""
    return session.state == LiveState.CLOSED and not session.was_held


def series_of(host: Peer) -> list[LiveSeries]:
    """A host's running series."""
    return list(LiveSeries.objects.filter(host=host, ended_at=None).select_related("room").order_by("pk"))


def to_come(host: Peer) -> list[LiveSession]:
    """A host's sessions that are not over, the next first."""
    return list(LiveSession.objects.now_or_next().filter(host=host).order_by("starts_at", "pk")[:MOST_OWN])


def held_lately(host: Peer | None = None) -> list[LiveSession]:
    """What took place in the last month, the newest first: a host's own, or everyone's."""
    held = LiveSession.objects.filter(closed_at__gt=timezone.now() - OWN_FOR).held()
    held = held.filter(host=host) if host else held
    return list(held.select_related("room", "host").order_by("-closed_at")[:MOST_OWN])

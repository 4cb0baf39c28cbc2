"""Announcing what comes back: series, their evenings three weeks ahead, and taking an evening or a series back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from forum.live.hosting import NotNow, NotTheHost, move
from forum.live.plans import Plan
from forum.live.states import Act
from forum.locking import lock_session
from forum.models import LiveSeries, LiveSession, LiveState
from forum.models.live import AHEAD
from peers.again import once_more
from peers.models import Peer
from peers.zones import at_clock, day_of

# Two evenings of a series lie a week apart at least. One that is less than a day from another is the same evening, told
# with newer zone data: a country that gives up changing its clocks must not get each evening twice.
SAME_EVENING = timedelta(days=1)


@once_more
def make_series(*, host: Peer, plan: Plan) -> LiveSeries:
    """A session that comes back, with its next evenings announced. Only staff hold sessions. Raises NotTheHost."""
    if not host.is_staff_voice:
        raise NotTheHost
    with transaction.atomic():
        series = LiveSeries.objects.create(
            host=host,
            room=plan.room,
            title=plan.title,
            first_on=plan.first_on,
            at=plan.at,
            zone=plan.zone,
            every_weeks=plan.every_weeks,
            minutes=plan.minutes,
        )
        announce_due(series_pk=series.pk, now=timezone.now())
    return series


def running_series() -> list[int]:
    return list(LiveSeries.objects.filter(ended_at=None).order_by("pk").values_list("pk", flat=True))


@once_more
def announce_due(*, series_pk: int, now: datetime) -> int:
    """Announce the evenings of the next three weeks that are not announced yet. How many?

    Once however many workers run: the series is held meanwhile, and the database knows one evening at one time.
    An evening that was cancelled stays so.
    """
    with transaction.atomic():
        series = LiveSeries.objects.select_for_update(no_key=True).filter(pk=series_pk, ended_at=None).first()
        if series is None:
            return 0
        near = LiveSession.objects.filter(series=series, starts_at__gt=now - SAME_EVENING)
        announced = list(near.values_list("starts_at", flat=True))
        new = [
            LiveSession(
                series=series,
                room_id=series.room_id,
                title=series.title,
                host_id=series.host_id,
                starts_at=starts_at,
                minutes=series.minutes,
            )
            for starts_at in evenings(series, after=now, until=now + AHEAD)
            if not any(abs(starts_at - each) < SAME_EVENING for each in announced)
        ]
        LiveSession.objects.bulk_create(new)
    return len(new)


def evenings(series: LiveSeries, *, after: datetime, until: datetime) -> Iterator[datetime]:
    """When the series is held between two moments, each at the time its own clock shows."""
    step = timedelta(weeks=series.every_weeks)
    behind = day_of(after, series.zone) - series.first_on
    day = series.first_on + step * max(0, behind // step)
    while (starts_at := at_clock(day, series.at, series.zone)) <= until:
        if starts_at > after:
            yield starts_at
        day += step


@once_more
def end_series(*, host: Peer, series: LiveSeries) -> None:
    """No more are announced; evenings that are announced stay. Ending it again changes nothing. Raises NotTheHost."""
    if series.host_id != host.pk:
        raise NotTheHost
    LiveSeries.objects.filter(pk=series.pk, ended_at=None).update(ended_at=timezone.now())


def end_every_series(*, host: Peer) -> int:
    """Someone who holds no sessions any more: none of theirs are announced from now on. How many series?"""
    return LiveSeries.objects.filter(host=host, ended_at=None).update(ended_at=timezone.now())


@once_more
def cancel(*, host: Peer, session: LiveSession) -> None:
    """An announced evening does not take place. Raises NotTheHost; NotNow once it has begun."""
    with transaction.atomic():
        locked = lock_session(session.pk)
        if locked is None or locked.state != LiveState.SCHEDULED:
            raise NotNow
        move(host=host, session=locked, act=Act.CLOSE)

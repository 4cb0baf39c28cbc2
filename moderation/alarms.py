"""What the site notices about itself: a judge that hears nothing any more, one that keeps failing, several people in
danger in one room, and a live room without its host.

The silence rule: over the last 24 hours at least `ENOUGH_POSTS` posts were judged and none was noticed (amber or
above), while the site's own share of the 14 days before predicts at least `PREDICTED` of them. For a judge that works
as before, that many posts without one are a Poisson variable of mean m >= 8 that happens to be 0: exp(-8) = 0.034 % for
one given day. The last 24 hours are looked at every hour, and a day of the site's life holds the beginning of
m * exp(-m) silent stretches of 24 hours: at most 0.27 % a day, one false alarm in a year where m is 8 all the time, one
in 37 years where it is 12. Real days are less even than Poisson's: weekends and small sites make it more.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum

from forum.models import LiveSession, Post
from forum.models.live import LIVELY, LiveState
from moderation import alerts
from moderation.models import Alarm, AlarmKind, Case, Hearing, Level, Signal, Source
from moderation.models.watching import left_at
from moderation.pacing import DAY, HOUR, its_time
from moderation.risk import Category
from moderation.rota import ADMINS, LEADS, addressed, audience_of, roster_at

ENOUGH_POSTS = 200
PREDICTED = 8.0
BEFORE = timedelta(days=14)
FAILED_TOO_OFTEN = 3  # in 24 hours
PEOPLE_IN_DANGER = 3  # in one room, within an hour
AWAY_FOR = timedelta(minutes=2)  # how long a live room holds before moderators are told
LATE_BY = timedelta(minutes=10)  # how long after its beginning nobody came
HOLDS = "a live room has had no host for two minutes, and waits"
NEVER_CAME = "a live room should have begun ten minutes ago, and its host did not come"
LEFT = "a live room should have begun ten minutes ago; its host came, and has been away for two minutes"
KEPT = timedelta(days=30)  # counts older than this say nothing about now


@dataclass(frozen=True, slots=True)
class Heard:
    """Posts judged in some time, and in how many of them something was noticed."""

    posts: int
    noticed: int


def predicted(today: Heard, before: Heard) -> float:
    """How many of today's posts would be noticed at the share of the days before."""
    return today.posts * before.noticed / before.posts if before.posts else 0.0


def is_silent(today: Heard, before: Heard) -> bool:
    """Whether the judge has gone silent, by the rule of this module."""
    return today.noticed == 0 and today.posts >= ENOUGH_POSTS and predicted(today, before) >= PREDICTED


def false_alarms_a_day(mean: float) -> float:
    """The chance that a silent stretch of 24 hours begins on a given day though nothing is wrong."""
    return mean * math.exp(-mean)


def crowded(crises: Iterable[tuple[int, object]]) -> set[int]:
    """Rooms (of pairs of room and person) with several people in danger. Callers nobody knows count as one person."""
    people: dict[int, set[object]] = defaultdict(set)
    for room, person in crises:
        people[room].add(person)
    return {room for room, there in people.items() if len(there) >= PEOPLE_IN_DANGER}


def look_at_hearing(*, now: datetime) -> bool:
    """Count what the judge heard since the last count; alert admins, once a day, where something is wrong with it."""
    _count(now)
    day, before = _heard(now - DAY, now), _heard(now - DAY - BEFORE, now - DAY)
    failed = Hearing.objects.filter(at__gt=now - DAY, at__lte=now).aggregate(sum=Sum("failed"))["sum"] or 0
    told = False
    if is_silent(day, before):
        says = f"nothing was noticed in {day.posts} posts of 24 h; about {predicted(day, before):.0f} were expected"
        told = _alarm(AlarmKind.SILENCE, says, now)
    if failed >= FAILED_TOO_OFTEN:
        told = _alarm(AlarmKind.FAILING, f"the judge failed on {failed} posts in 24 h", now) or told
    return told


def look_for_clusters(*, now: datetime) -> int:
    """Alert leads, once a room and hour, where several people are in danger in one room. In how many rooms?"""
    lately = Case.objects.without_drills().filter(level=Level.CRISIS, opened_at__gt=now - HOUR, opened_at__lte=now)
    rooms = crowded(lately.values_list("room_id", "peer_id"))
    return sum(_tell_of_cluster(room, now) for room in sorted(rooms))


def look_for_unattended(*, now: datetime) -> int:
    """Tell moderators, once an absence, of live rooms that hold and of those that have not begun, whose host never came
    or has left again. How many?"""
    absent = LiveSession.objects.filter(Q(host_until=None) | Q(host_until__lte=now))
    told_of = Alarm.objects.filter(session=OuterRef("pk"))
    holding = absent.filter(~Exists(told_of.filter(since=OuterRef("away_since"))), state__in=LIVELY)
    holding = holding.filter(away_since__lte=now - AWAY_FOR)
    waiting = absent.annotate(left_at=left_at())
    waiting = waiting.filter(state__in=[LiveState.SCHEDULED, LiveState.LOBBY], starts_at__lte=now - LATE_BY)
    never_came = waiting.filter(~Exists(told_of.filter(since=OuterRef("starts_at"))), left_at=None)
    left = waiting.filter(~Exists(told_of.filter(since=OuterRef("left_at"))), left_at__lte=now - AWAY_FOR)
    told = sum(_tell_of_absence(each, each.away_since, HOLDS, now) for each in holding)
    told += sum(_tell_of_absence(each, each.starts_at, NEVER_CAME, now) for each in never_came)
    return told + sum(_tell_of_absence(each, each.left_at, LEFT, now) for each in left)  # type: ignore[attr-defined]  # annotated above


def _tell_of_absence(session: LiveSession, since: datetime | None, says: str, now: datetime) -> bool:
    with transaction.atomic():
        found = {"kind": AlarmKind.NO_HOST, "at": now}
        alarm, is_new = Alarm.objects.get_or_create(session=session, since=since, defaults=found)
        if is_new:
            link = f"{settings.SITE_URL}{session.get_absolute_url()}host/"
            roster = roster_at(now)
            _announce(f"alarm:no_host:{alarm.pk}", says, audience_of(0, roster), now, link=link)
        return is_new


def _tell_of_cluster(room: int, now: datetime) -> bool:
    with transaction.atomic():
        if not its_time(f"cluster:{room}", HOUR, now):
            return False
        Alarm.objects.create(kind=AlarmKind.CLUSTER, room_id=room, at=now)
        says = f"{PEOPLE_IN_DANGER} or more people in danger in one room within an hour"
        _announce(f"alarm:cluster:{room}:{now.timestamp():.0f}", says, LEADS, now)
        return True


def _alarm(kind: AlarmKind, says: str, now: datetime) -> bool:
    with transaction.atomic():
        if not its_time(f"alarm:{kind}", DAY, now):
            return False
        Alarm.objects.create(kind=kind, at=now)
        _announce(f"alarm:{kind}:{now.timestamp():.0f}", says, ADMINS, now)
        return True


def _announce(key: str, says: str, audience: str, now: datetime, *, link: str = "") -> None:
    told = {"says": says, "audience": audience, "link": link or f"{settings.SITE_URL}/desk/"}
    alerts.announce(key=key, kind="alarm", told=told, to=addressed(audience, roster_at(now)))


def _count(now: datetime) -> None:
    """One more row: what came after the last. The first only says from where on."""
    last = Hearing.objects.order_by("-at").first()
    posts, signals = Post.objects.order_by("-pk"), Signal.objects.order_by("-pk")
    last_post = posts.values_list("pk", flat=True).first() or 0
    last_signal = signals.values_list("pk", flat=True).first() or 0
    if last is None:
        found = {"posts": 0, "noticed": 0, "failed": 0}
    else:
        judged = posts.filter(pk__gt=last.last_post, pk__lte=last_post, peer__drill__isnull=True).order_by()
        found = {"posts": judged.count(), **_noticed(last.last_signal, last_signal)}
    found["noticed"] = min(found["noticed"], found["posts"])  # an edit's signals belong to an older post
    Hearing.objects.get_or_create(at=now, defaults={**found, "last_post": last_post, "last_signal": last_signal})
    Hearing.objects.filter(at__lt=now - KEPT).delete()


def _noticed(after: int, until: int) -> dict[str, int]:
    """In how many posts something was noticed, and on how many the judge failed, by the rules' signals between."""
    new = Signal.objects.filter(pk__gt=after, pk__lte=until, source=Source.RULES, subject__startswith="post:")
    rows = new.filter(case__peer__drill__isnull=True).values_list("subject", "category", "level")
    noticed, failed = set(), set()
    for subject, category, level in rows:
        if category != Category.DETECTOR.value:
            noticed.add(subject)
        elif level >= Level.RED:
            failed.add(subject)
    return {"noticed": len(noticed), "failed": len(failed)}


def _heard(after: datetime, until: datetime) -> Heard:
    sums = Hearing.objects.filter(at__gt=after, at__lte=until).aggregate(posts=Sum("posts"), noticed=Sum("noticed"))
    return Heard(sums["posts"] or 0, sums["noticed"] or 0)

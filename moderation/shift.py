"""Whether a moderator is here, as peers are told: never more than is known."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Exists, Max, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from forum.models import Mode, SiteMode
from moderation.models import Case as DeskCase
from moderation.models import Moderator, Rota
from moderation.models.cases import WAITS_FOR_SECOND
from moderation.models.people import DESK_ROLES
from moderation.rota import roster_at

EVERYONE_TOLD = 2  # the tier at which a case has rung everywhere and nobody has come
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """Until when a moderator is here (none: nobody is), whether someone in danger waits too long, when the next shift
    is planned to begin (none: nobody is here and nothing is planned, or someone is here), and the site's mode."""

    until: datetime | None
    delayed: bool
    mode: Mode = Mode.OPEN
    next: datetime | None = None
    next_words: str = ""  # "08:00 UTC", or "Tuesday 08:00 UTC" where it is more than a day away


def shift_now() -> Shift:
    """What the desk says of this moment: one query, and two more where the site keeps a rota."""
    now = timezone.now()
    is_delayed = Case(When(Exists(_unattended(now)), then=Value(1)), default=Value(0))
    is_planned = Case(When(Exists(Rota.objects.all()), then=Value(1)), default=Value(0))
    here = Q(is_active=True, role__in=[role.value for role in DESK_ROLES], on_shift_until__gt=now)
    # An aggregate only in name: so that the mode is read in this query, even where nobody works here yet.
    stored = Coalesce(Subquery(SiteMode.objects.values("mode")[:1]), Max(Value(Mode.OPEN.value)))
    found = Moderator.objects.aggregate(
        until=Max("on_shift_until", filter=here), delayed=Max(is_delayed), planned=Max(is_planned), mode=stored
    )
    mode = Mode(found["mode"] or Mode.OPEN)
    if found["delayed"] or not found["planned"]:
        return Shift(until=found["until"], delayed=bool(found["delayed"]), mode=mode)
    return _by_plan(now, mode)


def _unattended(now: datetime) -> QuerySet[DeskCase]:
    """People in danger for whom everyone was called, and who are in nobody's hands or were never looked at.

    Not those for whom somebody has done what one person can: a second person may be hours away.
    """
    told = DeskCase.objects.in_danger().without_drills().filter(tier__gte=EVERYONE_TOLD)
    in_hands = Q(first_human_at__isnull=False, lease_until__gt=now)
    return told.exclude(in_hands | WAITS_FOR_SECOND)


def _by_plan(now: datetime, mode: Mode) -> Shift:
    roster = roster_at(now)
    if roster.until or roster.next_shift is None:
        return Shift(until=roster.until, delayed=False, mode=mode)
    starts = roster.next_shift
    words = f"{starts:%H:%M} UTC" if starts - now < _DAY else f"{starts:%A %H:%M} UTC"
    return Shift(until=None, delayed=False, mode=mode, next=starts, next_words=words)

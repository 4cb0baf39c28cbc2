"""Whether a moderator is here, as peers are told: never more than is known."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, Max, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from forum.models import Mode, SiteMode
from moderation.models import Case as DeskCase
from moderation.models import Moderator
from moderation.models.people import DESK_ROLES

EVERYONE_TOLD = 2  # the tier at which a case has rung everywhere and nobody has come


@dataclass(frozen=True, slots=True)
class Shift:
    """Until when a moderator is here (none: nobody is), whether someone in danger waits too long, the site's mode."""

    until: datetime | None
    delayed: bool
    mode: Mode = Mode.OPEN


def shift_now() -> Shift:
    """What the desk says of this moment, in one query."""
    now = timezone.now()
    waiting = DeskCase.objects.open().at_once().filter(tier__gte=EVERYONE_TOLD, first_human_at=None)
    is_delayed = Case(When(Exists(waiting), then=Value(1)), default=Value(0))
    here = Q(is_active=True, role__in=[role.value for role in DESK_ROLES], on_shift_until__gt=now)
    # An aggregate only in name: so that the mode is read in this query, even where nobody works here yet.
    mode = Coalesce(Subquery(SiteMode.objects.values("mode")[:1]), Max(Value(Mode.OPEN.value)))
    found = Moderator.objects.aggregate(until=Max("on_shift_until", filter=here), delayed=Max(is_delayed), mode=mode)
    return Shift(until=found["until"], delayed=bool(found["delayed"]), mode=Mode(found["mode"] or Mode.OPEN))

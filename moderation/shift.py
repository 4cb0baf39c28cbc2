"""Whether a moderator is here, as peers are told: never more than is known."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, Max, Q, Value, When
from django.utils import timezone

from moderation.models import Case as DeskCase
from moderation.models import Moderator
from moderation.models.people import DESK_ROLES

EVERYONE_TOLD = 2  # the tier at which a case has rung everywhere and nobody has come


@dataclass(frozen=True, slots=True)
class Shift:
    """Until when a moderator is here (none: nobody is), and whether someone in danger waits too long."""

    until: datetime | None
    delayed: bool


def shift_now() -> Shift:
    """What the desk says of this moment, in one query."""
    now = timezone.now()
    waiting = DeskCase.objects.open().at_once().filter(tier__gte=EVERYONE_TOLD, first_human_at=None)
    is_delayed = Case(When(Exists(waiting), then=Value(1)), default=Value(0))
    here = Q(is_active=True, role__in=[role.value for role in DESK_ROLES], on_shift_until__gt=now)
    found = Moderator.objects.aggregate(until=Max("on_shift_until", filter=here), delayed=Max(is_delayed))
    return Shift(until=found["until"], delayed=bool(found["delayed"]))

"""The rule of two: what one moderator asks for, another confirms. Where there is no other, a day passes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from moderation.capabilities import Capability, roles_with
from moderation.models import Case, Moderator
from moderation.models.linking import ALONE_AFTER


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that waits for a second person, as /desk/seconds lists it. `yes` and `no` are addresses of forms."""

    what: str
    case: Case
    asked_by: Moderator
    asked_at: datetime
    why: str
    yes: str
    no: str
    may_confirm: bool
    is_mine: bool
    may_open: bool = True  # whether its case opens to whoever reads the list

    @property
    def alone_from(self) -> datetime:
        """When whoever asked may confirm it themselves, if nobody else is there to."""
        return self.asked_at + ALONE_AFTER


def who_else(moderator: Moderator) -> list[Moderator]:
    """Everyone else who works here and could be a second person. One query."""
    others = Moderator.objects.filter(is_active=True, role__in=roles_with(Capability.SECOND))
    return list(others.exclude(pk=moderator.pk))


def is_alone(case: Case, others: Iterable[Moderator]) -> bool:
    """Whether none of the others could be the second person for this case: some may only leads have."""
    return not any(each.pk != case.not_for_id and (each.leads or not case.lead_only) for each in others)


def may_confirm(*, moderator: Moderator, asked_by: int, asked_at: datetime, alone: bool, now: datetime) -> bool:
    """Anyone but whoever asked (their key), if they may be a second person; alone, the same one after a day."""
    if not moderator.can(Capability.SECOND):
        return False
    return moderator.pk != asked_by or (alone and now >= asked_at + ALONE_AFTER)

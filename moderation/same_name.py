"""Cases of one name in one room go into one pair of hands: nobody is answered by two people at once.

A case that comes later is kept for whoever has the others, until it is due; from then on anyone may take it, because a
case must not wait on someone who has walked away from an open desk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from moderation.models import Case, Moderator


@dataclass(frozen=True, slots=True)
class SameName:
    """The other open cases of a name that this moderator may work on."""

    in_hand: list[Case]
    free: list[Case]
    kept_for: Moderator | None  # who may take this case first; None: anyone may
    with_others: list[str]  # public names of those who have a case of this name, too


def same_name(case: Case, moderator: Moderator, now: datetime) -> SameName:
    """What stands beside this case. One query."""
    others = list(Case.objects.open().of_name(case).exclude(pk=case.pk).in_order().select_related("lease_by__peer"))
    open_to = [each for each in others if each.is_for(moderator)]
    return SameName(
        in_hand=[each for each in open_to if each.held_by(moderator, now)],
        free=[each for each in open_to if not each.is_held(now)],
        kept_for=kept_for(case, others, moderator, now),
        with_others=_holders(others, moderator, now),
    )


def _holders(cases: Iterable[Case], moderator: Moderator, now: datetime) -> list[str]:
    held = (each.lease_by for each in cases if each.is_held(now) and not each.held_by(moderator, now))
    return sorted({holder.public_name for holder in held if holder})


def kept_for(case: Case, others: Iterable[Case], moderator: Moderator, now: datetime) -> Moderator | None:
    """Who, other than this moderator, may take a free case first, because they have another one of its name.

    Kept for nobody who may not have it: a case for leads, or about their own doing.
    """
    if case.due_at <= now or case.is_held(now):
        return None
    held = [each for each in others if each.is_held(now) and not each.held_by(moderator, now)]
    holders = (each.lease_by for each in held if each.lease_by_id != case.not_for_id)
    return next((holder for holder in holders if holder and (holder.leads or not case.lead_only)), None)


def may_take(case: Case, of_name: Iterable[Case], moderator: Moderator, now: datetime) -> bool:
    """Whether it is free, and kept for nobody else. `of_name` may hold the case itself."""
    free = not case.is_held(now) and case.is_for(moderator)
    return free and kept_for(case, of_name, moderator, now) is None

"""Taking cases, keeping them and giving them back. Two moderators never have one case, nor two of one name.

The cases of a name are held, in everyone's order, while it is decided who gets them: whoever comes second changes
nothing and is told so.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from moderation import audit, caring
from moderation.escalating import given_back
from moderation.models import Case, Moderator
from moderation.models.cases import NO_LEASE
from moderation.same_name import may_take
from moderation.signals import tell_desk
from peers.again import once_more

LEASE_SECONDS = 120
AT_A_TIME = 20  # cases read from the order in the first query for a free one; twice as many in each after it
MOST_AT_A_TIME = 640


def claim(*, case: Case, moderator: Moderator) -> bool:
    """Take the case for two minutes together with the free ones of its name, or renew all one has of that name.

    False, and nothing changed, when someone else has it, it is kept for whoever has others of its name, or this
    moderator has read enough for today. Renewing takes nothing new: what came since is shown, and taken by choice.
    """
    return _claimed(case=case, moderator=moderator) is not None


@once_more
def _claimed(*, case: Case, moderator: Moderator) -> Case | None:
    """The case as it is once it is taken or renewed."""
    now = timezone.now()
    with transaction.atomic():
        of_name = list(Case.objects.open().of_name(case).locked())
        wanted = next((each for each in of_name if each.pk == case.pk and each.is_for(moderator)), None)
        if wanted is None:
            return None
        if wanted.held_by(moderator, now):
            _renew(of_name, moderator, now)
            return wanted
        if not may_take(wanted, of_name, moderator, now) or not caring.has_room(
            case=wanted, moderator=moderator, now=now
        ):
            return None
        _renew(of_name, moderator, now)
        free = [each for each in of_name if may_take(each, of_name, moderator, now)]
        _take(
            [each for each in free if each.pk == wanted.pk or caring.has_room(case=each, moderator=moderator, now=now)],
            moderator,
            now,
        )
        return wanted


def claim_next(*, moderator: Moderator) -> Case | None:
    """The first case in the order that this moderator may take, claimed; None when there is none, however many wait.

    A handful is read by index, then compared and set: who holds a case is not asked of the database, which would
    leave the index for it.
    """
    for case in candidates(moderator):
        if taken := _claimed(case=case, moderator=moderator):
            return taken
    return None


def candidates(moderator: Moderator) -> Iterator[Case]:
    """Every case that seems free, in the order served. What is about one's own doing is rare: each is looked at."""
    served = caring.served_to(moderator=moderator, now=timezone.now())
    theirs = Q() if moderator.leads else Q(lead_only=False)
    waiting = Case.objects.open().filter(theirs, served).in_order()
    many = AT_A_TIME
    read = list(waiting[:many])
    while read:
        now = timezone.now()
        yield from (case for case in read if not case.is_held(now) and case.is_for(moderator))
        many = min(2 * many, MOST_AT_A_TIME)
        read = list(waiting.after(read[-1].place)[:many])


def offer(*, case: Case, moderator: Moderator) -> bool:
    """Offer to take a case over from whoever has it: they see it at once, and hand it over or not. Did it change?"""
    held = Case.objects.open().for_moderator(moderator).filter(pk=case.pk, lease_until__gt=timezone.now())
    return bool(held.exclude(lease_by=moderator).exclude(wanted_by=moderator).update(wanted_by=moderator))


@once_more
def hand_over(*, case: Case, moderator: Moderator) -> bool:
    """Give the case, with those of its name, to whoever offered to take it, without it being free in between.

    Its words are covered again: they open to their new reader. Those of its name that they may not have are given
    back. False when the case is not in this moderator's hands, nobody offered, or who offered may not take it any more.
    """
    now = timezone.now()
    with transaction.atomic():
        held = [each for each in Case.objects.open().of_name(case).locked() if each.held_by(moderator, now)]
        wanted = next((each for each in held if each.pk == case.pk), None)
        taker = wanted.wanted_by if wanted else None
        theirs = _fit_for(taker, held, now) if taker else []
        if taker is None or wanted not in theirs:
            return False
        Case.objects.filter(pk__in=[each.pk for each in held]).update(**NO_LEASE)
        _tell_given_back([each for each in held if each not in theirs], now)
        _take(theirs, taker, now)
        audit.write(actor=moderator.username, kind="case.handed_over", case_pk=case.pk, case_ref=case.public_id)
        return True


@once_more
def let_go(*, case: Case, moderator: Moderator) -> bool:
    """Give the case back to the queue, with those of its name. Did anything change?"""
    with transaction.atomic():
        held = list(Case.objects.of_name(case).filter(lease_by=moderator).locked())
        Case.objects.filter(pk__in=[each.pk for each in held]).update(**NO_LEASE)
        _tell_given_back(held, timezone.now())
        return bool(held)


def _fit_for(taker: Moderator, held: list[Case], now: datetime) -> list[Case]:
    """Those of these cases that whoever offered may have at this moment; none where they have no desk any more."""
    if not taker.has_desk:
        return []
    allowed = set(Case.objects.for_moderator(taker).filter(pk__in=[each.pk for each in held]))
    return [each for each in held if each in allowed and caring.has_room(case=each, moderator=taker, now=now)]


def _tell_given_back(cases: list[Case], now: datetime) -> None:
    """Nobody has them now: one in danger rings, and every desk sees that they are free."""
    for each in cases:
        given_back(each, now=now)
        tell_desk(each.public_id, each.level)


def _renew(of_name: list[Case], moderator: Moderator, now: datetime) -> None:
    """Those in hand end together."""
    mine = [each for each in of_name if each.held_by(moderator, now)]
    for each in mine:
        each.lease_until = _until(now)
    if mine:
        Case.objects.filter(pk__in=[each.pk for each in mine]).update(lease_until=_until(now))


def _take(free: list[Case], moderator: Moderator, now: datetime) -> None:
    """Each under a token of its own; the chains of the log are taken in their order, so that no two wait crosswise."""
    for each in sorted(free, key=lambda each: audit.shard_of(each.pk)):
        each.lease_by, each.lease_until, each.lease_token = moderator, _until(now), uuid.uuid4()
        each.revealed_token = None
        each.save(update_fields=["lease_by", "lease_until", "lease_token", "revealed_token"])
        audit.write(actor=moderator.username, kind="case.claimed", case_pk=each.pk, case_ref=each.public_id)
        tell_desk(each.public_id, each.level)


def _until(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_SECONDS)

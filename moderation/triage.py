"""Having a case in hand: claim, keep, give back, reveal. Two moderators never collide.

A lease is claimed by one conditional update and every change names it: who lost it, or decides
on what has changed since they looked, changes nothing and is told so.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from moderation import audit
from moderation.models import Case, Moderator, OutreachMessage
from moderation.models.cases import CaseQuerySet
from moderation.signals import tell_desk

LEASE_SECONDS = 120


class Conflict(Exception):
    """The case is no longer as this moderator saw it: the lease is lost, or something came. Nothing was changed."""


def claim(*, case: Case, moderator: Moderator) -> bool:
    """Take the case for two minutes, or renew one's own lease. False when someone else holds it."""
    now = timezone.now()
    mine = Q(lease_by=moderator, lease_until__gt=now)
    with transaction.atomic():
        renewed = open_to(moderator).filter(mine, pk=case.pk).update(lease_until=_until(now))
        if renewed:
            return True
        taken = (
            open_to(moderator)
            .free(now)
            .filter(pk=case.pk)
            .update(lease_by=moderator, lease_until=_until(now), lease_token=uuid.uuid4(), revealed_token=None)
        )
        if taken:
            _log(case, moderator, "case.claimed")
            tell_desk(case.public_id, case.level)
        return bool(taken)


def claim_next(*, moderator: Moderator, among: int = 20) -> Case | None:
    """The most urgent case this moderator may take, claimed. The top few are read by index, then compared and set."""
    free = open_to(moderator).free(timezone.now()).in_order()
    for case in free[:among]:
        if claim(case=case, moderator=moderator):
            return Case.objects.get(pk=case.pk)
    return None


def let_go(*, case: Case, moderator: Moderator) -> bool:
    """Give the case back to the queue. Did it change?"""
    freed = Case.objects.filter(pk=case.pk, lease_by=moderator).update(**no_lease())
    if freed:
        tell_desk(case.public_id, case.level)
    return bool(freed)


def reveal(*, case: Case, moderator: Moderator) -> None:
    """Let the words into this moderator's page, under this lease; every reveal is logged. Raises Conflict."""
    now = timezone.now()
    with transaction.atomic():
        seen = (
            open_to(moderator)
            .filter(pk=case.pk, lease_by=moderator, lease_until__gt=now)
            .update(revealed_token=F("lease_token"), first_human_at=Coalesce("first_human_at", now))
        )
        if not seen:
            raise Conflict
        mark_answers_read(case)
        _log(case, moderator, "case.revealed")


def mark_answers_read(case: Case) -> None:
    """Someone has the author's answers in front of them; their author may know it."""
    answers = OutreachMessage.objects.filter(outreach__case=case, moderator=None, read_at=None)
    answers.update(read_at=timezone.now())


def open_to(moderator: Moderator) -> CaseQuerySet:
    """Open cases this moderator may work on, asked anew at each step: a case may have become a lead's meanwhile."""
    return Case.objects.open().for_moderator(moderator)


def _until(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_SECONDS)


def no_lease() -> dict[str, None]:
    return {"lease_by": None, "lease_until": None, "lease_token": None, "revealed_token": None}


def _log(case: Case, moderator: Moderator, kind: str, **data: Any) -> None:
    audit.write(actor=moderator.username, kind=kind, case_pk=case.pk, case_ref=case.public_id, **data)

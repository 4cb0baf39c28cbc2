"""Having a case in hand: claim, keep, give back, reveal. Two moderators never collide.

Every change names the lease (`moderation/claiming.py`): who lost it, or decides on what has changed
since they looked, changes nothing and is told so.
"""

from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from moderation import audit, caring
from moderation.claiming import claim, claim_next, hand_over, let_go, offer
from moderation.models import Case, Moderator, OutreachMessage, Reveal
from moderation.models.cases import CaseQuerySet, first_look

# How far the words stand open under this very lease: what an earlier one revealed says nothing about it.
_SO_FAR = models.Case(models.When(revealed_token=F("lease_token"), then=F("revealed_step")), default=0)
__all__ = [
    "Conflict",
    "claim",
    "claim_next",
    "cover",
    "hand_over",
    "let_go",
    "mark_answers_read",
    "offer",
    "open_to",
    "reveal",
]


class Conflict(Exception):
    """The case is no longer as this moderator saw it: the lease is lost, or something came. Nothing was changed."""


def reveal(*, case: Case, moderator: Moderator, step: Reveal = Reveal.WHOLE) -> None:
    """Let the words into this moderator's page, under this lease, as far as this step and never less than before.

    Every step is logged, and counted in its reader's day. Raises Conflict.
    """
    now = timezone.now()
    with transaction.atomic():
        seen = (
            open_to(moderator)
            .filter(pk=case.pk, lease_by=moderator, lease_until__gt=now)
            .update(
                revealed_token=F("lease_token"),
                revealed_step=Greatest(_SO_FAR, int(step)),
                **first_look(now),
            )
        )
        if not seen:
            raise Conflict
        if step == Reveal.WHOLE:
            mark_answers_read(case)
        texts = caring.count_reveal(case=case, moderator=moderator, now=now)
        _log(case, moderator, "case.revealed", step=step.name.lower(), texts=texts)


def cover(*, case: Case, moderator: Moderator) -> None:
    """Take the words out of this moderator's page again; the case stays in their hands. Raises Conflict."""
    with transaction.atomic():
        mine = open_to(moderator).filter(pk=case.pk, lease_by=moderator, lease_until__gt=timezone.now())
        if not mine.update(revealed_token=None, revealed_step=Reveal.COVERED):
            raise Conflict
        _log(case, moderator, "case.covered")


def mark_answers_read(case: Case) -> None:
    """Someone has the author's answers in front of them; their author may know it."""
    answers = OutreachMessage.objects.about(case).filter(moderator=None, read_at=None)
    answers.update(read_at=timezone.now())


def open_to(moderator: Moderator) -> CaseQuerySet:
    """Open cases this moderator may work on, asked anew at each step: a case may have become a lead's meanwhile."""
    return Case.objects.open().for_moderator(moderator)


def _log(case: Case, moderator: Moderator, kind: str, **data: Any) -> None:
    audit.write(actor=moderator.username, kind=kind, case_pk=case.pk, case_ref=case.public_id, **data)

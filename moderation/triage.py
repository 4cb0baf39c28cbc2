"""A moderator's work on one case: claim, reveal, decide, undo. Two of them never collide.

A lease is claimed by one conditional update and every change names it: who lost it, or decides
on what has changed since they looked, changes nothing and is told so.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from forum.locking import lock_post
from moderation import audit, caring
from moderation.effects import NotPossible, apply_action, reverse
from moderation.models import Case, CaseState, Decision, Moderator, OutreachMessage, Reveal
from moderation.models.cases import CaseQuerySet
from moderation.reopening import need_again, reopen
from moderation.signals import tell_desk
from peers.again import once_more

LEASE_SECONDS = 120
# How far the words stand open under this very lease: what an earlier one revealed says nothing about it.
_SO_FAR = models.Case(models.When(revealed_token=F("lease_token"), then=F("revealed_step")), default=0)
__all__ = [
    "Conflict",
    "NotPossible",
    "Verdict",
    "claim",
    "claim_next",
    "close_follow_up",
    "cover",
    "decide",
    "let_go",
    "mark_answers_read",
    "reveal",
    "undo",
]


class Conflict(Exception):
    """The case is no longer as this moderator saw it: the lease is lost, or something came. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a moderator decided, and what they had seen when they did. `key` makes sending it twice harmless."""

    action: str
    reason_code: str
    public_note: str
    token: uuid.UUID
    version: int
    key: str


def claim(*, case: Case, moderator: Moderator) -> bool:
    """Take the case for two minutes, or renew one's own lease.

    False when someone else holds it, or when this moderator has read enough for today (`caring.within_limit`).
    """
    now = timezone.now()
    mine = Q(lease_by=moderator, lease_until__gt=now)
    with transaction.atomic():
        renewed = _of(moderator).filter(mine, pk=case.pk).update(lease_until=_until(now))
        if renewed:
            return True
        taken = (
            _of(moderator)
            .free(now)
            .filter(caring.within_limit(case=case, moderator=moderator, now=now), pk=case.pk)
            .update(**{**_no_lease(), "lease_by": moderator, "lease_until": _until(now), "lease_token": uuid.uuid4()})
        )
        if taken:
            _log(case, moderator, "case.claimed")
            tell_desk(case.public_id, case.level)
        return bool(taken)


def claim_next(*, moderator: Moderator, among: int = 20) -> Case | None:
    """The most urgent case this moderator may take, claimed. The top few are read by index, then compared and set."""
    now = timezone.now()
    free = _of(moderator).free(now).filter(caring.served_to(moderator=moderator, now=now)).in_order()
    for case in free[:among]:
        if claim(case=case, moderator=moderator):
            return Case.objects.get(pk=case.pk)
    return None


def let_go(*, case: Case, moderator: Moderator) -> bool:
    """Give the case back to the queue. Did it change?"""
    freed = Case.objects.filter(pk=case.pk, lease_by=moderator).update(**_no_lease())
    if freed:
        tell_desk(case.public_id, case.level)
    return bool(freed)


def reveal(*, case: Case, moderator: Moderator, step: Reveal = Reveal.WHOLE) -> None:
    """Let the words into this moderator's page, under this lease, as far as this step and never less than before.

    Every step is logged, and counted in its reader's day. Raises Conflict.
    """
    now = timezone.now()
    with transaction.atomic():
        seen = (
            _of(moderator)
            .filter(pk=case.pk, lease_by=moderator, lease_until__gt=now)
            .update(
                revealed_token=F("lease_token"),
                revealed_step=Greatest(_SO_FAR, int(step)),
                first_human_at=Coalesce("first_human_at", now),
            )
        )
        if not seen:
            raise Conflict
        if step == Reveal.WHOLE:
            mark_answers_read(case)
        texts = caring.count_reveal(case=case, moderator=moderator, now=now)
        _log(case, moderator, caring.REVEALED, step=step.label, texts=texts)


def cover(*, case: Case, moderator: Moderator) -> None:
    """Take the words out of this moderator's page again; the case stays in their hands. Raises Conflict."""
    with transaction.atomic():
        mine = _of(moderator).filter(pk=case.pk, lease_by=moderator, lease_until__gt=timezone.now())
        if not mine.update(revealed_token=None, revealed_step=Reveal.COVERED):
            raise Conflict
        _log(case, moderator, "case.covered")


def mark_answers_read(case: Case) -> None:
    """Someone has the author's answers in front of them; their author may know it."""
    answers = OutreachMessage.objects.filter(outreach__case=case, moderator=None, read_at=None)
    answers.update(read_at=timezone.now())


@once_more
def decide(*, case: Case, moderator: Moderator, verdict: Verdict) -> Decision:
    """Decide the case, with its effect on the post and its audit event, all or nothing.

    Sending the same `verdict.key` again returns the first decision.

    Raises:
        Conflict: the lease is lost or expired, or the case changed; nothing happened.
        NotPossible: the post is held and the decision leaves it so; nothing happened.
    """
    with transaction.atomic():
        lock_post(cases=case)  # before the case: everyone's order
        if not _resolve(case, moderator, token=verdict.token, version=verdict.version):
            return _decided_already(case, moderator, verdict)
        decision = Decision.objects.create(
            case=case,
            moderator=moderator,
            action=verdict.action,
            reason_code=verdict.reason_code,
            public_note=verdict.public_note,
            key=verdict.key,
            case_version=verdict.version,
            level_before=case.level,
        )
        apply_action(decision, case)
        _answers_were_seen(case)
        _log(case, moderator, "case.decided", action=verdict.action, reason=verdict.reason_code)
        tell_desk(case.public_id, case.level)
        return decision


def _decided_already(case: Case, moderator: Moderator, verdict: Verdict) -> Decision:
    done = Decision.objects.filter(key=verdict.key, case=case, moderator=moderator).first()
    if done is None:
        raise Conflict
    return done


def close_follow_up(*, case: Case, moderator: Moderator, token: uuid.UUID, version: int) -> None:
    """An answer was read and asks for nothing more: the earlier decision stands. Raises Conflict."""
    with transaction.atomic():
        following = Case.objects.filter(pk=case.pk, state=CaseState.FOLLOW_UP).exists()
        if not (following and _resolve(case, moderator, token=token, version=version)):
            raise Conflict
        _answers_were_seen(case)
        _log(case, moderator, "case.answer_read")
        tell_desk(case.public_id, case.level)


def _answers_were_seen(case: Case) -> None:
    """The version was checked, so whatever came was in the page; it was readable where the words were revealed."""
    if case.is_whole_open:
        mark_answers_read(case)


def _resolve(case: Case, moderator: Moderator, *, token: uuid.UUID, version: int) -> int:
    """The one conditional update by which a case ends: holder, token, time and version must all still be so."""
    now = timezone.now()
    mine = _of(moderator).filter(pk=case.pk, lease_by=moderator, lease_token=token, lease_until__gt=now)
    return mine.filter(version=version).update(
        state=CaseState.RESOLVED,
        resolved_at=now,
        first_human_at=Coalesce("first_human_at", now),
        version=F("version") + 1,
        **_no_lease(),
    )


@once_more
def undo(*, decision: Decision, moderator: Moderator) -> Case:
    """Take a decision back exactly: the post as it was before, the case open again.

    What its author withdrew in the meantime stays withdrawn, and words written since stay as they
    were judged. Raises Conflict when it was undone already, when someone has decided about the same
    post since, or when a newer case about it is open: that one is where to decide now.
    """
    with transaction.atomic():
        lock_post(cases=decision.case)
        case = Case.objects.for_moderator(moderator).filter(pk=decision.case_id).first()
        undone = Decision.objects.filter(pk=decision.pk, undone_at=None).update(
            undone_at=timezone.now(), undone_by=moderator
        )
        if case is None or not undone or _decided_since(decision) or not reopen(case, need_again(case)):
            raise Conflict
        reverse(decision)
        _log(case, moderator, "decision.undone", action=decision.action)
        tell_desk(case.public_id, case.level)
        return Case.objects.get(pk=case.pk)


def _decided_since(decision: Decision) -> bool:
    newer = Decision.objects.filter(pk__gt=decision.pk, undone_at=None, case__post__isnull=False)
    return newer.filter(case__post=decision.case.post_id).exists()


def _of(moderator: Moderator) -> CaseQuerySet:
    """Open cases this moderator may work on, asked anew at each step: a case may have become a lead's meanwhile."""
    return Case.objects.open().for_moderator(moderator)


def _until(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_SECONDS)


def _no_lease() -> dict[str, Any]:
    covered = {"revealed_token": None, "revealed_step": Reveal.COVERED}
    return {"lease_by": None, "lease_until": None, "lease_token": None, **covered}


def _log(case: Case, moderator: Moderator, kind: str, **data: Any) -> None:
    audit.write(actor=moderator.username, kind=kind, case_pk=case.pk, case_ref=case.public_id, **data)

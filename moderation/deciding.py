"""Deciding a case, and taking a decision back. Everything a decision does happens with it, or nothing does.

A decision is one conditional update that names the lease, its token, its time and the version that
was seen: who lost the case, or decides on what has changed since they looked, changes nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from forum.locking import lock_peer, lock_post
from moderation import answering, audit, following_up, seconds
from moderation.effects import NotPossible, apply_action, let_stand, reverse
from moderation.measures import apply_measure, reverse_measure
from moderation.models import Action, Appeal, Case, CaseState, Complaint, Decision, Measure, Moderator
from moderation.models.cases import NO_LEASE, SINGLE_AFTER, first_look
from moderation.reopening import escalate_anew, need_again, reopen
from moderation.signals import tell_desk
from moderation.transitions import Event, after, before
from moderation.triage import Conflict, mark_answers_read, open_to
from peers.again import once_more

SECOND_WITHIN = timedelta(hours=4)  # until a second person should have looked at what cannot be undone
IS_APPEAL = "This case is an appeal: answer it below, instead of deciding about the post."
IS_COMPLAINT = "This case is about a moderator: answer it below."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a moderator decided, and what they had seen when they did. `key` makes sending it twice harmless."""

    action: str
    reason_code: str
    public_note: str
    token: uuid.UUID
    version: int
    key: str
    spans: tuple[tuple[int, int], ...] = ()  # of a redaction: [start, end) in code points of the newest words
    measure: str = Measure.NOTHING
    hours: int | None = None  # of a pause
    follow_up: bool = False  # ask again after a day and after three

    @property
    def needs_second(self) -> bool:
        """What cannot be undone is never decided by one person."""
        return self.action == Action.ERASE or self.measure == Measure.BAN


@once_more
def decide(*, case: Case, moderator: Moderator, verdict: Verdict) -> Decision:
    """Decide the case, with what it does to post and person and its audit event, all or nothing.

    What cannot be undone is proposed: the part that can be is done, and a second person is awaited.
    Sending the same `verdict.key` again returns the first decision.

    Raises:
        Conflict: the lease is lost or expired, or the case changed; nothing happened.
        NotPossible: the decision does not fit the case; nothing happened.
    """
    with transaction.atomic():
        if verdict.measure != Measure.NOTHING and case.peer:
            lock_peer(case.peer)
        lock_post(cases=case)  # before the case: everyone's order
        within = _second_within(case, moderator) if verdict.needs_second else timedelta()
        if not _close(case, moderator, verdict, within):
            return _decided_already(case, moderator, verdict)
        _must_not_be_answered(case)
        decision = _record(case, moderator, verdict)
        if decision.needs_second:
            escalate_anew(case, timezone.now(), round(within.total_seconds()))
        apply_action(decision, case)
        apply_measure(decision, case)
        answering.settle(case=case, decision=decision)
        if verdict.follow_up:
            following_up.plan(case=case)
        answers_were_seen(case)
        kind = "case.proposed" if verdict.needs_second else "case.decided"
        log(case, moderator, kind, action=verdict.action, reason=verdict.reason_code, measure=str(verdict.measure))
        return decision


def _must_not_be_answered(case: Case) -> None:
    """Appeals and complaints are closed by an answer to whoever made them. Raises NotPossible."""
    if Appeal.objects.filter(case=case, outcome="", statement__decision__isnull=False).exists():
        raise NotPossible(IS_APPEAL)
    if Complaint.objects.filter(case=case, answer="").exists():
        raise NotPossible(IS_COMPLAINT)


def _record(case: Case, moderator: Moderator, verdict: Verdict) -> Decision:
    return Decision.objects.create(
        case=case,
        moderator=moderator,
        action=verdict.action,
        spans=[list(span) for span in verdict.spans],
        measure=verdict.measure,
        hours=verdict.hours,
        needs_second=verdict.needs_second,
        reason_code=verdict.reason_code,
        public_note=verdict.public_note,
        key=verdict.key,
        case_version=verdict.version,
        level_before=case.level,
    )


def _second_within(case: Case, moderator: Moderator) -> timedelta:
    """Until a second person should have looked; where there is none, until the same one may agree."""
    return SINGLE_AFTER if seconds.is_alone(case, seconds.who_else(moderator)) else SECOND_WITHIN


def _close(case: Case, moderator: Moderator, verdict: Verdict, within: timedelta) -> bool:
    if not verdict.needs_second:
        return settle(case, moderator, Event.DECIDED, token=verdict.token, version=verdict.version)
    now = timezone.now()
    waits = {"not_for": moderator, "not_for_since": now, "due_at": now + within, "tier": 0}
    return settle(case, moderator, Event.PROPOSED, token=verdict.token, version=verdict.version, **waits)


def _decided_already(case: Case, moderator: Moderator, verdict: Verdict) -> Decision:
    done = Decision.objects.filter(key=verdict.key, case=case, moderator=moderator).first()
    if done is None:
        raise Conflict
    return done


def close_follow_up(*, case: Case, moderator: Moderator, token: uuid.UUID, version: int) -> None:
    """What came was read and asks for nothing more: the earlier decision stands. Raises Conflict."""
    with transaction.atomic():
        if not settle(case, moderator, Event.FOLLOWED_UP, token=token, version=version):
            raise Conflict
        answers_were_seen(case)
        log(case, moderator, "case.answer_read")


def answers_were_seen(case: Case) -> None:
    """The version was checked, so whatever came was in the page; it was readable where the words were revealed."""
    if case.is_whole_open:
        mark_answers_read(case)


def settle(case: Case, moderator: Moderator, event: Event, *, token: uuid.UUID, version: int, **more: Any) -> bool:
    """The one conditional update by which a human moves a case: holder, token, time, state and version must hold."""
    now = timezone.now()
    mine = open_to(moderator).filter(pk=case.pk, lease_by=moderator, lease_token=token, lease_until__gt=now)
    states = before(event)
    new_state = after(states[0], event)
    changed = mine.filter(version=version, state__in=states).update(
        state=new_state,
        resolved_at=now if new_state == CaseState.RESOLVED else None,
        version=F("version") + 1,
        **first_look(now),
        **NO_LEASE,
        **more,
    )
    if changed:
        tell_desk(case.public_id, case.level)
    return bool(changed)


@once_more
def undo(*, decision: Decision, moderator: Moderator) -> Case:
    """Take a decision back exactly: post and voice as they were before, the case open again.

    What its author withdrew in the meantime stays withdrawn, and words written since stay as they
    were judged. Raises Conflict when it was undone already, waits for a second person, erased the
    words, or when someone has decided about the same post since, or a newer case about it is open,
    or someone else has the case in hand.
    """
    with transaction.atomic():
        if decision.measure != Measure.NOTHING and decision.case.peer:
            lock_peer(decision.case.peer)
        lock_post(cases=decision.case)
        case = Case.objects.for_moderator(moderator).filter(pk=decision.case_id).locked().first()
        if case is None or _is_in_other_hands(case, moderator) or not take_back(decision, moderator):
            raise Conflict
        if decided_since(decision) and not decision.is_mute_in_room:
            raise Conflict
        if not _is_open_again(case, decision):
            raise Conflict
        answering.moot(decision=decision, by=moderator)
        log(case, moderator, "decision.undone", action=decision.action)
        tell_desk(case.public_id, case.level)
        return Case.objects.get(pk=case.pk)


def _is_in_other_hands(case: Case, moderator: Moderator) -> bool:
    return case.is_held(timezone.now()) and case.lease_by_id != moderator.pk


def _is_open_again(case: Case, decision: Decision) -> bool:
    """What was done in a live room left its case open: whoever has it sees that something changed. That someone may
    speak again opens no case: it says nothing about the words that were decided."""
    if decision.is_mute_in_room or (decision.session_id and case.state != CaseState.RESOLVED):
        return bool(Case.objects.filter(pk=case.pk).update(version=F("version") + 1))
    return reopen(case, need_again(case))


def take_back(decision: Decision, moderator: Moderator, *, now: datetime | None = None) -> bool:
    """Mark it as taken back, once, and reverse what it did. Called inside a transaction, with the post held."""
    undoable = Decision.objects.standing().exclude(action=Action.ERASE, confirmed_at__isnull=False)
    settled = undoable.exclude(needs_second=True, confirmed_at=None)
    if not settled.filter(pk=decision.pk).update(undone_at=now or timezone.now(), undone_by=moderator):
        return False
    put_back(decision, within=need_again(decision.case).within)
    reverse_measure(decision)
    return True


def put_back(decision: Decision, *, within: int) -> None:
    """Reverse what it did to the post; where a newer decision speaks about the same post, that one holds."""
    if decided_since(decision):
        let_stand(decision)
    else:
        reverse(decision, within=within)


def decided_since(decision: Decision) -> bool:
    """Whether a newer standing decision speaks about the same post; that its author was muted in the room does not."""
    newer = Decision.objects.standing().filter(pk__gt=decision.pk, case__post__isnull=False)
    newer = newer.exclude(session__isnull=False, action=Action.LEAVE)
    return newer.filter(case__post=decision.case.post_id).exists()


def log(case: Case, moderator: Moderator, kind: str, **data: Any) -> None:
    audit.write(actor=moderator.username, kind=kind, case_pk=case.pk, case_ref=case.public_id, **data)

"""A second person looks at what cannot be undone, before it is done."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from forum.locking import lock_peer, lock_post
from moderation import alerts, answering
from moderation.deciding import log, put_back, settle
from moderation.effects import erase
from moderation.measures import end_voice, reverse_measure
from moderation.models import Action, Case, Decision, Level, Measure, Moderator
from moderation.models.cases import NO_LEASE
from moderation.reopening import anew, escalate_anew, need_again
from moderation.seconds import Wait
from moderation.signals import tell_desk
from moderation.transitions import Event, after, before
from moderation.triage import Conflict
from peers.again import once_more

_FREED = {"not_for": None, "not_for_since": None}


def proposal_of(case: Case) -> Decision | None:
    """The decision about this case that waits for a second person."""
    return Decision.objects.waiting().filter(case=case).select_related("moderator__peer").first()


@once_more
def confirm(*, case: Case, moderator: Moderator, token: uuid.UUID, version: int) -> Decision:
    """Agree: what was proposed is done for good. The case must be in this moderator's hands, who is not who proposed.

    Where nobody else could agree for a day, the same person may, and that is marked. Raises Conflict.
    """
    with transaction.atomic():
        proposed = proposal_of(case)
        single = proposed is not None and proposed.moderator_id == moderator.pk
        if single and not case.may_be_judged_alone(timezone.now()):
            raise Conflict
        decision = _taken(case, moderator, Event.CONFIRMED, token, version)
        Decision.objects.filter(pk=decision.pk).update(
            confirmed_at=timezone.now(), confirmed_by=moderator, single=single
        )
        if decision.action == Action.ERASE:
            erase(decision, case)
        if decision.measure == Measure.BAN:
            end_voice(decision, case)
        log(case, moderator, "decision.confirmed", action=decision.action, measure=decision.measure, single=single)
        return Decision.objects.get(pk=decision.pk)


@once_more
def decline(*, case: Case, moderator: Moderator, token: uuid.UUID, version: int) -> Case:
    """Do not agree: whatever the proposal did meanwhile is taken back, and the case is open again. Raises Conflict."""
    with transaction.atomic():
        decision = _taken(case, moderator, Event.DECLINED, token, version)
        _undo(decision, moderator)
        return Case.objects.get(pk=case.pk)


@once_more
def withdraw(*, decision: Decision, moderator: Moderator) -> bool:
    """Take one's own proposal back, while nobody has agreed to it. Did it change?"""
    with transaction.atomic():
        if decision.case.peer:
            lock_peer(decision.case.peer)
        lock_post(cases=decision.case)
        Case.objects.locked().get(pk=decision.case_id)  # a case may have neither peer nor post
        own = Decision.objects.waiting().filter(pk=decision.pk, moderator=moderator).exists()
        return own and call_off(decision, moderator)


def waits(moderator: Moderator, _now: datetime) -> list[Wait]:
    """What this moderator proposed and nobody has agreed to yet. What others proposed waits in the queue."""
    own = Decision.objects.waiting().filter(moderator=moderator)
    open_to = set(Case.objects.for_moderator(moderator).filter(decisions__in=own).values_list("pk", flat=True))
    return [
        Wait(
            what=each.did,
            case=each.case,
            asked_by=moderator,
            asked_at=each.at,
            why=each.public_note,
            yes="",
            no=f"/desk/cases/{each.case.public_id}/withdraw",
            may_confirm=False,
            is_mine=True,
            may_open=each.case_id in open_to,
        )
        for each in own.select_related("case__room").order_by("at", "pk")
    ]


def call_off(decision: Decision, moderator: Moderator) -> bool:
    """A proposal that waits comes to nothing. Called inside a transaction, with its rows held. Did it wait?"""
    states = before(Event.DECLINED)
    changed = Case.objects.filter(pk=decision.case_id, state__in=states).update(
        state=after(states[0], Event.DECLINED), version=F("version") + 1, **NO_LEASE, **_FREED
    )
    if changed:
        _undo(decision, moderator)
    return bool(changed)


def _undo(decision: Decision, moderator: Moderator) -> None:
    """What it did meanwhile is taken back; the case waits for a human again, with deadlines of its own."""
    Decision.objects.filter(pk=decision.pk).update(declined_at=timezone.now())
    case = Case.objects.get(pk=decision.case_id)
    within = need_again(case).within
    put_back(decision, within=within)
    reverse_measure(decision)
    answering.moot(decision=decision, by=moderator)
    now = timezone.now()
    Case.objects.filter(pk=case.pk).update(**anew(now, within))
    escalate_anew(case, now, within)
    if case.level == Level.CRISIS:
        alerts.alert_on_call(Case.objects.get(pk=case.pk), step=0)
    log(case, moderator, "decision.declined", action=decision.action, measure=decision.measure)
    tell_desk(case.public_id, case.level)


def _taken(case: Case, moderator: Moderator, event: Event, token: uuid.UUID, version: int) -> Decision:
    """Rows in everyone's order, then the one conditional update; the proposal it is about."""
    if case.peer:
        lock_peer(case.peer)
    lock_post(cases=case)
    if not settle(case, moderator, event, token=token, version=version, **_FREED):
        raise Conflict
    decision = proposal_of(case)
    if decision is None:
        raise Conflict
    return decision

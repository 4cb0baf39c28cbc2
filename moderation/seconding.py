"""A second person looks at what cannot be undone, before it is done."""

import uuid

from django.db import transaction
from django.utils import timezone

from forum.locking import lock_peer, lock_post
from moderation.deciding import log, settle
from moderation.effects import erase, reverse
from moderation.measures import end_voice, reverse_measure
from moderation.models import Action, Case, Decision, Measure, Moderator
from moderation.transitions import Event
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
        decision = _taken(case, moderator, Event.CONFIRMED, token, version)
        single = decision.moderator_id == moderator.pk
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
        Decision.objects.filter(pk=decision.pk).update(declined_at=timezone.now())
        reverse(decision)
        reverse_measure(decision)
        log(case, moderator, "decision.declined", action=decision.action, measure=decision.measure)
        return Case.objects.get(pk=case.pk)


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

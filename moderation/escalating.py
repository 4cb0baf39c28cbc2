"""Bringing a human who has not come: each step of a case, once, however many workers run.

The ladder: step 0 tells those on shift, step 1 those on call, step 2 everyone, and the site says that moderators are
delayed. A crisis goes on ringing after that, until someone decides or proposes; while someone holds it, it waits for
them.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import Greatest

from moderation import alerts, audit
from moderation.casework import STEPS
from moderation.models import Case, CaseState, Escalation, Level
from moderation.models.cases import NO_LEASE, WAITS_FOR_SECOND
from moderation.signals import tell_desk
from peers.again import once_more

AT_ONCE = 50
REPEAT_EVERY = timedelta(minutes=5)


def due_steps(now: datetime, leaving_out: Collection[int] = ()) -> list[int]:
    """Steps whose time has come, the oldest first."""
    due = Escalation.objects.filter(done_at=None, due_at__lte=now).exclude(pk__in=leaving_out).order_by("due_at")
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


@once_more
def take_step(pk: int, *, now: datetime) -> bool:
    """Do one step: the case's tier rises and on-call is told. Did it happen here?

    A case in someone's hands waits until their lease ends; one that a human has decided needs no more steps.
    """
    if not Escalation.objects.filter(pk=pk, done_at=None).exists():
        return False  # another worker was quicker: seen without waiting for whoever writes now
    with transaction.atomic():
        case = _locked(pk)
        step = Escalation.objects.filter(pk=pk, done_at=None, due_at__lte=now).first()
        if case is None or step is None:
            return False
        waits = case.state != CaseState.RESOLVED
        if waits and case.lease_until and case.lease_until > now:
            return not Escalation.objects.filter(pk=pk, done_at=None).update(due_at=case.lease_until)
        if not Escalation.objects.filter(pk=pk, done_at=None).update(done_at=now):
            return False
        if waits:
            _raise_tier(case, step, now)
        return True


def _locked(pk: int) -> Case | None:
    """The step's case, held; on Postgres one that another worker holds is passed over instead of waited for."""
    skip = connection.features.has_select_for_update_skip_locked
    return Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=skip).filter(escalations=pk).first()


def _raise_tier(case: Case, due: Escalation, now: datetime) -> None:
    step = due.step
    Case.objects.filter(pk=case.pk).update(tier=Greatest(F("tier"), step))
    alerts.alert_on_call(case, step=step, since=due.due_at)
    audit.write(actor="worker", kind="case.escalated", case_pk=case.pk, case_ref=case.public_id, step=step)
    tell_desk(case.public_id, case.level)
    if case.level == Level.CRISIS and not case.waits_for_second:
        keep_escalating(case, now + REPEAT_EVERY)


def keep_escalating(case: Case, due_at: datetime) -> None:
    """Beyond the planned steps: one more, unless one is still to come by then. Called inside a transaction."""
    to_come = case.escalations.filter(done_at=None)
    found = case.escalations.aggregate(last=Max("step"), to_come=Count("pk", filter=Q(done_at=None)))
    if found["to_come"]:
        to_come.filter(step__gt=STEPS[-1], due_at__gt=due_at).update(due_at=due_at)
        return
    another = Escalation(case=case, step=(found["last"] or STEPS[-1]) + 1, due_at=due_at)
    Escalation.objects.bulk_create([another], ignore_conflicts=True)


def ring_again(case: Case, *, since: datetime) -> None:
    """Whoever held it left it undecided: its next step is due since then. Called with the case held."""
    upcoming = case.escalations.filter(done_at=None).order_by("step").values_list("pk", flat=True).first()
    if upcoming is None:
        keep_escalating(case, since)
    else:
        Escalation.objects.filter(pk=upcoming, done_at=None, due_at__gt=since).update(due_at=since)


def given_back(case: Case, *, now: datetime) -> None:
    """Someone gave the case back: one in danger rings again at once, anything else keeps its steps."""
    if case.level == Level.CRISIS and case.state != CaseState.RESOLVED and not case.waits_for_second:
        ring_again(case, since=now)


def lapsed_leases(now: datetime, leaving_out: Collection[tuple[int, uuid.UUID]] = ()) -> list[tuple[int, uuid.UUID]]:
    """Cases whose holder let the time run out, with the lease that ended, the oldest first."""
    left = Case.objects.open().filter(lease_by__isnull=False, lease_until__lte=now).order_by("lease_until")
    left = left.exclude(lease_token__in=[token for _, token in leaving_out])
    return [(pk, token) for pk, token in left.values_list("pk", "lease_token")[:AT_ONCE] if token]


@once_more
def end_lease(lease: tuple[int, uuid.UUID], *, now: datetime) -> bool:
    """A case that was taken and left undecided is nobody's, and rings again. Once for each lease; was it here?"""
    pk, token = lease
    with transaction.atomic():
        held = Case.objects.open().filter(pk=pk, lease_token=token, lease_until__lte=now)
        case = held.select_for_update(of=("self",), no_key=True).first()
        if case is None or case.lease_until is None:
            return False
        Case.objects.filter(pk=pk).update(**NO_LEASE)
        ring_again(case, since=case.lease_until)
        audit.write(actor="worker", kind="case.lapsed", case_pk=case.pk, case_ref=case.public_id)
        tell_desk(case.public_id, case.level)
        return True


def ring_for_the_silent(now: datetime) -> int:
    """No open crisis is without a step to come, whatever brought it there. How many were?

    But for those that wait for a second person: they have the steps of their proposal.
    """
    to_come = Escalation.objects.filter(case=OuterRef("pk"), done_at=None)
    silent = Case.objects.in_danger().exclude(WAITS_FOR_SECOND).filter(~Exists(to_come)).order_by("pk")
    return sum(_ring_if_silent(pk, now) for pk in silent.values_list("pk", flat=True)[:AT_ONCE])


@once_more
def _ring_if_silent(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        case = Case.objects.open().select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
        if case is None or case.escalations.filter(done_at=None).exists():
            return False
        keep_escalating(case, now)
        return True

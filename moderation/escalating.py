"""Bringing a human who has not come: each step of a case, once, however many workers run."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from moderation import alerts, audit
from moderation.casework import STEPS
from moderation.models import Case, CaseState, Escalation
from moderation.signals import tell_desk
from peers.again import once_more

AT_ONCE = 50


def due_steps(now: datetime) -> list[int]:
    """Steps whose time has come, the oldest first."""
    due = Escalation.objects.filter(done_at=None, due_at__lte=now).order_by("due_at")
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


@once_more
def take_step(pk: int, *, now: datetime) -> bool:
    """Do one step: the case's tier rises and on-call is told. Did it happen here?

    A case in someone's hands waits until their lease ends; one that a human has decided needs no more steps.
    """
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
            _raise_tier(case, step.step)
        return True


def _locked(pk: int) -> Case | None:
    """The step's case, held; on Postgres one that another worker holds is passed over instead of waited for."""
    skip = connection.features.has_select_for_update_skip_locked
    return Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=skip).filter(escalations=pk).first()


def _raise_tier(case: Case, step: int) -> None:
    Case.objects.filter(pk=case.pk).update(tier=Greatest(F("tier"), step))
    alerts.alert_on_call(case, step=step)
    audit.write(actor="worker", kind="case.escalated", case_pk=case.pk, case_ref=case.public_id, step=step)
    tell_desk(case.public_id, case.level)


def keep_escalating(case: Case, now: datetime) -> None:
    """Beyond the planned steps: one more, due now, unless one is still to come. Called inside a transaction."""
    if case.escalations.filter(done_at=None).exists():
        return
    last = case.escalations.order_by("-step").values_list("step", flat=True).first() or STEPS[-1]
    Escalation.objects.get_or_create(case=case, step=last + 1, defaults={"due_at": now})

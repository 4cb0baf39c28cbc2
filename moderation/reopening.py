"""Opening a case again: a decision was taken back, or its author answered. A human is called as for a new one."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from moderation import alerts
from moderation.casework import STEPS, Need
from moderation.models import Case, CaseState, Escalation, Level
from moderation.transitions import Event, after

# Seconds to the next human where nothing new was found: those of the decision table's row for distress and suicide.
WITHIN = {Level.AMBER: 14400, Level.RED: 900, Level.CRISIS: 120}


def need_again(case: Case) -> Need:
    """What a case needs that is open again as it was."""
    return Need(level=case.level, categories=case.categories, within=WITHIN[Level(case.level)])


def reopen(case: Case, need: Need, *, event: Event = Event.UNDONE) -> bool:
    """Make a resolved case wait for a human again, with fresh deadlines. Called inside the caller's transaction.

    False, and nothing changed, when it is not resolved or a newer case of the same subject is open.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            changed = Case.objects.filter(pk=case.pk, state=CaseState.RESOLVED).update(
                state=after(CaseState.RESOLVED, event),
                level=need.level,
                categories=list(need.categories),
                lead_only=case.lead_only or need.lead,
                resolved_at=None,
                version=F("version") + 1,
                **anew(now, need.within),
            )
    except IntegrityError:
        return False
    if changed:
        escalate_anew(case, now, need.within)
        if need.level == Level.CRISIS:
            alerts.alert_on_call(Case.objects.get(pk=case.pk), step=0)
    return bool(changed)


def anew(now: datetime, within: int) -> dict[str, Any]:
    """The times of a case that begins again: a human has `within` seconds from now, and nobody has looked yet."""
    due = now + timedelta(seconds=within)
    return {"opened_at": now, "due_at": due, "first_human_at": None, "human_due_at": None, "tier": 0}


def escalate_anew(case: Case, now: datetime, within: int) -> None:
    """The steps of a case begin again, counted from now; `within` in seconds. Called inside a transaction."""
    case.escalations.exclude(step__in=STEPS).delete()  # those beyond belonged to the time before
    for step in STEPS:
        due = now + timedelta(seconds=within * step)
        Escalation.objects.update_or_create(case=case, step=step, defaults={"due_at": due, "done_at": None})

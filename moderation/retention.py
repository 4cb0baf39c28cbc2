"""How long words stay in cases: so many months after a case was closed for the last time, its words go.

The case stays, with its level, times, signals and decisions: counts and the log keep their meaning. Where a moderator
hid a part of a post that still stands, the words it was hidden in stay as long: an edit would show the part again.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from forum.models import Visibility
from moderation import audit
from moderation.leaving import REASON_ERASED, erase_reasons, erase_words
from moderation.models import (
    Action,
    Appeal,
    Case,
    CaseState,
    Complaint,
    Decision,
    Linking,
    LiveNote,
    Outreach,
    OutreachMessage,
    Report,
    Snapshot,
)
from moderation.models.cases import CaseQuerySet
from peers.again import once_more

AT_ONCE = 100  # cases of one transaction
BATCHES = 10  # of one round: what is left goes an hour later, and no deadline waits for it
MONTH = timedelta(days=30.5)  # twelve are a leap year, as long as the log is kept


def erase_old_words(*, now: datetime) -> int:
    """Erase what was written in cases that were closed long ago. In how many?"""
    if not settings.CASE_MONTHS:
        return 0
    before = now - settings.CASE_MONTHS * MONTH
    erased = 0
    for _ in range(BATCHES):
        batch = _erase_some(before)
        erased += batch
        if batch < AT_ONCE:
            break
    return erased + _drop_notes(before)


@once_more
def _drop_notes(before: datetime) -> int:
    """Notes about live rooms stay as long as the words of cases: they may tell of the same people."""
    with transaction.atomic():
        dropped, _ = LiveNote.objects.filter(at__lt=before).delete()
        if dropped:
            audit.write(actor="worker", kind="words.erased", case_pk=0, notes=dropped, before=str(before.date()))
        return dropped


@once_more
def _erase_some(before: datetime) -> int:
    """One batch, in one transaction, with one event. A case that was opened again in this moment keeps its words."""
    with transaction.atomic():
        chosen = list(_with_words(before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        closed = Case.objects.filter(pk__in=chosen, state=CaseState.RESOLVED, resolved_at__lt=before)
        cases = [case.pk for case in closed.locked()]
        if cases:
            _erase(Case.objects.filter(pk__in=cases), before)
            audit.write(actor="worker", kind="words.erased", case_pk=0, cases=len(cases), before=str(before.date()))
        return len(cases)


def _with_words(before: datetime) -> CaseQuerySet:
    """Closed before this, and not emptied yet."""
    here = {"case": OuterRef("pk")}
    words = (
        Exists(_snapshots().filter(salt__isnull=False, **here))
        | Exists(Report.objects.filter(~Q(note=""), **here))
        | Exists(Appeal.objects.filter(~Q(words=""), **here))
        | Exists(Complaint.objects.filter(~Q(words="", about=""), **here))
        | Exists(Linking.objects.filter(~Q(reason=REASON_ERASED), **here))
        | Exists(_conversations(before).filter(**here))
    )
    return Case.objects.filter(words, state=CaseState.RESOLVED, resolved_at__lt=before)


def _snapshots() -> QuerySet[Snapshot]:
    """What may go: not the words by which a part that a moderator hid is found, and hidden again, after an edit."""
    hiding = Decision.objects.standing().filter(case=OuterRef("case"), action=Action.REDACT).exclude(spans=[])
    hiding = hiding.filter(case__post__isnull=False).exclude(case__post__redactions=[])
    return Snapshot.objects.filter(~Exists(hiding.exclude(case__post__visibility=Visibility.WITHDRAWN)))


def _conversations(before: datetime) -> QuerySet[Outreach]:
    """What may go: an answer to a closed case joins the open one about the same subject, and is read there."""
    waiting = Case.objects.open().filter(subject=OuterRef("case__subject"))
    fresh = OutreachMessage.objects.filter(outreach=OuterRef("pk"), at__gte=before)
    return Outreach.objects.filter(~Exists(waiting), ~Exists(fresh))


def _erase(cases: CaseQuerySet, before: datetime) -> None:
    erase_words(_snapshots().filter(case__in=cases))
    Report.objects.filter(case__in=cases).update(note="")
    Appeal.objects.filter(case__in=cases).update(words="")
    Complaint.objects.filter(case__in=cases).update(words="", about="")
    _conversations(before).filter(case__in=cases).delete()
    erase_reasons(cases)

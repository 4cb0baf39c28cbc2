"""What a decision about a case means for an appeal that waits on it."""

from collections.abc import Iterable

from django.utils import timezone

from moderation import audit
from moderation.models import Appeal, AppealOutcome, Case, CaseState, Decision, Moderator, Restriction, Statement
from moderation.models.cases import NO_LEASE, first_look

# From the mildest to the strictest of what can be done to a post.
STRICTNESS = (
    Restriction.FOLDED,
    Restriction.PART_HIDDEN,
    Restriction.HELD,
    Restriction.REMOVED,
    Restriction.ERASED,
)
OF_VOICES = (Restriction.THREAD_PAUSED, Restriction.LIVE_PAUSED, Restriction.PAUSED, Restriction.BANNED)
TAKEN_BACK = "The decision was taken back before your appeal was answered."


def settle(*, case: Case, decision: Decision) -> None:
    """Answer the appeals against what automation did, now that a person has decided. Called in the decision's
    transaction, after its effects: upheld where as much or more is still taken from its author."""
    for appeal in Appeal.objects.filter(case=case, outcome="", statement__decision=None).select_related("statement"):
        outcome = AppealOutcome.UPHELD if _stands(appeal.statement, case) else AppealOutcome.OVERTURNED
        _answer(appeal, outcome, decision.public_note, decision.moderator)


def _stands(statement: Statement, case: Case) -> bool:
    in_force = Statement.objects.in_force()
    if statement.post_id is None:
        return in_force.filter(case=case, peer=statement.peer_id, restriction__in=OF_VOICES).exists()
    as_strict = STRICTNESS[STRICTNESS.index(Restriction(statement.restriction)) :]
    return in_force.filter(post=statement.post_id, restriction__in=as_strict).exists()


def moot(*, decision: Decision, by: Moderator, restrictions: Iterable[Restriction] = tuple(Restriction)) -> None:
    """The decision was taken back, as far as these restrictions go, before its appeal was answered: the appeal is
    granted, its case closed."""
    waiting = Appeal.objects.filter(outcome="", statement__decision=decision, statement__restriction__in=restrictions)
    for appeal in waiting.select_related("case"):
        _answer(appeal, AppealOutcome.OVERTURNED, TAKEN_BACK, by)
        now = timezone.now()
        closed = {"state": CaseState.RESOLVED, "resolved_at": now, **first_look(now), **NO_LEASE}
        Case.objects.open().filter(pk=appeal.case_id).update(**closed)
        who, ref = by.username, appeal.case.public_id
        audit.write(actor=who, kind="appeal.answered", case_pk=appeal.case_id, case_ref=ref, outcome="overturned")


def _answer(appeal: Appeal, outcome: AppealOutcome, words: str, by: Moderator) -> None:
    Appeal.objects.filter(pk=appeal.pk, outcome="").update(
        outcome=outcome, answer=words, answered_at=timezone.now(), answered_by=by
    )

"""What a decision about a case means for an appeal that waits on it."""

from django.utils import timezone

from moderation.models import Appeal, Case, CaseState, Decision, Outcome, Statement
from moderation.models.cases import NO_LEASE


def settle(*, case: Case, decision: Decision) -> None:
    """Answer the appeals against what automation did, now that a person has decided. Called in the decision's
    transaction, after its effects: whatever was restricted and is restricted no more was overturned."""
    for appeal in Appeal.objects.filter(case=case, outcome="", statement__decision=None).select_related("statement"):
        statement = appeal.statement
        still = Statement.objects.in_force().filter(post=statement.post_id, restriction=statement.restriction)
        outcome = Outcome.UPHELD if still.exists() else Outcome.OVERTURNED
        _answer(appeal, outcome, decision)


def moot(*, decision: Decision) -> None:
    """The decision was taken back before its appeal was answered: the appeal is granted, its case closed."""
    for appeal in Appeal.objects.filter(outcome="", statement__decision=decision).select_related("case"):
        _answer(appeal, Outcome.OVERTURNED, decision)
        Case.objects.open().filter(pk=appeal.case_id).update(
            state=CaseState.RESOLVED,
            resolved_at=timezone.now(),
            **NO_LEASE,
        )


def _answer(appeal: Appeal, outcome: Outcome, decision: Decision) -> None:
    Appeal.objects.filter(pk=appeal.pk, outcome="").update(
        outcome=outcome, answer=decision.public_note, answered_at=timezone.now(), answered_by=decision.moderator
    )

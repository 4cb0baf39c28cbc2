"""What a case asks of whoever has it, beside the ordinary decision: to second, to answer an appeal, to follow up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from forum import text
from moderation.models import Appeal, Case, CaseState, Complaint, Decision, FollowUp, Moderator, Signal, Snapshot
from moderation.redacting import Part, parts


def asks_of(case: Case, moderator: Moderator, now: datetime, *, revealed: bool) -> dict[str, Any]:
    """What the page of this case has to put before its moderator. Words only where they were revealed."""
    kind = case.subject.partition(":")[0]
    appeal = _appeal(case) if kind == "appeal" else None
    complaint = Complaint.objects.filter(case=case).first() if kind == "complaint" else None
    proposal = _proposal(case) if case.state == CaseState.PENDING_SECOND else None
    return {
        "appeal": appeal,
        "complaint": complaint,
        "asks_answer": bool((appeal and not appeal.outcome) or (complaint and not complaint.answer)),
        "asks_again": FollowUp.objects.filter(opened=case).first() if kind == "follow-up" else None,
        "proposal": proposal,
        "may_agree": bool(proposal and (proposal.moderator_id != moderator.pk or case.may_be_judged_alone(now))),
        "follows": case.follows if case.follows_id else None,
        "appeals_here": list(case.appeals.filter(statement__decision=None).select_related("statement")),
        "difference": _difference(case) if revealed else [],
        "written_before": _words_before(case) if revealed and case.follows_id else "",
    }


def _appeal(case: Case) -> Appeal | None:
    own = Appeal.objects.filter(case=case, statement__decision__isnull=False)
    return own.select_related("statement__decision__moderator__peer", "statement__case").first()


def _proposal(case: Case) -> Decision | None:
    return Decision.objects.waiting().filter(case=case).select_related("moderator__peer").first()


def _words_before(case: Case) -> str:
    """What the case before was about, as it stood when it was last kept: whoever answers for it has to read it."""
    kept = Snapshot.objects.filter(case=case.follows_id).order_by("-revision").values_list("words", flat=True)
    return kept.first() or ""


def _difference(case: Case) -> list[tuple[str, bool]]:
    """The words as they were written, each piece with whether readers get it: what is hidden now, in place."""
    post = case.post
    if post is None or not post.redactions:
        return []
    return text.pieces(text.whole(post.title, post.body), [(start, end) for start, end in post.redactions])


def preview_of(case: Case, spans: Sequence[Sequence[int]]) -> list[tuple[str, bool]]:
    """The words of the post cut where these parts would be hidden."""
    post = case.post
    return text.pieces(text.whole(post.title, post.body), [(start, end) for start, end in spans]) if post else []


def parts_of(case: Case) -> list[Part]:
    """What could be hidden of the words as they stand now: what rules noticed in them, and what is hidden already.

    The model marks single words that weighed most: they explain, and are no part to hide.
    """
    post = case.post
    if post is None:
        return []
    noticed = Signal.objects.filter(source="rules", revision=post.revision, subject=case.subject)
    noticed = noticed.exclude(rule__startswith="model.")
    spans = [span for several in noticed.values_list("spans", flat=True) for span in several]
    return parts(text.whole(post.title, post.body), spans, post.redactions)

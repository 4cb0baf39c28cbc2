"""Statements of reasons: what is restricted of words or a voice, how far, how long, why, and what one can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from forum.intake import Decision as Showing
from forum.models import Post, Visibility
from moderation.desk_words import reasons
from moderation.models import Action, Case, Decision, Measure, Restriction, Statement
from moderation.models.statements import APPEAL_WITHIN
from moderation.wording import why
from peers.models import Peer

OF_POSTS = frozenset(
    {Restriction.HELD, Restriction.PART_HIDDEN, Restriction.FOLDED, Restriction.REMOVED, Restriction.ERASED}
)
_BY_VISIBILITY: Mapping[str, Restriction] = {
    Visibility.HELD: Restriction.HELD,
    Visibility.NOTED: Restriction.FOLDED,
    Visibility.REMOVED: Restriction.REMOVED,
}
UNCLEAR = "unclear"  # the ground where nothing names one


def restrictions_of(shown: Showing, *, erased: bool = False) -> set[Restriction]:
    """What is restricted about a post that is shown so. Pure."""
    found = {_BY_VISIBILITY[shown.visibility]} if shown.visibility in _BY_VISIBILITY else set()
    if erased:
        found = {Restriction.ERASED}
    if shown.redactions and shown.visibility in {Visibility.PUBLISHED, Visibility.NOTED}:
        found.add(Restriction.PART_HIDDEN)
    return found


def of_post(
    *, post: Post, shown: Showing, case: Case | None, decision: Decision | None = None, erased: bool = False
) -> None:
    """End the statements about this post that hold no more, and issue those that hold now.

    Called inside the transaction that changes how the post is shown. A human's decision states
    anew what it leaves standing; automation states only what is new, and until when a hold goes on.
    """
    wanted = restrictions_of(shown, erased=erased)
    in_force = Statement.objects.in_force().filter(post=post, restriction__in=OF_POSTS)
    over = in_force if decision else in_force.exclude(restriction__in=wanted)
    over.update(ended_at=timezone.now())
    if shown.visibility == Visibility.HELD and shown.hold_until:
        prolong(post=post, until=shown.hold_until)
    if case is None:
        return
    told = set() if decision else set(in_force.values_list("restriction", flat=True))
    for restriction in sorted(wanted - told):
        until = shown.hold_until if restriction == Restriction.HELD else None
        ground = decision.reason_code if decision else shown.reason_key or next(iter(case.categories), UNCLEAR)
        _issue(case, decision, restriction, ground, peer=post.peer, post=post, until=until)


def prolong(*, post: Post, until: datetime) -> None:
    """A hold goes on: whoever reads why it waits reads until when."""
    Statement.objects.in_force().filter(post=post, restriction=Restriction.HELD).update(until=until)


def of_voice(*, decision: Decision, peer: Peer, restriction: Restriction, until: datetime | None = None) -> None:
    """State that someone's writing rests, or ends."""
    _issue(decision.case, decision, restriction, decision.reason_code, peer=peer, until=until)


def by_rules(*, case: Case, peer: Peer, restriction: Restriction, until: datetime) -> None:
    """State a pause that automation made by itself."""
    _issue(case, None, restriction, next(iter(case.categories), UNCLEAR), peer=peer, until=until)


def end(*, decision: Decision) -> None:
    """What this decision restricted is restricted no more."""
    Statement.objects.in_force().filter(decision=decision).update(ended_at=timezone.now())


def _issue(case: Case, decision: Decision | None, restriction: Restriction, ground: str, **about: Any) -> None:
    """`about`: peer, and where there are such a post and an end."""
    by_rules = decision is None or case.signals.filter(source="rules").exists()
    Statement.objects.create(
        case=case, decision=decision, restriction=restriction, ground=ground, noticed_by_rules=by_rules, **about
    )


@dataclass(frozen=True, slots=True)
class Reasons:
    """A statement in plain sentences, as its reader gets it."""

    what: str
    how_long: str
    why: str
    noticed: str
    decided: str
    words: str  # of the moderator; empty where nobody has decided
    may_appeal: bool
    appeal_by: datetime


def in_words(statement: Statement, *, now: datetime) -> Reasons:
    """Scope, duration, facts, ground, use of automation and redress of one statement. Reads its decision."""
    decision = statement.decision
    by = statement.issued_at + APPEAL_WITHIN
    return Reasons(
        what=f"{statement.get_restriction_display()}. It was in {statement.case.room.name}.",
        how_long=_how_long(statement),
        why=_why(statement),
        noticed="A program noticed it first." if statement.noticed_by_rules else "A person noticed it first.",
        decided="A person decided, not a program." if decision else "A program did this; no person has decided yet.",
        words=decision.public_note if decision else "",
        may_appeal=statement.may_be_appealed(now) and not hasattr(statement, "appeal"),
        appeal_by=by,
    )


def _how_long(statement: Statement) -> str:
    if statement.ended_at:
        return f"It ended on {statement.ended_at:%-d %B %Y}."
    if statement.restriction == Restriction.ERASED:
        return "The words were erased and cannot come back."
    if statement.until:
        return _until(Restriction(statement.restriction), statement.until)
    if statement.post and not statement.post.thread_id:
        return "It stays so until someone changes the decision: what was said in a live room cannot be changed."
    return "It stays so until you change the words, or someone changes the decision."


def _until(restriction: Restriction, until: datetime) -> str:
    if restriction == Restriction.HELD:
        return f"A moderator should decide by {until:%-d %B, %H:%M} UTC."
    or_before = ", or when the live room closes" if restriction == Restriction.LIVE_PAUSED else ""
    return f"It ends by itself on {until:%-d %B, %H:%M} UTC{or_before}."


def _why(statement: Statement) -> str:
    reason = reasons().get(statement.ground)
    return f"{reason.label}." if reason else why(statement.ground)


def restricts_by(action: str, measure: str) -> bool:
    """Whether a decision takes something from its author: then it must say why in words of its own. Pure."""
    taking = {Action.FOLD, Action.REDACT, Action.REMOVE, Action.ERASE}
    return action in taking or measure not in {"", Measure.NOTHING}

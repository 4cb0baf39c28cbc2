"""What the program restricted by itself, and how each restriction ended: for the report of a year."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Exists, OuterRef

from forum.models import Visibility
from moderation import counting
from moderation.counting import Span
from moderation.models import Action, AuditEvent, CaseState, Decision, Snapshot
from moderation.models.cases import CaseQuerySet

KINDS: Mapping[str, str] = {
    "hold": "Posts held, and how it ended",
    "fold": "Posts folded behind a note, and how it ended",
    "redact": "Posts with a hidden part, and how it ended",
}
ENDS: Mapping[str, str] = {
    Action.PUBLISH.value: "a moderator published the post",
    Action.FOLD.value: "a moderator folded the post",
    Action.REMOVE.value: "a moderator removed the post",
    Action.REDACT.value: "a moderator hid parts of the post",
    Action.ERASE.value: "moderators removed it for good",
    Action.LEAVE.value: "a moderator left it as it was",
    "gone": "its author took it away",
    "waits": "it waits for a moderator",
}
RELEASED = "released"
ENDS_OF_HOLDS: Mapping[str, str] = {RELEASED: "released at its deadline, nobody had decided", **ENDS}


def how_they_ended(span: Span) -> dict[str, Counter[str]]:
    """Kind -> end -> how many cases opened in the span began with such a restriction.

    The first snapshot of a case tells how its words were shown when they came: nobody had looked yet. A post may be
    both folded and hidden in part. Four queries; only the yearly report asks.
    """
    ends, released = _ends(span), _released(span)
    found = {kind: Counter[str]() for kind in KINDS}
    seen: set[int] = set()
    first = Snapshot.objects.filter(case__in=_begun_by_program(span)).order_by("case_id", "revision")
    told = first.values_list("case_id", "case__public_id", "visibility", "redactions")
    for case, ref, visibility, redactions in told.iterator():
        if case in seen:
            continue
        seen.add(case)
        if visibility == Visibility.HELD:
            found["hold"][RELEASED if ref in released else ends[case]] += 1
        found["fold"][ends[case]] += visibility == Visibility.NOTED
        found["redact"][ends[case]] += bool(redactions)
    return found


def _begun_by_program(span: Span) -> CaseQuerySet:
    """Cases of the span that are about a post nobody had decided about before: what hid it then was no moderator."""
    others = Decision.objects.filter(case__post=OuterRef("post"), at__lt=OuterRef("opened_at"))
    before = others.exclude(case=OuterRef("pk"))
    return counting.cases(span).filter(~Exists(before), subject__startswith="post:")


def _released(span: Span) -> set[str]:
    """Cases whose held words went up by themselves, by their public id: the log keeps it."""
    events = AuditEvent.objects.filter(kind="hold.released", at__gte=span.start)
    return set(events.values_list("case_ref", flat=True))


def _ends(span: Span) -> dict[int, str]:
    """What a person, or the author, made of each case of the span, by its number."""
    standing = counting.decisions().standing().filter(case__in=counting.cases(span)).order_by("pk")
    decided = dict(standing.values_list("case_id", "action"))  # the newest of a case comes last, and stays
    rows = counting.cases(span).values_list("pk", "state", "post__visibility")
    return {pk: decided.get(pk) or _undecided(state, visibility) for pk, state, visibility in rows}


def _undecided(state: str, visibility: str | None) -> str:
    if visibility is None or visibility == Visibility.WITHDRAWN:
        return "gone"
    return "waits" if state != CaseState.RESOLVED else Action.LEAVE.value

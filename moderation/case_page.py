"""Everything one case's page shows, in a fixed number of queries. Words are in it only where they were revealed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from forum.models import LiveSession, Post, Shown, Visibility
from moderation.desk_words import CATEGORIES, LOG, category_words
from moderation.marks import Segment, segments
from moderation.models import (
    AuditEvent,
    Case,
    CaseState,
    Decision,
    Effect,
    Level,
    LiveNote,
    Moderator,
    OutreachMessage,
    Report,
    Signal,
    Snapshot,
    Source,
)
from moderation.queue import due_words, span_words
from moderation.same_name import same_name
from moderation.uncovering import Noticed, uncovering

MOST_SHOWN = 40  # of the log, of messages, of reports, of notes
_OF_SESSIONS = ("call", "ask", "word")  # subjects that name a live session by its key


@dataclass(frozen=True, slots=True)
class Finding:
    """One signal, numbered where it is marked in the words."""

    number: int | None
    level: str
    category: str
    rule: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation; what the peer wrote is marked like a post."""

    message: OutreachMessage
    segments: list[Segment]


def page_of(case: Case, moderator: Moderator, now: datetime) -> dict[str, Any]:
    """The case as this moderator may see it at this moment."""
    revealed = case.is_revealed_to(moderator, now)
    snapshots = list(case.snapshots.order_by("-revision"))
    about = Q(case=case) | Q(subject=case.subject)
    signals = list(Signal.objects.filter(about).order_by("-level", "pk")[: 5 * MOST_SHOWN])
    numbered = _numbered(case, signals, snapshots[0].revision if snapshots else 0)
    reports = list(Report.objects.filter(case=case).order_by("-pk")[:MOST_SHOWN])
    talk = _conversation(case, signals, revealed=revealed)
    sent = case.follows_id is not None or case.subject.startswith("complaint:")
    live = _live(case)
    holds_more = sent or bool(talk["messages"] or live["live_notes"]) or any(report.note for report in reports)
    decisions = list(case.decisions.select_related("moderator__peer", "undone_by__peer").order_by("-pk"))
    return {
        "case": case,
        "kind": case.subject.partition(":")[0],
        "categories": category_words(case.categories),
        "due": due_words(case.due_at, now),
        "late": case.due_at < now,
        "is_open": case.state != CaseState.RESOLVED,
        "answer_came": case.state == CaseState.FOLLOW_UP,
        "mine": case.held_by(moderator, now),
        "holder": _holder(case, now),
        "left": _left(case, now),
        "same_name": same_name(case, moderator, now),
        "revealed": revealed,
        "has_words": bool(snapshots),
        "uncovering": uncovering(
            _noticed(snapshots, signals, numbered),
            opened=case.revealed_to(moderator, now),
            whole_at_once=moderator.whole_at_once,
            holds_more=holds_more,
        ),
        "words": _words(snapshots, signals, numbered) if revealed else None,
        "earlier_words": snapshots[1:] if revealed else [],
        "findings": _findings(signals, numbered),
        "seen": seen_now(case.post),
        "reports": reports,
        "history": _history(case, moderator),
        "decisions": decisions,
        "undoable": _undoable(case, decisions),
        "room_acts": _room_acts(decisions, now),
        "log": _log(case),
        **live,
        **talk,
    }


def seen_now(post: Post | None) -> dict[str, str] | None:
    """What readers and the author see at this moment, in a sentence each."""
    if post is None:
        return None
    readers = {
        Visibility.PUBLISHED: "The post",
        Visibility.NOTED: f"The post, folded behind a note ({', '.join(post.note_labels) or 'content note'})",
        Visibility.HELD: "Nothing yet",
        Visibility.REMOVED: "A line saying that it was removed",
        Visibility.WITHDRAWN: "A line saying that its author took it down",
    }[Visibility(post.visibility)]
    if post.is_open and post.redactions:
        readers += f", with hidden parts: {len(post.redactions)}"
    if post.is_open and post.help_for == Shown.EVERYONE:
        readers += ", and one line that leads to help"
    return {"readers": f"{readers}.", "author": _author_sees(post)}


def _author_sees(post: Post) -> str:
    parts = ["Their own words"]
    if post.visibility == Visibility.HELD and post.hold_until:
        parts.append(f"that they wait for a moderator until {post.hold_until:%H:%M} UTC, and why")
    elif post.visibility == Visibility.REMOVED:
        parts.append("that they were removed, and why")
    if post.redactions:
        parts.append("which part is hidden")
    if post.help_keys and post.help_for != Shown.NOBODY:
        parts.append(f"the help cards {', '.join(post.help_keys)}")
    return f"{', '.join(parts)}."


def _numbered(case: Case, signals: Iterable[Signal], revision: int) -> dict[int, int]:
    """Signal's pk -> its number in the words of this revision, most urgent first."""
    marked = [s for s in signals if s.source == Source.RULES and s.revision == revision and s.spans]
    here = [s for s in marked if s.subject == case.subject]  # the spans of any other count in other words
    return {signal.pk: place for place, signal in enumerate(here, start=1)}


def _findings(signals: Sequence[Signal], numbered: dict[int, int]) -> list[Finding]:
    found = [
        Finding(
            number=numbered.get(signal.pk),
            level=Level(signal.level).label,
            category=CATEGORIES.get(signal.category, signal.category),
            rule=signal.rule,
            reason=signal.reason,
            source="in an answer" if signal.subject.startswith("answer:") else _source_words(signal.source),
        )
        for signal in signals
    ]
    return sorted(found, key=lambda each: each.number or len(found) + 1)


def _source_words(source: str) -> str:
    words = {
        Source.RULES: "rules",
        Source.REPORT: "a report",
        Source.CALL: "I need help now",
        Source.HUMAN: "a moderator",
    }
    return words[Source(source)]


@dataclass(frozen=True, slots=True)
class Words:
    snapshot: Snapshot
    segments: list[Segment]


def _words(snapshots: Sequence[Snapshot], signals: Iterable[Signal], numbered: dict[int, int]) -> Words | None:
    if not snapshots:
        return None
    latest = snapshots[0]
    marked = {numbered[signal.pk]: signal.spans for signal in signals if signal.pk in numbered}
    return Words(latest, segments(latest.words, marked))


def _noticed(snapshots: Sequence[Snapshot], signals: Sequence[Signal], numbered: dict[int, int]) -> Noticed:
    """The newest form of the words with what was found in it."""
    here = [signal for signal in signals if signal.pk in numbered]
    top = max((signal.level for signal in here), default=Level.GREEN)
    return Noticed(
        text=snapshots[0].words if snapshots else "",
        marked={numbered[signal.pk]: signal.spans for signal in here},
        most_urgent=frozenset(numbered[signal.pk] for signal in here if signal.level == top),
        categories=[signal.category for signal in here],
    )


def _holder(case: Case, now: datetime) -> str:
    return case.lease_by.public_name if case.lease_by and case.is_held(now) else ""


def _left(case: Case, now: datetime) -> str:
    """How long the lease still runs; "" where none does."""
    return span_words(int((case.lease_until - now).total_seconds())) if _holder(case, now) and case.lease_until else ""


def _history(case: Case, moderator: Moderator) -> list[Case]:
    """This name's earlier cases in this room, with what was decided; the same person elsewhere stays unlinked."""
    if case.peer_id is None:
        return []
    others = Case.objects.for_moderator(moderator).filter(peer=case.peer_id, room=case.room_id).exclude(pk=case.pk)
    return list(others.filter(author_name=case.author_name).prefetch_related("decisions").order_by("-pk")[:10])


def _undoable(case: Case, decisions: Sequence[Decision]) -> Decision | None:
    """The newest decision of a closed case that stands; what was done at once in a live room stands by itself."""
    standing = (each for each in decisions if each.undone_at is None and each.session_id is None)
    return next(standing, None) if case.state == CaseState.RESOLVED else None


def _room_acts(decisions: Sequence[Decision], now: datetime) -> list[Decision]:
    """What was done at once in a live room and still holds, newest first: each can be taken back by itself.

    A removal about which somebody has decided since is taken back with that decision, and a mute that ran out is over.
    """
    standing = [each for each in decisions if each.undone_at is None and each.declined_at is None]
    newest = next((each.pk for each in standing if not each.is_mute_in_room), 0)
    acts = [each for each in standing if each.session_id and (each.is_mute_in_room or each.pk == newest)]
    mutes = [each.pk for each in acts if each.is_mute_in_room]
    lasting = Effect.objects.filter(decision__in=mutes, reversed_at=None, until__gt=now) if mutes else None
    rests = set(lasting.values_list("decision", flat=True)) if lasting is not None else set()
    return [each for each in acts if not each.is_mute_in_room or each.pk in rests]


def _session_of(case: Case) -> LiveSession | None:
    """The live session a case is from: that of its post, or the one its subject names."""
    kind, _, rest = case.subject.partition(":")
    number = rest.partition(":")[0]
    if case.post is not None:
        return case.post.session
    found = LiveSession.objects.filter(pk=number) if kind in _OF_SESSIONS and number.isdigit() else None
    return found.first() if found is not None else None


def _live(case: Case) -> dict[str, Any]:
    """The session, with what its team noted; nothing is asked about a case from elsewhere."""
    session = _session_of(case)
    if session is None:
        return {"live": None, "live_notes": []}
    notes = LiveNote.objects.filter(session=session).select_related("moderator__peer").order_by("-pk")[:MOST_SHOWN]
    return {"live": session, "live_notes": list(notes)}


def _log(case: Case) -> list[dict[str, Any]]:
    events = AuditEvent.objects.filter(case_ref=case.public_id).order_by("-id")[:MOST_SHOWN]
    return [{"actor": each.actor, "did": LOG.get(each.kind, each.kind), "at": each.at} for each in events]


def _conversation(case: Case, signals: Iterable[Signal], *, revealed: bool) -> dict[str, Any]:
    """The private messages of this case; what the peer wrote only where words were revealed."""
    newest = OutreachMessage.objects.about(case).select_related("moderator__peer").order_by("-pk")
    messages = list(newest[:MOST_SHOWN])[::-1]
    unread = [each for each in messages if each.moderator_id is None and each.read_at is None]
    if not revealed:
        return {"messages": len(messages), "unread": len(unread), "conversation": []}
    marks: dict[str, dict[int, Any]] = defaultdict(dict)
    for number, signal in enumerate(signals, start=1):
        marks[signal.subject][number] = signal.spans
    said = [Said(each, segments(each.body, marks.get(f"answer:{each.pk}", {}))) for each in messages]
    return {"messages": len(messages), "unread": len(unread), "conversation": said}

"""What a second look shows: the words as they stood, signals and reports. Never what was decided, or by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forum.models import Visibility
from moderation.desk_words import CATEGORIES, category_words
from moderation.marks import segments
from moderation.models import Level, Moderator, Report, Review, Signal, Snapshot, Source

MOST_SHOWN = 100
# How the post stood when it was decided about, in a sentence.
STOOD = {
    Visibility.PUBLISHED: "It stood in the open.",
    Visibility.NOTED: "It stood folded behind a neutral note.",
    Visibility.HELD: "It was held: only its author and moderators saw it.",
    Visibility.REMOVED: "It had been removed.",
    Visibility.WITHDRAWN: "Its author had taken it down.",
}


@dataclass(frozen=True, slots=True)
class Noticed:
    """One signal, numbered where it is marked in the words."""

    number: int | None
    level: str
    category: str
    reason: str
    rule: str


def page_of(review: Review, moderator: Moderator, now: datetime) -> dict[str, Any]:
    """The second look as this moderator may see it at this moment: only what was known before the decision."""
    decision, revealed = review.decision, review.is_revealed_to(moderator, now)
    known = Signal.objects.filter(case=review.case_id, at__lte=decision.at)
    signals = list(known.order_by("-level", "pk")[:MOST_SHOWN])
    numbered = _numbered(signals, review.revision)
    reports = Report.objects.filter(case=review.case_id, at__lte=decision.at)
    return {
        "review": review,
        "room": review.case.room.name,
        "level": Level(decision.level_before).label,
        "categories": category_words(dict.fromkeys(signal.category for signal in signals)),
        "stood": STOOD[Visibility(review.stood)] + (" A part of it was hidden." if review.parts_hidden else ""),
        "revealed": revealed,
        "words": _words(review, signals, numbered) if revealed else [],
        "noticed": _noticed(signals, numbered),
        "reports": list(reports.order_by("pk")[:MOST_SHOWN]),
    }


def _numbered(signals: Sequence[Signal], revision: int) -> dict[int, int]:
    marked = [each for each in signals if each.source == Source.RULES and each.revision == revision and each.spans]
    here = [each for each in marked if not each.subject.startswith("answer:")]
    return {signal.pk: place for place, signal in enumerate(here, start=1)}


def _words(review: Review, signals: Sequence[Signal], numbered: dict[int, int]) -> list[Any]:
    snapshot = Snapshot.objects.filter(case=review.case_id, revision=review.revision).first()
    if snapshot is None:
        return []
    return segments(snapshot.words, {numbered[each.pk]: each.spans for each in signals if each.pk in numbered})


def _noticed(signals: Sequence[Signal], numbered: dict[int, int]) -> list[Noticed]:
    found = [
        Noticed(
            numbered.get(each.pk),
            Level(each.level).label,
            CATEGORIES.get(each.category, each.category),
            each.reason,
            each.rule,
        )
        for each in signals
    ]
    return sorted(found, key=lambda each: each.number or len(found) + 1)

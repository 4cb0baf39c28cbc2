"""Reports: anyone, with or without an identity, may say that a post needs a look. A receipt tells what came of it."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction

from forum import text
from forum.locking import lock_post
from forum.models import Post, Visibility
from moderation import risk
from moderation.casework import Need, open_or_join, subject_of
from moderation.intake import Judgement, judge_text
from moderation.models import Case, CaseState, Report, Signal, Source
from peers.again import once_more

REASONS = Path(__file__).parent / "data" / "report_reasons.toml"
LONGEST_NOTE = 2000  # characters
_KEYS = {"label", "category", "level", "within"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the reasons to choose from, and how soon it brings a human (seconds)."""

    key: str
    label: str
    category: risk.Category
    level: risk.Level
    within: int


class PostGone(Exception):
    """Nothing of the post is left to report: its author took it down, or left, before the report was kept."""


class UnknownReason(ValueError):
    """Not one of the reviewed reasons."""


@lru_cache(maxsize=1)
def reasons() -> dict[str, Reason]:
    """Every reason by key, in the order of the file. Raises ValueError or KeyError for a file that is not whole."""
    return read_reasons(tomllib.loads(REASONS.read_text(encoding="utf-8")))


def read_reasons(data: dict[str, dict[str, Any]]) -> dict[str, Reason]:
    """Check the whole file and make reasons of it."""
    return {key: _reason(key, entry) for key, entry in data.items()}


def _reason(key: str, entry: dict[str, Any]) -> Reason:
    if set(entry) != _KEYS or not entry["label"] or len(key) > 20:
        raise ValueError(
            f"reason {key!r}: it needs exactly {', '.join(sorted(_KEYS))}, and a key of 20 letters at most"
        )
    level = risk.Level[str(entry["level"]).upper()]
    if level == risk.Level.GREEN or not 0 < entry["within"] <= 4 * 3600:
        raise ValueError(f"reason {key!r}: a report needs a human within four hours")
    return Reason(key, entry["label"], risk.Category(entry["category"]), level, entry["within"])


def judge_note(note: str) -> Judgement:
    """What the reporter's own words say about how they are: they are judged like any words meant for another."""
    return judge_text(note, risk.Context(place="report"))


def _is_gone(post: Post, need: Need) -> bool:
    """Whether nothing is left to report.

    What its author took down is reported still where the need is red or above (decision 13), as long as there are
    words and an author: who left cannot be asked.
    """
    is_down = post.visibility == Visibility.WITHDRAWN
    return is_down and (need.level < risk.Level.RED or not (post.title or post.body) or post.peer_id is None)


def _reason_of(key: str) -> Reason:
    try:
        return reasons()[key]
    except KeyError:
        raise UnknownReason(key) from None


@once_more
def file_report(*, post: Post, reason: str, note: str, judged: Judgement | None = None) -> Report:
    """Keep the report and join it to the post's open case, or open one. Who reports is kept nowhere.

    A note that is itself red or above raises the case. How the post is shown does not change.

    Raises:
        UnknownReason: nothing was saved.
        PostGone: the same.
    """
    why = _reason_of(reason)
    words = text.tidy(note)[:LONGEST_NOTE]
    found = judged or judge_note(words)
    need = _need(why, found)
    with transaction.atomic():
        there = lock_post(pk=post.pk)  # as it stands now; before the case: everyone's order
        if there is None or _is_gone(there, need):
            raise PostGone
        case = open_or_join(subject_of(there), need)
        _keep_signals(there, case, why, found)
        return Report.objects.create(case=case, post=there, reason=why.key, note=words)


def _need(why: Reason, found: Judgement) -> Need:
    plan = found.plan
    categories = [why.category.value]
    if not found.urgent:
        return Need(why.level, categories, why.within, alert=why.level == risk.Level.CRISIS)
    level, within = max(why.level, plan.level), min(why.within, plan.within or why.within)
    return Need(level, [*categories, *plan.categories], within, alert=level == risk.Level.CRISIS)


def _keep_signals(post: Post, case: Case, why: Reason, found: Judgement) -> None:
    """The reason chosen, and what the note itself raised. Spans are of the post, so a note has none."""
    at = {"case": case, "subject": f"post:{post.pk}", "revision": post.revision, "source": Source.REPORT}
    chosen = Signal(
        **at, rule=f"report.{why.key}", version="1", category=why.category.value, level=why.level, reason=why.label
    )
    raised = [
        Signal(
            **at,
            rule=f"note.{each.rule}"[:80],
            version=each.version,
            category=each.category.value,
            level=each.level,
            score=found.assessment.score,
            reason=f"In the words of whoever reported it: {each.reason}"[:300],
        )
        for each in found.assessment.findings
        if each.level >= risk.Level.RED
    ]
    Signal.objects.bulk_create([chosen, *raised], ignore_conflicts=True)  # the same reason again is one signal


def due_of(report: Report) -> datetime:
    """By when a human should have looked, as the chosen reason says: the case's own urgency is not told."""
    why = reasons().get(report.reason)
    return report.at + timedelta(seconds=why.within if why else 4 * 3600)


def progress_of(report: Report) -> str:
    """ "waiting", "looked_at" or "decided": all that a receipt tells, whoever holds it."""
    if report.case.state in {CaseState.RESOLVED, CaseState.FOLLOW_UP}:
        return "decided"
    return "looked_at" if report.case.first_human_at else "waiting"

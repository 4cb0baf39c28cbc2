"""Everything the pages of the rules lab show, in a fixed number of queries. Words are in none but one revealed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from forum.models import Post, Visibility
from forum.text import whole
from moderation import risk, rules_changing, rules_in_force, rules_kept, rules_shadow
from moderation.desk_words import category_words
from moderation.marks import Segment, segments
from moderation.models import (
    ChangeKind,
    ChangeState,
    Level,
    Moderator,
    Replay,
    RuleChange,
    RuleSet,
    Shadow,
    ShadowResult,
)
from moderation.rules_figures import Share, often_needless, often_overturned, rule_figures
from moderation.rules_replay import fresh, precision

MOST_SETS, MOST_CHANGES, MOST_REPLAYS, MOST_RULES = 30, 12, 10, 15
FIGURES_OF = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Row:
    """One set as the list shows it."""

    rule_set: RuleSet
    stands: str  # "in force", "in force before", "candidate"
    changed: Sequence[str]  # files that differ from the set in force
    misfit: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change with what this person may do about it now."""

    change: RuleChange
    may_approve: bool
    may_confirm: bool
    alone: bool  # nobody else could approve it


def index(moderator: Moderator, now: datetime) -> dict[str, Any]:
    """Which rules judge, what waits, and how the rules do."""
    changes = list(RuleChange.objects.with_names()[: 4 * MOST_CHANGES])
    active = RuleChange.objects.in_force().with_names().first()
    figures = rule_figures(now - FIGURES_OF)
    return {
        "active": active,
        "fault": rules_in_force.fault(),
        "why_not": rules_in_force.why_not(),
        "judging": risk.in_use().version,
        "waiting": change_rows([each for each in changes if each.state == ChangeState.WAITING], moderator, now),
        "unseen": change_rows([each for each in changes if _is_unseen(each)], moderator, now),
        "past": [each for each in changes if each.state != ChangeState.WAITING][:MOST_CHANGES],
        "rows": _rows(RuleSet.objects.newest()[:MOST_SETS], active.rule_set if active else None),
        "shadows": list(rules_shadow.running()),
        "needless": often_needless(figures)[:MOST_RULES],
        "overturned": often_overturned(figures)[:MOST_RULES],
        "figures": sorted(figures, key=lambda each: (-each.signals, each.rule))[: 4 * MOST_RULES],
        "days": FIGURES_OF.days,
    }


def _is_unseen(change: RuleChange) -> bool:
    return change.kind == ChangeKind.ROLLBACK and change.confirmed_by_id is None


def change_rows(changes: Sequence[RuleChange], moderator: Moderator, now: datetime) -> list[ChangeRow]:
    """Changes with what this person may do."""
    alone = bool(changes) and rules_changing.nobody_else(moderator)
    return [
        ChangeRow(
            change,
            may_approve=each_may(change, moderator, now, alone=alone),
            may_confirm=change.asked_by_id != moderator.pk,
            alone=alone,
        )
        for change in changes
    ]


def each_may(change: RuleChange, moderator: Moderator, now: datetime, *, alone: bool) -> bool:
    """Whether this person may approve the change now."""
    return change.asked_by_id != moderator.pk or (alone and change.asked_at <= now - rules_changing.A_DAY)


def _rows(sets: Iterable[RuleSet], active: RuleSet | None) -> list[Row]:
    begun = set(RuleChange.objects.filter(began_at__isnull=False).values_list("rule_set_id", flat=True))
    return [
        Row(
            rule_set=each,
            stands=_stands(each, active, begun),
            changed=rules_kept.changed_files(each, active) if active else (),
            misfit=rules_kept.misfit(each),
        )
        for each in sets
    ]


def _stands(rule_set: RuleSet, active: RuleSet | None, begun: set[int]) -> str:
    if active is not None and rule_set.pk == active.pk:
        return "in force"
    return "in force before" if rule_set.pk in begun else "candidate"


def set_page(rule_set: RuleSet, moderator: Moderator, now: datetime) -> dict[str, Any]:
    """One set: what it changes, what replays and the shadow say of it, and the next step."""
    active = RuleChange.objects.in_force().select_related("rule_set").first()
    changes = list(RuleChange.objects.with_names().filter(rule_set=rule_set)[:MOST_CHANGES])
    replays = list(
        Replay.objects.filter(candidate=rule_set).select_related("active", "candidate").order_by("-pk")[:MOST_REPLAYS]
    )
    in_force = active.rule_set if active else None
    begun = {each.rule_set_id for each in changes if each.began_at is not None}
    return {
        "rule_set": rule_set,
        "active": active,
        "stands": _stands(rule_set, in_force, begun),
        "changed": rules_kept.changed_files(rule_set, in_force) if in_force else sorted(rule_set.files),
        "misfit": rules_kept.misfit(rule_set),
        "replays": replays,
        "may_ask": in_force is not None and fresh(replays, active=in_force, now=now) is not None,
        "waiting": change_rows([each for each in changes if each.state == ChangeState.WAITING], moderator, now),
        "past": [each for each in changes if each.state != ChangeState.WAITING],
        **_shadow(rule_set),
    }


def _shadow(rule_set: RuleSet) -> dict[str, Any]:
    shadow = Shadow.objects.filter(rule_set=rule_set).order_by("-pk").first()
    found = list(rules_shadow.differing(shadow)) if shadow else []
    return {
        "shadow": shadow,
        "shadow_judged": ShadowResult.objects.filter(shadow=shadow).count() if shadow else 0,
        "shadow_rows": [
            {
                "at": each.at,
                "before": Level(each.active_level).label,
                "after": Level(each.level).label,
                "categories": category_words(each.categories or each.active_categories),
            }
            for each in found
        ],
    }


@dataclass(frozen=True, slots=True)
class Sampled:
    """One post of a sample: where it stands in it, what both sets made of it, and its words where they are revealed."""

    place: int
    before: str
    after: str
    categories: str
    rules: Sequence[str]
    segments: Sequence[Segment] | None = None
    gone: bool = False


def replay_page(replay: Replay, revealed: int | None = None) -> dict[str, Any]:
    """What a replay found. The words of one post of its sample are in the page, where that one was revealed."""
    results = replay.results
    sample = [
        _sampled(place, entry, is_revealed=place == revealed) for place, entry in enumerate(results.get("sample", ()))
    ]
    return {
        "replay": replay,
        "done": bool(results),
        "results": results,
        "moves": [(Level(a).label, Level(b).label, number) for a, b, number in results.get("moves", ())],
        "sample": sample,
        "precision": _precisions(results) if results else {},
    }


def _precisions(results: Mapping[str, Any]) -> dict[str, Share]:
    return {side: precision(results, side) for side in ("active", "candidate")}


def _sampled(place: int, entry: Mapping[str, Any], *, is_revealed: bool) -> Sampled:
    before, after = (Level(level).label for level in entry["levels"])
    marked = _marked(entry) if is_revealed else None
    return Sampled(
        place=place,
        before=before,
        after=after,
        categories=category_words(entry["categories"]),
        rules=entry["rules"],
        segments=marked,
        gone=is_revealed and marked is None,
    )


def _marked(entry: Mapping[str, Any]) -> list[Segment] | None:
    """The words as they were judged; none where their author changed them or took them away."""
    still = Post.objects.exclude(visibility=Visibility.WITHDRAWN)
    post = still.filter(pk=entry["post"], revision=entry["revision"]).first()
    text = whole(post.title, post.body) if post else ""
    return segments(text, {1: entry["spans"]}) if text else None

"""How often the rules are right, by what moderators decided: counts, and intervals that say how little few tell."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from moderation import desk_words
from moderation.models import Action, Signal, Source

Z = 1.959964  # of a 95 % interval
LEAST = 10  # decided cases below which a rule is not listed: a few say nothing
NOTHING_TO_DO = frozenset({"stands", "wrong-alarm"})  # codes of reasons.toml
_RESTRICTS = (Action.FOLD, Action.REMOVE)


def was_right(action: str, reason_code: str) -> bool:
    """Whether a decision says that the case was worth a person's time.

    It was not where nothing was done to the post and the reason is that nothing needs to change, or that the post
    waited by mistake. Pain that stays with help beside it was worth it; so was everything folded or removed.
    """
    return action in _RESTRICTS or reason_code not in NOTHING_TO_DO


def right_q(prefix: str = "") -> Q:
    """The same for a query over decisions that stand."""
    worth = [code for code in desk_words.reasons() if code not in NOTHING_TO_DO]
    said = Q(**{f"{prefix}action__in": _RESTRICTS}) | Q(**{f"{prefix}reason_code__in": worth})
    return said & Q(**{f"{prefix}undone_at__isnull": True})


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % Wilson interval of the share."""

    hits: int
    of: int

    @property
    def low(self) -> float:
        return wilson(self.hits, self.of)[0]

    @property
    def high(self) -> float:
        return wilson(self.hits, self.of)[1]

    @property
    def words(self) -> str:
        """ "12 of 30 (40 %, between 25 and 58)"."""
        if not self.of:
            return "none decided"
        share, low, high = (round(100 * each) for each in (self.hits / self.of, self.low, self.high))
        return f"{self.hits} of {self.of} ({share} %, between {low} and {high})"


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share (E. B. Wilson, 1927); (0, 1) where nothing was counted."""
    if not of:
        return 0.0, 1.0
    share = hits / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """One version of one rule: what it noticed, and what became of it."""

    rule: str
    version: str
    signals: int
    cases: int  # decided ones
    confirmed: int  # a decision stands that says the case was worth it
    left_alone: int  # a decision stands, and none of these
    taken_back: int  # a decision about the case was undone

    @property
    def precision(self) -> Share:
        return Share(self.confirmed, self.confirmed + self.left_alone)

    @property
    def needless(self) -> Share:
        """How often a moderator set the rule's finding aside."""
        return Share(self.left_alone, self.confirmed + self.left_alone)

    @property
    def overturned(self) -> Share:
        """How often a decision that the rule led to was taken back."""
        return Share(self.taken_back, self.cases)


def rule_figures(since: datetime) -> list[RuleFigures]:
    """Every version of every rule that noticed something since then, by one query; by name. Drills count nowhere."""
    decided = _came_to_be("case__decisions__")
    stands = decided & Q(case__decisions__undone_at__isnull=True)
    undone = decided & Q(case__decisions__undone_at__isnull=False)
    counted = (
        Signal.objects.filter(source=Source.RULES, at__gte=since, case__peer__drill__isnull=True)
        .values("rule", "version")
        .annotate(
            signals=Count("pk", distinct=True),
            cases=Count("case", distinct=True, filter=decided),
            standing=Count("case", distinct=True, filter=stands),
            confirmed=Count("case", distinct=True, filter=decided & right_q("case__decisions__")),
            taken_back=Count("case", distinct=True, filter=undone),
        )
        .order_by("rule", "version")
    )
    return [_figures(row) for row in counted]


def _came_to_be(prefix: str) -> Q:
    """Decisions that moderators made: a proposal that waits for a second person, or was declined, is none, and neither
    is what was done at once in a live room."""
    made = Q(**{f"{prefix}needs_second": False}) | Q(**{f"{prefix}confirmed_at__isnull": False})
    return made & Q(**{f"{prefix}session__isnull": True})


def _figures(row: Mapping[str, Any]) -> RuleFigures:
    numbers = {name: int(row[name]) for name in ("signals", "cases", "confirmed", "taken_back")}
    left_alone = int(row["standing"]) - numbers["confirmed"]
    return RuleFigures(rule=row["rule"], version=row["version"], left_alone=left_alone, **numbers)


def often_needless(figures: Iterable[RuleFigures], least: int = LEAST) -> list[RuleFigures]:
    """The rules moderators most surely set aside, the surest first: by the lower bound, so that few say little."""
    listed = [each for each in figures if each.needless.of >= least and each.left_alone]
    return sorted(listed, key=lambda each: (-each.needless.low, each.rule, each.version))


def often_overturned(figures: Iterable[RuleFigures], least: int = LEAST) -> list[RuleFigures]:
    """The rules whose cases were most surely decided anew, the surest first."""
    listed = [each for each in figures if each.overturned.of >= least and each.taken_back]
    return sorted(listed, key=lambda each: (-each.overturned.low, each.rule, each.version))

"""What the linear model heard, as a finding: a level that it may raise, a category, and the words that weighed most."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from moderation.risk.features import EDGE, edges, placed, places_of, words_of
from moderation.risk.findings import Category, Finding, Level
from moderation.risk.model import Model
from moderation.risk.normalise import Plain
from moderation.risk.spans import merged
from moderation.risk.vocabulary import RuleFileError, read_toml

_MARKED = 4  # words a finding marks
_FAR = 50.0  # logits; farther out nothing changes any more
FEWEST = 3  # words; fewer are too little to weigh, and are left to the rules
_LEVELS = (Level.AMBER, Level.RED, Level.CRISIS)


@dataclass(frozen=True, slots=True)
class Scale:
    """How a score is told within one level: the logit of "red or above" is moved by `offset` and kept in bounds."""

    least: float
    most: float
    offset: float
    unheard: float  # the score of a text that the model did not read


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model says of a text: its finding, if any, and how sure it is of "red or above" (none: not read)."""

    findings: list[Finding]
    urgency: float | None

    @property
    def level(self) -> Level:
        """The highest of the findings' levels."""
        return max((finding.level for finding in self.findings), default=Level.GREEN)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which scores on the model speaks, and what it says (`rules/model.toml`)."""

    version: str
    levels: tuple[float, float, float]  # amber, red, crisis; logits
    apart: tuple[float, float]  # how far below its own threshold amber may lie at red, and red at crisis
    elsewhere: float  # how much surer it must be in other languages than English
    surer: tuple[float, float, float]  # how far above amber, red, crisis a guess must lie for its post to be held
    margin: float  # and how far its category must lead over the best one whose posts are not held
    held: frozenset[Category]
    red_at_most: frozenset[Category]  # of a guess; a crisis of these is for rules to find
    reasons: Mapping[Category, str]
    doubted: float  # how far below its threshold of red the model does not bear out what a rule has found
    doubted_clause: float  # the same for a clause by itself
    doubt: str  # what is said of it then
    slope: float
    scales: Mapping[Level, Scale]

    def over(self, scores: Sequence[float], language: str) -> list[float]:
        """How far each of the model's scores lies above its threshold."""
        more = 0.0 if language == "en" else self.elsewhere
        return [score - least - more for score, least in zip(scores, self.levels, strict=True)]

    def doubts(self, urgency: float | None, language: str) -> bool:
        """Whether the model takes a text for so far from red that a rule's word for it is not enough.

        In other languages than English it learned from fewer texts: it is heard less, and doubts less.
        """
        more = 0.0 if language == "en" else 2 * self.elsewhere  # `urgency` has the margin taken off once
        return urgency is not None and urgency < -self.doubted - more

    def score(self, level: Level, urgency: float | None) -> float:
        """The share of texts like this one that a person would judge red or above; never against the level."""
        scale = self.scales[level]
        if urgency is None:
            return scale.unheard
        likely = 1 / (1 + math.exp(-min(max(scale.offset + self.slope * urgency, -_FAR), _FAR)))
        return round(min(max(likely, scale.least), scale.most), 4)


def load_thresholds(path: Path) -> Thresholds:
    """Read the file.

    Raises:
        RuleFileError: it cannot be read, or a level, a category or a reason is missing.
    """
    return thresholds_of(path.name, read_toml(path))


def thresholds_of(name: str, data: Mapping[str, Any]) -> Thresholds:
    """What a file of thresholds says.

    Raises:
        RuleFileError: a level, a category or a reason is missing.
    """
    try:
        return Thresholds(
            version=str(data["version"]),
            levels=tuple(float(data["levels"][level.word]) for level in _LEVELS),  # type: ignore[arg-type]
            apart=tuple(float(data["apart"][level.word]) for level in _LEVELS[1:]),  # type: ignore[arg-type]
            elsewhere=float(data["elsewhere"]["margin"]),
            surer=tuple(float(data["held"]["surer"][level.word]) for level in _LEVELS),  # type: ignore[arg-type]
            margin=float(data["held"]["margin"]),
            held=frozenset(map(Category, data["held"]["categories"])),
            red_at_most=frozenset(map(Category, data["held"]["red_at_most"])),
            reasons={category: str(data["reasons"][category]) for category in set(Category) - {Category.DETECTOR}},
            doubted=float(data["doubt"]["below"]),
            doubted_clause=float(data["doubt"]["clause"]),
            doubt=str(data["doubt"]["reason"]),
            slope=float(data["score"]["slope"]),
            scales={level: Scale(**{k: float(v) for k, v in data["score"][level.word].items()}) for level in Level},
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise RuleFileError(f"{name}: missing or unknown {error}") from error


def hear(model: Model, thresholds: Thresholds, plain: Plain, language: str, signs: Mapping[str, int]) -> Heard:
    """The model's finding, if any. Spans are those of the words that weighed most, in the original text.

    `signs` are what the rules saw (see `matching.Ruled`): the model weighs them beside the words.
    """
    if language not in model.languages or len(list(islice(filter(str.isalnum, plain.row), FEWEST))) < FEWEST:
        return Heard([], None)
    words = words_of(plain.row)
    at = places_of(plain.row) if signs else []
    reading = model.read(words, language, placed(signs, plain, at), edges(words))
    scores, parts = reading.scores()
    sure = thresholds.over(scores, language)
    level = level_of(sure, thresholds.apart)
    if level == Level.GREEN:
        return Heard([], sure[1])
    start, end = parts[level - 1]
    weights = reading.weighed(level - 1)[start:end]
    at = at or places_of(plain.row)
    spans = _marked(words[start:end], weights, at[start:end], plain.places)
    version = f"{thresholds.version}-{model.version}"
    beyond = sure[level - 1] - thresholds.surer[level - 1]
    category, unsure = _categories(reading.kinds(start, end), thresholds, beyond)
    if unsure == Category.CONTACT and level == Level.AMBER:
        return Heard([], sure[1])  # `contact.py` finds the details; a guess would stand as a plea and let them through
    # Who speaks is a guess, too: a young person's words are folded and not held.
    speaker = "young" if category == Category.MINOR else ""
    rule, reason = f"model.{category}", thresholds.reasons[category]
    if unsure:
        reason = f"{reason} Close to {unsure}, but not sure enough to hold the post."
    finding = Finding(category, level, rule, version, spans, reason, certain=False, speaker=speaker)
    return Heard([finding], sure[1])


def level_of(sure: Sequence[float], apart: Sequence[float]) -> Level:
    """The level the model names, from how far each of its three scores lies above its threshold."""
    found = [level for level, over in zip(_LEVELS, sure, strict=True) if over > 0]
    # The three questions were learned apart: what is hardly red is no crisis, and what is hardly amber is not red.
    while found and found[-1] > Level.AMBER and sure[found[-1] - 2] < -apart[found[-1] - 2]:
        found.pop()
    return found[-1] if found else Level.GREEN


def _categories(kinds: Mapping[str, float], thresholds: Thresholds, sure: float) -> tuple[Category, Category | None]:
    """The category that fits best; one whose posts are held must be surer, else the best other, and that one beside.

    `sure` says how far the level lies beyond where it is sure enough to hold a post.
    """
    order = [Category(kind) for kind in sorted(kinds, key=kinds.__getitem__, reverse=True)]
    other = next(kind for kind in order if kind not in thresholds.held)
    lead = kinds[order[0]] - kinds[other]
    if order[0] == other or (sure >= 0 and lead >= thresholds.margin):
        return order[0], None
    return other, order[0]


def _marked(
    words: Sequence[str], weights: Sequence[float], at: Sequence[int], places: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """The spans of the few words that weighed most for the finding; `at` says which of `places` is each word's."""
    order = sorted(range(len(words)), key=weights.__getitem__, reverse=True)
    chosen = [word for word in order if weights[word] > 0 and words[word] != EDGE][:_MARKED]
    return merged(places[at[word]] for word in chosen)

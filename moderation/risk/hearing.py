"""What the linear model heard, as a finding: a level that it may raise, a category, and the words that weighed most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from moderation.risk.features import FIRST, IGNORED, LAST, words_of
from moderation.risk.findings import Category, Finding, Level
from moderation.risk.model import Model
from moderation.risk.normalise import Plain
from moderation.risk.spans import merged
from moderation.risk.vocabulary import RuleFileError, read_toml
from moderation.risk.words import Token

_MARKED = 4  # words a finding marks
_APART = 0.5  # how far below the threshold of one level the next may still lie
_FEWEST = 5  # words; fewer are too little to weigh, and are left to the rules
_LEVELS = (Level.AMBER, Level.RED, Level.CRISIS)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which scores on the model speaks, and what it says (`rules/model.toml`)."""

    version: str
    levels: tuple[float, float, float]  # amber, red, crisis; logits
    elsewhere: float  # how much surer it must be in other languages than English
    margin: float  # how much surer it must be of a category whose posts are held
    held: frozenset[Category]
    reasons: Mapping[Category, str]


def load_thresholds(path: Path) -> Thresholds:
    """Read the file.

    Raises:
        RuleFileError: it cannot be read, or a level, a category or a reason is missing.
    """
    data = read_toml(path)
    try:
        return Thresholds(
            version=str(data["version"]),
            levels=tuple(float(data["levels"][level.word]) for level in _LEVELS),  # type: ignore[arg-type]
            elsewhere=float(data["elsewhere"]["margin"]),
            margin=float(data["held"]["margin"]),
            held=frozenset(map(Category, data["held"]["categories"])),
            reasons={Category(name): str(reason) for name, reason in data["reasons"].items()},
        )
    except (KeyError, ValueError, TypeError) as error:
        raise RuleFileError(f"{path.name}: missing or unknown {error}") from error


def hear(model: Model, thresholds: Thresholds, plain: Plain, language: str) -> list[Finding]:
    """The model's finding, or nothing. Spans are those of the words that weighed most, in the original text."""
    words = words_of(plain.row)
    if language not in model.languages or sum(map(str.isalnum, plain.row)) < _FEWEST:
        return []
    reading = model.read(words, language)
    scores, places = reading.scores()
    more = 0.0 if language == "en" else thresholds.elsewhere
    sure = [score - least - more for score, least in zip(scores, thresholds.levels, strict=True)]
    found = [level for level, over in zip(_LEVELS, sure, strict=True) if over > 0]
    # The three questions were learned apart: what is hardly red is no crisis, and what is hardly amber is not red.
    while found and found[-1] > Level.AMBER and sure[found[-1] - 2] < -_APART:
        found.pop()
    if not found:
        return []
    level = found[-1]
    start, end = places[level - 1]
    category = _category(reading.kinds(start, end), thresholds, sure[level - 1])
    weights = reading.weighed(level - 1)[start:end]
    kept = [token for token in plain.tokens if token.word not in IGNORED]
    return [
        Finding(
            category=category,
            level=level,
            rule=f"model.{category.value}",
            version=thresholds.version,
            spans=_marked(words[start:end], weights, start - 1, kept),
            reason=thresholds.reasons[category],
            certain=False,
            speaker="young" if category == Category.MINOR else "",  # folded, not held: who speaks is a guess, too
        )
    ]


def _category(kinds: Mapping[str, float], thresholds: Thresholds, sure: float) -> Category:
    """The category that fits best. One whose posts are held only where the model is surer: else a person reads it."""
    order = [Category(kind) for kind in sorted(kinds, key=kinds.__getitem__, reverse=True)]
    other = next(kind for kind in order if kind not in thresholds.held)
    lead = kinds[order[0]] - kinds[other]
    return order[0] if sure >= thresholds.margin and lead >= thresholds.margin else other


def _marked(
    words: Sequence[str], weights: Sequence[float], offset: int, kept: Sequence[Token]
) -> tuple[tuple[int, int], ...]:
    """The spans of the few words that weighed most for the finding."""
    order = sorted(range(len(words)), key=weights.__getitem__, reverse=True)
    chosen = [at for at in order if weights[at] > 0 and words[at] not in {FIRST, LAST}][:_MARKED]
    return merged((kept[at + offset].start, kept[at + offset].end) for at in chosen)

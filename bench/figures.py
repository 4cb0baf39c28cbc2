"""Figures of judgement: what share of labelled texts is judged as it should be. Pure; no text is ever printed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.risk import Assessment, Level, detector
from moderation.risk.corpus import Example

RISKY = (Level.AMBER, Level.RED, Level.CRISIS)
FEW = 8  # texts of a capability below which a share says nothing


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled text and what the judge made of it."""

    example: Example
    level: Level
    categories: tuple[str, ...]
    score: float

    @property
    def passes(self) -> bool:
        """Whether the level is one of those accepted."""
        return self.level in self.example.ok

    @property
    def names_it(self) -> bool:
        """Whether one of the text's categories is named."""
        return not set(self.example.cats).isdisjoint(self.categories)


def judged(example: Example, assessment: Assessment) -> Judged:
    """What is kept of a judgement."""
    return Judged(example, assessment.level, assessment.categories, assessment.score)


def held_by_guess(assessment: Assessment) -> bool:
    """Whether the model alone names a category whose posts are held until somebody looks."""
    held = detector.shipped().ear.thresholds.held
    return any(
        not finding.certain and finding.rule.startswith("model.") and finding.category in held
        for finding in assessment.findings
    )


def share(hits: Sequence[bool]) -> float:
    """Per cent of true ones; not a number where there are none."""
    return 100 * sum(hits) / len(hits) if hits else float("nan")


def of_level(texts: Sequence[Judged], *levels: Level) -> list[Judged]:
    """The texts whose best level is one of these."""
    return [text for text in texts if text.example.level in levels]


def functional(texts: Sequence[Judged]) -> dict[str, float]:
    """The figures of the functional evaluation, in per cent but for the last."""
    crisis, green = of_level(texts, Level.CRISIS), of_level(texts, Level.GREEN)
    risky, urgent = of_level(texts, *RISKY), of_level(texts, Level.RED, Level.CRISIS)
    calm, grave = share([t.passes for t in green]), share([t.passes for t in urgent])
    return {
        "crisis judged crisis": share([t.level == Level.CRISIS for t in crisis]),
        "crisis below red": share([t.level < Level.RED for t in crisis]),
        "risky judged green": share([t.level == Level.GREEN for t in risky]),
        "the same, where green is not accepted": share(
            [t.level == Level.GREEN for t in risky if Level.GREEN not in t.example.ok]
        ),
        "green judged red or above": share([t.level >= Level.RED for t in green]),
        "pass rate of green": calm,
        "pass rate of red and crisis": grave,
        "harmonic mean of the two": 2 * calm * grave / (calm + grave) if calm + grave else 0.0,
        "right category": share([t.names_it for t in risky if t.example.cats]),
        "right category where heard": share([t.names_it for t in risky if t.example.cats and t.level > Level.GREEN]),
        "weakest capability": min((rate for rate, _ in capabilities(texts).values()), default=float("nan")),
        "macro-F1 above green": sum(_f1(texts, level) for level in RISKY) / len(RISKY),
    }


def _f1(texts: Sequence[Judged], level: Level) -> float:
    """F1 of one level, an accepted level counting as the best one."""
    said = [t for t in texts if t.level == level]
    meant = of_level(texts, level)
    right = sum(t.passes for t in said)
    missed = sum(not t.passes for t in meant)
    return 2 * right / (right + len(said) + missed) if right else 0.0


def reliability(texts: Sequence[Judged], steps: int = 10) -> list[tuple[str, int, float, float]]:
    """For each tenth of the score: its texts, their mean score, and how many of them are red or above, in per cent."""
    rows = []
    for step in range(steps):
        part = [t for t in texts if min(int(t.score * steps), steps - 1) == step]
        if part:
            told = 100 * sum(t.score for t in part) / len(part)
            true = share([t.example.level >= Level.RED for t in part])
            rows.append((f"{step / steps:.1f} to {(step + 1) / steps:.1f}", len(part), told, true))
    return rows


def capabilities(texts: Sequence[Judged]) -> dict[str, tuple[float, int]]:
    """Pass rate and number of texts of each capability that has enough of them."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for text in texts:
        groups[text.example.capability].append(text)
    return {
        name: (share([t.passes for t in group]), len(group))
        for name, group in sorted(groups.items())
        if len(group) >= FEW
    }

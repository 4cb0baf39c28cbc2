"""What a single entry of a rule file may say, and what it is once it is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moderation.risk.findings import Category, Level
from moderation.risk.phrases import Phrase

_KEY_NAMES = """
id version category level reason phrases guards raises needs needed also certain speaker targeted places stands
examples counter_examples
"""
RULE_KEYS = frozenset(_KEY_NAMES.split())
SCOPES = frozenset(
    {"before", "overlap", "clause", "sentence", "near", "around", "text", "quoted", "negated", "negated_closely"}
)
WITHOUT_CUES = frozenset({"negated", "negated_closely"})
EFFECTS = frozenset({"drop", "amber", "lower", "concern"})


@dataclass(frozen=True, slots=True)
class Guard:
    """A reason to read a match otherwise: where its cues must stand, and what they do to the match."""

    id: str
    scope: str
    effect: str
    cues: tuple[str, ...]
    unless: tuple[str, ...]  # cues that take the guard away
    unless_scope: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One reviewed rule. `raises` and `needs` name cues looked for in the sentence and beside it.

    Of `needs`, as many different ones as `needed` says must stand there; more than one may stand up to
    three sentences away. What is found by a rule that `stands` keeps its level whatever the model makes of the text.
    """

    id: str
    version: str
    category: Category
    level: Level
    reason: str
    phrases: tuple[Phrase, ...]
    guards: tuple[Guard, ...]
    raises: tuple[str, ...]
    needs: tuple[str, ...]
    needed: int
    also: tuple[Category, ...]
    places: tuple[str, ...]
    certain: bool
    speaker: str
    targeted: bool
    stands: bool
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


def stands(entry: dict[str, Any]) -> bool:
    """Whether the rule's level holds whatever the model reads; what stands around a text is unknown to the model.

    Raises:
        ValueError: it is neither true nor false.
    """
    found = entry.get("stands", bool(entry.get("places")))
    if type(found) is not bool:
        raise ValueError("`stands` is true or false")
    return found


def needed(entry: dict[str, Any]) -> int:
    """How many different ones of the cues in `needs` have to stand near.

    Raises:
        ValueError: it is no number from 1 to that of the cues.
    """
    needs, number = entry.get("needs", ()), entry.get("needed", 1)
    if type(number) is not int or number < 1 or (number > len(needs) and number > 1):
        raise ValueError("`needed` is a number from 1 to that of the cues it counts")
    return number


def cues_of(rule: Rule) -> Iterator[str]:
    """Every cue that a rule asks for, itself or by a guard."""
    yield from rule.needs
    yield from rule.raises
    for guard in rule.guards:
        yield from guard.cues
        yield from guard.unless

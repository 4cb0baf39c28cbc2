"""What a judgement is made of: levels, categories, findings, and what is known around a text."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Urgency of a moderator's attention, after the ReachOut/CLPsych triage scale. Never a diagnosis."""

    GREEN = 0
    AMBER = 1
    RED = 2
    CRISIS = 3

    @property
    def word(self) -> str:
        """The level as pages, files and the command line write it."""
        return self.name.lower()


class Category(StrEnum):
    """The sixteen kinds of finding, in the order of the table of responses."""

    DISTRESS = "distress"
    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    METHOD = "method"
    ENCOURAGEMENT = "encouragement"
    RELAPSE = "relapse"
    OVERDOSE = "overdose"
    SOURCING = "sourcing"
    ABUSE = "abuse"
    THREAT = "threat"
    MINOR = "minor"
    HARASSMENT = "harassment"
    CONCERN = "concern"
    EATING = "eating"
    CONTACT = "contact"
    DETECTOR = "detector"


# Among findings of one level, the one that most needs a person now is named first.
_URGENCY = (
    Category.SUICIDE,
    Category.OVERDOSE,
    Category.SELF_HARM,
    Category.ABUSE,
    Category.MINOR,
    Category.CONCERN,
    Category.THREAT,
    Category.ENCOURAGEMENT,
    Category.METHOD,
    Category.EATING,
    Category.RELAPSE,
    Category.SOURCING,
    Category.DISTRESS,
    Category.HARASSMENT,
    Category.CONTACT,
    Category.DETECTOR,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed in a text. Spans are `[start, end)` in code points of the original text."""

    category: Category
    level: Level
    rule: str
    version: str
    spans: tuple[tuple[int, int], ...]
    reason: str
    certain: bool = True  # False: the spans may miss a part, the whole sentence may have to be hidden
    speaker: str = ""  # MINOR only: "young" (told by the young person) or "other" (from the other party)
    targeted: bool = False  # HARASSMENT only: aimed at someone in this conversation
    stands: bool = True  # False: a rule's, which the model may doubt
    doubted: bool = False  # amber only because the model doubts it; as a plea it protects like the red one it would be


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement of one text.

    `score` is the share of texts like it that a person would judge red or above, from 0 to 1. It never contradicts
    `level`: that of a higher level is at least as high. `docs/risk-evaluation.md` shows how far it can be trusted.
    """

    level: Level
    score: float
    findings: tuple[Finding, ...]
    version: str

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of what was found, most urgent first, each once."""
        ordered = sorted(self.findings, key=lambda f: (-f.level, _URGENCY.index(f.category)))
        return tuple(dict.fromkeys(f.category.value for f in ordered))


@dataclass(frozen=True, slots=True)
class Context:
    """What is known around a text. Every part may be missing."""

    place: str = "thread"  # thread | live | outreach | report | search
    earlier: tuple[str, ...] = field(default=())  # this name's earlier words here, oldest first
    parent: str = ""  # the words being answered
    around: tuple[str, ...] = field(default=())  # what others said here last, oldest first
    cry: str = ""  # the newest words of someone in danger here, however long ago
    room: str = ""

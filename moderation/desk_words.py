"""The words of the desk: reasons, first lines of messages, what categories and log entries are called. For staff."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"

CATEGORIES: Mapping[str, str] = {
    "distress": "distress",
    "suicide": "suicide",
    "self_harm": "self-harm",
    "method": "means or methods",
    "encouragement": "encourages harm",
    "relapse": "relapse or use",
    "overdose": "overdose",
    "sourcing": "sourcing or dosing",
    "abuse": "abuse told",
    "threat": "threat to someone",
    "minor": "young person at risk",
    "harassment": "harassment",
    "concern": "worried about someone",
    "eating": "eating distress",
    "contact": "contact details or spam",
    "detector": "could not be judged",
}
LOG: Mapping[str, str] = {
    "case.opened": "opened the case",
    "case.joined": "added something to the case",
    "case.reopened": "opened the case again",
    "case.claimed": "took the case",
    "case.revealed": "revealed the words",
    "case.decided": "decided",
    "case.answer_read": "read the answer, nothing more to do",
    "decision.undone": "took the decision back",
    "outreach.written": "wrote to the author",
    "review.answered": "answered a second look",
    "review.drawn": "drew a decision for a second look",
    "review.revealed": "revealed the words for a second look",
    "outreach.answered": "the author answered",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the closed set of reasons, with a sentence to begin from."""

    code: str
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Opening:
    """First words of a message, to be changed before it is sent."""

    key: str
    label: str
    words: str


@lru_cache(maxsize=1)
def reasons() -> Mapping[str, Reason]:
    """Every reason by its code, in the order of the file. Raises TypeError or KeyError for a broken file."""
    data = tomllib.loads((DATA / "reasons.toml").read_text())
    return {row["code"]: Reason(**row) for row in data["reason"]}


@lru_cache(maxsize=1)
def openings() -> Mapping[str, Opening]:
    data = tomllib.loads((DATA / "outreach.toml").read_text())
    return {row["key"]: Opening(row["key"], row["label"], row["words"].strip()) for row in data["template"]}


def is_unedited(body: str) -> bool:
    """Whether this is one of the openings as it stands in the file, or still has a place to fill in."""
    plain = " ".join(body.split())
    blanks = ("[name]", "[Say ")
    return any(plain == " ".join(each.words.split()) for each in openings().values()) or any(
        blank.casefold() in plain.casefold() for blank in blanks
    )


def category_words(categories: Iterable[str]) -> str:
    """The categories of a case in plain words, most urgent first."""
    return ", ".join(CATEGORIES.get(category, category.replace("_", " ")) for category in categories)

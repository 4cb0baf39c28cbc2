"""Help cards: the short calm pages shown beside hard words, read once from reviewed data."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from moderation.help.faults import HelpDataError
from moderation.help.listing import LINES_FOR

DATA = Path(__file__).parent / "data" / "cards.toml"

CATEGORIES = frozenset(LINES_FOR)
"""The sixteen categories of findings; each has at least one card."""

KEYS = frozenset(
    (
        "crisis",
        "overdose",
        "concern_urgent",
        "suicide",
        "self_harm",
        "distress",
        "relapse",
        "abuse",
        "sexual_assault",
        "minor",
        "threat",
        "eating",
        "concern",
        "harassed",
        "method_hidden",
        "general",
        "grounding",
    )
)
"""The cards the rest of the site may ask for; the data holds these and no others."""

# Loud words and blame do not calm; numbers come from the register, where they can be checked.
_UNKIND = re.compile(r"!|\b(?:you failed|violation|flagged|policy)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d{3}|\d[\d\s().-]{4,}\d")


@dataclass(frozen=True, slots=True)
class Card:
    """One help card. `now` is what to do next, the safest thing first."""

    key: str
    title: str
    body: tuple[str, ...]
    now: tuple[str, ...]
    categories: frozenset[str]
    emergency_first: bool
    reviewed_by: str
    reviewed_on: date | None

    @property
    def is_signed(self) -> bool:
        """True once someone who may sign has put name and day to these words."""
        return bool(self.reviewed_by and self.reviewed_on)


def card(key: str) -> Card:
    """The card of this key.

    Raises:
        KeyError: there is no such card.
    """
    return all_cards()[key]


def cards(keys: Iterable[str]) -> tuple[Card, ...]:
    """The cards of these keys, each once, emergencies first and then in the order asked for.

    Keys that are unknown (a card renamed since a post was saved) are passed over: the others still help.
    """
    known = [all_cards()[key] for key in dict.fromkeys(keys) if key in all_cards()]
    return tuple(sorted(known, key=lambda each: not each.emergency_first))


def unsigned() -> tuple[Card, ...]:
    """The cards no one has signed yet, for the staff's page and the documentation."""
    return tuple(each for each in all_cards().values() if not each.is_signed)


@lru_cache(maxsize=1)
def all_cards() -> Mapping[str, Card]:
    """Every card by key, read at the first call (call it at start) and kept for the life of the process.

    Raises:
        HelpDataError: as `read_cards`.
    """
    return read_cards(tomllib.loads(DATA.read_text(encoding="utf-8")))


def read_cards(data: Mapping[str, Any]) -> dict[str, Card]:
    """Check the whole file and make cards of it.

    Raises:
        HelpDataError: a card is missing, stands twice, lacks a field, names an unknown category, shouts,
            blames, or holds a phone number; or a category has no card. The message names the card.
    """
    found: dict[str, Card] = {}
    for row in data["card"]:
        try:
            each = _card(row)
        except (HelpDataError, KeyError, TypeError, ValueError) as error:
            raise HelpDataError(f"card {row.get('key')!r}: {error}") from error
        if each.key in found:
            raise HelpDataError(f"card {each.key!r} stands twice")
        found[each.key] = each
    if set(found) != KEYS:
        raise HelpDataError(f"cards missing or unknown: {sorted(set(found) ^ KEYS)}")
    bare = CATEGORIES - frozenset[str]().union(*(each.categories for each in found.values()))
    if bare:
        raise HelpDataError(f"no card for {sorted(bare)}")
    return found


def _card(row: Mapping[str, Any]) -> Card:
    expected = {field.name for field in fields(Card)}
    if set(row) != expected:
        raise HelpDataError(f"fields missing or unknown: {sorted(set(row) ^ expected)}")
    if not isinstance(row["emergency_first"], bool):
        raise HelpDataError("emergency_first is true or false")
    for words in [row["title"], *_several(row, "body"), *_several(row, "now")]:
        _check_words(words)
    unknown = set(row["categories"]) - CATEGORIES
    if unknown:
        raise HelpDataError(f"unknown category: {sorted(unknown)}")
    return Card(
        key=row["key"],
        title=row["title"],
        body=tuple(row["body"]),
        now=tuple(row["now"]),
        categories=frozenset(row["categories"]),
        emergency_first=row["emergency_first"],
        reviewed_by=row["reviewed_by"],
        reviewed_on=_signed_day(row["reviewed_by"], row["reviewed_on"]),
    )


def _several(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row[name]
    if not isinstance(value, list) or not value:
        raise HelpDataError(f"{name} is a list of at least one sentence")
    return value


def _check_words(words: object) -> None:
    if not isinstance(words, str) or not words.strip():
        raise HelpDataError("it has empty words")
    if _UNKIND.search(words):
        raise HelpDataError(f"it shouts or blames: {words!r}")
    if _NUMBER.search(words):
        raise HelpDataError(f"it holds a number; numbers belong to the register of helplines: {words!r}")


def _signed_day(by: str, on: str) -> date | None:
    """Name and day come together or not at all: half a signature is none."""
    if bool(by) != bool(on):
        raise HelpDataError("reviewed_by and reviewed_on stand together or are both empty")
    return date.fromisoformat(on) if on else None

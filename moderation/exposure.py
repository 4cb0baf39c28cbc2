"""How much hard reading is, in units, and when it is enough. Pure: a level, categories and counts in, a number out."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from moderation import risk

DATA = Path(__file__).parent / "data" / "exposure.toml"
_LIMITS = ("soft", "again", "hard", "rest", "keep")


class Standing(StrEnum):
    """Where someone's count stands."""

    WELL = "well"
    BREAK = "break"  # a break is proposed
    LIMIT = "limit"  # nothing more is served but a crisis that nobody holds


@dataclass(frozen=True, slots=True)
class Measure:
    """The reviewed figures: units by level, units more by category, and the limits."""

    levels: Mapping[int, int]
    extra: Mapping[str, int]
    soft: int
    again: int
    hard: int
    rest: timedelta
    keep: timedelta

    def units_of(self, level: int, categories: Iterable[str]) -> int:
        """What reading a case costs: its level, and a little more where its hardest category asks for it."""
        return self.levels[level] + max((self.extra.get(each, 0) for each in categories), default=0)

    def standing(self, units: int) -> Standing:
        if units >= self.hard:
            return Standing.LIMIT
        return Standing.BREAK if units >= self.soft else Standing.WELL

    def proposes_break(self, units: int, put_off_at: int) -> bool:
        """Whether the break card stands open. Put away, it comes back some units later; at the limit it stays."""
        standing = self.standing(units)
        if standing == Standing.BREAK and put_off_at:
            return units >= put_off_at + self.again
        return standing != Standing.WELL


@lru_cache(maxsize=1)
def measure() -> Measure:
    """The figures of the file. Raises ValueError for a file that is not whole."""
    return read_measure(tomllib.loads(DATA.read_text(encoding="utf-8")))


def read_measure(data: Mapping[str, Any]) -> Measure:
    """Check the whole file and make a measure of it."""
    levels, extra, limits = (dict(data.get(part, {})) for part in ("levels", "extra", "limits"))
    counted = {level.value: levels.get(level.name.lower(), 0) for level in risk.Level if level > risk.Level.GREEN}
    rises = _all_counts(counted.values()) and sorted(counted.values()) == list(counted.values())
    if not rises or len(levels) != len(counted):
        raise ValueError("amber, red and crisis each need units, and a graver level never fewer")
    if unknown := set(extra) - {category.value for category in risk.Category}:
        raise ValueError(f"no such category: {', '.join(sorted(unknown))}")
    if set(limits) != set(_LIMITS) or not _all_counts([*limits.values(), *extra.values()]):
        raise ValueError(f"the limits are exactly {', '.join(_LIMITS)}, and like the extras whole numbers above zero")
    if limits["soft"] >= limits["hard"]:
        raise ValueError("the hard limit lies above the soft one, or nobody is told in time")
    rest, keep = timedelta(hours=limits["rest"]), timedelta(days=limits["keep"])
    return Measure(counted, extra, limits["soft"], limits["again"], limits["hard"], rest, keep)


def _all_counts(values: Iterable[Any]) -> bool:
    return all(type(value) is int and value > 0 for value in values)

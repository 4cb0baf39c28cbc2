"""The decision table: what the system does by itself for each category and level. Loaded once, refused if unclear."""

import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from moderation.risk import Category, Level

TABLE = Path(__file__).parent / "data" / "decision_table.toml"
CRISIS_SECONDS = 120
DOINGS = ("publish", "note", "redact", "hold", "block")
CARDS = ("none", "me", "all")


class TableFault(ValueError):
    """The decision table says something it must not, or leaves something open; the site does not start."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What happens to words of one category at one level."""

    do: str
    card: str = "none"
    within: int | None = None  # seconds to the first human
    alert: bool = False
    lead: bool = False
    unsure: str = ""
    targeted: str = ""
    young: str = ""
    live: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One category: its four cells and what holds for all of them."""

    cells: tuple[Cell, Cell, Cell, Cell]
    plea: bool
    releases: bool  # an undecided hold is released at its deadline
    note: str  # the content note that is put on folded words


def load(path: Path = TABLE) -> dict[Category, Row]:
    """Read and check the table. Raises TableFault naming the row and the cell."""
    data = tomllib.loads(path.read_text())
    unknown = set(data) - {category.value for category in Category} - {"reviewed_by", "reviewed_on"}
    if unknown:
        raise TableFault(f"unknown rows: {', '.join(sorted(unknown))}")
    return {category: _row(data, category) for category in Category}


@lru_cache(maxsize=1)
def table() -> dict[Category, Row]:
    return load()


def _row(data: dict[str, Any], category: Category) -> Row:
    entry = data.get(category.value)
    if entry is None:
        raise TableFault(f"{category.value}: the row is missing")
    cells = [_cell(data, category, level) for level in Level]
    holds = any("hold" in (cell.do, cell.unsure, cell.targeted) for cell in cells)
    if holds and entry.get("at_deadline") not in {"release", "stay"}:
        raise TableFault(f"{category.value}: say what becomes of a hold at its deadline")
    return Row(
        cells=(cells[0], cells[1], cells[2], cells[3]),
        plea=bool(entry.get("plea")),
        releases=entry.get("at_deadline") == "release",
        note=str(entry.get("note", "")),
    )


def _cell(data: dict[str, Any], category: Category, level: Level, seen: tuple[str, ...] = ()) -> Cell:
    where = f"{category.value}.{level.name.lower()}"
    entry = dict(data.get(category.value, {}).get(level.name.lower()) or {})
    if not entry:
        raise TableFault(f"{where}: the cell is blank")
    if other := entry.pop("as", ""):
        if other in seen or other == category.value:
            raise TableFault(f"{where}: goes round in a circle")
        return replace(_cell(data, Category(other), level, (*seen, category.value)), **entry)
    try:
        cell = Cell(**entry)
    except TypeError as problem:
        raise TableFault(f"{where}: {problem}") from None
    _check(cell, where, level)
    return cell


def _rings_at_once(cell: Cell) -> bool:
    return cell.alert and cell.within == CRISIS_SECONDS


def _check(cell: Cell, where: str, level: Level) -> None:
    doings = [cell.do, *(other for other in (cell.unsure, cell.targeted, cell.young, cell.live) if other)]
    faults = {
        f"{doings}: not one of {', '.join(DOINGS)}": not set(doings) <= set(DOINGS),
        f"card {cell.card}: not one of {', '.join(CARDS)}": cell.card not in CARDS,
        "amber and above need a time to the first human": level > Level.GREEN and not cell.within,
        "crisis is two minutes, and alerts": level == Level.CRISIS and not _rings_at_once(cell),
        "only green may be refused at submit": "block" in doings and level > Level.GREEN,
    }
    for fault, is_so in faults.items():
        if is_so:
            raise TableFault(f"{where}: {fault}")

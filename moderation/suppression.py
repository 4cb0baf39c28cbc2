"""Small counts are not published: a number below five may point at a person. Pure: counts in, what may be said out.

A count below five is told as "fewer than 5", nought among them. That alone is not enough where the total stands beside:
one hidden cell could be computed by subtraction. So further cells are withheld until nobody who knows the rest of the
table, the total and these words can tell a small count more narrowly than "0 to 4", or a withheld one to within five.
Where too few cells are left for that, the whole table but its total is withheld.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 5
FEWER = f"fewer than {LEAST}"
WITHHELD = "not shown"


@dataclass(frozen=True, slots=True)
class Said:
    """A table as it may be published: each cell and the total as words."""

    cells: tuple[str, ...]
    total: str


def said(count: int) -> str:
    """One count that stands alone: no other published number adds up to it."""
    return f"{count:,}" if count >= LEAST else FEWER


def said_together(counts: Sequence[int]) -> Said:
    """Counts that add up to a total which is published, too. Each thing is counted in exactly one of them."""
    total = sum(counts)
    small = [place for place, count in enumerate(counts) if count < LEAST]
    if total < LEAST or not small:
        return Said(tuple(said(count) for count in counts), said(total))
    large = sorted((place for place, count in enumerate(counts) if count >= LEAST), key=lambda place: counts[place])
    for withheld in range(len(large) + 1):
        hidden, shown = large[:withheld], large[withheld:]
        together = sum(counts[place] for place in (*small, *hidden))
        roof = counts[shown[0]] if shown else together
        if _is_safe(together, len(small), len(hidden), roof):
            cells = {place: said(counts[place]) for place in (*small, *shown)}
            return Said(tuple(cells.get(place, WITHHELD) for place in range(len(counts))), said(total))
    return Said((WITHHELD,) * len(counts), said(total))


def _is_safe(together: int, small: int, withheld: int, roof: int) -> bool:
    """Whether `together`, which anyone can compute, leaves every hidden cell at least five possible values.

    Small cells are known to be 0 to 4. Withheld ones are known to be 5 or more, and no larger than the smallest
    that is shown (`roof`), for whoever knows how they are chosen.
    """
    spare = together - LEAST * withheld  # what the hidden cells hold above the least they can
    room = [LEAST - 1] * small + [roof - LEAST] * withheld  # how much of it each can take
    return all(min(most, spare) - max(0, spare - (sum(room) - most)) >= LEAST - 1 for most in set(room))

"""In which order cases are served: crisis first, then whatever is due first. Pure.

So amber cannot starve: once it is due, nothing that becomes due later goes before it, except a crisis. How long it can
wait then, and under which load no order can help it, stands in docs/desk-order.md.
"""

from datetime import datetime
from typing import NamedTuple

AT_ONCE, IN_TURN = 0, 1
CRISIS = 3  # the level that waits for nothing
ORDER = ("rank", "due_at", "-level", "pk")  # as the database sorts; `Place` sorts the same way


class Place(NamedTuple):
    """Where a case stands in the order: a smaller one is served earlier. No two cases share one."""

    rank: int
    due_at: datetime
    calm: int  # the level below zero: of two due at one moment the graver goes first
    pk: int


def place_of(*, level: int, due_at: datetime, pk: int) -> Place:
    return Place(AT_ONCE if level >= CRISIS else IN_TURN, due_at, -level, pk)

"""Small counts are not told, and cannot be computed from what is."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.suppression import FEWER, WITHHELD, said, said_together


def possible(cells: tuple[str, ...], total: int) -> list[set[int]]:
    """Which values each cell may have, for whoever knows the words, the total and how cells are withheld.

    Found by trying: every sum of the others that is possible leaves one value.
    """
    shown = [int(cell.replace(",", "")) for cell in cells if cell not in {FEWER, WITHHELD}]
    # Where every cell is withheld they may be anything; else one is at least five, and no larger than those shown.
    floor = 0 if set(cells) == {WITHHELD} else 5
    roof = min(shown, default=total)
    may = {FEWER: range(5), WITHHELD: range(floor, roof + 1)}
    ranges = [
        may[cell] if cell in may else range(int(cell.replace(",", "")), int(cell.replace(",", "")) + 1)
        for cell in cells
    ]
    found = []
    for place, mine in enumerate(ranges):
        sums = {0}
        for other in ranges[:place] + ranges[place + 1 :]:
            sums = {each + value for each in sums for value in other if each + value <= total}
        found.append({value for value in mine if total - value in sums})
    return found


@given(st.lists(st.integers(0, 9) | st.integers(0, 60), min_size=2, max_size=6))
def test_no_hidden_count_can_be_computed_from_the_rest(counts) -> None:
    told = said_together(counts)

    assert told.total == (FEWER if sum(counts) < 5 else f"{sum(counts):,}")
    for count, cell in zip(counts, told.cells, strict=True):
        assert cell in ({FEWER, WITHHELD} if count < 5 else {f"{count:,}", WITHHELD})
    if told.total != FEWER:
        for cell, values in zip(told.cells, possible(told.cells, sum(counts)), strict=True):
            if cell == FEWER:
                assert values == {0, 1, 2, 3, 4}
            elif cell == WITHHELD:
                assert len(values) >= 5


def test_small_tables_are_safe_whatever_they_hold() -> None:
    for counts in itertools.product(range(9), repeat=3):
        told = said_together(counts)
        if told.total != FEWER:
            for cell, values in zip(told.cells, possible(told.cells, sum(counts)), strict=True):
                assert cell not in {FEWER, WITHHELD} or len(values) >= 5, counts


@pytest.mark.parametrize(
    ("counts", "cells"),
    [
        ([12, 30, 8], ["12", "30", "8"]),
        ([3, 2, 40], [FEWER, FEWER, WITHHELD]),  # together 5: 1 and 4, or 2 and 3, and never 0
        ([3, 30, 40], [FEWER, WITHHELD, "40"]),
        ([3, 5, 5], [WITHHELD] * 3),  # whoever knows that the smallest are withheld would know them
        ([0, 5, 6, 7, 50], [FEWER] + [WITHHELD] * 4),
        ([3, 12, 19, 40, 500], [FEWER, WITHHELD, "19", "40", "500"]),
        ([0, 0, 40, 50], [FEWER, FEWER, WITHHELD, "50"]),
        ([4, 4, 4, 4, 40], [FEWER] * 4 + [WITHHELD]),
        ([1, 3, 2, 40], [FEWER, FEWER, FEWER, "40"]),
        ([1, 0, 2], [FEWER] * 3),
        ([1200, 5], ["1,200", "5"]),
    ],
)
def test_a_small_count_takes_others_with_it_where_it_must(counts, cells) -> None:
    assert list(said_together(counts).cells) == cells


def test_a_count_that_stands_alone_is_hidden_below_five() -> None:
    assert [said(count) for count in (0, 1, 4, 5, 1234)] == [FEWER, FEWER, FEWER, "5", "1,234"]

"""Units of hard reading: the reviewed figures, and what a file that is not whole says."""

import copy
import tomllib

import pytest

from moderation import checks, exposure
from moderation.exposure import Standing, measure, read_measure

FILE = tomllib.loads(exposure.DATA.read_text())


@pytest.mark.parametrize(
    ("level", "categories", "units"),
    [
        (1, ["distress"], 1),
        (2, ["suicide"], 2),
        (3, ["suicide"], 3),
        (1, ["abuse"], 2),
        (2, ["suicide", "method"], 3),
        (3, ["minor", "abuse", "method"], 4),
        (3, ["not-known-yet"], 3),
        (1, [], 1),
    ],
)
def test_a_case_costs_its_level_and_one_more_for_its_hardest_kind(level, categories, units) -> None:
    assert measure().units_of(level, categories) == units


@pytest.mark.parametrize(
    ("units", "standing"),
    [
        (0, Standing.WELL),
        (19, Standing.WELL),
        (20, Standing.BREAK),
        (39, Standing.BREAK),
        (40, Standing.LIMIT),
        (400, Standing.LIMIT),
    ],
)
def test_a_count_stands_well_or_asks_for_a_break_or_is_at_the_limit(units, standing) -> None:
    assert measure().standing(units) == standing


@pytest.mark.parametrize(
    ("units", "put_off_at", "proposed"),
    [(19, 0, False), (20, 0, True), (20, 20, False), (24, 20, False), (25, 20, True), (40, 39, True), (41, 41, True)],
)
def test_a_card_put_away_comes_back_later_and_stays_at_the_limit(units, put_off_at, proposed) -> None:
    assert measure().proposes_break(units, put_off_at) is proposed


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("levels", "red", 0),
        ("levels", "red", 9),
        ("levels", "green", 1),
        ("levels", "crisis", "3"),
        ("levels", "crisis", 2.5),
        ("extra", "sadness", 1),
        ("extra", "abuse", -1),
        ("limits", "soft", 40),
        ("limits", "hard", True),
        ("limits", "rest", 0),
        ("limits", "nap", 1),
    ],
)
def test_a_file_that_is_not_whole_is_refused(part, key, value) -> None:
    broken = copy.deepcopy(FILE)
    broken[part][key] = value

    with pytest.raises(ValueError, match=r"each need|no such|limit"):
        read_measure(broken)


@pytest.mark.parametrize("part", ["levels", "limits"])
def test_a_missing_part_is_refused(part) -> None:
    with pytest.raises(ValueError, match=r"each need|limits are"):
        read_measure({name: rows for name, rows in FILE.items() if name != part})


def test_a_site_with_broken_figures_does_not_start(monkeypatch, tmp_path) -> None:
    whole = checks.exposure_is_whole()
    file = tmp_path / "exposure.toml"
    file.write_text("[levels]\namber = 1\n")
    monkeypatch.setattr(exposure, "DATA", file)
    measure.cache_clear()

    broken = checks.exposure_is_whole()

    measure.cache_clear()
    assert whole == []
    assert [each.id for each in broken] == ["moderation.E010"]


def test_the_file_says_who_signed_it() -> None:
    assert {"reviewed_by", "reviewed_on"} <= set(FILE)

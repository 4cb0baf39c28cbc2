"""Checks survive two people at once, and a broken file only means that nothing is confirmed."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.help.checks import Check, read_checks, write_check

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def check(line_id: str = "gb-listeners", *, day: date = date(2026, 11, 1), hours: bool = True) -> Check:
    """A check by Robin."""
    return Check(line_id, day, "Robin", hours)


def test_a_check_that_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"

    write_check(path, check())
    write_check(path, check("ie-listeners", hours=False))

    assert read_checks(path) == {"gb-listeners": check(), "ie-listeners": check("ie-listeners", hours=False)}


def test_a_newer_check_takes_the_place_of_the_older(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    write_check(path, check())

    write_check(path, check(day=date(2026, 11, 20), hours=False))

    assert read_checks(path)["gb-listeners"] == check(day=date(2026, 11, 20), hours=False)


def test_many_people_checking_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    lines = [f"gb-line-{number}" for number in range(24)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda line: write_check(path, check(line)), lines))

    assert sorted(read_checks(path)) == sorted(lines)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_missing_file_or_a_folder_means_no_checks(tmp_path: Path) -> None:
    assert read_checks(tmp_path / "none.json") == {}
    assert read_checks(tmp_path) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    junk=st.binary() | st.just(b"[" * 100_000) | st.sampled_from([b"", b"{}", b"null", b"[1, null, []]", b"\xff\xfe"])
)
def test_a_broken_file_never_breaks_the_page(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "checks.json"
    path.write_bytes(junk)

    assert read_checks(path) == {}


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"line": "gb-x", "checked_on": "2026-02-30", "checked_by": "Robin"},
        {"line": "gb-x", "checked_on": "soon", "checked_by": "Robin"},
        {"line": "gb-x", "checked_on": "2026-11-01", "checked_by": ""},
        {"line": "", "checked_on": "2026-11-01", "checked_by": "Robin"},
    ],
)
def test_a_row_that_makes_no_sense_is_left_out_and_the_others_stay(tmp_path: Path, row: dict[str, str]) -> None:
    path = tmp_path / "checks.json"
    write_check(path, check())
    rows = json.loads(path.read_text())
    path.write_text(json.dumps([row, *rows]))

    assert read_checks(path) == {"gb-listeners": check()}


def test_hours_count_as_confirmed_only_when_the_file_says_true(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    row = {"line": "gb-x", "checked_on": "2026-11-01", "checked_by": "Robin", "hours_confirmed": "false"}
    path.write_text(json.dumps([row]))

    assert read_checks(path)["gb-x"].hours_confirmed is False


def test_writing_beside_a_broken_file_sets_it_aside_instead_of_losing_it(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    path.write_text('[{"line": "gb-x"')

    write_check(path, check())

    assert read_checks(path) == {"gb-listeners": check()}
    assert (tmp_path / "checks.json.broken").read_text() == '[{"line": "gb-x"'


def test_a_write_that_fails_leaves_the_earlier_checks_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checks.json"
    write_check(path, check())

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="no space"):
        write_check(path, check("ie-listeners"))

    assert read_checks(path) == {"gb-listeners": check()}
    assert {each.name for each in tmp_path.iterdir()} == {"checks.json", "checks.json.lock"}


@pytest.mark.parametrize("age", [-1, 0, 1, 180])
def test_a_check_counts_for_180_days(age: int) -> None:
    made = check(day=NOW.date() - timedelta(days=age))

    assert made.is_fresh(NOW)


@pytest.mark.parametrize("age", [-2, 181, 4000])
def test_a_check_of_181_days_or_from_the_future_counts_for_nothing(age: int) -> None:
    made = check(day=NOW.date() - timedelta(days=age))

    assert not made.is_fresh(NOW)

"""Hours in the zone of the line: nights, week ends, and days when the clocks change."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.help.faults import HelpDataError
from moderation.help.hours import DAY, WEEK, Week, parse_week

LONDON = ZoneInfo("Europe/London")
AUCKLAND = ZoneInfo("Pacific/Auckland")
NEW_YORK = ZoneInfo("America/New_York")


def week(*intervals: list[Any]) -> Week:
    """The hours of these intervals."""
    found = parse_week(list(intervals))
    assert found is not None
    return found


def utc(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of 2026 in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_line_opens_on_the_minute_and_closes_on_the_minute() -> None:
    monday = week([0, "09:00", "17:00"])

    assert monday.open_until(utc(11, 23, 8, 59), LONDON) is None
    assert monday.open_until(utc(11, 23, 9, 0), LONDON) == "17:00"
    assert monday.open_until(utc(11, 23, 16, 59), LONDON) == "17:00"
    assert monday.open_until(utc(11, 23, 17, 0), LONDON) is None


def test_the_day_is_the_day_at_the_line_and_not_the_day_of_the_server() -> None:
    tuesday_morning = week([1, "09:00", "12:00"])

    open_until = tuesday_morning.open_until(utc(11, 23, 20, 30), AUCKLAND)  # Tuesday 09:30 there

    assert open_until == "12:00"
    assert tuesday_morning.open_until(utc(11, 24, 9, 30), AUCKLAND) is None  # Tuesday 22:30 there


def test_a_night_runs_over_midnight_and_over_the_end_of_the_week() -> None:
    sunday_night = week([6, "22:00", "24:00"], [0, "00:00", "02:00"])

    assert sunday_night.open_until(utc(11, 22, 23, 59), LONDON) == "02:00"
    assert sunday_night.open_until(utc(11, 23, 1, 59), LONDON) == "02:00"
    assert sunday_night.open_until(utc(11, 23, 2, 0), LONDON) is None
    assert sunday_night.words() == "22:00 to 02:00 Sunday"


def test_midnight_belongs_to_the_new_day() -> None:
    evening = week(*[[day, "18:00", "24:00"] for day in range(7)])

    assert evening.open_until(utc(11, 23, 23, 59), LONDON) == "midnight"
    assert evening.open_until(utc(11, 24, 0, 0), LONDON) is None


def test_hours_keep_to_the_clock_on_the_wall_when_summer_time_begins_and_ends() -> None:
    evening = week(*[[day, "18:00", "23:00"] for day in range(7)])

    assert evening.open_until(utc(3, 28, 17, 30), LONDON) is None  # winter: 17:30 there
    assert evening.open_until(utc(3, 29, 17, 30), LONDON) == "23:00"  # summer: 18:30 there
    assert evening.open_until(utc(11, 1, 22, 30), NEW_YORK) is None  # winter again: 17:30 there
    assert evening.open_until(utc(10, 31, 22, 30), NEW_YORK) == "23:00"  # summer still: 18:30 there


def test_the_next_opening_is_said_by_day() -> None:
    office = week([0, "09:00", "17:00"], [1, "09:00", "17:00"], [4, "09:00", "17:00"])

    assert office.next_opening(utc(11, 23, 8, 0), LONDON) == "today at 09:00"
    assert office.next_opening(utc(11, 23, 18, 0), LONDON) == "tomorrow at 09:00"
    assert office.next_opening(utc(11, 24, 18, 0), LONDON) == "on Friday at 09:00"
    assert office.next_opening(utc(11, 27, 18, 0), LONDON) == "on Monday at 09:00"


def test_a_week_of_whole_days_is_always_open() -> None:
    listed = week(*[[day, "00:00", "24:00"] for day in range(7)])

    assert listed.always
    assert listed == parse_week("24/7")
    assert listed.words() == "24 hours a day, every day"


def test_days_are_read_aloud_in_runs() -> None:
    sunday_to_thursday = week(*[[day, "08:00", "15:30"] for day in (6, 0, 1, 2, 3)])
    four_days = week(*[[day, "16:00", "18:00"] for day in (0, 1, 3, 4)])
    weekend = week([5, "11:00", "24:00"], [6, "11:00", "24:00"])

    assert sunday_to_thursday.words() == "08:00 to 15:30 Sunday to Thursday"
    assert four_days.words() == "16:00 to 18:00 Monday, Tuesday, Thursday and Friday"
    assert weekend.words() == "11:00 to 24:00 Saturday and Sunday"


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        "limited",
        [[0, "09:00"]],
        [[7, "09:00", "17:00"]],
        [[True, "09:00", "17:00"]],
        [[0, "9:00", "17:00"]],
        [[0, "17:00", "09:00"]],
        [[0, "09:00", "24:30"]],
        [[0, "09:00", "17:00"], [0, "16:59", "20:00"]],
    ],
)
def test_hours_that_cannot_be_are_refused(wrong: Any) -> None:
    with pytest.raises(HelpDataError):
        parse_week(wrong)


def test_unknown_hours_stay_unknown() -> None:
    assert parse_week(None) is None


def test_a_moment_without_a_time_zone_is_a_mistake_of_the_caller() -> None:
    moment = utc(11, 23).replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        week([0, "09:00", "17:00"]).open_until(moment, LONDON)


@given(
    intervals=st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, DAY - 1), st.integers(1, DAY)).filter(lambda i: i[1] < i[2]),
        min_size=1,
        max_size=5,
        unique_by=lambda interval: interval[0],
    ),
    minute=st.integers(0, WEEK - 1),
)
def test_joining_nights_never_changes_when_a_line_is_open(intervals: list[tuple[int, int, int]], minute: int) -> None:
    listed = week(*[[day, _time(start), _time(end)] for day, start, end in intervals])
    moment = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=minute)

    is_open = listed.open_until(moment.astimezone(timezone(timedelta(hours=5))), ZoneInfo("UTC")) is not None

    assert is_open == any(day * DAY + start <= minute < day * DAY + end for day, start, end in intervals)


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"

"""When a line is open: a week of wall-clock hours in the line's own time zone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from moderation.help.faults import HelpDataError

DAY = 24 * 60
WEEK = 7 * DAY
NOON = 12 * 60
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")

Span = tuple[int, int]
"""Minutes since Monday 00:00, `[start, end)`; the end of a Sunday night lies beyond the week."""


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of one line, in wall-clock time: when the clocks change, they change with the place."""

    spans: tuple[Span, ...]

    @property
    def always(self) -> bool:
        """True for a line listed as open day and night."""
        return self.spans == ((0, WEEK),)

    def open_until(self, now: datetime, zone: ZoneInfo) -> str | None:
        """The closing time in the line's own zone ("23:00", "midnight"), or None while it is closed.

        `now` must know its time zone.
        """
        minute = _minute_of_week(now, zone)
        for start, end in self.spans:
            if start <= minute < end or start <= minute + WEEK < end:
                return "midnight" if end % DAY == 0 else _clock(end % DAY)
        return None

    def next_opening(self, now: datetime, zone: ZoneInfo) -> str:
        """When a closed line opens again: "today at 18:00", "tomorrow at 09:00", "on Monday at 09:00"."""
        minute = _minute_of_week(now, zone)
        start = min((start for start, _ in self.spans), key=lambda at: (at - minute) % WEEK)
        days_ahead = (minute % DAY + (start - minute) % WEEK) // DAY
        day = {0: "today", 1: "tomorrow"}.get(days_ahead, f"on {DAYS[start // DAY]}")
        return f"{day} at {_clock(start % DAY)}"

    def words(self) -> str:
        """The hours as read aloud: "09:00 to 20:00 Monday to Friday", other times after a comma."""
        if self.always:
            return "24 hours a day, every day"
        days_of: dict[str, list[int]] = {}
        for start, end in self.spans:
            closing = (end - 1) % DAY + 1  # 24:00 stays 24:00
            days_of.setdefault(f"{_clock(start % DAY)} to {_clock(closing)}", []).append(start // DAY)
        return ", ".join(f"{times} {_day_words(days)}" for times, days in days_of.items())


def parse_week(value: object) -> Week | None:
    """Read the `opens` of the data file: "24/7", a list of `[day, "HH:MM", "HH:MM"]`, or None for unknown.

    Raises:
        HelpDataError: a day, a time or an order that cannot be; or two intervals that overlap.
    """
    if value is None:
        return None
    if value == "24/7":
        return Week(((0, WEEK),))
    if not isinstance(value, list) or not value:
        raise HelpDataError(f'opens must be "24/7", null or a list of intervals, not {value!r}')
    spans = sorted(_parse_interval(interval) for interval in value)
    if any(start < end for (_, end), (start, _) in pairwise(spans)):
        raise HelpDataError(f"opens has intervals that overlap: {value!r}")
    if sum(end - start for start, end in spans) == WEEK:
        return Week(((0, WEEK),))
    return Week(_join_nights(spans))


def _parse_interval(value: object) -> Span:
    if not isinstance(value, list) or len(value) != 3:
        raise HelpDataError(f"an interval is [day, from, to], not {value!r}")
    day, opening, closing = value
    if type(day) is not int or not 0 <= day <= 6:
        raise HelpDataError(f"a day is 0 (Monday) to 6 (Sunday), not {day!r}")
    start, end = _minutes(opening), _minutes(closing)
    if start >= end:
        raise HelpDataError(f"an interval ends after it starts and by 24:00: {value!r}")
    return day * DAY + start, day * DAY + end


def _minutes(text: object) -> int:
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise HelpDataError(f"a time is HH:MM, not {text!r}")
    return int(text[:2]) * 60 + int(text[3:])


def _join_nights(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Join an evening with the small hours that follow it, so that "15:00-03:00" reads as one night."""
    mornings = {start: end for start, end in spans if start % DAY == 0 and end % DAY and end - start <= NOON}
    joined: list[Span] = []
    used: set[int] = set()
    for start, end in spans:
        next_day = end % WEEK
        if end % DAY == 0 and start % DAY and next_day in mornings:
            joined.append((start, end + mornings[next_day] - next_day))
            used.add(next_day)
        else:
            joined.append((start, end))
    return tuple(span for span in joined if span[0] not in used)


def _minute_of_week(now: datetime, zone: ZoneInfo) -> int:
    if now.tzinfo is None:
        raise ValueError("now must know its time zone")
    local = now.astimezone(zone)
    return local.weekday() * DAY + local.hour * 60 + local.minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _day_words(days: Sequence[int]) -> str:
    if len(days) == 7:
        return "every day"
    if len(days) > 2:
        for first in days:  # a run may pass the end of the week: Sunday to Thursday
            if {(first + step) % 7 for step in range(len(days))} == set(days):
                return f"{DAYS[first]} to {DAYS[(first + len(days) - 1) % 7]}"
    names = [DAYS[day] for day in days]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

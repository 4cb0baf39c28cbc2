"""What a person is shown: emergency first, lines surely open now, others with honest words, a directory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from moderation.help.checks import Check
from moderation.help.country import valid_country
from moderation.help.lines import AUDIENCES, CONFIDENCES, Country, Helpline
from moderation.help.numbers import Link
from moderation.help.register import register, shown_lines
from moderation.help.wording import EMERGENCY_ANYWHERE, EMERGENCY_IN_COUNTRY, either

GENERAL = frozenset({"emotional", "suicide"})
"""The line categories for anyone in distress."""

LINES_FOR = {
    "distress": GENERAL,
    "suicide": frozenset({"suicide"}),
    "self_harm": frozenset({"self_harm"}),
    "method": frozenset({"suicide", "self_harm"}),
    "encouragement": frozenset({"suicide", "self_harm"}),
    "relapse": frozenset({"drugs_alcohol"}),
    "overdose": frozenset({"drugs_alcohol"}),
    "sourcing": frozenset({"drugs_alcohol"}),
    "abuse": frozenset({"domestic_abuse", "sexual_violence"}),
    "threat": GENERAL,
    "minor": frozenset({"youth", "child_protection"}),
    "harassment": GENERAL,
    "concern": GENERAL,
    "eating": frozenset({"eating_disorder"}),
    "contact": GENERAL,
    "detector": GENERAL,
}
"""Which line categories answer a finding's category."""

DIRECTORY = (
    Link("Find A Helpline: lines in most countries", "https://findahelpline.com/"),
    Link("Befrienders Worldwide: listening centres by country", "https://befrienders.org/"),
)
"""Always there, whatever else is missing."""


class Hours(StrEnum):
    """What this site can say of a line's hours at this moment."""

    OPEN = "open"
    CLOSED = "closed"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True)
class ListedLine:
    """One line as one person sees it at one moment. `check` is this site's, or None once it is not fresh."""

    line: Helpline
    check: Check | None
    hours: Hours
    hours_words: str
    checked_words: str

    @cached_property
    def text_links(self) -> tuple[Link, ...]:
        """Numbers to write to: those a source names, and the others while the check of this site is fresh."""
        return self.line.text_links + (self.line.unchecked_text_links if self.check else ())

    @cached_property
    def languages(self) -> str:
        """The languages of the line by their own names, or nothing."""
        names = [register().language_names[code] for code in self.line.languages]
        return ", ".join([*names, self.line.more_languages] if self.line.more_languages else names)


@dataclass(frozen=True)
class Listing:
    """The help of one country, in the order it is shown."""

    country: Country | None
    emergency_words: str
    emergency: tuple[Link, ...]
    open_now: tuple[ListedLine, ...]
    others: tuple[ListedLine, ...]
    directory: tuple[Link, ...] = DIRECTORY

    @property
    def country_name(self) -> str:
        """The name of the country, or nothing while it is unknown."""
        return self.country.name if self.country else ""


def listing(country: str | None, categories: Collection[str], *, checks: Mapping[str, Check], now: datetime) -> Listing:
    """The help for a country and what someone writes about, at one moment.

    A line is under `open_now` only if a person on this site confirmed its hours in the last 180 days
    and they include `now`. Lines that suit `categories` (of findings or of lines; unknown ones
    are passed over) come first, then general ones. An unknown country gets worldwide advice and the
    directory. `now` must know its time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must know its time zone")
    code = valid_country(country) if country else None
    if code is None:
        return Listing(None, EMERGENCY_ANYWHERE, (), (), ())
    land = register().countries[code]
    wanted = _line_categories(categories)
    ranked = sorted(register().by_country[code], key=lambda line: _rank(line, wanted))
    seen = [_seen(line, checks.get(line.id), land, now) for line in ranked]
    return Listing(
        country=land,
        emergency_words=EMERGENCY_IN_COUNTRY.format(numbers=either(land.emergency)),
        emergency=land.emergency_links,
        open_now=tuple(line for line in seen if line.hours is Hours.OPEN),
        others=tuple(line for line in seen if line.hours is not Hours.OPEN),
    )


def lines_due(*, checks: Mapping[str, Check], now: datetime) -> tuple[Helpline, ...]:
    """The lines staff should check next: never checked first, then the oldest check that no longer counts.

    `now` must know its time zone.
    """
    fresh = {line_id for line_id, check in checks.items() if check.is_fresh(now)}
    waiting = [line for line in shown_lines() if line.id not in fresh]
    last = {line_id: check.checked_on for line_id, check in checks.items()}
    return tuple(sorted(waiting, key=lambda line: last.get(line.id, date.min)))


def _line_categories(categories: Collection[str]) -> frozenset[str]:
    wanted = frozenset[str]().union(*(LINES_FOR.get(category, {category}) for category in categories))
    return wanted or GENERAL


def _rank(line: Helpline, wanted: frozenset[str]) -> tuple[int, bool, int]:
    """Smaller comes first: how well the line suits, then 24/7, then the surest number."""
    always = line.opens is not None and line.opens.always
    return _fit(line, wanted), not always, CONFIDENCES.index(line.confidence)


def _fit(line: Helpline, wanted: frozenset[str]) -> int:
    """0 suits everyone, 1 suits some people, 2 general, 3 suits only the young, unasked, 4 the rest."""
    audience = (line.categories & AUDIENCES) - wanted
    if not line.categories & wanted:
        return 2 if line.categories & GENERAL and not audience else 4
    if "youth" in audience:  # an adult may be turned away there
        return 3
    return 1 if audience else 0


def _seen(line: Helpline, check: Check | None, land: Country, now: datetime) -> ListedLine:
    if check is None:
        listed = _listed(line)
        words = f"{listed}, not yet checked by this site" if listed else "Hours not confirmed"
        return ListedLine(line, None, Hours.UNCONFIRMED, words, "Not yet checked by this site")
    by = f"{_day(check.checked_on)} by {check.checked_by}"
    if not check.is_fresh(now):
        return ListedLine(
            line,
            None,
            Hours.UNCONFIRMED,
            _unconfirmed(line),
            f"Last checked on {by}; due to be checked again",
        )
    hours, words = _confirmed(line, land, now) if check.hours_confirmed else (Hours.UNCONFIRMED, _unconfirmed(line))
    return ListedLine(line, check, hours, words, f"Checked on {by}")


def _listed(line: Helpline) -> str:
    if line.opens is None:
        return ""
    return "Listed as 24/7" if line.opens.always else f"Listed as {line.opens.words()}"


def _unconfirmed(line: Helpline) -> str:
    listed = _listed(line)
    return f"{listed}, hours not confirmed" if listed else "Hours not confirmed"


def _confirmed(line: Helpline, land: Country, now: datetime) -> tuple[Hours, str]:
    if line.opens is None:  # someone confirmed hours that nobody has written down yet
        return Hours.UNCONFIRMED, "Hours not confirmed"
    if line.opens.always:
        return Hours.OPEN, "Open now, 24 hours a day"
    place = f" ({line.timezone.key.rsplit('/', 1)[-1].replace('_', ' ')} time)" if land.several_timezones else ""
    until = line.opens.open_until(now, line.timezone)
    if until:
        return Hours.OPEN, f"Open now, until {until}{place}"
    again = line.opens.next_opening(now, line.timezone)
    return Hours.CLOSED, f"Confirmed open {line.opens.words()}{place}; closed now, opens {again}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"

"""Time zones people can choose, moments told in one of them, and what a clock there means. Pure: no row or clock."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

HOME = "UTC"
REGIONS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian"),
    "Pacific",
)
_DAY = timedelta(days=1)


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Every zone one can choose: those named for a place, and UTC. Closed: nothing else is ever kept or printed."""
    return frozenset({HOME, *(name for name in available_timezones() if name.partition("/")[0] in REGIONS)})


@lru_cache(maxsize=1)
def choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """For a select: UTC, then the zones of each region."""
    grouped: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name in sorted(names() - {HOME}):
        region, _, place = name.partition("/")
        grouped[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return [(HOME, HOME), *grouped.items()]


def words(name: str) -> str:
    """What follows a time of the clock: "UTC" or "New York time". As static/js/times.js says it."""
    return HOME if name == HOME else f"{name.rpartition('/')[2].replace('_', ' ')} time"


def at_clock(day: date, at: time, name: str) -> datetime:
    """The moment a clock in this zone shows `at` on this day.

    A time that the change to summer leaves out is as much later; one that exists twice is the first of the two.
    """
    return datetime.combine(day, at, tzinfo=ZoneInfo(name)).astimezone(UTC)


def day_of(moment: datetime, name: str) -> date:
    return moment.astimezone(ZoneInfo(name)).date()


def told(moment: datetime, name: str = HOME, form: str = "moment", *, now: datetime | None = None) -> str:
    """A moment in words. `form`: "moment" (day and time), "day", "time", or "soon" (with the weekday if a day off)."""
    there = moment.astimezone(ZoneInfo(name))
    clock = f"{there:%H:%M} {words(name)}"
    if form == "day":
        return f"{there:%A} {there.day} {there:%B}"
    if form == "time" or (form == "soon" and moment - (now or datetime.now(UTC)) < _DAY):
        return clock
    return f"{there:%A} {clock}" if form == "soon" else f"{there.day} {there:%B}, {clock}"

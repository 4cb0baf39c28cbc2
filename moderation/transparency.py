"""The report of a year for everyone: what came, what was done about it, how fast. Counts alone, small ones withheld.

No word, no id, no name, no person. Tables whose parts add up are withheld as one (moderation/suppression.py), and no
number is published twice in a way that another could be computed from it. So complaints are told as the cases they
are, and nowhere else.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Count

from moderation import board, counting, restrictions
from moderation.counting import Span
from moderation.desk_words import CATEGORIES, reasons
from moderation.models import Action, AppealOutcome, Measure
from moderation.queue import span_words
from moderation.reporting import reasons as report_reasons
from moderation.suppression import FEWER, WITHHELD, Said, said, said_together

HEAD = ("table", "row", "count")
BY_PROGRAM = "What the program did by itself when the words came. A post can be folded and hidden in part."
SAYS = {
    "Posts": "Words of live rooms are deleted a day after the room closes, and words removed for good are not counted.",
    "Cases by level": "Things that needed a person, at the level they came to have.",
    "Cases by what they were about": "Each once, by the gravest thing noticed. Complaints are those about a moderator.",
    "Median time to the first human": "Half of the cases waited no longer. Told where the number of cases is told.",
    **dict.fromkeys(restrictions.KINDS.values(), BY_PROGRAM),
}


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the report: rows of (name, count as words)."""

    title: str
    rows: tuple[tuple[str, str], ...]

    @property
    def says(self) -> str:
        """What is counted, in a sentence."""
        return SAYS.get(self.title, "")


@dataclass(frozen=True, slots=True)
class Report:
    """A year. `tables` is empty where nothing happened; `until` is the last moment counted."""

    year: int
    until: datetime
    tables: tuple[Table, ...]


def report_of(year: int, *, now: datetime) -> Report:
    """Everything the report tells of a year in UTC, up to now where the year is not over."""
    span = Span.of_year(year)
    posts = counting.posts_in(span).count()
    counted = [*_cases(span, now), *_decisions(span), *_restrictions(span), *_reports(span), *_redress(span)]
    if not posts and not any(total for total, _ in counted):
        return Report(year, min(now, span.end), ())
    written = Table("Posts", (("Posts kept", said(posts)),))
    tables = (written, *(table for _, table in counted))
    return Report(year, min(now, span.end), tuple(table for table in tables if table.rows))


def _redress(span: Span) -> Iterable[tuple[int, Table]]:
    ended = Counter(counting.appeals_in(span).values_list("outcome", flat=True))
    yield _closed("Appeals, and how they ended", ended, {**dict(AppealOutcome.choices), "": "waits for an answer"})


def _cases(span: Span, now: datetime) -> Iterable[tuple[int, Table]]:
    seen = board.first_humans(span, now)
    levels = [level.opened for level in seen]
    names = [level.level.label for level in seen]
    told = said_together(levels)
    yield sum(levels), _table("Cases by level", names, told)
    first = Counter(
        categories[0] if categories else "" for categories in counting.cases(span).values_list("categories", flat=True)
    )
    yield _closed("Cases by what they were about", first, {**CATEGORIES, "": "something else"})
    medians = [
        (_capital(level.level.label), span_words(level.p50))
        for level, shown in zip(seen, told.cells, strict=True)
        if shown not in {FEWER, WITHHELD} and level.p50 is not None
    ]
    yield 0, Table("Median time to the first human", tuple(medians))


_IN_ROOMS: Mapping[str, str] = {
    Action.REMOVE.value: "a message was removed",
    Action.LEAVE.value: "writing was paused in the room",
}


def _decisions(span: Span) -> Iterable[tuple[int, Table]]:
    made = board.decided(span)
    by_action, by_reason = Counter[str](), Counter[str]()
    for each in made:
        by_action[each.action] += each.times
        by_reason[each.reason] += each.times
    total = by_action.total()
    yield _closed("Decisions by what happened to the post", by_action, dict(Action.choices))
    yield _closed("Decisions by reason", by_reason, {code: each.label for code, each in reasons().items()})
    by_measure = Counter(counting.decisions_in(span).values_list("measure", flat=True))
    yield _closed("Decisions by what happened to the person", by_measure, dict(Measure.choices))
    in_rooms = dict(counting.room_acts_in(span).values_list("action").annotate(times=Count("pk")))
    yield _closed("Done at once in live rooms", in_rooms, _IN_ROOMS)
    undone = sum(each.undone for each in made)
    yield total, Table("Decisions taken back", (("Taken back by a moderator since", said(undone)),))


def _restrictions(span: Span) -> Iterable[tuple[int, Table]]:
    ended = restrictions.how_they_ended(span)
    for kind, title in restrictions.KINDS.items():
        ends = restrictions.ENDS_OF_HOLDS if kind == "hold" else restrictions.ENDS
        yield _closed(title, ended[kind], ends)


def _reports(span: Span) -> Iterable[tuple[int, Table]]:
    by_reason = counting.reports_in(span).values_list("reason").annotate(times=Count("pk"))
    known = {key: reason.label for key, reason in report_reasons().items()}
    yield _closed("Reports by reason", dict(by_reason), known)


def _closed(title: str, counts: Mapping[str, int], names: Mapping[str, str]) -> tuple[int, Table]:
    """A table of a closed set: every row stands in it, whatever happened. Codes no longer in use stand as they are."""
    every = {**names, **{code: code for code in sorted(counts) if code not in names}}
    values = [counts.get(code, 0) for code in every]
    return sum(values), _table(title, list(every.values()), said_together(values))


def _table(title: str, names: Sequence[str], told: Said) -> Table:
    rows = [(_capital(name), cell) for name, cell in zip(names, told.cells, strict=True)]
    return Table(title, (*rows, ("All", told.total)))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# --- as files: what was published is what can be read later, whatever happens to the rows


def folder() -> Path:
    """Where published reports are: the site shows those that are here."""
    return Path(settings.DATA_DIR) / "transparency"


def write_csv(report: Report, path: Path) -> None:
    """One line a count. The first two say which year this is and until when it is counted."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(HEAD)
        lines.writerow(("Report", "Year", report.year))
        lines.writerow(("Report", "Counted until", report.until.isoformat(timespec="minutes")))
        lines.writerows((table.title, *row) for table in report.tables for row in table.rows)


def published(year: int) -> Report | None:
    """The report of this year as it was published; None where it was not. Asks no database."""
    path = folder() / f"{year}.csv"
    if not path.is_file():
        return None
    with path.open(newline="", encoding="utf-8") as file:
        _, (_, _, number), (_, _, until), *lines = csv.reader(file)
    tables: dict[str, list[tuple[str, str]]] = {}
    for title, row, count in lines:
        tables.setdefault(title, []).append((row, count))
    found = (Table(title, tuple(rows)) for title, rows in tables.items())
    return Report(int(number), datetime.fromisoformat(until), tuple(found))


def published_years() -> list[int]:
    """The years with a published report, the newest first."""
    return sorted((int(path.stem) for path in folder().glob("[0-9][0-9][0-9][0-9].csv")), reverse=True)

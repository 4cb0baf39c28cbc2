"""The numbers of the board: reads of a period, as values. Each is defined in docs/board.md.

They say how the desk does as a whole. Nothing here is counted for a person, and nothing may be: who decided stands in
the log of a case, where it is needed, and in no figure.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, BooleanField, Count, ExpressionWrapper, F, Min, Q, Value
from django.db.models.functions import Coalesce

from moderation import counting, keys
from moderation.agreement import Agreement, agreement, outcome
from moderation.counting import Seconds, Span, nearest
from moderation.models import Case, Level, Moderator, Review
from moderation.models.cases import LATE_OR_UNSEEN
from moderation.table import table

PERIODS: Mapping[str, timedelta] = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
LEVELS = (Level.CRISIS, Level.RED, Level.AMBER)
WEEK = 168  # hours
_THURSDAY = 3  # the first day of 1970, where Monday is 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open cases of one level at this moment."""

    level: Level
    open: int = 0
    unseen: int = 0  # no human has looked since it was last opened
    late: int = 0  # of these, past their deadline
    oldest: datetime | None = None  # since when the longest of the unseen waits


@dataclass(frozen=True, slots=True)
class Seen:
    """Cases of one level opened in a period, and the seconds to their first human."""

    level: Level
    opened: int = 0
    unseen: int = 0
    late: int = 0
    p50: int | None = None
    p95: int | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of a period with one action and one reason."""

    action: str
    reason: str
    times: int
    undone: int


@dataclass(frozen=True, slots=True)
class Looks:
    """Second looks of a period: those drawn in it, and the agreement of those answered in it."""

    drawn: int
    waiting: int
    expired: int
    agreement: Agreement
    reasons_same: int
    crossed: Mapping[tuple[str, str], int]  # (what was decided, what the second would have done) -> how often


def waiting_now(now: datetime) -> list[Waiting]:
    """What waits at this moment, the most urgent level first. One query."""
    unseen = Q(first_human_at=None)
    rows = (
        counting.every_case()
        .open()
        .values("level")
        .annotate(
            all=Count("pk"),
            unseen=Count("pk", filter=unseen),
            late=Count("pk", filter=unseen & Q(due_at__lt=now)),
            oldest=Min("opened_at", filter=unseen),
        )
    )
    by_level = {row["level"]: row for row in rows}
    found = [by_level.get(level.value) for level in LEVELS]
    return [
        Waiting(level, row["all"], row["unseen"], row["late"], row["oldest"]) if row else Waiting(level)
        for level, row in zip(LEVELS, found, strict=True)
    ]


def first_humans(span: Span, now: datetime) -> list[Seen]:
    """How long cases opened in the span waited for a human, by their present level. One query.

    A case nobody has looked at counts with what it has waited so far: leaving one unseen never makes a figure better.
    """
    rows = (
        counting.cases(span)
        .annotate(wait=Seconds(Coalesce("first_human_at", Value(now))) - Seconds("opened_at"))
        .values_list("level", "wait")
        .annotate(all=Count("pk"), seen=Count("first_human_at"), late=Count("pk", filter=late_at(now)))
        .order_by("level", "wait")
    )
    by_level: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    for level, *waited in rows:
        by_level[level].append((waited[0], waited[1], waited[2], waited[3]))
    return [_seen(level, by_level[level]) for level in LEVELS]


def _seen(level: Level, rows: Sequence[tuple[int, int, int, int]]) -> Seen:
    waits = [(wait, times) for wait, times, _, _ in rows]
    opened = sum(times for _, times in waits)
    return Seen(
        level=level,
        opened=opened,
        unseen=opened - sum(seen for _, _, seen, _ in rows),
        late=sum(late for *_, late in rows),
        p50=nearest(waits, 0.5),
        p95=nearest(waits, 0.95),
    )


def late_at(now: datetime) -> Q:
    """A human came after the deadline, or has not come and it is over."""
    return LATE_OR_UNSEEN & (Q(first_human_at__isnull=False) | Q(due_at__lt=now))


def targets() -> dict[Level, tuple[int, int]]:
    """The shortest and the longest time to the first human that the decision table gives at each level, in seconds."""
    within = {level: [row.cells[level].within for row in table().values()] for level in LEVELS}
    given = {level: [seconds for seconds in all_of if seconds] for level, all_of in within.items()}
    return {level: (min(seconds), max(seconds)) for level, seconds in given.items()}


def breaches(span: Span, now: datetime, *, after: str = "", most: int) -> tuple[list[Case], str]:
    """Cases opened in the span that a human looked at too late or not yet, newest first; the key of the next page."""
    found = counting.cases(span).filter(late_at(now)).filter(keys.before(after, "opened_at"))
    return keys.page(found.order_by("-opened_at", "-pk"), "opened_at", most)


def whole_hours(now: datetime, length: timedelta) -> Span:
    """The period up to the last full hour: every hour of it is counted whole."""
    return Span.before(now.replace(minute=0, second=0, microsecond=0), length)


def opened_by_hour(span: Span) -> list[tuple[int, int]]:
    """(cases opened, how often that hour was) for each hour of the week in UTC from Monday 0:00. One query.

    `span` is of whole hours.
    """
    slot = ExpressionWrapper((Seconds("opened_at") / 3600) % WEEK, output_field=BigIntegerField())
    rows = counting.cases(span).annotate(slot=slot).values_list("slot").annotate(all=Count("pk")).order_by()
    opened = {_of_week(slot): times for slot, times in rows}
    first = int(span.start.timestamp()) // 3600
    there = Counter(_of_week(hour) for hour in range(first, int(span.end.timestamp()) // 3600))
    return [(opened.get(hour, 0), there[hour]) for hour in range(WEEK)]


def _of_week(hour: int) -> int:
    """Hours since 1970 as an hour of the week that begins on Monday."""
    return (hour + _THURSDAY * 24) % WEEK


def decided(span: Span) -> list[Decided]:
    """Decisions of the span by action and reason, those taken back since among them. One query."""
    rows = counting.decisions_in(span).values_list("action", "reason_code")
    counted = rows.annotate(times=Count("pk"), undone=Count("undone_at")).order_by("action", "reason_code")
    return [Decided(*row) for row in counted]


def second_looks(span: Span) -> Looks:
    """How many were drawn, and how far the answers agree with the decisions. Two queries."""
    drawn = Review.objects.filter(drawn_at__gte=span.start, drawn_at__lt=span.end)
    counts = drawn.aggregate(
        drawn=Count("pk"), waiting=Count("pk", filter=Q(at=None, expired_at=None)), expired=Count("expired_at")
    )
    answered = Review.objects.filter(at__gte=span.start, at__lt=span.end)
    same = ExpressionWrapper(Q(reason_code=F("decision__reason_code")), output_field=BooleanField())
    rows = list(
        answered.annotate(reason_same=same)
        .values_list("decision__action", "action", "stood", "parts_hidden", "reason_same")
        .annotate(times=Count("pk"))
        .order_by()
    )
    crossed: Counter[tuple[str, str]] = Counter()
    for first, second, stood, hidden, _, times in rows:
        crossed[outcome(first, stood, hidden=hidden), outcome(second, stood, hidden=hidden)] += times
    return Looks(
        drawn=counts["drawn"],
        waiting=counts["waiting"],
        expired=counts["expired"],
        agreement=agreement(list(crossed.elements())),
        reasons_same=sum(row[-1] for row in rows if row[-2]),
        crossed=crossed,
    )


def disagreements(span: Span, *, after: str = "", most: int) -> tuple[list[Review], str]:
    """Second looks answered in the span that came to something else, newest first; the key of the next page."""
    found = Review.objects.filter(agrees=False, at__gte=span.start, at__lt=span.end)
    ordered = found.filter(keys.before(after, "at")).select_related("case", "decision").order_by("-at", "-pk")
    return keys.page(ordered, "at", most)


def second_looks_possible() -> bool:
    """Whether there are two people at the desk: one cannot look twice without knowing."""
    return len(Moderator.objects.at_desk().values_list("pk")[:2]) == 2

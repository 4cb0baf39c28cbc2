"""What figures are made of: which cases, decisions and reports count, over which time, and how a percentile is read.

Everything that is counted anywhere comes through here, so that what must never count is left out in one place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Func, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from forum.models import Post
from forum.models.posts import PostQuerySet
from moderation.models import Appeal, Case, Decision, Report
from moderation.models.cases import CaseQuerySet
from moderation.models.decisions import DecisionQuerySet


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, and without, `end`."""

    start: datetime
    end: datetime

    @classmethod
    def before(cls, end: datetime, length: timedelta) -> "Span":
        return cls(end - length, end)

    @classmethod
    def of_year(cls, year: int) -> "Span":
        """A calendar year in UTC."""
        return cls(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))


def cases(span: Span) -> CaseQuerySet:
    """Cases opened in this time. One that was opened again counts once, when it was last opened."""
    return every_case().filter(opened_at__gte=span.start, opened_at__lt=span.end)


def every_case() -> CaseQuerySet:
    """Cases of real people: a drill counts nowhere."""
    return Case.objects.without_drills()


def decisions() -> DecisionQuerySet:
    """Decisions that came to be, about real people: a proposal that waits for a second person, or was declined, is
    none, and what was done at once in a live room is counted by itself."""
    came_to_be = Q(needs_second=False) | Q(confirmed_at__isnull=False)
    made = Decision.objects.filter(came_to_be, case__peer__drill__isnull=True)
    return made.filter(session=None)


def decisions_in(span: Span) -> DecisionQuerySet:
    """Decisions made in this time, those taken back among them."""
    return decisions().filter(at__gte=span.start, at__lt=span.end)


def room_acts_in(span: Span) -> DecisionQuerySet:
    """What was done at once in live rooms in this time, what was taken back since among it."""
    acts = Decision.objects.filter(session__isnull=False, case__peer__drill__isnull=True)
    return acts.filter(at__gte=span.start, at__lt=span.end)


def posts_in(span: Span) -> PostQuerySet:
    """Posts written in this time that are still there. No index helps: only the yearly report asks."""
    written = Post.objects.filter(created_at__gte=span.start, created_at__lt=span.end)
    return written.filter(peer__drill__isnull=True)


def appeals_in(span: Span) -> QuerySet[Appeal]:
    return Appeal.objects.filter(filed_at__gte=span.start, filed_at__lt=span.end)


def reports_in(span: Span) -> QuerySet[Report]:
    filed = Report.objects.filter(at__gte=span.start, at__lt=span.end)
    return filed.filter(case__peer__drill__isnull=True)


def nearest(counted: Sequence[tuple[int, int]], share: float) -> int | None:
    """The percentile by nearest rank of (value, how often), sorted by value: a wait that really was. None of nothing.

    `share` is above 0 and at most 1; a percentage given as a fraction is exact enough for any number of cases.
    """
    rank = share * sum(times for _, times in counted)
    seen = 0
    for value, times in counted:
        seen += times
        if seen >= rank - 1e-9:
            return value
    return None


class Seconds(Func):
    """Whole seconds since 1970 of a time, told by the database: grouping by a wait brings no case into Python."""

    output_field = BigIntegerField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> tuple[str, tuple[Any, ...]]:
        return self._told("CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)", compiler, connection, more)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> tuple[str, tuple[Any, ...]]:
        return self._told("CAST(FLOOR(EXTRACT(EPOCH FROM %(expressions)s)) AS bigint)", compiler, connection, more)

    def _told(
        self, template: str, compiler: SQLCompiler, connection: BaseDatabaseWrapper, more: dict[str, Any]
    ) -> tuple[str, tuple[Any, ...]]:
        sql, params = self.as_sql(compiler, connection, template=template, **more)
        return sql, tuple(params)

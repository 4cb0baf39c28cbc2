"""What a question finds, told without a word of anyone, and the one moment all questions are asked of."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, IntegerField, Max, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from moderation.models import AuditSeal

EXAMPLES = 5
AT_ONCE = 2000  # rows read in one go


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is not as it must be: in which table, what, how often, and the public ids of a few."""

    table: str
    noun: str
    says: str
    count: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        noun = self.noun if self.count == 1 else f"{self.noun}s"
        return f"{self.table}: {self.count} {noun} {self.says}{self._named()}."

    def _named(self) -> str:
        more = ", ..." if self.count > len(self.examples) else ""
        return f": {', '.join(self.examples)}{more}" if self.examples else ""


def breach(says: str, rows: QuerySet[Any], *, ref: str = "public_id") -> Breach | None:
    """A breach for each row, named by what stands at `ref`; None when there is no row."""
    meta = rows.model._meta  # noqa: SLF001  (Django's documented door to a model's names)
    refs = rows.values_list(ref, flat=True).iterator(chunk_size=AT_ONCE)
    return breach_in(meta.db_table, str(meta.verbose_name), says, refs)


def breach_in(table: str, noun: str, says: str, refs: Iterable[str | None]) -> Breach | None:
    """The same where no model stands for what is broken. A ref is a public id, or nothing where there is none."""
    count, examples = 0, dict[str, None]()
    for ref in refs:
        count += 1
        if ref and len(examples) < EXAMPLES:
            examples[ref] = None
    return Breach(table, noun, says, count, tuple(examples)) if count else None


def number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many rows, beside each row of the outer question."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def archived_before() -> datetime | None:
    """What was done before this may be in a file instead of the log; None where nothing is archived."""
    newest = AuditSeal.objects.aggregate(at=Max("at"))["at"]
    return newest - settings.AUDIT_KEPT if newest else None  # archiving refuses whatever is younger


@contextmanager
def one_moment() -> Iterator[None]:
    """All reads within are of one moment. Nobody waits for it: both databases keep that moment aside."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # not atomic(): that would be IMMEDIATE, and keep every writer waiting
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")

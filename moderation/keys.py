"""Paging by key through lists that are ordered by a time, newest first: a page is found by index, however far back."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def key_of(row: Any, field: str) -> str:
    """Where a row stands in the order: its time, then its number."""
    return f"{(getattr(row, field) - _EPOCH) // _MICROSECOND}.{row.pk}"


def before(key: str, field: str) -> Q:
    """Rows that come after this key in the order; all of them for a key that is none."""
    parts = key.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        return Q()
    at, number = _EPOCH + int(parts[0]) * _MICROSECOND, int(parts[1])
    further = Q(**{f"{field}__lt": at}) | Q(pk__lt=number)
    return Q(**{f"{field}__lte": at}) & further


def page(rows: QuerySet[M], field: str, most: int) -> tuple[list[M], str]:
    """The first rows, and the key of the next page; "" on the last."""
    found = list(rows[: most + 1])
    return found[:most], key_of(found[most - 1], field) if len(found) > most else ""

"""Reads whose SQL is worked out once. Django does that anew for every query, and it takes longer than the answer.

Only for the few reads between a live message and the room that waits to hear it (docs/decisions, 12).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import RawQuerySet
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)


class Prepared(Generic[M]):
    """A query of rows of one model, with gaps for its arguments.

    `query` makes the QuerySet for some arguments: texts, whole numbers, UUIDs or times, never None, and no list of any
    length. `examples` are one of each: no two alike, and none that stands in the query by itself, because an argument's
    places are found by them. A QuerySet that locks rows has to be asked in a transaction, as always.
    """

    def __init__(self, query: Callable[..., QuerySet[M]], *examples: Any) -> None:
        self._query, self._examples = query, examples
        self._made: dict[str, tuple[type[M], str, list[tuple[int | None, Any]]]] = {}  # by kind of database
        self._locks = False

    def __call__(self, *given: Any) -> list[M]:
        """The rows, in the order of the query; what `only` left out is read when it is asked for."""
        model, sql, params = self._made.get(connection.vendor) or self._make()
        if self._locks and connection.get_autocommit():
            raise TransactionManagementError("a lock would not last outside a transaction")
        values = [_as_parameter(fixed if place is None else given[place]) for place, fixed in params]
        return list(RawQuerySet(sql, model=model, params=tuple(values)))

    def _make(self) -> tuple[type[M], str, list[tuple[int | None, Any]]]:
        queryset = self._query(*self._examples)
        self._locks = queryset.query.select_for_update
        sql, params = queryset.query.sql_with_params()
        marks = {_as_parameter(example): place for place, example in enumerate(self._examples)}
        if len(marks) != len(self._examples) or not marks.keys() <= set(params):
            raise ValueError("each example must be another, and stand in the query")
        made = queryset.model, sql, [(marks.get(param), param) for param in params]
        self._made[connection.vendor] = made
        return made


def _as_parameter(value: Any) -> Any:
    """The value as this database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value

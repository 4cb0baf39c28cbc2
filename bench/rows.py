"""Rows written straight into the tables of either database, thousands at once, for benchmarks of reading."""

from datetime import datetime
from itertools import count
from typing import Any

from django.db import connection, models


class Table:
    """Rows of one model on their way, with the model's own defaults for what is not said."""

    def __init__(self, model: type[models.Model]) -> None:
        self.name, self.fields = model._meta.db_table, model._meta.concrete_fields  # noqa: SLF001
        made = model()
        self.base = {
            field.attname: field.get_db_prep_save(getattr(made, field.attname), connection) for field in self.fields
        }
        self.rows: list[tuple[Any, ...]] = []
        self.ids = count(1)

    def add(self, **values: Any) -> int:
        row = self.base | values
        if "id" in row and "id" not in values:
            row["id"] = next(self.ids)
        self.rows.append(tuple(row.values()))
        return int(row["id"]) if isinstance(row.get("id"), int) else 0

    def write(self) -> None:
        insert(self.name, [field.column or "" for field in self.fields], self.rows)
        self.rows = []


def insert(table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608  (our own tables)


def moment(at: datetime) -> Any:
    """A time as this database keeps it."""
    return connection.ops.adapt_datetimefield_value(at)

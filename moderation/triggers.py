"""The database itself refuses to change or delete what was logged, and the rules that once judged."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

# Table -> what makes a new row one that is there already.
GUARDED = {
    "moderation_auditevent": "id = NEW.id OR (shard = NEW.shard AND seq = NEW.seq)",
    "moderation_auditseal": "id = NEW.id OR (shard = NEW.shard AND first_seq = NEW.first_seq)",
    "moderation_ruleset": "id = NEW.id OR hash = NEW.hash",
    "moderation_ruletext": "digest = NEW.digest",
}
_SQLITE = {
    "no_update": "BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "no_delete": "BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    # INSERT OR REPLACE deletes the row in its way without asking no_delete.
    "no_replace": (
        "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
}
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION lamplight_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
_POSTGRES = {
    "no_change": "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION lamplight_append_only()",
    "no_truncate": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION lamplight_append_only()",
}


def install(**_: Any) -> None:
    """Put the guards in place; doing it again changes nothing."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        present = connection.introspection.table_names(cursor)
        for table in GUARDED:
            if table in present:  # not after a migration to a time before it
                _put(cursor, table)


def missing() -> list[str]:
    """Guards that should stand and do not; a remade table loses its own silently."""
    with connection.cursor() as cursor:
        cursor.execute(
            # One that was switched off guards nothing.
            "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
            if connection.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        standing = {row[0] for row in cursor.fetchall()}
    return [f"{table}_{guard}" for table in GUARDED for guard in _guards() if f"{table}_{guard}" not in standing]


def lift() -> None:
    """Take the guards away: for emptying a test database, and nothing else."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            _take(cursor, table)


@contextmanager
def lifted_for_archiving(table: str) -> Iterator[None]:
    """Let sealed rows go from this table, in the caller's transaction alone; the guards stand again when it ends.

    Others who would write to it wait meanwhile. What fails in here takes the lifting back with it.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Guards are lifted only inside a transaction.")
    postgres = connection.vendor == "postgresql"
    lifting = (
        f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_change" if postgres else f"DROP TRIGGER {table}_no_delete"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lifting)
        yield
        if postgres:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_no_change")
        _put(cursor, table)


def _guards() -> dict[str, str]:
    return _POSTGRES if connection.vendor == "postgresql" else _SQLITE


def _put(cursor: Any, table: str) -> None:
    create = "CREATE OR REPLACE TRIGGER" if connection.vendor == "postgresql" else "CREATE TRIGGER IF NOT EXISTS"
    for guard, rule in _guards().items():
        cursor.execute(f"{create} {table}_{guard} " + rule.format(table=table, same=GUARDED[table]))


def _take(cursor: Any, table: str) -> None:
    where = f" ON {table}" if connection.vendor == "postgresql" else ""
    for guard in _guards():
        cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{guard}{where}")

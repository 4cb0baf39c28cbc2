"""The database refuses to change what was logged, whoever asks, and a guard that does not stand is noticed."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from moderation import triggers
from moderation.models import AuditSeal
from moderation.tending import tend
from tests.desk.filled_log import everything, fill

pytestmark = pytest.mark.django_db
ON_POSTGRES = connection.vendor == "postgresql"
NAMES = [f"{table}_{guard}" for table in triggers.GUARDED for guard in triggers._guards()]


@pytest.fixture
def sealed(db) -> None:
    fill()
    AuditSeal.objects.create(
        shard=1,
        first_seq=1,
        last_seq=2,
        last_hash="a" * 64,
        file_sha256="b" * 64,
        actor="robin",
        second="wren",
        at=timezone.now(),
    )


@pytest.mark.parametrize("table", ["moderation_auditevent", "moderation_auditseal"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET shard = 3",
        "DELETE FROM {table}",
        "TRUNCATE {table}",  # SQLite knows no such statement, and Postgres needs a guard of its own
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",  # SQLite's alone: it deletes without asking no_delete
        "REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}",
        "UPDATE OR REPLACE {table} SET id = id + 1",
    ],
)
def test_no_statement_changes_or_deletes(sealed, table, change) -> None:
    before = everything()
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    columns = ", ".join(column.name for column in described if column.name != "id")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table=table, columns=columns))

    assert everything() == before


@pytest.mark.parametrize("name", NAMES)
def test_each_missing_guard_is_named_to_machines_that_watch(client, db, name) -> None:
    tend()
    table = name.rsplit("_no_", 1)[0]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if ON_POSTGRES else ""))

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["reasons"]) == (503, [f"the guard {name} is missing"])


@pytest.mark.parametrize("name", NAMES)
def test_a_guard_that_was_switched_off_counts_as_missing_and_is_put_back(db, name) -> None:
    table = name.rsplit("_no_", 1)[0]
    with connection.cursor() as cursor:
        # SQLite's triggers cannot be switched off.
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}" if ON_POSTGRES else f"DROP TRIGGER {name}")
    before = triggers.missing()

    triggers.install()

    assert (before, triggers.missing()) == ([name], [])


def test_guards_are_lifted_inside_a_transaction_alone(sealed, monkeypatch) -> None:
    monkeypatch.setattr(triggers, "connection", SimpleNamespace(in_atomic_block=False))

    with pytest.raises(transaction.TransactionManagementError), triggers.lifted_for_archiving("moderation_auditevent"):
        raise AssertionError("lifted")


def test_a_failure_while_guards_are_lifted_puts_them_back(sealed) -> None:
    before = everything()

    def deletes_and_fails() -> None:
        with triggers.lifted_for_archiving("moderation_auditevent"), connection.cursor() as cursor:
            cursor.execute("DELETE FROM moderation_auditevent")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deletes_and_fails()

    assert triggers.missing() == []
    assert everything() == before


def test_guards_stand_when_lifting_is_over(sealed) -> None:
    with triggers.lifted_for_archiving("moderation_auditevent"):
        pass

    assert triggers.missing() == []

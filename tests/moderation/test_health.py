"""What machines that watch are told."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from moderation import table, triggers
from moderation.models import Heartbeat
from moderation.tending import tend


def down(execute, sql, params, many, context):
    raise OperationalError("gone")


def test_alive_needs_no_database(client) -> None:
    assert client.get("/healthz").content == b"alive\n"


def test_ready_needs_a_worker_at_work(client, db) -> None:
    before = client.get("/readyz")
    tend()
    after = client.get("/readyz")
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=61))
    late = client.get("/readyz")

    assert [answer.status_code for answer in (before, after, late)] == [503, 200, 503]
    assert late.json()["reasons"] == ["no worker has been at work in the last minute"]
    assert after.json()["ready"] is True
    assert not after.cookies


def test_a_lost_database_is_said_not_crashed_on(client, db) -> None:
    with connection.execute_wrapper(down):
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["the database does not answer"]


def test_a_missing_guard_of_the_log_is_named(client, db) -> None:
    tend()
    triggers.lift()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert all("guard" in reason for reason in answer.json()["reasons"])


@pytest.mark.parametrize("problem", [OSError, table.TableFault])
def test_a_table_that_cannot_be_used_is_said(client, db, monkeypatch, problem) -> None:
    def broken() -> None:
        raise problem

    monkeypatch.setattr(table, "load", broken)
    tend()

    assert client.get("/readyz").json()["reasons"] == ["the decision table cannot be used"]

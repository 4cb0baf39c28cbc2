"""At any length of the queue its pages and the next case are read from the index, never sorted: no time is measured."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from moderation import shift, triage
from moderation.models import Case
from moderation.queue import key_of
from realtime.desk_hub import look_at_queue
from tests.conftest import make_moderator
from tests.desk.staff import sit_down

pytestmark = pytest.mark.django_db
MANY = 1500  # enough that no planner prefers to read the whole table


@pytest.fixture
def many(room) -> list[Case]:
    now = timezone.now()
    cases = Case.objects.bulk_create(
        Case(
            subject=f"call:{number}:0",
            room=room,
            level=3 if number % 50 == 0 else 1 + number % 2,
            lead_only=number % 40 == 0,
            due_at=now + timedelta(seconds=number),
        )
        for number in range(MANY)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE moderation_case")
    return cases


def plans_of(work: Callable[[], Any]) -> list[str]:
    """How the database reads cases in what this does: the plan of each question it asks of the table of cases."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith("SELECT") and '"moderation_case"' in sql:
            asked.append((sql, params))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(note):
        work()
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        plans = []
        for sql, params in asked:
            cursor.execute(explain + sql, params)
            plans.append("\n".join(str(line[-1]) for line in cursor.fetchall()))
        return plans


def from_index(plan: str) -> bool:
    sorted_or_whole = ("TEMP B-TREE", "Sort", "Seq Scan on moderation_case")
    return "case_queue" in plan and not any(sign in plan for sign in sorted_or_whole)


@pytest.mark.parametrize("role", ["moderator", "lead"])
def test_a_page_of_the_queue_is_read_from_the_index_at_any_depth(many, role) -> None:
    browser = sit_down(make_moderator("kestrel", "Kestrel", role))
    ordered = list(Case.objects.open().in_order())

    for after in ("", *(key_of(ordered[depth]) for depth in (0, 10, 29, 31, MANY // 2, MANY - 400))):
        page, *rest = plans_of(partial(browser.get, "/desk/", data={"after": after}))

        assert from_index(page), page
        assert not any("case_queue" in plan for plan in rest)  # what is in hand is not counted by reading the queue


@pytest.mark.parametrize("role", ["moderator", "lead"])
def test_the_next_case_is_read_from_the_index_a_handful_at_a_time(many, role, wren) -> None:
    me = make_moderator("kestrel", "Kestrel", role)
    until = timezone.now() + timedelta(minutes=2)
    head = [case.pk for case in Case.objects.open().in_order()[:200]]
    Case.objects.filter(pk__in=head).update(lease_by=wren, lease_until=until, lease_token="1" * 32)

    plans = plans_of(lambda: triage.claim_next(moderator=me))

    handfuls = [plan for plan in plans if "case_queue" in plan]
    assert len(handfuls) == 4  # 20, 40, 80, 160: the 200 that are held, and the free one behind them
    assert all(from_index(plan) for plan in handfuls)
    assert len(plans) - len(handfuls) == 2  # what they did in live rooms themselves; the cases of its name, held


def test_beginning_deep_in_the_queue_passes_over_nothing(many) -> None:
    ordered = list(Case.objects.open().in_order())
    deep = Case.objects.open().after(ordered[MANY - 100].place).in_order()[:50]

    plan = deep.explain()

    assert "due_at>?" in plan or "due_at >=" in plan.partition("Index Cond")[2].partition("\n")[0]


def test_whether_someone_in_danger_waits_is_read_from_the_front_of_the_queue(many) -> None:
    (plan,) = plans_of(shift.shift_now)

    by_tier = "case_open_by_tier" in plan and "tier" in plan  # only what has called everyone
    assert by_tier or ("case_queue" in plan and ("rank=?" in plan or "rank = 0" in plan))


def test_what_an_open_desk_looks_at_every_second_is_read_from_the_index(many, robin) -> None:
    (plan,) = plans_of(lambda: look_at_queue([robin.pk]))

    assert from_index(plan), plan

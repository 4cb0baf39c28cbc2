"""The board: numbers of the desk as a whole, each defined in docs/board.md, and none of a person."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from forum.posting import edit_post
from moderation import board, counting, invariants, triage
from moderation.counting import Span, nearest
from moderation.models import Case, Drill, Level, Review
from tests.conftest import draft, make_moderator
from tests.desk.counted import MIN, NOW, decide, review_of
from tests.desk.staff import CRY, HEAVY, cry, sit_down

pytestmark = pytest.mark.django_db


def by_level(rows) -> dict[Level, Any]:
    return {row.level: row for row in rows}


def main_part(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


# --- who may see it


@pytest.mark.parametrize("address", ["/desk/board", "/desk/board/breaches", "/desk/board/disagreements"])
@pytest.mark.parametrize("role", ["lead", "admin", "moderator", "host"])
def test_only_those_who_lead_see_the_board(address, role) -> None:
    someone = make_moderator("linnet", "Linnet", role)

    answer = sit_down(someone).get(address)

    assert answer.status_code == (200 if role in {"lead", "admin"} else 403)
    assert ("Get help now" in answer.content.decode()) is True


def test_the_desk_leads_those_who_lead_to_the_board_and_nobody_else(robin, kestrel) -> None:
    assert 'href="/desk/board"' in sit_down(kestrel).read("/desk/")
    assert 'href="/desk/board"' not in sit_down(robin).read("/desk/")


# --- what waits now


def test_what_waits_is_told_by_level_with_the_oldest_and_what_is_late(case) -> None:
    case(3, opened=MIN * 5, given=MIN * 2)
    case(1, opened=MIN * 20, given=MIN * 240)
    case(1, opened=MIN * 300, given=MIN * 240)
    case(1, opened=MIN * 400, given=MIN * 240, seen=MIN)  # in someone's care: open, and not waiting for a first look

    found = by_level(board.waiting_now(NOW))

    assert found[Level.CRISIS] == board.Waiting(Level.CRISIS, 1, 1, 1, NOW - MIN * 5)
    assert found[Level.RED] == board.Waiting(Level.RED)
    assert found[Level.AMBER] == board.Waiting(Level.AMBER, 3, 2, 1, NOW - MIN * 300)


def test_what_is_decided_does_not_wait(case) -> None:
    case(2, state="resolved", resolved_at=NOW)

    assert by_level(board.waiting_now(NOW))[Level.RED].open == 0


def test_the_targets_are_those_of_the_decision_table() -> None:
    assert board.targets() == {Level.CRISIS: (120, 120), Level.RED: (900, 3600), Level.AMBER: (3600, 14400)}


# --- time to the first human


def test_percentiles_are_waits_that_really_were() -> None:
    waits = [(seconds, 1) for seconds in range(1, 21)]

    assert (nearest(waits, 0.5), nearest(waits, 0.95), nearest(waits, 1)) == (10, 19, 20)
    assert nearest([(7, 1)], 0.5) == nearest([(7, 1)], 0.95) == 7
    assert nearest([(1, 99), (50, 1)], 0.95) == 1
    assert nearest([], 0.5) is None


def test_the_time_to_the_first_human_is_counted_by_level_in_the_period_alone(case) -> None:
    for minutes in range(1, 21):
        case(2, opened=MIN * 600, seen=MIN * minutes)
    case(2, opened=timedelta(days=8), seen=timedelta(days=3))  # before the period
    case(3, opened=MIN * 30, seen=timedelta(seconds=90), given=MIN * 2)

    found = by_level(board.first_humans(Span.before(NOW, timedelta(days=7)), NOW))

    assert found[Level.RED] == board.Seen(Level.RED, opened=20, unseen=0, late=5, p50=600, p95=1140)
    assert found[Level.CRISIS] == board.Seen(Level.CRISIS, opened=1, unseen=0, late=0, p50=90, p95=90)
    assert found[Level.AMBER] == board.Seen(Level.AMBER)


def test_a_case_nobody_looks_at_never_makes_the_figure_better(case) -> None:
    case(2, opened=MIN * 600, seen=MIN)
    case(2, opened=MIN * 500)

    found = by_level(board.first_humans(Span.before(NOW, timedelta(days=1)), NOW))[Level.RED]

    assert (found.p50, found.p95, found.unseen, found.late) == (60, 500 * 60, 1, 1)


def test_a_case_that_waits_within_its_target_is_not_late(case) -> None:
    case(2, opened=MIN * 10, given=MIN * 15)

    found = by_level(board.first_humans(Span.before(NOW, timedelta(days=1)), NOW))[Level.RED]

    assert (found.unseen, found.late) == (1, 0)


# --- when cases come


def test_load_is_counted_per_hour_of_the_week_in_whole_hours(case) -> None:
    case(opened=timedelta(hours=1, minutes=10))  # Wednesday 13:20
    case(opened=timedelta(hours=1, minutes=30))  # Wednesday 13:00
    case(opened=timedelta(days=7, minutes=40))  # a week before, 13:50
    case(opened=MIN * 10)  # in the hour that is not over
    span = board.whole_hours(NOW, timedelta(days=30))

    slots = board.opened_by_hour(span)

    assert span.end == NOW.replace(minute=0)
    assert slots[2 * 24 + 13] == (3, 5)  # thirty days hold five Wednesdays here
    assert sum(opened for opened, _ in slots) == 3
    assert sum(times for _, times in slots) == 30 * 24


# --- decisions


def test_decisions_are_counted_by_action_and_reason_with_what_was_taken_back(case, robin) -> None:
    decide(case(), robin, "remove", "threat", at=NOW - MIN)
    decide(case(), robin, "remove", "threat", at=NOW - MIN, undone_at=NOW, undone_by=robin)
    decide(case(), robin, "leave", "stands", at=NOW - MIN)
    decide(case(), robin, "leave", "stands", at=NOW - timedelta(days=2))

    found = board.decided(Span.before(NOW, timedelta(days=1)))

    assert found == [board.Decided("leave", "stands", 1, 0), board.Decided("remove", "threat", 2, 1)]


def test_what_waits_for_a_second_person_or_was_declined_is_no_decision_yet(case, robin, wren) -> None:
    waits = {"needs_second": True, "at": NOW - MIN}
    decide(case(), robin, "erase", "threat", **waits)
    decide(case(), robin, "erase", "threat", **waits, declined_at=NOW)
    decide(case(), robin, "erase", "threat", **waits, confirmed_at=NOW, confirmed_by=wren)

    assert board.decided(Span.before(NOW, timedelta(days=1))) == [board.Decided("erase", "threat", 1, 0)]


def test_a_drill_counts_nowhere(case, ash, blue, robin) -> None:
    Drill.objects.create(peer=ash)
    for peer in (ash, blue):
        made = case(3, opened=MIN * 9, given=MIN * 2, peer=peer, subject=f"call:{peer.pk}"[:60])
        decide(made, robin, "remove", "threat", at=NOW - MIN)
    span = Span.before(NOW, timedelta(days=1))

    assert by_level(board.waiting_now(NOW))[Level.CRISIS].open == 1
    assert by_level(board.first_humans(span, NOW))[Level.CRISIS].opened == 1
    assert len(board.breaches(span, NOW, most=9)[0]) == 1
    assert sum(opened for opened, _ in board.opened_by_hour(Span(span.start, NOW))) == 1
    assert [each.times for each in board.decided(span)] == [1]


def test_a_case_raised_while_nobody_holds_it_waits_anew_for_its_first_human(ash, thread, robin) -> None:
    post, seen = cry(ash, thread, HEAVY)
    triage.claim(case=seen, moderator=robin)
    triage.reveal(case=seen, moderator=robin)
    triage.let_go(case=seen, moderator=robin)
    with time_machine.travel(timezone.now() + MIN * 600, tick=False):
        edit_post(peer=ash, post=post, draft=draft(CRY))
        raised_at = timezone.now()
    case = Case.objects.get(pk=seen.pk)
    assert (case.first_human_at, case.due_at) == (None, raised_at + MIN * 2)  # the first deadline is long over
    now = raised_at + MIN * 3
    span = Span.before(now, timedelta(days=1))

    waits = by_level(board.waiting_now(now))[Level.CRISIS]
    figure = by_level(board.first_humans(span, now))[Level.CRISIS]

    assert waits == board.Waiting(Level.CRISIS, 1, 1, 1, raised_at)
    assert (figure.unseen, figure.late, figure.p50) == (1, 1, 180)
    assert list(invariants.breaches()) == []


def test_a_case_raised_in_someones_hands_keeps_its_first_human(ash, thread, robin) -> None:
    post, case = cry(ash, thread, HEAVY)
    triage.claim(case=case, moderator=robin)
    triage.reveal(case=case, moderator=robin)

    edit_post(peer=ash, post=post, draft=draft(CRY))

    case.refresh_from_db()
    assert (case.level, case.first_human_at is None) == (3, False)


# --- never a figure of a person


def test_no_figure_of_the_board_is_of_a_person(kestrel, robin, wren, case) -> None:
    now = timezone.now()
    for moderator, other, times in ((robin, wren, 3), (wren, robin, 2)):
        for _ in range(times):
            made = case(2, now=now, opened=MIN * 90, seen=MIN * 40, state="resolved", resolved_at=now)
            decision = decide(made, moderator, "remove", "threat", at=now - MIN)
            review_of(decision, other, "fold", "hard-to-read", now - MIN)
    browser = sit_down(kestrel)

    for address in ("/desk/board?period=24h", "/desk/board/breaches", "/desk/board/disagreements"):
        shown = main_part(browser.read(address)).casefold()
        assert "remove it" in shown or "late" in shown
        for name in ("robin", "wren", "kestrel"):
            assert name not in shown, address


# --- what it costs


def test_the_board_costs_the_same_however_much_it_counts(kestrel, robin, wren, case, django_assert_num_queries) -> None:
    now, browser = timezone.now(), sit_down(kestrel)

    def fill(times: int) -> None:
        for place in range(times):
            made = case(place % 3 + 1, now=now, opened=MIN * (90 + place), seen=MIN * 40)
            review_of(decide(made, robin, "leave", at=now - MIN), wren, "remove", "threat", now - MIN)

    # Session, moderator, device; waiting, waits, breaches, load, decisions; drawn, answered, disagreements, staff.
    fill(3)
    with django_assert_num_queries(12):
        browser.read("/desk/board")
    fill(40)

    with django_assert_num_queries(12):
        browser.read("/desk/board?period=90d")
    for address in ("/desk/board/breaches", "/desk/board/disagreements"):
        with django_assert_num_queries(4):
            browser.read(address)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (
            lambda span: counting.cases(span).values_list("level", "opened_at", "first_human_at", "due_at"),
            "case_opened",
        ),
        (
            lambda span: counting.cases(span).filter(board.late_at(NOW)).order_by("-opened_at", "-pk")[:51],
            "case_late",
        ),
        (
            lambda span: counting.decisions_in(span).values_list("action", "reason_code", "undone_at"),
            "decision_made",
        ),
        (
            lambda span: Review.objects.filter(agrees=False, at__lt=span.end).order_by("-at", "-pk")[:51],
            "review_answered",
        ),
        (
            lambda span: Review.objects.filter(drawn_at__gte=span.start, drawn_at__lt=span.end).values("drawn_at"),
            "review_drawn",
        ),
        (lambda _: Review.objects.waiting().order_by("waits_since", "pk")[:20], "review_waiting"),
    ],
)
def test_each_question_of_a_period_is_answered_by_the_index_made_for_it(asked, index) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which reads an empty table whole as long as it may
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")

    plan = asked(Span.before(NOW, timedelta(days=7))).explain()

    assert index in plan
    assert not any(sign in plan for sign in ("TEMP B-TREE", "Sort Key"))

"""The order served: crisis first, then whatever is due first, so that amber cannot starve. What is shown is served."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from bench import amber
from moderation import triage
from moderation.claiming import AT_A_TIME
from moderation.models import Case
from moderation.queue import queue_for
from moderation.reporting import file_report
from tests.conftest import make_moderator
from tests.desk.staff import HEAVY, cry, sit_down

CRISIS, RED, AMBER = 3, 2, 1


def waiting(room, level: int, minutes: float, number: int = 0, **fields) -> Case:
    """A case that is due in so many minutes (late: below zero)."""
    due = timezone.now() + timedelta(minutes=minutes)
    subject = f"call:{number}:{Case.objects.count()}"
    return Case.objects.create(subject=subject, room=room, level=level, categories=["distress"], due_at=due, **fields)


def served(browser) -> str:
    return str(browser.post("/desk/next")["Location"])


@pytest.mark.django_db
def test_an_amber_case_that_is_due_goes_before_a_red_one_that_came_since(robin, room) -> None:
    amber_case = waiting(room, AMBER, -1)
    waiting(room, RED, 14)

    assert served(sit_down(robin)) == amber_case.get_absolute_url()


@pytest.mark.django_db
def test_a_red_case_that_is_due_sooner_goes_before_a_fresh_amber_one(robin, room) -> None:
    waiting(room, AMBER, 239)
    red = waiting(room, RED, 14)

    assert served(sit_down(robin)) == red.get_absolute_url()


@pytest.mark.django_db
def test_nothing_goes_before_a_crisis_however_long_it_waits(robin, room) -> None:
    waiting(room, AMBER, -3000)
    waiting(room, RED, -3000)
    crisis = waiting(room, CRISIS, 2)

    assert served(sit_down(robin)) == crisis.get_absolute_url()


@pytest.mark.django_db
def test_of_two_that_are_due_at_one_moment_the_graver_goes_first(robin, room) -> None:
    due = timezone.now()
    calm, grave = waiting(room, AMBER, 1), waiting(room, RED, 1)
    Case.objects.update(due_at=due)

    assert [row.case.pk for row in queue_for(robin).rows] == [grave.pk, calm.pk]


@pytest.mark.django_db
def test_what_becomes_a_crisis_moves_to_the_front_and_back_when_a_human_lowers_it(robin, ash, thread, room) -> None:
    post, case = cry(ash, thread, HEAVY)
    other = waiting(room, RED, 1)
    before = [row.case.pk for row in queue_for(robin).rows]

    file_report(post=post, reason="danger", note="They say they will end their life tonight.")
    raised = [row.case.pk for row in queue_for(robin).rows]
    Case.objects.filter(pk=case.pk).update(level=AMBER, due_at=timezone.now() + timedelta(hours=4))
    lowered = [row.case.pk for row in queue_for(robin).rows]

    assert (before, raised, lowered) == ([other.pk, case.pk], [case.pk, other.pk], [other.pk, case.pk])


@pytest.mark.django_db
def test_the_queue_shown_is_the_order_served(robin, room) -> None:
    dice = random.Random(7)  # noqa: S311  (any order will do)
    for number in range(45):
        waiting(room, dice.choice((AMBER, AMBER, RED, CRISIS)), dice.randint(-20, 20), number)
    shown = [row.case.pk for row in queue_for(robin).rows]

    given = [triage.claim_next(moderator=robin) for _ in shown]

    assert [case.pk for case in given if case] == shown
    assert triage.claim_next(moderator=robin) is None


@pytest.mark.django_db
def test_the_database_sorts_as_the_order_says_and_reads_on_from_every_place(room) -> None:
    dice = random.Random(11)  # noqa: S311  (any order will do)
    for number in range(40):
        waiting(room, dice.choice((AMBER, RED, CRISIS)), dice.randint(0, 3), number)
    due = list(Case.objects.values_list("due_at", flat=True)[:4])
    for case in Case.objects.all():  # many due at the very same moment
        Case.objects.filter(pk=case.pk).update(due_at=dice.choice(due))

    ordered = list(Case.objects.open().in_order())

    assert ordered == sorted(ordered, key=lambda case: case.place)
    for number, case in enumerate(ordered):
        assert list(Case.objects.open().after(case.place).in_order()) == ordered[number + 1 :]


@pytest.mark.django_db
def test_next_finds_a_case_behind_however_many_are_held_or_a_leads(robin, wren, room) -> None:
    until = timezone.now() + timedelta(minutes=2)
    for number in range(2 * AT_A_TIME + 3):
        held = waiting(room, RED, -90, number)
        Case.objects.filter(pk=held.pk).update(lease_by=wren, lease_until=until, lease_token="1" * 32)
    for number in range(AT_A_TIME + 3):
        waiting(room, RED, -60, 100 + number, lead_only=True)
    free = waiting(room, AMBER, 200, 900)

    browser = sit_down(robin)

    assert served(browser) == free.get_absolute_url()
    assert served(browser) == "/desk/?nothing=1"


@pytest.mark.django_db
def test_next_gives_what_stands_behind_cases_for_leads_without_trying_them(
    robin, room, django_assert_max_num_queries
) -> None:
    for number in range(AT_A_TIME):
        waiting(room, RED, -60, number, lead_only=True)
    free = waiting(room, AMBER, 200)

    with django_assert_max_num_queries(14):  # one handful read, one claim
        assert triage.claim_next(moderator=robin) == free


@pytest.mark.django_db
def test_next_gives_a_lead_what_is_for_leads(room) -> None:
    case = waiting(room, RED, 1, lead_only=True)

    assert served(sit_down(make_moderator("kestrel", "Kestrel", "lead"))) == case.get_absolute_url()


@pytest.mark.parametrize("wave", [0.0, amber.WAVE])
def test_amber_waits_at_most_twice_its_target_at_nine_tenths_of_the_desk(wave) -> None:
    load = amber.Load(0.9, wave=wave)
    found = {name: amber.played(load, order, days=5, seeds=(1, 2)) for name, order in amber.ORDERS.items()}

    assert amber.faults(found) == []


def test_amber_would_starve_behind_every_red() -> None:
    load = amber.Load(0.9, wave=amber.WAVE)

    found = amber.played(load, amber.by_level, days=5, seeds=(1, 2))

    assert amber.in_targets(found) > amber.TIMES_TARGET


def test_the_simulated_desk_is_as_busy_as_it_says() -> None:
    load = amber.Load(0.9, wave=amber.WAVE)
    come = amber.arrivals(load, days=40, seed=3)

    needed = sum(each.takes for each in come) / (40 * amber.DAY * load.moderators)

    assert 0.87 < needed < 0.93

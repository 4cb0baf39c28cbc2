"""Who is here and who can be rung: from what people said by hand, from the plan, and never from the plan alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from moderation import staffing
from moderation.models import Duty, Rota
from moderation.rota import Person, Planned, addressed, audience_of, roster, roster_at
from moderation.shift import shift_now
from tests.conftest import make_moderator
from tests.forum.doors import Browser
from tests.test_what_the_database_holds import refuses

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
NIGHT = Planned(1, "shift", 0, 22 * 60, 6 * 60, date(2026, 1, 1), None)  # Monday 22:00 to Tuesday 06:00


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def seen(pk: int, when: datetime, **more: object) -> Person:
    return Person(pk, seen_at=when - timedelta(minutes=1), **more)  # type: ignore[arg-type]  # Person's own fields


@pytest.mark.parametrize(
    ("when", "until"),
    [
        (at(0, 21, 59), None),
        (at(0, 22), at(1, 6)),
        (at(0, 23, 59), at(1, 6)),
        (at(1, 0), at(1, 6)),
        (at(1, 5, 59), at(1, 6)),
        (at(1, 6), None),
        (at(1, 22), None),
        (at(7, 22), at(8, 6)),
    ],
)
def test_a_night_crosses_midnight(when, until) -> None:
    assert roster([seen(1, when)], [NIGHT], when).until == until


@pytest.mark.parametrize(
    ("valid", "counts"),
    [
        ((date(2026, 11, 23), None), True),
        ((date(2026, 11, 24), None), False),  # begins to be valid on the day after the night began
        ((date(2026, 1, 1), date(2026, 11, 23)), True),  # its last night is still done
        ((date(2026, 1, 1), date(2026, 11, 22)), False),
    ],
)
def test_a_duty_is_valid_by_the_day_it_begins(valid, counts) -> None:
    row = Planned(1, "shift", 0, 22 * 60, 6 * 60, *valid)

    assert bool(roster([seen(1, at(1, 2))], [row], at(1, 2)).here) == counts


def test_a_duty_until_the_end_of_the_day_ends_there() -> None:
    row = Planned(1, "on_call", 6, 0, 24 * 60, date(2026, 1, 1), None)

    assert roster([Person(1)], [row], at(6, 23, 59)).on_call == {1}
    assert roster([Person(1)], [row], at(7, 0)).on_call == frozenset()


@pytest.mark.parametrize(("minutes_ago", "is_here"), [(None, False), (1, True), (14, True), (15, False), (60, False)])
def test_a_plan_alone_brings_nobody(minutes_ago, is_here) -> None:
    now = at(1, 2)
    person = Person(1, seen_at=now - timedelta(minutes=minutes_ago) if minutes_ago else None)

    assert bool(roster([person], [NIGHT], now).here) == is_here


def test_having_been_seen_is_no_shift() -> None:
    assert roster([seen(1, at(3, 12))], [NIGHT], at(3, 12)).here == {}
    assert roster([seen(2, at(1, 2))], [NIGHT], at(1, 2)).here == {}  # somebody else's night


def test_a_shift_begun_by_hand_needs_no_plan_and_the_later_end_counts() -> None:
    now = at(1, 2)
    by_hand = Person(1, shift_until=at(1, 3))

    assert roster([by_hand], [], now).until == at(1, 3)
    assert roster([seen(1, now, shift_until=at(1, 3))], [NIGHT], now).until == at(1, 6)
    assert roster([Person(1, shift_until=at(1, 2))], [], now).here == {}


def test_the_next_shift_is_the_first_that_begins_later() -> None:
    morning = Planned(2, "shift", 2, 8 * 60, 12 * 60, date(2026, 1, 1), None)
    called = Planned(2, "on_call", 1, 8 * 60, 12 * 60, date(2026, 1, 1), None)

    assert roster([], [NIGHT, morning, called], at(1, 7)).next_shift == at(2, 8)
    assert roster([], [NIGHT, morning, called], at(2, 8)).next_shift == at(7, 22)
    assert roster([], [NIGHT], at(0, 22)).next_shift == at(7, 22)
    assert roster([], [], at(0, 0)).next_shift is None


@pytest.mark.parametrize(
    ("step", "here", "called", "audience"),
    [
        (0, True, True, "on_shift"),
        (0, False, True, "on_call"),
        (0, False, False, "everyone"),
        (1, True, True, "on_call"),
        (1, True, False, "everyone"),
        (2, True, True, "everyone"),
        (9, True, True, "everyone"),
    ],
)
def test_a_step_addresses_the_next_ones_where_nobody_is_there(step, here, called, audience) -> None:
    now = at(1, 2)
    people = [Person(1, shift_until=at(1, 3) if here else None), Person(2, on_call=called), Person(3)]
    found = roster(people, [], now)

    told = {person.pk for person in addressed(audience_of(step, found), found)}

    assert audience_of(step, found) == audience
    assert told == {"on_shift": {1}, "on_call": {2}, "everyone": {1, 2, 3}}[audience]


def test_alarms_for_admins_reach_leads_where_there_are_none_and_everyone_where_there_is_nobody_else() -> None:
    staff = [Person(1), Person(2, role="lead"), Person(3, role="admin")]

    reached = [
        {each.pk for each in addressed("admins", roster(some, [], at(0, 0)))} for some in (staff, staff[:2], staff[:1])
    ]

    assert reached == [{3}, {2}, {1}]


def test_the_rows_of_those_who_left_and_of_hosts_say_nothing(robin, host) -> None:
    now = timezone.now()
    gone = make_moderator("gone", "Gone", "moderator")
    gone.is_active = False
    gone.save()
    for who in (gone, host.moderator):
        for duty in Duty.values:
            Rota.objects.create(moderator=who, duty=duty, weekday=now.weekday(), starts=0, ends=1440)

    found = roster_at(now)

    assert [person.pk for person in found.people] == [robin.pk]
    assert (found.on_call, found.next_shift) == (frozenset(), None)


def plan(moderator, now: datetime, *, hours: float = 2, begins: float = -1, duty: str = "shift") -> Rota:
    """A duty that began an hour ago, or begins in so many hours."""
    start = (now + timedelta(hours=begins)).replace(second=0, microsecond=0)
    end = start + timedelta(hours=hours)
    minutes = [each.hour * 60 + each.minute for each in (start, end)]
    rest = {"weekday": start.weekday(), "starts": minutes[0], "ends": minutes[1], "valid_from": date(2020, 1, 1)}
    return Rota.objects.create(moderator=moderator, duty=duty, **rest)


def test_peers_are_told_of_a_planned_shift_only_once_its_person_is_at_the_desk(robin, time_machine) -> None:
    now = at(2, 9, 30)
    time_machine.move_to(now, tick=False)
    plan(robin, now)
    planned = Browser().read("/")

    staffing.be_seen(moderator=robin)
    seen_page = Browser().read("/")
    time_machine.move_to(now + timedelta(minutes=16), tick=False)

    assert "No moderator is here right now" in planned
    assert (
        'A moderator is here until <time datetime="2026-11-25T10:30:00+00:00" data-local="time">10:30 UTC</time>'
        in seen_page
    )
    assert "No moderator is here right now" in Browser().read("/")


@pytest.mark.parametrize(("hours", "words"), [(3, "12:30 UTC"), (30, "Thursday 15:30 UTC")])
def test_where_nobody_is_here_peers_are_told_when_the_next_shift_is_planned(robin, time_machine, hours, words) -> None:
    now = at(2, 9, 30)
    time_machine.move_to(now, tick=False)
    plan(robin, now, begins=hours)

    page = Browser().read("/")

    assert "The next shift is planned for" in page
    assert f">{words}</time>" in page
    assert shift_now().until is None


def test_ending_a_shift_ends_a_planned_one_too(robin, time_machine) -> None:
    now = at(2, 9, 30)
    time_machine.move_to(now, tick=False)
    plan(robin, now)
    staffing.be_seen(moderator=robin)

    staffing.end_shift(moderator=robin)

    assert shift_now().until is None


def test_when_someone_was_at_the_desk_is_not_kept(robin) -> None:
    now = timezone.now()
    staffing.be_seen(moderator=robin)

    kept = staffing.forget_seen(now=now + timedelta(minutes=14))
    forgotten = staffing.forget_seen(now=now + timedelta(minutes=16))

    robin.refresh_from_db()
    assert (kept, forgotten, robin.seen_at) == (0, 1, None)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"duty": "dance"}, "rota_duty_known"),
        ({"weekday": 7}, "rota_weekday_known"),
        ({"starts": 1440}, "rota_within_a_day"),
        ({"ends": 1441}, "rota_within_a_day"),
        ({"ends": 0}, "rota_within_a_day"),
        ({"ends": 540}, "rota_has_length"),
        ({"valid_until": date(2019, 1, 1)}, "rota_valid_forwards"),
    ],
)
def test_the_database_refuses_a_duty_that_makes_no_sense(robin, wrong, rule) -> None:
    whole = {"moderator": robin, "duty": "shift", "weekday": 0, "starts": 540, "ends": 600, **wrong}

    refuses(lambda: Rota.objects.create(**whole), rule)


def test_the_same_duty_is_planned_once(robin) -> None:
    whole = {"moderator": robin, "duty": "shift", "weekday": 0, "starts": 540, "ends": 600}
    Rota.objects.create(**whole)

    refuses(lambda: Rota.objects.create(**whole), "rota_planned_once")

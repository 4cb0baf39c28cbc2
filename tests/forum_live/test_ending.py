"""Sessions that end by themselves: once, in their time, and never over the head of a host who is there."""

from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from threading import Thread as Worker

import pytest
from django.db import DatabaseError, connections
from django.template.loader import render_to_string
from django.utils import timezone

from forum.live import ending
from forum.live.hosting import NotNow, give_floor, move, raise_hand, renew_lease, schedule
from forum.live.states import Act
from forum.models import EventKind, LiveEvent, LiveHand, LiveReminder, LiveSession, LiveState
from forum.showing import add_event
from moderation.tending import tend

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def fresh(session: LiveSession) -> LiveSession:
    return LiveSession.objects.get(pk=session.pk)


def at(session: LiveSession, **stands) -> LiveSession:
    """The session as if this had come to be."""
    LiveSession.objects.filter(pk=session.pk).update(**stands)
    return fresh(session)


def ends_at(session: LiveSession) -> datetime:
    """When its last minutes are over."""
    ends_by = fresh(session).ends_by
    assert ends_by is not None
    return ends_by


def closed_at(session: LiveSession) -> datetime:
    moment = fresh(session).closed_at
    assert moment is not None
    return moment


def ends_told(session: LiveSession) -> int:
    return LiveEvent.objects.filter(session=session, kind=EventKind.STATE, state=LiveState.CLOSED).count()


def test_a_session_past_its_last_minutes_is_closed_once(host, session) -> None:
    move(host=host, session=session, act=Act.WIND_DOWN)
    ends_by = ends_at(session)
    before = fresh(session).last_seq

    tend(now=ends_by - timedelta(seconds=1))
    still = fresh(session).state
    tend(now=ends_by)
    tend(now=ends_by + MINUTE)

    after = fresh(session)
    assert still == LiveState.WINDING_DOWN
    assert (after.state, after.closed_at, after.last_seq) == (LiveState.CLOSED, ends_by, before + 1)
    assert ends_told(session) == 1


def test_it_is_closed_in_time_though_its_host_is_there(host, session) -> None:
    move(host=host, session=session, act=Act.WIND_DOWN)
    ends_by = ends_at(session)
    at(session, host_until=ends_by + MINUTE)

    assert ending.end(session.pk, now=ends_by)
    assert fresh(session).state == LiveState.CLOSED


@pytest.mark.parametrize("act", [Act.OPEN, Act.SLOW, Act.ONE_VOICE])
def test_a_lively_room_waits_half_an_hour_for_its_host(host, session, act) -> None:
    move(host=host, session=session, act=act)
    now = timezone.now()
    at(session, host_until=now)  # their line dropped

    tend(now=now)
    seen = fresh(session).away_since
    tend(now=now + 30 * MINUTE - timedelta(seconds=1))
    waits = fresh(session)
    tend(now=now + 30 * MINUTE)

    assert seen == now
    assert (waits.state, waits.away_since) == (act.value, now)
    assert fresh(session).state == LiveState.CLOSED
    assert ends_told(session) == 1


def test_the_half_hour_begins_when_the_absence_is_seen_not_before(host, session) -> None:
    """A worker that was down for a night gives every host the same half hour."""
    now = timezone.now()
    at(session, host_until=now - timedelta(hours=8))

    tend(now=now)

    assert fresh(session).state == LiveState.OPEN


def test_a_host_who_comes_back_begins_anew(host, session) -> None:
    now = timezone.now()
    at(session, host_until=now - MINUTE, away_since=now - 29 * MINUTE)
    renew_lease(host=host, session=session)

    tend(now=now + 2 * MINUTE)
    tend(now=now + 4 * MINUTE)

    after = fresh(session)
    assert after.state == LiveState.OPEN
    assert after.away_since == now + 2 * MINUTE


def test_a_present_host_is_never_noted_as_away(host, session) -> None:
    assert ending.due_endings(timezone.now()) == []
    assert not ending.end(session.pk, now=timezone.now())
    assert fresh(session).away_since is None


def test_a_host_who_comes_back_after_the_worker_looked_keeps_the_room(host, session) -> None:
    now = timezone.now()
    at(session, host_until=now - MINUTE, away_since=now - 31 * MINUTE)
    listed = ending.due_endings(now)
    renew_lease(host=host, session=session)

    done = [ending.end(pk, now=now) for pk in listed]

    assert (listed, done) == ([session.pk], [False])
    assert fresh(session).state == LiveState.OPEN


def test_a_room_opened_again_after_the_worker_looked_stays_open(host, session) -> None:
    move(host=host, session=session, act=Act.WIND_DOWN)
    ends_by = ends_at(session)
    listed = ending.due_endings(ends_by)
    move(host=host, session=session, act=Act.OPEN)

    assert [ending.end(pk, now=timezone.now()) for pk in listed] == [False]
    assert fresh(session).state == LiveState.OPEN


@pytest.mark.parametrize("state", [LiveState.SCHEDULED, LiveState.LOBBY])
def test_a_host_who_does_not_come_has_an_hour(host, room, state) -> None:
    session = at(schedule(host=host, room=room, title="Evening"), state=state)

    tend(now=session.starts_at + 60 * MINUTE - timedelta(seconds=1))
    waits = fresh(session).state
    tend(now=session.starts_at + 60 * MINUTE)

    assert waits == state
    assert fresh(session).state == LiveState.CLOSED
    assert ends_told(session) == 1


def test_a_host_who_is_in_the_lobby_is_not_sent_away(host, room) -> None:
    session = schedule(host=host, room=room, title="Evening")
    now = session.starts_at + 61 * MINUTE
    at(session, state=LiveState.LOBBY, host_until=now + MINUTE)

    assert ending.due_endings(now) == []
    assert not ending.end(session.pk, now=now)


def test_a_host_whose_line_broke_in_the_lobby_has_half_an_hour(host, room) -> None:
    session = schedule(host=host, room=room, title="Evening")
    now = session.starts_at + 61 * MINUTE
    at(session, state=LiveState.LOBBY, host_until=now - 29 * MINUTE)

    assert ending.due_endings(now) == []
    assert not ending.end(session.pk, now=now)
    assert ending.end(session.pk, now=now + MINUTE)


def test_what_lies_ahead_is_left_alone(host, room) -> None:
    session = schedule(host=host, room=room, title="Evening", starts_at=timezone.now() + timedelta(days=1))

    tend(now=timezone.now())

    assert fresh(session).state == LiveState.SCHEDULED


def test_hands_reminders_and_the_floor_are_gone_with_the_end(ash, blue, host, session) -> None:
    raise_hand(peer=ash, session=session)
    move(host=host, session=session, act=Act.ONE_VOICE)
    give_floor(host=host, session=session, peer=blue)
    LiveReminder.objects.create(peer=ash, session=session)
    now = timezone.now()
    at(session, host_until=None, away_since=now - 31 * MINUTE)

    ending.end(session.pk, now=now)

    after = fresh(session)
    assert (after.state, after.floor, after.floor_name) == (LiveState.CLOSED, None, "")
    assert (after.ends_by, after.away_since) == (None, None)
    assert not LiveHand.objects.exists()
    assert not LiveReminder.objects.exists()


def test_one_that_never_began_says_kindly_that_it_did_not_take_place(host, room, session) -> None:
    missed = schedule(host=host, room=room, title="Evening")
    ending.end(missed.pk, now=missed.starts_at + 61 * MINUTE)
    move(host=host, session=session, act=Act.CLOSE)

    said = render_to_string("forum/live/_after.html", {"session": fresh(missed), "felt": False})
    other = render_to_string("forum/live/_after.html", {"session": fresh(session), "felt": False})

    assert "did not take place" in said
    assert "How was it for you" not in said
    assert "did not take place" not in other
    assert "How was it for you" in other


def test_one_that_fails_does_not_keep_the_others(host, room, monkeypatch) -> None:
    sessions = [schedule(host=host, room=room, title=f"Evening {number}") for number in range(3)]

    def fails_once(session_pk, kind, **what):
        if session_pk == sessions[0].pk:
            raise ValueError
        return add_event(session_pk, kind, **what)

    monkeypatch.setattr(ending, "add_event", fails_once)
    tend(now=timezone.now() + 61 * MINUTE)

    assert [fresh(each).state for each in sessions] == [LiveState.SCHEDULED, LiveState.CLOSED, LiveState.CLOSED]


def test_whom_something_was_for_alone_is_forgotten_a_day_after_closing(ash, host, session) -> None:
    raise_hand(peer=ash, session=session)
    move(host=host, session=session, act=Act.CLOSE)
    asides = LiveEvent.objects.filter(session=session, kind=EventKind.ASIDE)
    over = closed_at(session)

    tend(now=over + timedelta(hours=23))
    kept = asides.exclude(peer=None).count()
    tend(now=over + timedelta(hours=24, minutes=1))

    assert kept == 1
    assert asides.count() == 1
    assert not asides.exclude(peer=None).exists()


# --- at the same time --------------------------------------------------------------------------------------------


def together(*works) -> None:
    workers = [Worker(target=work) for work in works]
    for each in workers:
        each.start()
    for each in workers:
        each.join(60)


@pytest.mark.django_db(transaction=True)
def test_two_workers_close_each_session_once(emptied_afterwards, host, room) -> None:
    pks = [schedule(host=host, room=room, title=f"Evening {number}").pk for number in range(8)]
    done: list[int] = []
    later, barrier = timezone.now() + 61 * MINUTE, Barrier(2)

    def work() -> None:
        barrier.wait()
        try:
            done.extend(pk for pk in pks if ending.end(pk, now=later))
        except DatabaseError:
            done.append(-1)
        finally:
            connections.close_all()

    together(work, work)

    assert sorted(done) == pks
    assert LiveEvent.objects.filter(state=LiveState.CLOSED).count() == 8


def comes_back(host, session) -> bool:
    try:
        renew_lease(host=host, session=session)
    except NotNow:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_a_host_who_comes_back_in_that_moment_keeps_the_room_or_finds_it_closed(emptied_afterwards, host, room) -> None:
    """Never both: told that they are here, and the room closed over their head."""
    now = timezone.now()
    sessions = []
    for number in range(12):
        made = schedule(host=host, room=room, title=f"Evening {number}")
        move(host=host, session=made, act=Act.OPEN)
        sessions.append(at(made, host_until=now - MINUTE, away_since=now - 31 * MINUTE))
    came: list[int] = []
    closed: list[int] = []
    failed: list[DatabaseError] = []
    barrier = Barrier(2)

    def with_each(do, done) -> None:
        for each in sessions:
            barrier.wait()
            try:
                if do(each):
                    done.append(each.pk)
            except DatabaseError as problem:
                failed.append(problem)
        connections.close_all()

    together(
        lambda: with_each(partial(comes_back, host), came),
        lambda: with_each(lambda each: ending.end(each.pk, now=now), closed),
    )

    stand_open = set(LiveSession.objects.exclude(state=LiveState.CLOSED).values_list("pk", flat=True))
    assert failed == []
    assert sorted(came + closed) == [each.pk for each in sessions]
    assert stand_open == set(came)

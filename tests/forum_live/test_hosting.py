"""Who holds a session, who takes it over, whose turn it is, and how it ends."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from forum.live import reading
from forum.live.hosting import (
    SLOW_CHOICES,
    NotNow,
    NotTheHost,
    give_floor,
    lower_hand,
    move,
    name_co_host,
    raise_hand,
    renew_lease,
    step_out,
    take_over,
)
from forum.live.states import Act
from forum.models import EventKind, LiveEvent, LiveHand, LiveSession, LiveState, Post
from forum.posting import NobodyHosts, TooSoon, submit_post
from peers.models import Peer
from tests.conftest import draft, make_moderator

pytestmark = pytest.mark.django_db


@pytest.fixture
def sage(db) -> Peer:
    return make_moderator("sage", "Sage", "host").peer


def lapse(session) -> None:
    LiveSession.objects.filter(pk=session.pk).update(host_until=timezone.now() - timedelta(seconds=1))


def test_nobody_takes_a_room_from_a_host_who_is_there(host, sage, ash, session) -> None:
    for someone in (sage, ash):
        with pytest.raises(NotTheHost):
            take_over(host=someone, session=session)

    session.refresh_from_db()
    assert session.host == host


def test_other_staff_take_over_once_the_host_has_dropped_and_no_peer_does(host, sage, ash, session) -> None:
    lapse(session)

    with pytest.raises(NotTheHost):
        take_over(host=ash, session=session)
    take_over(host=sage, session=session)

    session.refresh_from_db()
    assert (session.host, session.co_host) == (sage, host)
    assert session.may_speak(timezone.now(), ash.pk)
    with pytest.raises(NotTheHost):
        renew_lease(host=host, session=session)


def test_the_co_host_takes_over_at_any_time_and_it_is_undone_with_one_press(host, sage, session) -> None:
    name_co_host(host=host, session=session, peer=sage)

    take_over(host=sage, session=session)
    take_over(host=host, session=session)

    session.refresh_from_db()
    assert (session.host, session.co_host) == (host, sage)


def test_only_staff_become_co_host(host, ash, session) -> None:
    with pytest.raises(NotNow):
        name_co_host(host=host, session=session, peer=ash)


def test_nobody_takes_over_a_closed_room(host, sage, session) -> None:
    move(host=host, session=session, act=Act.CLOSE)

    with pytest.raises(NotNow):
        take_over(host=sage, session=session)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_over_at_once_one_is_the_host(emptied_afterwards, session) -> None:
    staff = [make_moderator(f"host{number}", f"Host {number}", "host").peer for number in range(4)]
    lapse(session)
    won: list[Peer] = []

    def try_it(peer: Peer) -> None:
        try:
            take_over(host=peer, session=session)
            won.append(peer)
        except NotTheHost:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=try_it, args=(peer,)) for peer in staff]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.refresh_from_db()
    assert [session.host] == won


def test_in_one_voice_whoever_has_the_floor_speaks_and_loses_it_with_the_mode(ash, blue, host, session) -> None:
    move(host=host, session=session, act=Act.ONE_VOICE)
    raise_hand(peer=ash, session=session)
    give_floor(host=host, session=session, peer=ash)
    submit_post(peer=ash, place=session, draft=draft("Thank you."))
    with pytest.raises(NobodyHosts):
        submit_post(peer=blue, place=session, draft=draft("And me?"))
    assert not LiveHand.objects.exists()

    give_floor(host=host, session=session, peer=None)
    with pytest.raises(NobodyHosts):
        submit_post(peer=ash, place=session, draft=draft("One more."))
    give_floor(host=host, session=session, peer=ash)
    move(host=host, session=session, act=Act.OPEN)
    move(host=host, session=session, act=Act.ONE_VOICE)

    with pytest.raises(NobodyHosts):
        submit_post(peer=ash, place=session, draft=draft("One more."))


def test_whoever_gets_the_floor_is_told_so_alone(ash, blue, host, session) -> None:
    move(host=host, session=session, act=Act.ONE_VOICE)
    before = session.events.count()

    give_floor(host=host, session=session, peer=ash)
    give_floor(host=host, session=session, peer=None)

    kinds = list(session.events.order_by("seq").values_list("kind", "peer")[before:])
    assert kinds == [("state", None), ("aside", ash.pk), ("state", None)]


def test_whoever_has_the_floor_still_needs_a_present_host(ash, host, session) -> None:
    move(host=host, session=session, act=Act.ONE_VOICE)
    give_floor(host=host, session=session, peer=ash)
    lapse(session)

    with pytest.raises(NobodyHosts):
        submit_post(peer=ash, place=session, draft=draft("Still here?"))


def test_only_the_host_gives_the_floor_and_only_in_one_voice(ash, host, sage, session) -> None:
    with pytest.raises(NotNow):
        give_floor(host=host, session=session, peer=ash)
    move(host=host, session=session, act=Act.ONE_VOICE)
    with pytest.raises(NotTheHost):
        give_floor(host=sage, session=session, peer=ash)


def test_a_page_holds_no_words_of_after_its_session_was_read(host, sage, ash, session) -> None:
    submit_post(peer=ash, place=session, draft=draft("The kettle is on."))
    as_read = LiveSession.objects.get(pk=session.pk)
    lapse(session)
    take_over(host=sage, session=session)
    submit_post(peer=sage, place=session, draft=draft("I am your host now."))

    before, after = (
        [(line.post.body, line.is_host) for line in reading.lines_for(reading.listener_of(ash), read)]
        for read in (as_read, LiveSession.objects.get(pk=session.pk))
    )

    assert before == [("The kettle is on.", False)]
    assert after == [*before, ("I am your host now.", True)]


def test_a_hand_is_told_to_the_host_alone_and_once(ash, blue, host, session) -> None:
    raise_hand(peer=ash, session=session)
    raise_hand(peer=ash, session=session)
    asides = LiveEvent.objects.filter(kind=EventKind.ASIDE)

    assert [event.peer for event in asides] == [host]
    session.refresh_from_db()
    told = reading.events_after(session, 0)[-1]
    assert "aside" in reading.listener_of(host).hears(told, frozenset())
    for other in (ash, blue, None):
        assert "aside" not in reading.listener_of(other).hears(told, frozenset())

    lower_hand(peer=ash, session=session)
    lower_hand(peer=ash, session=session)
    assert not LiveHand.objects.exists()
    assert asides.all().count() == 2


@pytest.mark.parametrize("acts", [[Act.WIND_DOWN], [Act.CLOSE]])
def test_hands_go_down_when_the_session_ends_and_none_goes_up_then(ash, host, session, acts) -> None:
    raise_hand(peer=ash, session=session)
    for act in acts:
        move(host=host, session=session, act=act)

    assert not LiveHand.objects.exists()
    with pytest.raises(NotNow):
        raise_hand(peer=ash, session=session)


def test_winding_down_has_five_minutes_and_a_word_to_take_along(ash, host, session) -> None:
    move(host=host, session=session, act=Act.WIND_DOWN, grounding="Feel both feet on the floor.")
    session.refresh_from_db()
    minutes = (session.ends_by - timezone.now()) / timedelta(minutes=1)
    submit_post(peer=ash, place=session, draft=draft("I take the tea with me."))

    with time_machine.travel(session.ends_by - timedelta(seconds=1), tick=False):
        renew_lease(host=host, session=session)
        submit_post(peer=ash, place=session, draft=draft("And the quiet."))
    with time_machine.travel(session.ends_by, tick=False):
        renew_lease(host=host, session=session)
        with pytest.raises(NobodyHosts):
            submit_post(peer=ash, place=session, draft=draft("Wait."))

    assert session.grounding == "Feel both feet on the floor."
    assert 4 < minutes <= 5
    assert Post.objects.count() == 2


def test_winding_down_can_be_taken_back(ash, host, session) -> None:
    move(host=host, session=session, act=Act.WIND_DOWN)
    move(host=host, session=session, act=Act.OPEN)

    session.refresh_from_db()
    assert (session.state, session.ends_by) == (LiveState.OPEN, None)


@pytest.mark.parametrize("seconds", [SLOW_CHOICES[0], SLOW_CHOICES[-1]])
def test_slow_mode_waits_as_long_as_the_host_said(ash, host, session, seconds) -> None:
    move(host=host, session=session, act=Act.SLOW, slow_seconds=seconds)
    submit_post(peer=ash, place=session, draft=draft("One."))

    with pytest.raises(TooSoon) as wait:
        submit_post(peer=ash, place=session, draft=draft("Two."))
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
        renew_lease(host=host, session=session)
        submit_post(peer=ash, place=session, draft=draft("Two."))

    assert seconds - 2 < wait.value.seconds <= seconds


def test_a_pace_nobody_offered_is_refused(host, session) -> None:
    with pytest.raises(NotNow):
        move(host=host, session=session, act=Act.SLOW, slow_seconds=3600)


def test_stepping_out_and_being_gone_are_the_same_for_everyone_else(ash, host, sage, session) -> None:
    step_out(host=host, session=session)

    take_over(host=sage, session=session)

    session.refresh_from_db()
    assert session.may_speak(timezone.now(), ash.pk)

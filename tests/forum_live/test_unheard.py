"""Where nobody can speak, a cry for help is still taken; and what is left behind by floors, pauses and hosts who go."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from forum.live import ending, reading
from forum.live.hosting import NotNow, NotTheHost, give_floor, move, name_co_host, schedule, step_out, take_over
from forum.live.states import Act
from forum.models import LiveReminder, LiveSession, LiveState, Pause, Post, Visibility
from forum.posting import NobodyHosts, submit_post
from moderation import holding
from moderation.models import Case, Level
from peers.leaving import Way, leave
from peers.models import Peer
from tests.conftest import draft, make_moderator
from tests.forum_live.helpers import browser_of

pytestmark = pytest.mark.django_db
CRY = "I am going to end my life tonight"
LATER = timedelta(days=3)


@pytest.fixture(autouse=True)
def _host_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def sage(db) -> Peer:
    return make_moderator("sage", "Sage", "host").peer


def quiet(session, how: str, host: Peer) -> None:
    if how == "held":
        step_out(host=host, session=session)
    elif how == "past":
        move(host=host, session=session, act=Act.WIND_DOWN)
        LiveSession.objects.update(ends_by=timezone.now())
    elif how == "lobby":
        LiveSession.objects.update(state=LiveState.LOBBY)
    else:
        move(host=host, session=session, act=Act(how))


@pytest.mark.parametrize("how", ["held", "past", "lobby", "one_voice", "close"])
def test_a_cry_for_help_is_kept_for_moderators_where_nobody_can_speak(ash, blue, host, session, how) -> None:
    quiet(session, how, host)
    with pytest.raises(NobodyHosts):
        submit_post(peer=ash, place=session, draft=draft("The kettle is on."))

    page = browser_of(ash).post(f"/live/{session.public_id}/say", {"body": CRY})

    post = Post.objects.get()
    assert (post.visibility, post.reason_key) == (Visibility.HELD, "unheard")
    assert Case.objects.get().level == Level.CRISIS
    assert page.status_code == 200
    assert "help-card" in page.text
    session.refresh_from_db()
    told = reading.events_after(session, 0)
    assert told
    assert not any(CRY in reading.listener_of(each).hears(event, frozenset()) for each in (ash, blue) for event in told)


def test_it_is_not_let_out_by_time(ash, host, session) -> None:
    quiet(session, "held", host)
    post = submit_post(peer=ash, place=session, draft=draft(CRY))

    assert post.hold_until
    with time_machine.travel(post.hold_until + timedelta(minutes=1), tick=False):
        for pk in holding.due_holds(timezone.now(), set()):
            holding.end_hold(pk, now=timezone.now())

    post.refresh_from_db()
    assert post.visibility == Visibility.HELD


def test_someone_without_a_name_is_taken_in_for_a_cry_and_for_nothing_else(host, session) -> None:
    quiet(session, "held", host)
    people = Peer.objects.count()

    calm = browser_of().post(f"/live/{session.public_id}/say", {"body": "The kettle is on."})
    cry = browser_of().post(f"/live/{session.public_id}/say", {"body": CRY})

    assert (calm.status_code, cry.status_code) == (409, 200)
    assert "help-card" in cry.text
    assert Peer.objects.count() == people + 1


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("held", "The host has dropped"),
        ("one_voice", "The host speaks for now"),
        ("past", "The last five minutes are over"),
        ("lobby", "Nobody can write here at this moment"),
        ("close", "This live room is closed"),
    ],
)
def test_why_nobody_can_speak_is_told_as_it_is(ash, host, session, how, says) -> None:
    quiet(session, how, host)

    page = browser_of(ash).post(f"/live/{session.public_id}/say", {"body": "The kettle is on."})

    assert page.status_code == 409
    assert says in page.text


@pytest.mark.parametrize(
    ("length", "here", "says"),
    [(timedelta(hours=12), True, "until this room closes"), (timedelta(minutes=5), True, "UTC"), (LATER, False, "UTC")],
)
def test_whoever_rests_is_told_until_when_as_it_is(ash, session, length, here, says) -> None:
    pause = Pause.objects.create(peer=ash, session=session if here else None, until=timezone.now() + length)

    page = browser_of(ash).post(f"/live/{session.public_id}/say", {"body": "The kettle is on."})

    assert says in pause.until_words
    assert pause.until_words in page.text
    assert f"{pause.until:%-d %B}" in pause.until_words or says != "UTC"


def test_a_host_who_stepped_out_of_a_late_lobby_finds_it_again(host, room) -> None:
    session = schedule(host=host, room=room, title="Late", starts_at=timezone.now() - timedelta(minutes=70))
    move(host=host, session=session, act=Act.OPEN_LOBBY)
    step_out(host=host, session=session)
    now = timezone.now()

    assert session.pk not in ending.due_endings(now)
    assert not ending.end(session.pk, now=now)
    assert ending.end(session.pk, now=now + timedelta(minutes=31))
    session.refresh_from_db()
    assert session.state == LiveState.CLOSED


def test_nobody_takes_an_evening_that_is_still_to_come_but_its_co_host(host, sage, room) -> None:
    session = schedule(host=host, room=room, title="Next week", starts_at=timezone.now() + LATER)

    with pytest.raises(NotTheHost):
        take_over(host=sage, session=session)
    with time_machine.travel(session.starts_at, tick=False):
        assert session.may_be_taken_by(sage, timezone.now())
    name_co_host(host=host, session=session, peer=sage)
    take_over(host=sage, session=session)

    session.refresh_from_db()
    assert session.host == sage


def test_the_name_with_the_floor_goes_with_the_floor_and_with_its_person(ash, host, session) -> None:
    for _ in range(2):
        move(host=host, session=session, act=Act.ONE_VOICE)
        give_floor(host=host, session=session, peer=ash)
        session.refresh_from_db()
        assert session.floor_name
        move(host=host, session=session, act=Act.OPEN)
        session.refresh_from_db()
        assert session.floor_name == ""
    move(host=host, session=session, act=Act.ONE_VOICE)
    give_floor(host=host, session=session, peer=ash)

    leave(peer=ash, way=Way.REMOVE)

    session.refresh_from_db()
    assert (session.floor, session.floor_name) == (None, "")


def test_a_closed_room_is_left_alone(ash, host, session) -> None:
    LiveReminder.objects.create(session=session, peer=ash)
    move(host=host, session=session, act=Act.CLOSE)
    last = LiveSession.objects.get().last_seq

    with pytest.raises(NotNow):
        step_out(host=host, session=session)
    with pytest.raises(NotNow):
        name_co_host(host=host, session=session, peer=None)

    assert LiveSession.objects.get().last_seq == last
    assert not LiveReminder.objects.exists()

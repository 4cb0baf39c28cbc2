"""The host's console: only its host, and the room is open only while someone is really there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum import showing
from forum.live.hosting import step_out
from forum.models import LiveSession, LiveState, Visibility
from forum.posting import submit_post
from tests.conftest import draft, make_moderator
from tests.forum_live.helpers import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _host_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def test_a_host_announces_a_session_and_opens_it(host, room) -> None:
    client = browser_of(host)

    made = client.post("/live/new", {"room": room.slug, "title": "Quiet hour", "starts_at": ""})
    session = LiveSession.objects.get()
    client.post(f"{made['Location']}act", {"act": "open"})
    session.refresh_from_db()

    assert made.status_code == 303
    assert (session.title, session.state) == ("Quiet hour", LiveState.OPEN)
    assert session.may_speak(timezone.now())


def test_peers_and_other_staff_do_not_come_in(ash, session) -> None:
    other = make_moderator("sage", "Sage", "host").peer

    for someone in (None, ash, other):
        client = browser_of(someone)
        assert client.get(f"/live/{session.public_id}/host/").status_code == 403
        assert client.post(f"/live/{session.public_id}/host/act", {"act": "close"}).status_code == 403

    session.refresh_from_db()
    assert session.state == LiveState.OPEN


def test_only_staff_announce(ash) -> None:
    assert browser_of(ash).get("/live/new").status_code == 403
    assert browser_of().post("/live/new", {"title": "Mine"}).status_code == 403
    assert not LiveSession.objects.exists()


@pytest.mark.parametrize(
    "fields", [{}, {"title": "   "}, {"room": "nowhere"}, {"starts_at": "yesterday"}, {"starts_at": "2001-01-01T10:00"}]
)
def test_an_announcement_that_cannot_be_made_comes_back(host, room, fields) -> None:
    given = {"room": room.slug, "title": "Quiet hour", **fields} if fields else {}

    response = browser_of(host).post("/live/new", given)

    assert response.status_code == 422
    assert not LiveSession.objects.exists()


def test_reading_the_console_renews_nothing(host, session) -> None:
    LiveSession.objects.filter(pk=session.pk).update(host_until=timezone.now() - timedelta(seconds=5))

    browser_of(host).get(f"/live/{session.public_id}/host/")
    browser_of(host).get(f"/live/{session.public_id}/host/?here=guessed")

    session.refresh_from_db()
    assert not session.host_present(timezone.now())


def test_without_javascript_the_page_that_stays_renews_the_lease_by_itself(host, session) -> None:
    client = browser_of(host)
    stay = client.post(f"/live/{session.public_id}/host/act", {"act": "stay"})["Location"]
    LiveSession.objects.filter(pk=session.pk).update(host_until=timezone.now() - timedelta(seconds=5))

    page = client.get(stay)

    session.refresh_from_db()
    assert page["Refresh"] == "20"
    assert session.host_present(timezone.now())


def test_the_key_of_one_session_opens_no_other(host, session) -> None:
    stay = browser_of(host).post(f"/live/{session.public_id}/host/act", {"act": "stay"})["Location"]
    LiveSession.objects.filter(pk=session.pk).update(host_until=timezone.now() - timedelta(seconds=5))

    browser_of(host).get(stay)

    session.refresh_from_db()
    assert not session.host_present(timezone.now())


def test_the_heartbeat_answers_without_a_page(host, session) -> None:
    answer = browser_of(host).post(f"/live/{session.public_id}/host/act", {"act": "still"})

    assert answer.status_code == 204


def test_no_heartbeat_brings_back_a_host_who_stepped_out(host, session) -> None:
    client = browser_of(host)
    stay = client.post(f"/live/{session.public_id}/host/act", {"act": "stay"})["Location"]
    client.post(f"/live/{session.public_id}/host/act", {"act": "step_out"})

    beat = client.post(f"/live/{session.public_id}/host/act", {"act": "still"})
    renewed = client.get(stay)

    session.refresh_from_db()
    assert beat.status_code == 409
    assert "Refresh" not in renewed.headers
    assert not session.host_present(timezone.now())


def test_a_heartbeat_after_a_lost_connection_brings_the_host_back(host, session) -> None:
    LiveSession.objects.filter(pk=session.pk).update(host_until=timezone.now() - timedelta(seconds=90))

    browser_of(host).post(f"/live/{session.public_id}/host/act", {"act": "still"})

    session.refresh_from_db()
    assert session.host_present(timezone.now())


def test_a_step_that_is_not_possible_any_more_is_a_409(host, session) -> None:
    client = browser_of(host)
    client.post(f"/live/{session.public_id}/host/act", {"act": "close"})

    assert client.post(f"/live/{session.public_id}/host/act", {"act": "slow"}).status_code == 409
    assert client.post(f"/live/{session.public_id}/host/act", {"act": "here"}).status_code == 409
    assert client.post(f"/live/{session.public_id}/host/act", {"act": "dance"}).status_code == 404
    assert client.get(f"/live/{session.public_id}/host/").status_code == 200


def test_in_one_voice_only_the_host_speaks(ash, host, session) -> None:
    browser_of(host).post(f"/live/{session.public_id}/host/act", {"act": "one_voice"})

    hosts = browser_of(host).post(f"/live/{session.public_id}/say", {"body": "Listen.", "client_id": "one"})
    ashs = browser_of(ash).post(f"/live/{session.public_id}/say", {"body": "May I?", "client_id": "one"})

    assert (hosts.status_code, ashs.status_code) == (303, 409)


def test_the_host_sees_that_a_message_waits_and_not_its_words(ash, host, session) -> None:
    post = submit_post(peer=ash, place=session, draft=draft("Words that only a moderator reads."))
    showing.set_visibility(post, Visibility.HELD, hold_until=timezone.now() + timedelta(hours=1))

    page = browser_of(host).get(f"/live/{session.public_id}/host/").text

    assert "waiting for a moderator" in page
    assert "only a moderator reads" not in page


def test_stepping_out_pauses_the_room(host, session) -> None:
    step_out(host=host, session=session)

    assert "Paused" in browser_of(host).get(f"/live/{session.public_id}/host/").text


def test_the_consoles_queries(host, session, django_assert_num_queries) -> None:
    client = browser_of(host)

    with django_assert_num_queries(9):
        client.get(f"/live/{session.public_id}/host/")
    with django_assert_num_queries(6):
        client.get("/live/new")

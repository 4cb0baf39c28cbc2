"""Reminders: one line on the pages of whoever asked, in its time, and nowhere else."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from forum.live import reminding
from forum.live.hosting import move, schedule, step_out
from forum.live.states import Act
from forum.models import LiveReminder, LiveSession
from moderation.tending import tend
from peers import limits
from peers.leaving import Way, leave
from peers.models import Peer, Session
from tests.forum_live.helpers import browser_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _host_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def soon(host, room) -> LiveSession:
    """A session that begins in twelve minutes."""
    return schedule(host=host, room=room, title="Evening check-in", starts_at=timezone.now() + 12 * MINUTE)


def pressed(client, session: LiveSession, **fields):
    return client.post(f"/live/{session.public_id}/remind", fields)


def line(client, address="/rules") -> str:
    page = client.get(address).text
    return " ".join(page.partition('<aside class="reminder-line"')[2].partition("</aside>")[0].split())


def test_one_press_and_every_page_says_so(ash, soon) -> None:
    client = browser_of(ash)

    answer = pressed(client, soon)

    assert answer.status_code == 303
    assert "You are reminded here" in client.get(answer["Location"]).text
    for address in ("/", "/rules", "/my/", "/rooms/self-care/", "/live/", f"/live/{soon.public_id}/", "/search?q=tea"):
        assert "Evening check-in</a> begins in 12 minutes" in line(client, address)
    assert soon.get_absolute_url() in line(client)


def test_help_and_errors_open_without_asking_for_it(ash, soon, django_assert_num_queries) -> None:
    client = browser_of(ash)
    pressed(client, soon)

    assert line(client, "/help") == line(client, "/nothing-here") == ""
    with django_assert_num_queries(0):
        client.get("/help")
        client.get("/nothing-here")


def test_nobody_else_sees_it(ash, blue, host, room, soon) -> None:
    later = schedule(host=host, room=room, title="Later", starts_at=timezone.now() + timedelta(days=5))
    pressed(browser_of(ash), soon)
    pressed(browser_of(blue), later)

    assert line(browser_of(blue)) == line(browser_of()) == ""


def test_it_comes_half_an_hour_before_and_goes_when_it_closes(ash, host, soon, time_machine) -> None:
    LiveSession.objects.filter(pk=soon.pk).update(starts_at=timezone.now() + timedelta(hours=3))
    soon.refresh_from_db()
    client, starts_at = browser_of(ash), soon.starts_at
    pressed(client, soon)

    def at(moment) -> str:
        time_machine.move_to(moment, tick=False)
        return line(client)

    assert at(starts_at - 31 * MINUTE) == ""
    assert "begins in 30 minutes" in at(starts_at - 30 * MINUTE)
    assert "begins in 1 minute." in at(starts_at - timedelta(seconds=20))
    assert "begins as soon as its host opens it" in at(starts_at + MINUTE)
    move(host=host, session=soon, act=Act.OPEN)
    assert "is open now" in at(starts_at + MINUTE)
    step_out(host=host, session=soon)
    assert "waits for its host" in at(starts_at + MINUTE)
    move(host=host, session=soon, act=Act.CLOSE)
    assert at(starts_at + MINUTE) == ""


def test_pressing_twice_is_one_reminder(ash, soon) -> None:
    client = browser_of(ash)
    pressed(client, soon)
    pressed(client, soon)

    assert LiveReminder.objects.count() == 1


def test_do_not_remind_me_ends_it_and_leads_back_to_the_page(ash, soon) -> None:
    client = browser_of(ash)
    pressed(client, soon)

    back = pressed(client, soon, act="forget", next="/rules?x=1")
    away = pressed(client, soon, act="forget", next="https://elsewhere.example/")

    assert (back.status_code, back["Location"]) == (303, "/rules?x=1")
    assert away["Location"] == "/my/"
    assert line(client) == ""
    assert not LiveReminder.objects.exists()


def test_nobody_ends_anothers_reminder(ash, blue, soon) -> None:
    pressed(browser_of(ash), soon)

    pressed(browser_of(blue), soon, act="forget")
    pressed(browser_of(), soon, act="forget")

    assert LiveReminder.objects.count() == 1


def test_the_first_of_several_is_said(ash, host, room, soon) -> None:
    sooner = schedule(host=host, room=room, title="Before it", starts_at=timezone.now() + 5 * MINUTE)
    client = browser_of(ash)
    for session in (soon, sooner):
        pressed(client, session)

    assert "Before it" in line(client)
    assert "Evening check-in" not in line(client)


def test_without_an_identity_one_is_told_what_the_press_begins_and_offered_a_file(soon) -> None:
    client = browser_of()

    offer = client.get(f"/live/{soon.public_id}/remind")
    before = Peer.objects.count()
    pressed(client, soon)

    assert not offer.cookies
    assert "Begin, and remind me here" in offer.text
    assert f"/live/{soon.public_id}/session.ics" in offer.text
    assert Peer.objects.count() == before + 1
    assert "begins in 12 minutes" in line(client)


def test_many_new_identities_from_one_network_wait(soon, monkeypatch) -> None:
    monkeypatch.setattr(limits, "ARRIVALS", limits.Limit("arrivals", 2, 3600))
    before = Peer.objects.count()
    answers = []
    for _ in range(3):
        client = browser_of()
        client.defaults["REMOTE_ADDR"] = "203.0.113.7"
        answers.append(pressed(client, soon))

    assert [each.status_code for each in answers] == [303, 303, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert Peer.objects.count() == before + 2
    assert not answers[2].cookies


def test_whoever_was_signed_out_is_asked_before_they_become_someone_new(ash, soon) -> None:
    client = browser_of(ash)
    Session.objects.all().delete()
    before = Peer.objects.count()

    asked = pressed(client, soon)
    then = pressed(client, soon, as_new="1")

    assert (asked.status_code, then.status_code) == (409, 303)
    assert "Come back with your nine words" in asked.text
    assert Peer.objects.count() == before + 1


def test_a_session_that_is_over_begins_no_identity(host, soon) -> None:
    move(host=host, session=soon, act=Act.CLOSE)
    before = Peer.objects.count()

    answer = pressed(browser_of(), soon)

    assert answer.status_code == 409
    assert Peer.objects.count() == before
    assert "does not take place" in browser_of().get(f"/live/{soon.public_id}/remind").text


def test_one_that_closes_in_that_moment_leaves_no_reminder(ash, host, soon) -> None:
    move(host=host, session=soon, act=Act.CLOSE)

    assert not reminding.remind(peer=ash, session=soon)
    assert not LiveReminder.objects.exists()


def test_whoever_has_left_leaves_no_reminder(ash, soon) -> None:
    reminding.remind(peer=ash, session=soon)
    gone = Peer.objects.get(pk=ash.pk)
    leave(peer=ash, way=Way.KEEP)

    assert not LiveReminder.objects.exists()
    assert not reminding.remind(peer=gone, session=soon)


def test_the_worker_drops_what_is_over_and_leaves_what_is_to_come(ash, host, room, soon) -> None:
    later = schedule(host=host, room=room, title="Later", starts_at=timezone.now() + timedelta(days=5))
    for session in (soon, later):
        reminding.remind(peer=ash, session=session)
    move(host=host, session=soon, act=Act.CLOSE)
    LiveReminder.objects.create(peer=ash, session=soon)  # somebody asked for it in the moment it closed

    tend(now=timezone.now())

    assert [each.session for each in LiveReminder.objects.all()] == [later]
    ash.refresh_from_db()
    assert ash.reminded_until == (later.starts_at + timedelta(days=2)).date()


def test_a_day_that_is_over_is_forgotten(ash) -> None:
    Peer.objects.filter(pk=ash.pk).update(reminded_until=timezone.now().date() - timedelta(days=1))

    tend(now=timezone.now())

    ash.refresh_from_db()
    assert ash.reminded_until is None


def test_the_furthest_reminder_decides_until_when_pages_look(ash, host, room, soon) -> None:
    later = schedule(host=host, room=room, title="Later", starts_at=timezone.now() + timedelta(days=5))

    for session in (later, soon):
        reminding.remind(peer=ash, session=session)

    ash.refresh_from_db()
    assert ash.reminded_until == (later.starts_at + timedelta(days=2)).date()


def test_only_whoever_asked_pays_with_one_question(ash, blue, soon, django_assert_num_queries) -> None:
    reminding.remind(peer=ash, session=soon)
    mine, others = browser_of(ash), browser_of(blue)
    mine.get("/rules")
    others.get("/rules")

    with django_assert_num_queries(4):  # session, person, who is on shift; the reminder
        mine.get("/rules")
    with django_assert_num_queries(3):
        others.get("/rules")
    with django_assert_num_queries(1):
        browser_of().get("/rules")


def test_a_failure_shows_nothing_and_breaks_no_page(ash, soon, monkeypatch) -> None:
    def fails(_peer) -> None:
        raise DatabaseError

    reminding.remind(peer=ash, session=soon)
    monkeypatch.setattr(reminding, "due_for", fails)
    page = browser_of(ash).get("/rules")

    assert page.status_code == 200
    assert "reminder-line" not in page.text


def test_the_calendar_says_of_what_one_is_reminded(ash, soon) -> None:
    client = browser_of(ash)
    before = client.get("/live/").text
    pressed(client, soon)

    assert "Remind me here" in before
    assert "you are reminded here" in client.get("/live/").text
    assert "you are reminded here" not in browser_of().get("/live/").text


def test_a_foreign_page_sets_no_reminder(ash, soon) -> None:
    client = browser_of(ash)
    client.defaults["HTTP_X_FORM_TOKEN"] = "guessed"

    assert pressed(client, soon).status_code == 403
    assert not LiveReminder.objects.exists()


def test_the_title_is_shown_as_text(ash, soon) -> None:
    LiveSession.objects.filter(pk=soon.pk).update(title="<b>bold</b>")
    client = browser_of(ash)
    pressed(client, soon)

    assert "&lt;b&gt;bold" in line(client)
    assert settings.SESSION_COOKIE_NAME in client.cookies

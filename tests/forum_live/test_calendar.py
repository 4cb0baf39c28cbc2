"""The calendar: what is announced, in the reader's own time, as a page and as a file that tells nobody what it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from icalendar import Calendar

from forum.live import calendar, scheduling
from forum.live.hosting import move, schedule
from forum.live.states import Act
from forum.models import LiveSeries, LiveSession
from tests.forum_live.helpers import browser_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _that_day(settings, time_machine) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    time_machine.move_to(NOW)


@pytest.fixture
def announce(host, room):
    def at(title="Evening check-in", *, minutes=60, **ahead) -> LiveSession:
        return schedule(host=host, room=room, title=title, starts_at=NOW + timedelta(**ahead), minutes=minutes)

    return at


@pytest.fixture
def weekly(host, room) -> LiveSession:
    """The first evening of three of a series."""
    series = LiveSeries.objects.create(
        host=host, room=room, title="Every week", first_on=NOW.date(), at="19:30", zone="UTC"
    )
    series.refresh_from_db()
    scheduling.announce_due(series_pk=series.pk, now=NOW)
    return LiveSession.objects.earliest("starts_at")


def page(address="/live/", *, zone="") -> str:
    client = browser_of()
    if zone:
        client.cookies[settings.LOOK_COOKIE_NAME] = f"zone:{zone}"
    return client.get(address).text


def test_it_tells_room_title_host_time_and_length_by_day(announce) -> None:
    announce("Evening check-in", days=1, hours=6, minutes=90)
    announce("Quiet hour", days=2)

    said = page()

    assert "Times are in UTC." in said
    assert said.index("Thursday 2 July") < said.index("Evening check-in") < said.index("Friday 3 July")
    assert '<time datetime="2026-07-02T18:00:00+00:00" data-local="time">18:00 UTC</time>, for 90 minutes' in said
    assert "Self-care, with River" in said


def test_days_and_times_are_those_of_the_chosen_zone(announce) -> None:
    announce("Late one", hours=11)  # 23:00 on Wednesday, 1:00 on Thursday in Berlin

    said = page(zone="Europe/Berlin")

    assert "Times are in Berlin time." in said
    assert "Thursday 2 July" in said
    assert "01:00 Berlin time" in said
    assert "Wednesday" not in said.partition('class="calendar"')[2]
    assert "Wednesday 1 July" in page()


def test_three_weeks_and_no_more(announce) -> None:
    announce("In time", days=21)
    announce("Too far", days=21, hours=1)

    assert "In time" in page()
    assert "Too far" not in page()


def test_what_is_over_is_not_listed_and_what_is_cancelled_is_said(host, announce) -> None:
    over, cancelled, early = (
        announce("Was held", hours=0),
        announce("Not this one", days=1),
        announce("Held early", hours=1),
    )
    for session in (over, early):
        move(host=host, session=session, act=Act.OPEN)
        move(host=host, session=session, act=Act.CLOSE)
    scheduling.cancel(host=host, session=cancelled)

    said = page()

    assert "Was held" not in said
    assert "Held early" not in said
    assert "Not this one" in said
    assert "This one does not take place" in said
    assert f"/live/{cancelled.public_id}/remind" not in said


def test_pages_follow_by_key_without_counting(announce, django_assert_max_num_queries) -> None:
    same = [announce(f"Number {number:02}.", days=1) for number in range(calendar.PAGE + 5)]

    first, further = calendar.upcoming(NOW)
    second, end = calendar.upcoming(NOW, further)
    with django_assert_max_num_queries(3) as asked:
        said = page(f"/live/?after={further}")

    assert [each.pk for each in first + second] == [each.pk for each in same]
    assert (further, end) == (first[-1].public_id, "")
    assert f'href="/live/?after={further}"' in page()
    assert "Number 31." in said
    assert not any("COUNT(" in each["sql"] for each in asked.captured_queries)


@pytest.mark.parametrize("cursor", ["", "x", "abcdefghjkmn", "' OR 1", "é" * 12])
def test_a_cursor_that_is_not_ours_is_the_first_page(announce, cursor) -> None:
    announce("Quiet hour", days=1)

    assert "Quiet hour" in page(f"/live/?after={cursor}")


def test_reading_the_calendar_starts_nothing(announce) -> None:
    session = announce("Quiet hour", days=1)

    for address in ("/live/", "/live/calendar.ics", f"/live/{session.public_id}/session.ics", "/live/?after=x"):
        assert not browser_of().get(address).cookies


def test_the_first_page_and_the_rooms_lead_to_it(rooms) -> None:
    assert 'href="/live/"' in page("/")
    assert 'href="/live/"' in page("/rooms/self-care/")


def test_times_of_the_first_page_are_in_the_chosen_zone(announce) -> None:
    announce("Quiet hour", days=1)

    assert "2 July, 12:00 UTC" in page("/")
    assert "2 July, 14:00 Berlin time" in page("/", zone="Europe/Berlin")


def test_a_cookie_by_a_stranger_chooses_no_zone(announce) -> None:
    announce("Quiet hour", days=1)

    assert "Times are in UTC." in page(zone="<script>")
    assert "Times are in UTC." in page(zone="../../etc/passwd")


# --- files -------------------------------------------------------------------------------------------------------


def entries(address: str) -> list[Any]:
    answer = browser_of().get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert not answer.cookies
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_a_file_says_when_and_nothing_else(announce) -> None:
    session = announce("Living with self-harm", days=1, minutes=90)

    raw = browser_of().get(f"/live/{session.public_id}/session.ics").text
    (entry,) = entries(f"/live/{session.public_id}/session.ics")

    assert str(entry["summary"]) == "Lamplight: live session"
    assert entry["dtstart"].dt == datetime(2026, 7, 2, 12, tzinfo=UTC)
    assert entry["dtend"].dt == datetime(2026, 7, 2, 13, 30, tzinfo=UTC)
    assert entry["dtstamp"].dt == NOW
    assert str(entry["status"]) == "CONFIRMED"
    assert "DTSTART:20260702T120000Z" in raw
    for told in ("self-harm", "Self-care", "River", "http", "/live/"):
        assert told not in raw


def test_a_file_with_titles_is_given_only_when_asked_for(announce) -> None:
    session = announce("Tea; biscuits, and\\nBEGIN:VEVENT", days=1)

    (full,) = entries(f"/live/{session.public_id}/session.ics?full=1")
    (other,) = entries(f"/live/{session.public_id}/session.ics?full=yes")

    assert str(full["summary"]) == "Lamplight: Tea; biscuits, and\\nBEGIN:VEVENT"
    assert str(full["url"]).endswith(f"/live/{session.public_id}/")
    assert str(other["summary"]) == "Lamplight: live session"


def test_an_entry_keeps_its_name_so_that_a_calendar_renews_it(announce, time_machine) -> None:
    session = announce(days=1)
    (first,) = entries(f"/live/{session.public_id}/session.ics")
    time_machine.move_to(NOW + timedelta(hours=3))

    (again,) = entries("/live/calendar.ics?full=1")

    assert str(first["uid"]) == str(again["uid"])
    assert again["dtstamp"].dt > first["dtstamp"].dt


def test_a_cancelled_evening_is_said_to_be(host, announce) -> None:
    session = announce(days=1)
    scheduling.cancel(host=host, session=session)

    for address in (f"/live/{session.public_id}/session.ics", "/live/calendar.ics"):
        (entry,) = entries(address)
        assert (str(entry["status"]), entry["sequence"]) == ("CANCELLED", 1)


def test_one_that_was_held_is_not_said_to_be_cancelled(host, announce) -> None:
    session = announce(hours=0)
    move(host=host, session=session, act=Act.OPEN)
    move(host=host, session=session, act=Act.CLOSE)

    (entry,) = entries(f"/live/{session.public_id}/session.ics")

    assert str(entry["status"]) == "CONFIRMED"


def test_the_file_of_a_series_holds_all_its_announced_evenings(weekly, announce) -> None:
    alone = announce("Another", days=1)

    assert len(entries(f"/live/{weekly.public_id}/series.ics")) == 3
    assert len(entries(f"/live/{alone.public_id}/series.ics")) == 1
    assert len(entries("/live/calendar.ics")) == 4


def test_an_empty_calendar_is_a_file_too(rooms) -> None:
    assert entries("/live/calendar.ics") == []
    assert browser_of().get("/live/abcdefghjkmn/session.ics").status_code == 404

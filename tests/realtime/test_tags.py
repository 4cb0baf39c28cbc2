"""What other pages show of live rooms."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.template import Context, Template
from django.utils import timezone

from forum.live.hosting import move, schedule, step_out
from forum.live.states import Act
from forum.models import LiveSession
from realtime.presence import banded

pytestmark = pytest.mark.django_db


def shown(source: str, **context) -> str:
    return Template(source).render(Context(context))


def test_the_first_page_tells_what_is_live(session) -> None:
    page = shown("{% live_now %}")

    assert "An evening together" in page
    assert "Open now, the host is here" in page
    assert f"/live/{session.public_id}/" in page


def test_a_room_whose_host_dropped_is_said_to_be_paused(host, session) -> None:
    step_out(host=host, session=session)

    assert "the host has stepped away" in shown("{% live_now %}")


def test_a_room_that_is_over_is_said_to_be_closed(host, session) -> None:
    move(host=host, session=session, act=Act.CLOSE)
    session.refresh_from_db()

    said = shown("{% room_presence session %}", session=session)

    assert "Closed" in said
    assert "host is here" not in said


def test_at_most_three_and_none_that_is_over_or_forgotten(host, room) -> None:
    now = timezone.now()
    for number in range(4):
        schedule(host=host, room=room, title=f"Hour {number}", starts_at=now + timedelta(hours=number + 1))
    over = schedule(host=host, room=room, title="Over")
    move(host=host, session=over, act=Act.CLOSE)
    schedule(host=host, room=room, title="Forgotten", starts_at=now - timedelta(days=2))

    page = shown("{% live_now %}")

    assert page.count("live-card") == 3
    assert "Hour 0" in page
    assert "Over" not in page
    assert "Forgotten" not in page


def test_no_live_room_says_so(rooms) -> None:
    assert "No live room is planned" in shown("{% live_now %}")


def test_the_cards_take_one_query(host, room, django_assert_num_queries) -> None:
    for number in range(3):
        schedule(host=host, room=room, title=f"Hour {number}")

    with django_assert_num_queries(1):
        shown("{% live_now %}")


def test_a_failure_shows_nothing(monkeypatch, rooms) -> None:
    def fails() -> None:
        raise DatabaseError

    monkeypatch.setattr(LiveSession.objects, "now_or_next", fails)

    assert shown("{% live_now %}").strip() == ""
    assert shown("{% room_presence nothing %}").strip() == ""


@pytest.mark.parametrize(
    ("count", "words"), [(0, ""), (1, "one or two people"), (3, "about 5 people"), (12, "about 10 people")]
)
def test_people_are_never_counted_exactly(count, words) -> None:
    assert banded(count) == words

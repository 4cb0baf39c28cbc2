"""After a live room: something kind, and three counts that are nobody's."""

from datetime import timedelta
from threading import Barrier
from threading import Thread as Worker

import pytest
from django.conf import settings
from django.db import DatabaseError, connections, models
from django.template.loader import render_to_string
from django.utils import timezone

from forum.live import feedback
from forum.live.hosting import move, schedule
from forum.live.states import Act
from forum.models import LiveEvent, LiveFeedback, LiveSession
from moderation.models import Role
from peers import limits
from peers.models import Peer, Session
from tests.conftest import make_moderator
from tests.desk.staff import sit_down
from tests.forum_live.helpers import browser_of

pytestmark = pytest.mark.django_db
HARD, SAME, GOOD = 1, 2, 3


@pytest.fixture(autouse=True)
def _host_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def over(host, session) -> LiveSession:
    """A session that was held and is closed."""
    move(host=host, session=session, act=Act.CLOSE)
    return LiveSession.objects.get(pk=session.pk)


def felt(client, session: LiveSession, face: object):
    return client.post(f"/live/{session.public_id}/feedback", {"face": face})


def counts() -> dict[int, int]:
    return dict(LiveFeedback.objects.values_list("face", "times"))


def long_over(session: LiveSession, faces: tuple[int, int, int], **ago) -> None:
    closed_at = timezone.now() - timedelta(**(ago or {"hours": 25}))
    LiveSession.objects.filter(pk=session.pk).update(closed_at=closed_at)
    for face, times in zip((HARD, SAME, GOOD), faces, strict=True):
        LiveFeedback.objects.update_or_create(session=session, face=face, defaults={"times": times})


def test_each_face_is_counted_and_answered_kindly(over) -> None:
    pages = {face: felt(browser_of(Peer.objects.create()), over, face) for face in (HARD, SAME, GOOD, GOOD)}

    assert counts() == {HARD: 1, SAME: 1, GOOD: 2}
    assert {page.status_code for page in pages.values()} == {200}
    assert "Thank you for saying so" in pages[GOOD].text
    assert "Thank you for saying so" in pages[SAME].text


def test_hard_is_answered_with_help_first(over) -> None:
    page = felt(browser_of(), over, HARD).text
    main = page.partition("<main")[2]

    assert main.index('href="/help"') < main.index(f"/live/{over.public_id}/call") < main.index('href="/new"')
    assert main.index('href="/help"') < main.index("The next live rooms")


def test_hard_is_answered_with_help_though_nothing_more_is_counted(over, monkeypatch) -> None:
    monkeypatch.setattr(limits, "FACES", limits.Limit("faces", 1, 3600))
    client = browser_of(Peer.objects.create())
    felt(client, over, GOOD)

    page = felt(client, over, HARD)

    assert page.status_code == 200
    assert "Talk to someone now" in page.text
    assert counts() == {GOOD: 1}


def test_one_browser_is_counted_once_whatever_it_chooses(ash, over) -> None:
    client = browser_of(ash)

    for face in (GOOD, GOOD, HARD):
        felt(client, over, face)

    assert counts() == {GOOD: 1}


def test_each_session_is_asked_for_itself(ash, host, room, over) -> None:
    other = schedule(host=host, room=room, title="Another")
    for act in (Act.OPEN, Act.CLOSE):
        move(host=host, session=other, act=act)
    client = browser_of(ash)

    for session in (over, other):
        felt(client, session, GOOD)

    assert LiveFeedback.objects.filter(face=GOOD, times=1).count() == 2


def test_without_a_session_none_is_begun(over) -> None:
    before = Peer.objects.count()

    page = felt(browser_of(), over, GOOD)

    assert not page.cookies
    assert not Session.objects.exists()
    assert Peer.objects.count() == before
    assert counts() == {GOOD: 1}


def test_a_network_cannot_flood_the_counts(over) -> None:
    client = browser_of()
    client.defaults["REMOTE_ADDR"] = "203.0.113.7"

    for _ in range(limits.FACES.most + 5):
        felt(client, over, GOOD)

    assert counts() == {GOOD: limits.FACES.most}


def test_nothing_in_the_database_tells_who_chose_what(ash, over) -> None:
    client = browser_of(ash)
    rows = {"sessions": list(Session.objects.values()), "events": LiveEvent.objects.count()}
    peer = Peer.objects.filter(pk=ash.pk).values().get()

    felt(client, over, HARD)

    assert {field.name for field in LiveFeedback._meta.get_fields()} == {"id", "session", "face", "times"}
    assert not any(isinstance(field, models.DateTimeField) for field in LiveFeedback._meta.get_fields())
    assert {"sessions": list(Session.objects.values()), "events": LiveEvent.objects.count()} == rows
    assert Peer.objects.filter(pk=ash.pk).values().get() == peer


@pytest.mark.parametrize("junk", ["", "0", "4", "-1", "good", "1.0", "²", "9" * 40])
def test_what_is_no_face_is_not_counted(over, junk) -> None:
    assert felt(browser_of(), over, junk).status_code == 422
    assert counts() == {}


def test_it_is_open_from_closing_for_a_day(over) -> None:
    LiveSession.objects.filter(pk=over.pk).update(closed_at=timezone.now() - timedelta(hours=23, minutes=59))
    in_time = felt(browser_of(), over, GOOD)
    LiveSession.objects.filter(pk=over.pk).update(closed_at=timezone.now() - timedelta(hours=24))
    too_late = felt(browser_of(), over, GOOD)

    assert (in_time.status_code, too_late.status_code) == (200, 409)
    assert counts() == {GOOD: 1}


def test_one_that_goes_on_or_never_took_place_is_not_asked_about(host, room, session) -> None:
    missed = schedule(host=host, room=room, title="Evening")
    move(host=host, session=missed, act=Act.CLOSE)

    assert felt(browser_of(), session, GOOD).status_code == 409
    assert felt(browser_of(), missed, GOOD).status_code == 409
    assert counts() == {}


def test_a_foreign_page_counts_nothing(over) -> None:
    client = browser_of()
    client.defaults["HTTP_ORIGIN"] = "https://elsewhere.example"

    assert felt(client, over, GOOD).status_code == 403
    assert counts() == {}


def test_the_closed_page_has_care_help_and_three_answers(over) -> None:
    said = render_to_string("forum/live/_after.html", {"session": over, "felt": False})
    told = render_to_string("forum/live/_after.html", {"session": over, "felt": True})

    assert said.count('name="face"') == 3
    for word in ("Breathe", "water", "someone you trust", 'href="/help"'):
        assert word in said
        assert word in told
    assert 'name="face"' not in told


# --- who sees the counts -----------------------------------------------------------------------------------------


def of_host(host) -> str:
    return " ".join(browser_of(host).get("/live/yours").text.split())


def test_a_host_sees_counts_from_five_answers_on(host, over) -> None:
    long_over(over, (5, 6, 7))
    told = of_host(host)
    long_over(over, (1, 1, 2))
    withheld = of_host(host)

    assert "18 people answered: it did me good, 7; about the same, 6; it was hard for me, 5." in told
    assert "Fewer than five people said how it was" in withheld
    assert "people answered" not in withheld


def test_small_counts_beside_a_total_are_not_told(host, over) -> None:
    long_over(over, (1, 0, 9))

    said = of_host(host)

    assert "it was hard for me, 1" not in said
    assert "about the same, 0" not in said


def test_counts_that_can_still_move_are_told_to_nobody(host, over) -> None:
    long_over(over, (5, 6, 7), hours=23)

    assert "people answered" not in of_host(host)
    assert "People can still say how it was" in of_host(host)


def test_other_hosts_do_not_see_them_and_leads_do(host, over) -> None:
    long_over(over, (5, 6, 7))
    other = make_moderator("sage", "Sage", Role.HOST)
    lead = make_moderator("maren", "Maren", Role.LEAD)

    others, leads = sit_down(other).read("/live/yours"), sit_down(lead).read("/live/yours")

    assert "people answered" not in others
    assert "18 people answered" in leads
    assert "with River" in leads


def test_the_list_asks_a_fixed_number_of_questions(host, room, over, django_assert_num_queries) -> None:
    client = browser_of(host)
    for number in range(2):
        made = schedule(host=host, room=room, title=f"Evening {number}")
        for act in (Act.OPEN, Act.CLOSE):
            move(host=host, session=made, act=act)
        long_over(made, (5, 6, 7))
    client.get("/live/yours")

    with django_assert_num_queries(8):  # session, person, held, counts, series, to come, topics, who is on shift
        client.get("/live/yours")


# --- at the same time --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_answers_of_the_same_moment_are_all_counted(emptied_afterwards, over) -> None:
    barrier, failed = Barrier(4), []

    def answer() -> None:
        barrier.wait()
        try:
            for _ in range(5):
                feedback.count(session=over, face=feedback.Face.BETTER)
        except DatabaseError as problem:
            failed.append(problem)
        finally:
            connections.close_all()

    workers = [Worker(target=answer) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(60)

    assert failed == []
    assert counts() == {GOOD: 20}


def test_no_cookie_is_left_by_saying_how_it_was(over) -> None:
    assert settings.SESSION_COOKIE_NAME not in felt(browser_of(), over, HARD).cookies

"""A live room as a page: it works with a form and a link, and loses no words."""

import pytest
from django.utils import timezone

from forum import notes
from forum.live.hosting import move, step_out
from forum.live.states import Act
from forum.models import LiveSession, Post
from forum.posting import submit_post, withdraw
from peers import limits
from peers.boundaries import block, set_topic_filters
from peers.models import Peer, Session
from tests.conftest import draft
from tests.forum_live.helpers import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _host_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def test_a_reader_without_a_session_reads_and_gets_no_cookie(ash, session) -> None:
    submit_post(peer=ash, place=session, draft=draft("The kettle is on."))

    response = browser_of().get(f"/live/{session.public_id}/")

    assert response.status_code == 200
    assert "The kettle is on." in response.text
    assert not response.cookies


def test_the_first_message_makes_an_identity_and_leads_back_to_the_room(session) -> None:
    client = browser_of()

    response = client.post(f"/live/{session.public_id}/say", {"body": "First time here.", "client_id": "one"})

    assert response.status_code == 303
    assert response["Location"].startswith(f"/live/{session.public_id}/")
    assert "First time here." in client.get(f"/live/{session.public_id}/").text
    assert Post.objects.get().peer is not None


def test_the_same_form_sent_twice_is_one_message(ash, session) -> None:
    client = browser_of(ash)

    for _ in range(2):
        client.post(f"/live/{session.public_id}/say", {"body": "Once.", "client_id": "one"})

    assert Post.objects.count() == 1


def test_other_words_under_the_same_id_are_another_message(ash, session) -> None:
    client = browser_of(ash)

    client.post(f"/live/{session.public_id}/say", {"body": "Once.", "client_id": "one"})
    client.post(f"/live/{session.public_id}/say", {"body": "After going back.", "client_id": "one"})

    assert Post.objects.count() == 2


def test_words_at_risk_are_answered_with_help_in_the_same_page(ash, session) -> None:
    response = browser_of(ash).post(
        f"/live/{session.public_id}/say", {"body": "I am going to end my life tonight", "client_id": "one"}
    )

    assert response.status_code == 200
    assert "Your words are saved" in response.text
    assert "/help" in response.text


@pytest.mark.parametrize(("body", "status"), [("", 422), (" \u200b ", 422), ("x" * 501, 422), ("x" * 100_000, 422)])
def test_what_cannot_be_said_comes_back_in_the_form(ash, session, body, status) -> None:
    response = browser_of(ash).post(f"/live/{session.public_id}/say", {"body": body, "client_id": "one"})

    assert response.status_code == status
    assert body.strip() in response.text
    assert not Post.objects.exists()


def test_without_a_host_the_words_come_back_with_help(ash, host, session) -> None:
    step_out(host=host, session=session)

    response = browser_of(ash).post(f"/live/{session.public_id}/say", {"body": "Anyone there?", "client_id": "one"})

    assert response.status_code == 409
    assert "The host has dropped. Messages are paused for safety" in response.text
    assert "Anyone there?" in response.text
    assert 'href="/help"' in response.text


def test_a_stranger_without_a_host_gets_no_identity_for_nothing(host, session) -> None:
    step_out(host=host, session=session)
    before = Peer.objects.count()

    response = browser_of().post(f"/live/{session.public_id}/say", {"body": "Hello?", "client_id": "one"})

    assert response.status_code == 409
    assert Peer.objects.count() == before
    assert not response.cookies


def test_too_many_messages_wait_with_their_words_kept(ash, session) -> None:
    client = browser_of(ash)
    while not limits.buckets().take(limits.MESSAGES, str(ash.pk)):
        pass  # as if 20 messages had been said this moment: saying them could take long enough to be allowed another

    response = client.post(f"/live/{session.public_id}/say", {"body": "One more.", "client_id": "more"})

    assert response.status_code == 429
    assert "One more." in response.text
    assert int(response["Retry-After"]) >= 1


def test_a_session_that_ended_while_writing_is_asked_first(ash, session) -> None:
    client = browser_of(ash)
    Session.objects.all().delete()
    kept = client.post(f"/live/{session.public_id}/say", {"body": "Still me.", "client_id": "one"})

    assert kept.status_code == 409
    assert "Still me." in kept.text
    assert not Post.objects.exists()


def test_the_page_that_renews_itself_holds_no_form_that_could_lose_words(session) -> None:
    follow = browser_of().get(f"/live/{session.public_id}/?follow=1")
    still = browser_of().get(f"/live/{session.public_id}/")

    assert follow["Refresh"] == "10"
    assert "<textarea" not in follow.text
    assert "Refresh" not in still.headers
    assert "<textarea" in still.text


def test_a_blocked_person_is_not_met_in_the_page(ash, blue, session) -> None:
    submit_post(peer=ash, place=session, draft=draft("Words Blue should not meet."))
    block(peer=blue, other=ash, name_met="someone")

    assert "Words Blue should not meet." not in browser_of(blue).get(f"/live/{session.public_id}/").text
    assert "Words Blue should not meet." in browser_of(ash).get(f"/live/{session.public_id}/").text


def test_a_folded_topic_is_folded_and_a_hidden_one_is_not_there(ash, blue, session) -> None:
    submit_post(peer=ash, place=session, draft=draft("My grandmother's garden.", notes=notes.to_bits(["death"])))

    set_topic_filters(peer=blue, ways={"death": "fold"})
    folded = browser_of(blue).get(f"/live/{session.public_id}/").text
    set_topic_filters(peer=blue, ways={"death": "hide"})
    hidden = browser_of(blue).get(f"/live/{session.public_id}/").text

    assert "Content note: death" in folded
    assert "grandmother" not in hidden


def test_a_message_taken_down_leaves_its_place(ash, blue, session) -> None:
    post = submit_post(peer=ash, place=session, draft=draft("Said too much."))
    withdraw(peer=ash, post=post)

    page = browser_of(blue).get(f"/live/{session.public_id}/").text

    assert "Said too much." not in page
    assert "Its author took this down" in page


def test_a_closed_room_has_no_form(host, session) -> None:
    move(host=host, session=session, act=Act.CLOSE)

    page = browser_of().get(f"/live/{session.public_id}/").text

    assert "This live room is closed" in page
    assert "<textarea" not in page


@pytest.mark.parametrize("path", ["nowhere12345", "%00", "a b", "\u202e", "a" * 300])
def test_an_unknown_room_is_a_calm_404(path) -> None:
    for end in ("", "say", "events", "host/"):
        assert browser_of().get(f"/live/{path}/{end}").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_messages(ash, session, django_assert_num_queries) -> None:
    client = browser_of(ash)
    submit_post(peer=ash, place=session, draft=draft("One."))
    with django_assert_num_queries(14):
        client.get(f"/live/{session.public_id}/")
    for number in range(10):
        submit_post(peer=ash, place=session, draft=draft(f"Line {number}."))
    with django_assert_num_queries(14):
        client.get(f"/live/{session.public_id}/")


def test_reading_without_a_session_takes_few_queries(ash, session, django_assert_num_queries) -> None:
    submit_post(peer=ash, place=session, draft=draft("One."))

    with django_assert_num_queries(4):
        browser_of().get(f"/live/{session.public_id}/")


def test_host_lease_that_ran_out_pauses_the_page(session) -> None:
    LiveSession.objects.filter(pk=session.pk).update(host_until=timezone.now())

    page = browser_of().get(f"/live/{session.public_id}/").text

    assert "The host has dropped" in page

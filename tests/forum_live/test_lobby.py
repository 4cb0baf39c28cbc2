"""Coming in to a live room: how one wishes to be there holds for the visit, and is kept nowhere."""

import pytest

from forum import notes
from forum.live.hosting import move, schedule
from forum.live.states import Act
from forum.live.wishes import Wishes, wishes_of
from forum.models import LiveEvent, LiveHand, Post
from forum.posting import submit_post
from peers.models import Peer, Session, TopicFilter
from tests.conftest import draft
from tests.forum_live.helpers import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _host_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def test_coming_in_keeps_nothing_and_makes_nobody(session) -> None:
    people = Peer.objects.count()
    form = {"mood": "low", "listens": "on", "drugs": "fold", "death": "hide"}

    answer = browser_of().post(f"/live/{session.public_id}/lobby", form)

    assert answer.status_code == 303
    assert answer["Location"] == f"/live/{session.public_id}/?fold=drugs&hide=death&listen=1"
    assert (Peer.objects.count(), Session.objects.count(), TopicFilter.objects.count()) == (people, 0, 0)
    assert not answer.cookies


def test_whoever_says_it_is_very_heavy_meets_help_before_the_room(session) -> None:
    answer = browser_of().post(f"/live/{session.public_id}/lobby", {"mood": "heavy", "death": "hide"})

    assert answer.status_code == 200
    assert 'href="/help"' in answer.text
    assert f'action="/live/{session.public_id}/call"' in answer.text
    assert f'href="/live/{session.public_id}/?hide=death"' in answer.text


def test_a_choice_that_does_not_exist_comes_back_calmly(session) -> None:
    answer = browser_of().post(f"/live/{session.public_id}/lobby", {"mood": "furious", "drugs": "burn"})

    assert answer.status_code == 422
    assert "How are you, in one tap?" in answer.text


@pytest.mark.parametrize("known", [True, False])
def test_topics_not_to_be_met_are_not_there_for_this_visit(ash, blue, session, known) -> None:
    submit_post(peer=blue, place=session, draft=draft("About the funeral.", notes=notes.to_bits(["death"])))
    browser = browser_of(ash if known else None)
    at = f"/live/{session.public_id}/"

    assert "About the funeral." in browser.get(at).text
    assert "About the funeral." not in browser.get(f"{at}?hide=death").text
    assert "Content note: death" in browser.get(f"{at}?fold=death").text
    assert "About the funeral." not in browser.get(f"{at}events?after=0&hide=death").text
    assert "Content note: death" in browser.get(f"{at}events?after=0&fold=death").text


def test_what_is_chosen_for_the_visit_never_lifts_what_was_chosen_for_good(ash, blue, session) -> None:
    TopicFilter.objects.create(peer=ash, note="death", way="hide")
    submit_post(peer=blue, place=session, draft=draft("About the funeral.", notes=notes.to_bits(["death"])))

    page = browser_of(ash).get(f"/live/{session.public_id}/?fold=death")

    assert "About the funeral." not in page.text


def test_whoever_listens_only_sees_no_form_and_finds_one_again(session) -> None:
    page = browser_of().get(f"/live/{session.public_id}/?listen=1").text

    assert "data-live-form" not in page
    assert "I would like to write after all" in page
    assert "I need help now" in page


def test_choices_stay_with_what_one_says(ash, session) -> None:
    answer = browser_of(ash).post(f"/live/{session.public_id}/say?hide=death", {"body": "Good evening."})

    post = Post.objects.get()
    assert answer["Location"] == f"/live/{session.public_id}/?hide=death#post-{post.public_id}"


def test_an_address_made_by_hand_asks_for_nothing_unknown() -> None:
    assert wishes_of({"fold": "drugs,<b>,,drugs", "hide": "\x00", "listen": "2"}) == Wishes(
        fold=notes.to_bits(["drugs"])
    )


def test_a_room_that_is_still_to_come_offers_to_remind(host, room, session) -> None:
    later = schedule(host=host, room=room, title="Tomorrow")

    assert f"/live/{later.public_id}/remind" in browser_of().get(f"/live/{later.public_id}/").text
    assert f"/live/{session.public_id}/remind" not in browser_of().get(f"/live/{session.public_id}/").text


def test_a_closed_room_is_left_with_care_and_a_question(host, session) -> None:
    move(host=host, session=session, act=Act.CLOSE)

    page = browser_of().get(f"/live/{session.public_id}/").text

    assert "Take care of yourself now" in page
    assert f'action="/live/{session.public_id}/feedback"' in page


def test_stepping_out_tells_nobody(ash, session) -> None:
    before = LiveEvent.objects.count()

    page = browser_of(ash).get(f"/live/{session.public_id}/out")

    assert "Nobody was told" in page.text
    assert LiveEvent.objects.count() == before


def test_a_hand_goes_up_and_down_without_javascript(ash, session) -> None:
    browser = browser_of(ash)
    at = f"/live/{session.public_id}/"

    up = browser.post(f"{at}hand?hide=death", {"hand": "up"})
    page = browser.get(at).text
    browser.post(f"{at}hand", {"hand": "down"})

    assert up["Location"] == f"{at}?hide=death#newest"
    assert "Your hand is up. Only the host sees it." in page
    assert not LiveHand.objects.exists()


def test_nobody_without_a_name_and_nobody_in_a_closed_room_raises_a_hand(ash, host, session) -> None:
    assert browser_of().post(f"/live/{session.public_id}/hand", {"hand": "up"}).status_code == 403
    move(host=host, session=session, act=Act.CLOSE)
    assert browser_of(ash).post(f"/live/{session.public_id}/hand", {"hand": "up"}).status_code == 409
    assert not LiveHand.objects.exists()


def test_names_are_told_of_those_who_spoke_and_of_nobody_else(ash, blue, host, session) -> None:
    submit_post(peer=host, place=session, draft=draft("Welcome."))
    post = submit_post(peer=ash, place=session, draft=draft("Hello."))

    page = browser_of(blue).get(f"/live/{session.public_id}/").text
    names = page.partition("data-live-names")[2].partition("</ul>")[0]

    assert names.count("<li>") == 2
    assert "River" in names
    assert post.persona is not None
    assert post.persona.name in names

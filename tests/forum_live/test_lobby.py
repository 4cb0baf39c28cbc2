"""Coming in to a live room: how one wishes to be there holds for the visit, and is kept nowhere."""

import re

import pytest

from forum import notes
from forum.live.hosting import give_floor, move, raise_hand, schedule, step_out
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
    assert answer["Location"] == f"/live/{session.public_id}/?fold=drugs&hide=death&listen=1#newest"
    assert (Peer.objects.count(), Session.objects.count(), TopicFilter.objects.count()) == (people, 0, 0)
    assert not answer.cookies


def test_whoever_says_it_is_very_heavy_meets_help_before_the_room(session) -> None:
    answer = browser_of().post(f"/live/{session.public_id}/lobby", {"mood": "heavy", "death": "hide"})

    assert answer.status_code == 200
    assert 'href="/help"' in answer.text
    assert f'action="/live/{session.public_id}/call?hide=death"' in answer.text
    assert f'href="/live/{session.public_id}/?hide=death#newest"' in answer.text


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


@pytest.mark.parametrize("path", ["?listen=1&hide=death", "?hide=death&follow=1&listen=1"])
def test_topics_stay_away_from_whoever_would_like_to_write_after_all(session, path) -> None:
    at = f"/live/{session.public_id}/"

    page = browser_of().get(f"{at}{path}").text

    assert f'href="{at}say?hide=death"' in page or f'href="{at}?hide=death#newest"' in page
    assert f'action="{at}call?hide=death&amp;listen=1"' in page


def test_every_way_back_from_help_leads_to_the_room_as_one_wished_to_meet_it(ash, session) -> None:
    browser, at = browser_of(ash), f"/live/{session.public_id}/"

    called = browser.post(f"{at}call?hide=death&listen=1").text
    saved = browser.post(f"{at}say?hide=death", {"body": "I am going to end my life tonight"}).text
    post = Post.objects.get()
    led = browser.get(f"/posts/{post.public_id}/?hide=death")

    assert f'href="{at}?hide=death&amp;listen=1#newest">Go back to the room' in called
    assert f'href="{at}?hide=death#post-{post.public_id}">Go to your words' in saved
    assert f'href="/posts/{post.public_id}/?hide=death"' in saved
    assert led["Location"] == f"{at}?hide=death#post-{post.public_id}"


def test_first_words_sent_again_are_found_in_the_room_as_one_wished_to_meet_it(session) -> None:
    form = {"body": "First time here.", "client_id": "one"}
    browser_of().post(f"/live/{session.public_id}/say?hide=death", form)

    again = browser_of().post(f"/live/{session.public_id}/say?hide=death", form)

    assert "Your words are already posted" in again.text
    assert f'href="/live/{session.public_id}/?hide=death#post-' in again.text


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
    assert "You can answer for a day. Only how often each was chosen is kept" in page


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


@pytest.mark.parametrize("state", [None, Act.OPEN_LOBBY])
def test_the_way_to_raise_a_hand_stands_ready_before_the_room_opens(ash, host, room, state) -> None:
    later = schedule(host=host, room=room, title="Tonight")
    if state:
        move(host=host, session=later, act=state)
    at = f"/live/{later.public_id}/"
    pages = {name: browser_of(peer).get(at).text for name, peer in (("peer", ash), ("reader", None), ("host", host))}

    assert "data-live-hand-button hidden>Raise my hand" in pages["peer"]
    assert f'action="{at}hand"' in pages["peer"]
    assert "data-live-hand" not in pages["reader"] + pages["host"]


def test_what_is_for_one_person_tells_their_page_their_name_and_their_hand(ash, host, session) -> None:
    move(host=host, session=session, act=Act.ONE_VOICE)
    browser, at = browser_of(ash), f"/live/{session.public_id}/mine"
    before = browser.get(at).text
    raise_hand(peer=ash, session=session)
    raised = browser.get(at).text

    give_floor(host=host, session=session, peer=ash)
    session.refresh_from_db()

    assert 'data-me="" data-hand="down"' in before
    assert 'data-me="" data-hand="up"' in raised
    assert f'data-me="{session.floor_name}" data-hand="down"' in browser.get(at).text
    assert 'data-me="" data-hand=""' in browser_of().get(at).text


def test_who_reads_along_finds_help_their_hand_the_way_out_and_why_nobody_writes(ash, host, session) -> None:
    browser, at = browser_of(ash), f"/live/{session.public_id}/"
    up = browser.post(f"{at}hand?hide=death", {"hand": "up", "follow": "1"})
    step_out(host=host, session=session)

    page = browser.get(up["Location"].partition("#")[0]).text

    assert up["Location"] == f"{at}?hide=death&follow=1#newest"
    assert "This page renews itself every 10 seconds" in page
    for words in ("I need help now", "Take my hand down", "Step out", "The host has dropped", "Write a message"):
        assert words in page
    assert "data-live-paused>" in page


def test_a_room_that_is_over_is_not_renewed_any_more(host, session) -> None:
    move(host=host, session=session, act=Act.CLOSE)

    page = browser_of().get(f"/live/{session.public_id}/?follow=1")

    assert "Refresh" not in page.headers
    assert "Take care of yourself now" in page.text


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


def test_every_link_into_a_room_leads_to_what_was_said_last(ash, host, session) -> None:
    at = f"/live/{session.public_id}/"
    reader, by_host = browser_of(ash), browser_of(host)
    pages = [
        reader.get(each) for each in ("/", "/live/", at, f"{at}?listen=1", f"{at}?follow=1", f"{at}out?hide=death")
    ]
    pages += [reader.post(f"{at}lobby", {"mood": "heavy"}), reader.post(f"{at}call"), by_host.get(f"{at}host/")]

    for page in pages:
        inward = re.findall(rf'href="{at}((?:\?[^"#]*)?(?:#[^"]*)?)"', page.text)
        assert page.status_code == 200
        assert [link for link in inward if not link.endswith("#newest") and "over=1" not in link] == []
    assert 'id="newest"' in pages[2].text


def test_a_room_that_is_over_opens_at_its_beginning_where_its_care_stands(ash, host, session) -> None:
    for act in (Act.WIND_DOWN, Act.CLOSE):
        session.refresh_from_db()
        move(host=host, session=session, act=act)

    assert 'id="newest"' not in browser_of(ash).get(f"/live/{session.public_id}/").text

"""First posts of many from one network: slowed without losing a word, and never in the way of a cry for help."""

from typing import Any

import pytest
from django.test import Client

from forum.models import Post, SavedDraft, Visibility
from moderation.models import Case
from peers import limits
from peers.models import Peer, Session
from tests.forum.doors import OUR_PAGE, Browser, thread_of

NETWORK, NEIGHBOUR, ELSEWHERE = "203.0.113.9", "203.0.113.77", "198.51.100.4"
CRISIS = "I am going to end my life tonight"
RED_AND_OPEN = "I am worried about my friend, she said she wants to die"  # published where nothing stands in its way
DOORS = ("new", "reply", "live")


@pytest.fixture
def crowded(db, monkeypatch) -> None:
    """As many identities began on this network as may within the hour."""
    monkeypatch.setattr(limits, "ARRIVALS", limits.Limit("arrivals", 2, 3600))
    for _ in range(2):
        sends("/arrive", "", NETWORK)


@pytest.fixture
def addresses(thread, session) -> dict[str, str]:
    return {"new": "/new", "reply": f"/threads/{thread.public_id}/reply", "live": f"/live/{session.public_id}/say"}


def sends(address: str, body: str, address_of_sender: str) -> Any:
    """Someone who never came before, without any cookie, sends these words."""
    return Client(REMOTE_ADDR=address_of_sender).post(address, {"body": body}, headers={"Origin": OUR_PAGE})


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("words", ["Tea helped.", "I relapsed last night"])
def test_where_many_began_words_that_can_wait_come_back_and_make_no_identity(crowded, addresses, door, words) -> None:
    before = Peer.objects.count(), Post.objects.count()

    answer = sends(addresses[door], words, NEIGHBOUR)

    html = answer.content.decode()
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert words in html
    assert "Many people near you began here" in html
    assert 'href="/help"' in html
    assert (Peer.objects.count(), Post.objects.count()) == before


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("words", [CRISIS, RED_AND_OPEN])
def test_where_many_began_a_cry_for_help_is_saved_folded_and_answered_with_help(
    crowded, addresses, door, words
) -> None:
    answer = sends(addresses[door], words, NEIGHBOUR)

    post = Post.objects.get(body=words)
    assert answer.status_code == 200
    assert "Are you safe right now?" in answer.content.decode()
    assert post.visibility == Visibility.NOTED
    assert Case.objects.open().filter(post=post).count() == 1


def test_first_posts_use_up_what_a_network_may_begin_in_an_hour(rooms) -> None:
    answers = [sends("/new", f"Line {number}.", NETWORK) for number in range(limits.ARRIVALS.most + 1)]

    assert [answer.status_code for answer in answers[:-1]] == [303] * limits.ARRIVALS.most
    assert answers[-1].status_code == 429
    assert Peer.objects.count() == limits.ARRIVALS.most


def test_other_networks_and_those_who_have_a_name_write_on(crowded, addresses, blue) -> None:
    elsewhere = sends("/new", "Tea helped.", ELSEWHERE)
    browser = Browser(blue)
    browser.client.defaults["REMOTE_ADDR"] = NEIGHBOUR
    known = browser.post(addresses["reply"], {"body": "Tea helped, too."})

    assert (elsewhere.status_code, known.status_code) == (303, 303)


def test_words_nobody_could_post_use_up_nothing(host, addresses, session) -> None:
    for _ in range(limits.ARRIVALS.most + 1):
        sends("/new", "", NETWORK)
        sends(addresses["live"], "", NETWORK)

    assert sends("/new", "Tea helped.", NETWORK).status_code == 303


def test_refused_words_are_kept_for_as_many_as_may_save_and_always_given_back(rooms, monkeypatch) -> None:
    monkeypatch.setattr(limits, "DRAFTS", limits.Limit("drafts", 2, 600))

    answers = [sends("/new", f"{'x' * 20_001} {number}", NETWORK) for number in range(4)]

    assert all(f" {number}" in answer.content.decode() for number, answer in enumerate(answers))
    assert (SavedDraft.objects.count(), Session.objects.count()) == (2, 2)


def test_a_page_says_that_words_are_saved_only_where_they_are(crowded, rooms, monkeypatch) -> None:
    monkeypatch.setattr(limits, "DRAFTS", limits.Limit("drafts", 1, 600))

    saved = sends("/new", "Tea helped.", NEIGHBOUR).content.decode()
    not_saved = sends("/new", "Tea helped.", NEIGHBOUR).content.decode()

    assert "Your words are still here, and saved." in saved
    assert "Your words are still here." in not_saved


def test_a_newcomer_where_nobody_waits_is_not_folded(rooms) -> None:
    sends("/new", RED_AND_OPEN, NETWORK)

    post = Post.objects.get()
    assert post.visibility == Visibility.PUBLISHED
    assert thread_of(post).room.is_arrivals

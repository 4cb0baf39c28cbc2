"""One's own help in a live room: on the page after a reload or without a script."""

import pytest

from forum.live import frames
from forum.posting import submit_post
from tests.conftest import draft
from tests.forum_live.helpers import browser_of

CRISIS = ("I am going to end my life tonight", "I still want to end my life tonight")
RED = "I am worried about my friend, she said she wants to die"
HELD = "I will hurt him tonight, I know where he lives"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _host_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.mark.parametrize("words", [CRISIS[0], RED])
@pytest.mark.parametrize("path", ["", "?follow=1", "say"])
def test_ones_own_help_stands_in_the_room_after_a_reload_for_nobody_else(ash, blue, session, words, path) -> None:
    submit_post(peer=ash, place=session, draft=draft(words))

    address = f"/live/{session.public_id}/{path}"
    own, other, reader = (browser_of(peer).get(address).text for peer in (ash, blue, None))

    assert "Only you can see this" in own
    assert own.count('class="help-card"') >= 1
    for seen in (other, reader):
        assert "help-card" not in seen
        assert "Only you can see this" not in seen


def test_the_same_help_stands_once_however_often_it_was_called_for(ash, session) -> None:
    submit_post(peer=ash, place=session, draft=draft(CRISIS[0]))
    once = browser_of(ash).get(f"/live/{session.public_id}/").text.count("help-card")
    submit_post(peer=ash, place=session, draft=draft(CRISIS[1]))

    twice = browser_of(ash).get(f"/live/{session.public_id}/").text.count("help-card")

    assert once == twice > 0


def test_words_that_wait_stand_with_why_and_with_a_way_to_help(ash, session) -> None:
    submit_post(peer=ash, place=session, draft=draft(HELD))

    page = browser_of(ash).get(f"/live/{session.public_id}/").text

    assert HELD in page
    assert "Only you and moderators can see this" in page
    assert "If you need someone now" in page.partition("data-live-mine")[2].partition("live-composer")[0]


def test_everyday_words_bring_no_card(ash, session, rf) -> None:
    post = submit_post(peer=ash, place=session, draft=draft("The kettle is on."))

    assert frames.mine_html(post, rf.get("/")) == ""
    assert "Only you can see this" not in browser_of(ash).get(f"/live/{session.public_id}/").text

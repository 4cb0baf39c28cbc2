"""A live room while the site is paused: words come back with a plain sentence; a cry for help is held and answered."""

import pytest

from forum.models import Mode, Post, SiteMode, Visibility
from moderation.models import Case
from tests.forum_live.helpers import browser_of
from tests.realtime.sockets import open_page

pytestmark = pytest.mark.django_db(transaction=True)
CRY = "I am going to end my life tonight"


async def pause() -> None:
    await SiteMode.objects.acreate(mode=Mode.PAUSED, by_hand=True, reason="Nobody can be here")


async def test_a_pause_acts_on_an_open_socket_and_the_words_come_back(ash, session) -> None:
    async with open_page(session, ash) as page:
        before = await page.say("I made soup today.", "one")
        await pause()
        during = await page.say("And bread.", "two")

    assert before["type"] == "ack"
    assert (during["type"], during["reason"]) == ("rejected", "paused")
    assert "Your words stay here" in during["sentence"]
    assert await Post.objects.acount() == 1


async def test_a_cry_for_help_over_the_socket_is_held_and_answered_with_help(ash, blue, session) -> None:
    await pause()

    async with open_page(session, ash) as ashs, open_page(session, blue) as blues:
        answer = await ashs.say(CRY)
        silent = await blues.hears_nothing(within=0.2)

    assert (answer["type"], answer["state"], answer["seq"]) == ("ack", "held", None)
    assert "help-card" in answer["card"]
    assert silent
    assert (await Post.objects.aget()).visibility == Visibility.HELD
    assert await Case.objects.acount() == 1


@pytest.mark.parametrize("who", ["known", "new"])
def test_without_a_script_the_words_stay_in_the_form(ash, session, settings, who) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    SiteMode.objects.create(mode=Mode.PAUSED, by_hand=True, reason="Nobody can be here")

    answer = browser_of(ash if who == "known" else None).post(f"/live/{session.public_id}/say", {"body": "And bread."})

    assert answer.status_code == 423
    assert "Writing is paused" in answer.text
    assert "And bread." in answer.text
    assert not Post.objects.exists()

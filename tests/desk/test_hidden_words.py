"""A hidden word is nowhere: not on any page anyone else can reach, not in a frame, not in what search keeps."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.db import connection

from forum.live.frames import tell
from forum.models import LiveEvent, Post
from forum.posting import edit_post, submit_post
from moderation.models import Case
from tests.conftest import draft, make_post
from tests.desk.staff import Browser, decision, sit_down, take
from tests.forum.doors import thread_of

pytestmark = pytest.mark.django_db
CANARY = "qwyxcanary🫂e\u0301"
WORDS = f"Tonight it is heavy 🕯. There is {CANARY} near me. I want to die. ﬁn"
NOTE = "One part could hurt someone else who reads it. The rest stays."
MOST_PAGES = 120


def hide(browser: Browser, post: Post, *, parts: str = CANARY) -> None:
    decide(browser, post, action="redact", reason_code="method-detail", body=NOTE, more_parts=parts)


def decide(browser: Browser, post: Post, **chosen: str) -> None:
    case = Case.objects.open().get(post=post)
    form = decision(take(browser, case, reveal=True), **chosen)
    answer = browser.post(f"{case.get_absolute_url()}decide", form)
    assert answer.status_code == 302, answer.content.decode()


def reachable(reader: Browser) -> Iterator[tuple[str, str]]:
    """Every page this reader can come to by following links from the first page."""
    waiting, seen = ["/", "/search?q=heavy", "/search?q=qwyxcanary"], set[str]()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = reader.get(address)
        if answer.status_code in (301, 302, 303):
            waiting.append(answer["location"].partition("#")[0])
        elif answer["content-type"].startswith("text/html"):
            page = answer.content.decode()
            yield address, page.replace('value="qwyxcanary"', "")
            found = (unescape(link).partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', page))
            waiting += [link for link in found if not link.startswith(("/static", "/exit", "/sign-out"))]


def test_no_page_anyone_else_can_reach_holds_the_word(robin, ash, blue, room) -> None:
    post = make_post(ash, room, WORDS, title="A heavy night")
    submit_post(peer=blue, place=thread_of(post), draft=draft("I am here with you."))
    hide(sit_down(robin), post)

    for reader in (Browser(), Browser(blue)):
        pages = dict(reachable(reader))
        assert len(pages) > 15
        assert any("Tonight it is heavy" in page for page in pages.values())
        assert [address for address, page in pages.items() if "qwyxcanary" in page] == []


def test_search_keeps_only_what_is_shown(robin, ash, room) -> None:
    post = make_post(ash, room, WORDS)
    hide(sit_down(robin), post)

    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM forum_search")
        rows = str(cursor.fetchall())

    assert "heavy" in rows
    assert "qwyxcanary" not in rows


def test_no_frame_of_a_live_room_holds_the_word_once_it_was_hidden(robin, ash, session) -> None:
    post = submit_post(peer=ash, place=session, draft=draft(WORDS))
    hide(sit_down(robin), post)

    frames = [tell(event, session) for event in LiveEvent.objects.filter(session=session)]

    assert len(frames) > 1  # said, then changed
    assert all("qwyxcanary" not in frame.full + frame.folded + frame.bare for frame in frames)
    assert "qwyxcanary" not in Browser().read(session.get_absolute_url())


def test_new_words_are_judged_by_themselves_and_old_positions_hide_nothing_in_them(robin, ash, room) -> None:
    post = make_post(ash, room, WORDS)
    hide(sit_down(robin), post)

    edit_post(peer=ash, post=post, draft=draft("The night was long, and the morning came with tea and a walk."))

    post.refresh_from_db()
    assert post.redactions == []
    assert "tea and a walk" in post.shown_html


def test_an_author_does_not_show_again_what_a_moderator_hid(robin, ash, blue, room) -> None:
    post = make_post(ash, room, WORDS)
    hide(sit_down(robin), post)
    assert not Case.objects.open().exists()

    edit_post(peer=ash, post=post, draft=draft(f"Tonight it is heavy. I say it again: {CANARY}. And then {CANARY}!"))

    assert "qwyxcanary" not in Browser(blue).read(thread_of(post).get_absolute_url())
    assert Case.objects.open().filter(post=post).count() == 1  # and a human looks again


@pytest.mark.parametrize("action", ["leave", "publish"])
def test_a_later_decision_does_not_make_the_site_forget_what_was_hidden(robin, ash, blue, room, action) -> None:
    post = make_post(ash, room, WORDS)
    browser = sit_down(robin)
    hide(browser, post)
    edit_post(peer=ash, post=post, draft=draft(f"Tonight it is heavy, and {CANARY} is near."))
    decide(browser, post, action=action)

    edit_post(peer=ash, post=Post.objects.get(pk=post.pk), draft=draft(f"It is heavy tonight: {CANARY}."))

    assert "qwyxcanary" not in Browser(blue).read(thread_of(post).get_absolute_url())
    assert Case.objects.open().filter(post=post).count() == 1


def test_what_a_moderator_showed_again_stays_shown(robin, ash, blue, room) -> None:
    post = make_post(ash, room, WORDS)
    browser = sit_down(robin)
    hide(browser, post)
    edit_post(peer=ash, post=post, draft=draft(f"Tonight it is heavy, and {CANARY} is near."))
    hide(browser, post, parts="")

    edit_post(peer=ash, post=Post.objects.get(pk=post.pk), draft=draft(f"It is heavy tonight: {CANARY}."))

    assert "qwyxcanary" in Browser(blue).read(thread_of(post).get_absolute_url())
    assert not Case.objects.open().filter(post=post).exists()

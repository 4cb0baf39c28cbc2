"""Help in the same response: each time words may be urgent, once a day in one place where they are calmer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.models import Post, Thread
from forum.posting import submit_post
from tests.conftest import draft, make_thread
from tests.forum.doors import Browser

CALMER = ("I relapsed last night", "I feel so hopeless and I cannot sleep.", "I slipped on Saturday and I am ashamed")
RED = "I am worried about my friend, she said she wants to die"  # published, its card for the author alone
CRISIS = ("I am going to end my life tonight", "I still want to end my life tonight")


def reply_to(thread: Thread) -> str:
    return f"/threads/{thread.public_id}/reply"


def written_before(hours: int) -> None:
    """All that was written so far was written this much earlier."""
    for post in Post.objects.all():
        Post.objects.filter(pk=post.pk).update(created_at=post.created_at - timedelta(hours=hours))


@pytest.mark.parametrize("first", [CALMER[0], RED, CRISIS[0]])
@pytest.mark.parametrize("urgent", [RED, CRISIS[1]])
def test_urgent_words_are_answered_with_help_also_after_earlier_help_in_the_thread(blue, thread, first, urgent) -> None:
    browser = Browser(blue)
    browser.post(reply_to(thread), {"body": first})

    answer = browser.post(reply_to(thread), {"body": f"{urgent}."})

    assert answer.status_code == 200
    assert "Are you safe right now?" in answer.content.decode()
    assert 'id="lines"' in answer.content.decode()


@pytest.mark.parametrize("first", [CALMER[0], CRISIS[0]])
def test_calmer_words_bring_the_page_of_help_once_a_day_in_one_thread(blue, thread, first) -> None:
    browser = Browser(blue)
    before = browser.post(reply_to(thread), {"body": first})

    again = browser.post(reply_to(thread), {"body": CALMER[1]})

    assert (before.status_code, again.status_code) == (200, 303)
    assert "Help: " in browser.read(again["Location"])


def test_calmer_words_in_another_thread_are_answered_with_help(ash, blue, room, thread) -> None:
    other = make_thread(ash, room, "Rain all day.")
    browser = Browser(blue)
    browser.post(reply_to(thread), {"body": CALMER[0]})

    assert browser.post(reply_to(other), {"body": CALMER[1]}).status_code == 200


def test_answers_without_the_page_do_not_keep_it_away_for_longer_than_a_day(blue, thread) -> None:
    browser = Browser(blue)
    browser.post(reply_to(thread), {"body": CALMER[0]})
    written_before(hours=20)
    shorter = browser.post(reply_to(thread), {"body": CALMER[1]})
    written_before(hours=20)

    answer = browser.post(reply_to(thread), {"body": CALMER[2]})

    assert (shorter.status_code, answer.status_code) == (303, 200)


def test_words_changed_into_urgent_ones_are_answered_with_help(blue, thread) -> None:
    browser = Browser(blue)
    submit_post(peer=blue, place=thread, draft=draft(CALMER[0]))
    post = submit_post(peer=blue, place=thread, draft=draft("Tea helped."))

    answer = browser.post(f"/posts/{post.public_id}/edit", {"body": CRISIS[0]})

    assert answer.status_code == 200
    assert "Are you safe right now?" in answer.content.decode()


def test_help_of_an_earlier_live_room_does_not_stand_for_help_in_this_one(ash, session) -> None:
    browser = Browser(ash)
    browser.post(f"/live/{session.public_id}/say", {"body": CALMER[0]})
    elsewhere = type(session).objects.create(
        room=session.room, title="Another", host=session.host, host_until=session.host_until, state=session.state
    )

    answers = [browser.post(f"/live/{elsewhere.public_id}/say", {"body": words}) for words in CALMER[1:]]

    assert [answer.status_code for answer in answers] == [200, 303]


def test_urgent_words_in_a_live_room_are_answered_with_help_each_time(ash, session) -> None:
    browser = Browser(ash)

    answers = [browser.post(f"/live/{session.public_id}/say", {"body": words}) for words in (*CRISIS, RED)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert session.posts.filter(created_at__lt=timezone.now()).count() == 3

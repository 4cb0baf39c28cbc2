"""First words sent twice by a browser without a session: one post, one identity, and a calm answer with help."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forum.models import Post, Thread, Visibility
from peers.models import Peer
from tests.forum.doors import Browser, field, shown_as

CRISIS = "I am going to end my life tonight"


def first_words(door: tuple[str, str], body: str) -> list[Any]:
    """The page is opened once; both answers are to browsers that kept no session."""
    address, form = door
    words = {"body": body, "client_id": field(Browser().read(form), "client_id")}
    return [Browser().post(address, words) for _ in range(2)]


@pytest.fixture
def doors(thread, session) -> dict[str, tuple[str, str]]:
    at = f"/live/{session.public_id}/"
    return {
        "new": ("/new", "/new"),
        "reply": (f"/threads/{thread.public_id}/reply", f"/threads/{thread.public_id}/"),
        "live": (f"{at}say", f"{at}say"),
    }


@pytest.mark.parametrize("door", ["new", "reply", "live"])
def test_first_words_sent_twice_are_posted_once_and_the_second_answer_gives_no_identity(doors, door) -> None:
    peers, threads = Peer.objects.count(), Thread.objects.count()

    _, second = first_words(doors[door], "Tea helped.")

    post = Post.objects.get(body="Tea helped.")
    html = second.content.decode()
    assert second.status_code == 200
    assert "Your words are already posted" in html
    assert f"#post-{post.public_id}" in html
    assert not second.cookies
    assert Peer.objects.count() == peers + 1
    assert Thread.objects.count() == threads + (door == "new")


@pytest.mark.parametrize("door", ["new", "reply", "live"])
def test_urgent_words_sent_twice_are_answered_with_help_twice(doors, door) -> None:
    answers = first_words(doors[door], CRISIS)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Talk to someone now" in answer.content.decode() for answer in answers)
    assert Post.objects.filter(body=CRISIS).count() == 1


def test_words_that_nobody_else_sees_yet_are_not_linked(rooms) -> None:
    words = {"body": "Tea helped.", "client_id": "a-page-of-its-own"}
    Browser().post("/new", words)
    shown_as(Post.objects.get(), Visibility.HELD)

    html = Browser().post("/new", words).content.decode()

    assert "Your words are already posted" in html
    assert Post.objects.get().public_id not in html
    assert "only you and moderators can see them" in html


@pytest.mark.parametrize("other", [{"body": "Tea helped, too."}, {"client_id": "another-page"}, {"client_id": ""}])
def test_other_words_or_another_page_are_words_of_their_own(rooms, other) -> None:
    words = {"body": "Tea helped.", "client_id": "a-page-of-its-own"}
    Browser().post("/new", words)

    answer = Browser().post("/new", {**words, **other})

    assert answer.status_code == 303
    assert Post.objects.count() == 2


def test_after_a_while_the_same_words_are_new_ones(rooms) -> None:
    words = {"body": "Tea helped.", "client_id": "a-page-of-its-own"}
    Browser().post("/new", words)
    Post.objects.update(created_at=timezone.now() - timedelta(minutes=11))

    assert Browser().post("/new", words).status_code == 303


def test_whoever_has_a_name_is_not_told_of_another_ones_post(rooms, blue) -> None:
    words = {"body": "Tea helped.", "client_id": "a-page-of-its-own"}
    Browser().post("/new", words)

    answer = Browser(blue).post("/new", words)

    assert answer.status_code == 303
    assert Post.objects.filter(peer=blue).count() == 1

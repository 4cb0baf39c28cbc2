"""Changing and withdrawing one's own words, counting replies as readers see them, and not meeting someone again."""

from collections.abc import Callable

import pytest

from forum import search
from forum.models import Post, Visibility
from forum.posting import edit_post, submit_post, withdraw
from forum.showing import set_visibility
from moderation.models import Case, Escalation
from peers.leaving import Way, leave
from tests.conftest import draft, make_thread
from tests.forum.doors import Browser, opening_of, shown_as, thread_of

SHOWN = "Yesterday I saw a kestrel over the field."


@pytest.fixture
def opening(ash, room) -> Post:
    return opening_of(make_thread(ash, room, SHOWN, title="The osprey"))


def test_withdrawing_leaves_a_place_where_others_answered(ash, blue, opening) -> None:
    submit_post(peer=blue, place=opening.thread, draft=draft("Where was it?"))
    browser = Browser(ash)

    asked = browser.read(f"/posts/{opening.public_id}/withdraw")
    done = browser.post(f"/posts/{opening.public_id}/withdraw")

    html = Browser(blue).read(thread_of(opening).get_absolute_url())
    assert "Take your words down?" in asked
    assert done.status_code == 303
    assert "Its author took this down." in html
    assert "Where was it?" in html
    assert search.find("kestrel", before=2**62, limit=9) == []


def test_an_edit_is_judged_again_and_answered_with_help(ash, opening) -> None:
    browser = Browser(ash)
    address = f"/posts/{opening.public_id}/edit"

    form = browser.read(address)
    response = browser.post(address, {"body": "I am going to end my life tonight", "title": "Tonight"})

    opening.refresh_from_db()
    assert SHOWN in form
    assert response.status_code == 200
    assert "Talk to someone now" in response.content.decode()
    assert (opening.visibility, opening.revision) == (Visibility.NOTED, 2)


def test_no_edit_lifts_a_hold_that_waits_for_a_person(ash, room) -> None:
    post = opening_of(make_thread(ash, room, "kill yourself, nobody will miss you"))

    Browser(ash).post(f"/posts/{post.public_id}/edit", {"body": "I wish you well."})

    post.refresh_from_db()
    assert post.visibility == Visibility.HELD
    assert Browser().get(thread_of(post).get_absolute_url()).status_code == 404


def test_an_edit_of_what_a_moderator_removed_waits_for_a_moderator(ash, blue, opening) -> None:
    set_visibility(opening, Visibility.REMOVED)

    Browser(ash).post(f"/posts/{opening.public_id}/edit", {"body": "I wish you well."})

    opening.refresh_from_db()
    assert opening.visibility == Visibility.HELD
    assert Case.objects.open().get().post == opening
    assert Browser(blue).get(thread_of(opening).get_absolute_url()).status_code == 404


@pytest.mark.parametrize("calmer", ["I feel so hopeless and empty these days", "I wish you well."])
def test_an_edit_to_calmer_words_leaves_the_case_as_urgent_as_it_was(ash, thread, calmer) -> None:
    post = submit_post(peer=ash, place=thread, draft=draft("I am going to end my life tonight"))
    before = Case.objects.get(post=post)

    edit_post(peer=ash, post=post, draft=draft(calmer))

    after = Case.objects.get(post=post)
    assert (after.level, after.state, after.due_at) == (before.level, before.state, before.due_at)
    assert set(before.categories) <= set(after.categories)


def test_an_edit_to_graver_words_calls_a_human_sooner(ash, thread) -> None:
    post = submit_post(peer=ash, place=thread, draft=draft("I feel so hopeless and empty these days"))
    calm = Case.objects.get(post=post)

    edit_post(peer=ash, post=post, draft=draft("I am going to end my life tonight"))

    grave = Case.objects.get(post=post)
    assert grave.level > calm.level
    assert grave.due_at < calm.due_at
    assert all(step.due_at < calm.due_at for step in Escalation.objects.filter(case=grave))


def test_an_edit_that_may_not_go_up_keeps_its_words_and_the_post_as_it_was(ash, opening) -> None:
    response = Browser(ash).post(f"/posts/{opening.public_id}/edit", {"body": "Write to me at ash@example.org"})

    opening.refresh_from_db()
    assert response.status_code == 422
    assert "ash@example.org" in response.content.decode()
    assert opening.body == SHOWN


def test_changing_ones_words_over_and_over_is_slowed_with_the_words_kept(ash, opening) -> None:
    browser = Browser(ash)
    answers = [browser.post(f"/posts/{opening.public_id}/edit", {"body": f"Version {n}."}) for n in range(20)]

    assert answers[0].status_code == 303
    assert answers[-1].status_code == 429
    assert "Version 19." in answers[-1].content.decode()


@pytest.mark.parametrize("what", ["edit", "withdraw"])
def test_only_the_author_may_change_or_withdraw(blue, opening, what) -> None:
    answers = [
        who.post(f"/posts/{opening.public_id}/{what}", {"body": "Mine now."}) for who in (Browser(blue), Browser())
    ]

    opening.refresh_from_db()
    assert [answer.status_code for answer in answers] == [404, 404]
    assert (opening.body, opening.visibility) == (SHOWN, Visibility.PUBLISHED)


def test_no_door_lets_others_change_or_withdraw_ones_words(blue, opening) -> None:
    with pytest.raises(Post.DoesNotExist):
        edit_post(peer=blue, post=opening, draft=draft("Mine now."))
    changed = withdraw(peer=blue, post=opening)

    opening.refresh_from_db()
    assert not changed
    assert (opening.body, opening.visibility) == (SHOWN, Visibility.PUBLISHED)


def test_replies_are_counted_as_readers_see_them_through_every_change(ash, blue, wren, room) -> None:
    thread = make_thread(ash, room, "What helps you?")
    posts = [submit_post(peer=each, place=thread, draft=draft("Tea.")) for each in (blue, wren.peer)]

    def count_after(change: Callable[[], object]) -> int:
        change()
        thread.refresh_from_db()
        return thread.replies

    counts = [
        count_after(lambda: None),
        count_after(lambda: shown_as(posts[0], Visibility.HELD)),
        count_after(lambda: set_visibility(posts[0], Visibility.HELD, hold_until=posts[0].created_at)),
        count_after(lambda: set_visibility(posts[0], Visibility.NOTED)),
        count_after(lambda: set_visibility(posts[0], Visibility.PUBLISHED)),
        count_after(lambda: set_visibility(posts[1], Visibility.REMOVED)),
        count_after(lambda: edit_post(peer=blue, post=posts[0], draft=draft("Tea, then."))),
        count_after(lambda: withdraw(peer=blue, post=posts[0])),
        count_after(lambda: withdraw(peer=blue, post=posts[0])),
        count_after(lambda: shown_as(opening_of(thread), Visibility.HELD)),
        count_after(lambda: set_visibility(posts[1], Visibility.PUBLISHED)),
    ]

    assert counts == [2, 1, 1, 2, 2, 1, 1, 0, 0, 0, 1]


def test_not_meeting_someone_again_takes_one_press_and_says_so(ash, blue, opening) -> None:
    browser = Browser(blue)
    browser.read(thread_of(opening).get_absolute_url())

    response = browser.post(f"/posts/{opening.public_id}/block")

    assert response.status_code == 303
    assert "will not meet here any more" in browser.read(response["Location"])
    assert browser.get(thread_of(opening).get_absolute_url()).status_code == 404


def test_who_is_hidden_is_listed_under_the_name_met(ash, blue, rooms, opening) -> None:
    elsewhere = opening_of(make_thread(ash, rooms["relationships"], "A word from somewhere else."))
    browser = Browser(blue)

    browser.post(f"/posts/{opening.public_id}/block")

    listed = browser.read("/my/boundaries")
    assert str(opening.persona) in listed
    assert str(elsewhere.persona) not in listed


def test_moderators_and_those_who_left_cannot_be_hidden(ash, blue, robin, room) -> None:
    theirs = opening_of(make_thread(robin.peer, room, "Welcome, everyone."))
    left = opening_of(make_thread(ash, room, "Goodbye for now, I am moving on."))
    leave(peer=ash, way=Way.KEEP)

    answers = [Browser(blue).post(f"/posts/{post.public_id}/block") for post in (theirs, left)]

    assert [answer.status_code for answer in answers] == [403, 403]

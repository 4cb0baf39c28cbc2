"""Pressing Post: what is answered, what is kept, and what happens when it is pressed twice."""

import re
import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from django.db import connection

from forum import posting
from forum.models import Post, SavedDraft, Thread, Visibility
from forum.posting import open_thread, submit_post
from moderation.models import Case
from peers.models import Peer, Persona, State
from tests.conftest import draft, make_thread
from tests.forum.doors import Browser, field, opening_of, shown_as, thread_of

CRISIS = "I am going to end my life tonight"
PHONE = "It was a long day. Call me on 07700 900123 if you want"


def test_the_first_post_makes_an_identity_without_words_and_offers_them_below_the_help(rooms) -> None:
    reader = Browser()

    response = reader.post("/new", {"body": CRISIS, "room": "self-harm-recovery", "contract": "sit_with_me"})

    html = response.content.decode()
    post = Post.objects.get()
    assert response.status_code == 200
    assert post.visibility == Visibility.NOTED
    assert (thread_of(post).room.slug, thread_of(post).contract) == ("self-harm-recovery", "sit_with_me")
    assert Peer.objects.get().lookup is None
    assert html.index("Talk to someone now") < html.index("/my/words")
    assert Case.objects.open().get().post == post


def test_the_page_that_answers_carries_the_lines_of_the_chosen_country(rooms) -> None:
    response = Browser().post("/new", {"body": CRISIS}, **{"Accept-Language": "en-GB"})

    assert "999" in response.content.decode()


def test_everyday_words_lead_straight_to_where_they_stand(rooms) -> None:
    reader = Browser()

    response = reader.post("/rooms/self-care/new", {"body": "I made soup.", "room": "self-care"})

    post = Post.objects.get()
    assert response.status_code == 303
    assert response["Location"] == f"/threads/{thread_of(post).public_id}/#post-{post.public_id}"
    assert "I made soup." in reader.read(response["Location"])


def test_whoever_is_not_sure_where_arrives_in_arrivals(rooms) -> None:
    Browser().post("/new", {"body": "I do not know where to start."})

    assert Thread.objects.get().room.is_arrivals


def test_a_reply_goes_up_under_a_name_and_the_page_says_who_asked_for_what(blue, thread) -> None:
    browser = Browser(blue)

    response = browser.post(f"/threads/{thread.public_id}/reply", {"body": "Four hours is something."})

    html = browser.read(response["Location"])
    thread.refresh_from_db()
    assert thread.replies == 1
    assert "Four hours is something." in html
    assert "just listen" in html


def test_a_new_name_for_the_thread_is_not_the_name_of_the_room(blue, room, thread) -> None:
    make_thread(blue, room, "Rain all day.")

    Browser(blue).post(f"/threads/{thread.public_id}/reply", {"body": "Hello.", "own_name": "on"})

    names = dict(Persona.objects.filter(peer=blue).values_list("scope", "name"))
    assert thread.posts.get(body="Hello.").persona.scope == thread.scope
    assert names[thread.scope] != names[room.scope]


def test_the_same_page_sent_twice_is_one_post_and_one_answer(blue, thread) -> None:
    browser = Browser(blue)
    words = {"body": CRISIS, "client_id": field(browser.read(f"/threads/{thread.public_id}/"), "client_id")}

    answers = [browser.post(f"/threads/{thread.public_id}/reply", words) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert Post.objects.filter(peer=blue).count() == 1
    assert Case.objects.count() == 1


def test_other_words_from_the_same_page_after_going_back_are_not_lost(blue, thread) -> None:
    browser = Browser(blue)
    address = f"/threads/{thread.public_id}/reply"

    browser.post(address, {"body": "One thing.", "client_id": "abc"})
    browser.post(address, {"body": "Another thing.", "client_id": "abc"})

    assert set(Post.objects.filter(peer=blue).values_list("body", flat=True)) == {"One thing.", "Another thing."}


def twice_at_once(send: Callable[[], Post]) -> list[int]:
    """What the same page sent in two threads became: both are judged before either is saved."""
    made: list[int] = []
    judged = threading.Barrier(2, timeout=10)
    untouched = posting._judge

    def meet(*given: Any) -> Any:
        found = untouched(*given)
        judged.wait()
        return found

    def run() -> None:
        try:
            made.append(send().pk)
        finally:
            connection.close()

    with patch.object(posting, "_judge", meet):
        both = [threading.Thread(target=run) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
    return made


def test_the_same_words_arriving_twice_at_once_are_one_post(emptied_afterwards, blue, thread) -> None:
    words = draft("Tea helped.", client_id="at-once")

    made = twice_at_once(lambda: submit_post(peer=blue, place=thread, draft=words))

    thread.refresh_from_db()
    assert len(made) == 2
    assert len(set(made)) == 1
    assert thread.replies == 1


def test_the_same_thread_arriving_twice_at_once_is_one_thread(emptied_afterwards, blue, thread) -> None:
    words = draft("Does tea help?", client_id="at-once")

    made = twice_at_once(lambda: open_thread(peer=blue, room=thread.room, draft=words, contract="ideas"))

    assert len(made) == 2
    assert len(set(made)) == 1
    assert Thread.objects.exclude(pk=thread.pk).count() == 1


def test_words_that_may_not_go_up_come_back_whole_with_the_part_marked(rooms) -> None:
    browser = Browser()

    response = browser.post("/new", {"body": PHONE, "contract": "ideas", "notes": ["alcohol"]})

    html = response.content.decode()
    assert response.status_code == 422
    assert not Post.objects.exists()
    assert PHONE in html
    assert '<mark class="span">07700 900123</mark>' in html
    assert re.search(r'value="ideas"[^>]* checked', html)
    assert re.search(r'value="alcohol"[^>]* checked', html)
    assert "/help" in html
    assert SavedDraft.objects.get(place="new").body == PHONE


def test_after_changing_the_part_the_rest_goes_up_and_the_draft_is_gone(rooms) -> None:
    browser = Browser()
    browser.post("/new", {"body": PHONE})

    response = browser.post("/new", {"body": "It was a long day."})

    assert response.status_code == 303
    assert not SavedDraft.objects.exists()


def test_whose_writing_ended_is_told_so_and_keeps_the_words(blue, thread) -> None:
    Peer.objects.filter(pk=blue.pk).update(state=State.BANNED)

    response = Browser(blue).post(f"/threads/{thread.public_id}/reply", {"body": "Let me say this."})

    html = response.content.decode()
    assert response.status_code == 403
    assert "Your writing here has ended" in html
    assert "Let me say this." in html
    assert SavedDraft.objects.get().peer == blue


def test_a_closed_thread_takes_no_reply_and_keeps_the_words(blue, thread) -> None:
    Thread.objects.filter(pk=thread.pk).update(locked=True)
    browser = Browser(blue)

    response = browser.post(f"/threads/{thread.public_id}/reply", {"body": "Too late."})

    assert response.status_code == 403
    assert "Too late." in response.content.decode()
    assert "closed for replies" in browser.read(f"/threads/{thread.public_id}/")


def test_writing_very_fast_is_slowed_with_the_words_kept_but_a_cry_for_help_is_not(blue, thread) -> None:
    browser = Browser(blue)
    address = f"/threads/{thread.public_id}/reply"
    for number in range(20):
        browser.post(address, {"body": f"Line {number}."})

    slowed = browser.post(address, {"body": "Line 20."})
    cry = browser.post(address, {"body": CRISIS})

    assert slowed.status_code == 429
    assert int(slowed["Retry-After"]) >= 1
    assert "Line 20." in slowed.content.decode()
    assert cry.status_code == 200


def test_a_thread_that_was_held_meanwhile_gives_the_reply_back(ash, blue, thread) -> None:
    shown_as(opening_of(thread), Visibility.HELD)

    response = Browser(blue).post(f"/threads/{thread.public_id}/reply", {"body": "I hear you."})

    assert response.status_code == 404
    assert "I hear you." in response.content.decode()


def test_words_that_wait_for_a_moderator_are_answered_with_why_and_until_when(blue, thread) -> None:
    browser = Browser(blue)

    response = browser.post(
        f"/threads/{thread.public_id}/reply", {"body": "I will hurt him tonight, I know where he lives"}
    )

    html = response.content.decode()
    post = Post.objects.get(peer=blue)
    assert (response.status_code, post.visibility) == (200, Visibility.HELD)
    assert "Your words are saved" in html
    assert "Only you and moderators can see this" in html
    assert "/help" in html
    assert post.body not in Browser().read(f"/threads/{thread.public_id}/")


def test_a_hidden_part_is_shown_to_its_author_with_a_way_to_change_it(blue, thread) -> None:
    asked = "How much would it take to die? I cannot go on like this."

    response = Browser(blue).post(f"/threads/{thread.public_id}/reply", {"body": asked})

    post = Post.objects.get(peer=blue)
    html = response.content.decode()
    assert response.status_code == 200
    assert post.redactions
    assert "We have hidden this part" in html
    assert f"/posts/{post.public_id}/edit" in html
    assert "How much would it take" not in Browser().read(f"/threads/{thread.public_id}/")


def test_nobody_who_only_reads_is_offered_recovery_words(blue, thread) -> None:
    browser = Browser(blue)
    address = f"/threads/{thread.public_id}/"

    before = browser.read(address)
    browser.post(f"{address}reply", {"body": "I hear you."})
    after = browser.read(address)

    assert "/my/words" not in before
    assert "/my/words" in after

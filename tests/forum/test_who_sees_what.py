"""Held, removed, withdrawn and hidden words never reach another reader, on any page, in any form."""

import pytest

from forum.models import Post, Visibility
from forum.posting import submit_post, withdraw
from peers import boundaries
from peers.leaving import Way, leave
from tests.conftest import draft, make_thread
from tests.forum.doors import Browser, opening_of, shown_as, thread_of

SECRET = "kestrel"
TITLE = "osprey"
SHOWN = f"Yesterday I saw a {SECRET} over the field."
UNSEEN = (Visibility.HELD, Visibility.REMOVED, Visibility.WITHDRAWN)


def every_list(thread_id: str, room: str) -> tuple[str, ...]:
    return ("/", "/waiting", f"/rooms/{room}/", f"/rooms/{room}/?show=waiting", f"/rooms/{room}/?show=mine")


def read_all(browser: Browser, post: Post) -> str:
    """Every page on which the post could be met, as one text."""
    thread = post.thread
    assert thread is not None
    addresses = [
        *every_list(thread.public_id, thread.room.slug),
        thread.get_absolute_url(),
        f"{thread.get_absolute_url()}?latest=1",
        f"{thread.get_absolute_url()}?at={post.public_id}",
        f"/posts/{post.public_id}/",
        f"/search?q={SECRET}",
        f"/search?q={TITLE}",
        f"/posts/{post.public_id}/edit",
        f"/posts/{post.public_id}/withdraw",
    ]
    # The search page shows the question itself; only what stands below it counts.
    return "\n".join(browser.get(address).content.decode().replace(f'value="{SECRET}"', "") for address in addresses)


@pytest.fixture
def opening(ash, room) -> Post:
    return opening_of(make_thread(ash, room, SHOWN, title=f"The {TITLE}"))


@pytest.fixture
def reply(blue, ash, room) -> Post:
    thread = make_thread(blue, room, "What did you see?")
    return submit_post(peer=ash, place=thread, draft=draft(SHOWN))


@pytest.mark.parametrize("visibility", UNSEEN)
@pytest.mark.parametrize("which", ["opening", "reply"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_words_that_are_not_open_reach_no_other_reader(request, wren, which, visibility, *, signed_in) -> None:
    post = request.getfixturevalue(which)
    shown_as(post, visibility)

    seen = read_all(Browser(wren.peer if signed_in else None), post)

    assert SECRET not in seen
    assert f"The {TITLE}" not in seen


@pytest.mark.parametrize("which", ["opening", "reply"])
def test_open_words_are_met_on_these_pages(request, wren, which) -> None:
    post = request.getfixturevalue(which)

    seen = read_all(Browser(wren.peer), post)

    assert SECRET in seen
    assert f"/posts/{post.public_id}/" in seen


@pytest.mark.parametrize("which", ["opening", "reply"])
def test_hidden_parts_reach_no_other_reader_and_the_rest_stands(request, wren, which) -> None:
    post = request.getfixturevalue(which)
    words = f"{post.title}\n\n{post.body}" if post.title else post.body
    spans = [(words.index(word), words.index(word) + len(word)) for word in (TITLE, SECRET) if word in words]
    shown_as(post, Visibility.PUBLISHED, redactions=spans)

    seen = read_all(Browser(wren.peer), post)

    assert SECRET not in seen
    assert f"The {TITLE}" not in seen
    assert "[part hidden]" in seen
    assert "over the field" in seen


@pytest.mark.parametrize("visibility", [Visibility.HELD, Visibility.REMOVED])
def test_the_author_still_reads_their_own_words(ash, opening, visibility) -> None:
    shown_as(opening, visibility)

    html = Browser(ash).read(thread_of(opening).get_absolute_url())

    assert SECRET in html


def test_folded_words_stand_behind_their_note_and_lists_show_the_note_alone(wren, opening) -> None:
    shown_as(opening, Visibility.NOTED, notes=1)

    browser = Browser(wren.peer)
    lists = "".join(browser.read(address) for address in every_list("", "self-care"))
    thread = browser.read(thread_of(opening).get_absolute_url())

    assert SECRET not in lists
    assert TITLE not in lists
    assert "Content note: self-harm" in lists
    assert thread.index('<details class="fold">') < thread.index(SECRET)
    assert TITLE not in thread


def test_a_note_one_asked_to_have_folded_is_folded_for_this_reader_only(blue, wren, ash, room) -> None:
    post = submit_post(peer=ash, place=make_thread(ash, room, "Hello."), draft=draft(SHOWN, notes=8))
    boundaries.set_topic_filters(peer=blue, ways={"alcohol": "fold"})
    address = thread_of(post).get_absolute_url()

    for_blue, for_wren = Browser(blue).read(address), Browser(wren.peer).read(address)

    assert "Content note: alcohol. Open to read" in for_blue
    assert "Content note: alcohol. Open to read" not in for_wren


@pytest.mark.parametrize("way", ["mine", "theirs"])
def test_a_block_keeps_two_people_apart_both_ways_everywhere(ash, blue, opening, way) -> None:
    by, other = (ash, blue) if way == "mine" else (blue, ash)
    boundaries.block(peer=by, other=other, name_met="Someone Met")

    seen = read_all(Browser(blue), opening)

    assert SECRET not in seen
    assert f"The {TITLE}" not in seen


def test_a_blocked_persons_reply_is_gone_and_others_stay(ash, blue, wren, room) -> None:
    thread = make_thread(wren.peer, room, "What helps you?")
    submit_post(peer=ash, place=thread, draft=draft(SHOWN))
    submit_post(peer=blue, place=thread, draft=draft("Tea."))
    boundaries.block(peer=blue, other=ash, name_met="Someone Met")

    html = Browser(blue).read(thread.get_absolute_url())

    assert SECRET not in html
    assert "Tea." in html


def test_a_thread_emptied_by_someone_blocked_is_not_met_either(ash, blue, wren, opening) -> None:
    submit_post(peer=wren.peer, place=opening.thread, draft=draft("Where was it?"))
    withdraw(peer=ash, post=opening)
    boundaries.block(peer=blue, other=ash, name_met="Someone Met")

    assert Browser(blue).get(thread_of(opening).get_absolute_url()).status_code == 404
    assert Browser(wren.peer).get(thread_of(opening).get_absolute_url()).status_code == 200


def test_a_hidden_topic_is_met_nowhere(ash, blue, room) -> None:
    post = opening_of(make_thread(ash, room, SHOWN, title=f"The {TITLE}"))
    shown_as(post, Visibility.PUBLISHED, notes=8)
    boundaries.set_topic_filters(peer=blue, ways={"alcohol": "hide"})

    seen = read_all(Browser(blue), post)

    assert SECRET not in seen
    assert f"The {TITLE}" not in seen


def test_someone_who_left_is_still_read_by_people_with_blocks_and_filters(ash, blue, wren, opening) -> None:
    boundaries.block(peer=blue, other=wren.peer, name_met="Someone Met")
    boundaries.set_topic_filters(peer=blue, ways={"alcohol": "hide"})
    leave(peer=ash, way=Way.KEEP)

    browser = Browser(blue)
    pages = {
        address: browser.read(address)
        for address in ("/waiting", "/rooms/self-care/", thread_of(opening).get_absolute_url(), f"/search?q={SECRET}")
    }

    assert all("someone" in html for html in pages.values())
    assert SECRET in pages[thread_of(opening).get_absolute_url()]


def test_the_author_of_a_thread_is_marked_and_a_stranger_without_a_name_is_not(ash, blue, opening) -> None:
    submit_post(peer=blue, place=opening.thread, draft=draft("Where was it?"))
    leave(peer=ash, way=Way.KEEP)
    leave(peer=blue, way=Way.KEEP)

    html = Browser().read(thread_of(opening).get_absolute_url())

    assert "wrote this thread" not in html


@pytest.mark.parametrize("visibility", [Visibility.REMOVED, Visibility.WITHDRAWN])
@pytest.mark.parametrize("signed_in", [True, False])
def test_who_opened_a_thread_is_named_nowhere_once_the_opening_is_gone(opening, wren, visibility, *, signed_in) -> None:
    thread = thread_of(opening)
    submit_post(peer=wren.peer, place=thread, draft=draft("I hear you."))
    assert opening.persona is not None
    name = opening.persona.name
    pages = (*every_list(thread.public_id, thread.room.slug), thread.get_absolute_url())
    reader = Browser(wren.peer if signed_in else None)
    before = [page for page in pages if name in reader.read(page)]
    shown_as(opening, visibility)

    named, listed = ([page for page in pages if words in reader.read(page)] for words in (name, thread.public_id))

    assert before
    assert listed
    assert named == []


def test_the_author_is_still_named_to_themselves_where_the_opening_is_gone(opening, ash, blue) -> None:
    thread = thread_of(opening)
    submit_post(peer=blue, place=thread, draft=draft("I hear you."))
    shown_as(opening, Visibility.WITHDRAWN)
    assert opening.persona is not None

    assert opening.persona.name in Browser(ash).read(f"/rooms/{thread.room.slug}/")

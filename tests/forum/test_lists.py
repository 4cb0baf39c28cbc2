"""Lists by key: no gap and no double while people go on writing; search finds what a stranger may see."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from forum import reading, search
from forum.models import Thread, Visibility
from forum.posting import submit_post
from peers import boundaries
from peers.models import Peer
from tests.conftest import draft, make_thread
from tests.forum.doors import Browser, opening_of, shown_as

PAGE = 4


@pytest.fixture(autouse=True)
def short_pages(monkeypatch) -> None:
    monkeypatch.setattr(reading, "PAGE", PAGE)


@pytest.fixture
def ten(ash, room) -> list[Thread]:
    """Ten threads, some of them moved at the very same moment."""
    made = [make_thread(ash, room, f"Morning number {number}.") for number in range(10)]
    now = timezone.now()
    for number, thread in enumerate(made):
        at = now - timedelta(hours=number // 3 + 1)
        Thread.objects.filter(pk=thread.pk).update(moved_at=at, opened_at=at)
    return made


def numbers(html: str) -> list[int]:
    return [int(found) for found in re.findall(r"(?:Morning|Line) number (\d+)\.", html)]


def walk(browser: Browser, address: str, step=lambda: None) -> list[int]:
    """Follow the link to the next page until there is none."""
    seen: list[int] = []
    for _ in range(20):
        html = browser.read(address)
        seen += numbers(html)
        step()
        further = re.search(r'href="([^"]+)" rel="next"', html)
        if further is None:
            return seen
        address = further[1].replace("&amp;", "&")
    raise AssertionError("the pages never end")


def test_a_room_is_read_to_its_end_without_gap_or_double(ten) -> None:
    seen = walk(Browser(), "/rooms/self-care/")

    assert sorted(seen) == list(range(10))


def test_new_threads_while_one_turns_pages_make_no_gap_and_no_double(ten, blue, room) -> None:
    def someone_writes() -> None:
        make_thread(blue, room, "Something new.")

    seen = walk(Browser(), "/rooms/self-care/", step=someone_writes)

    assert sorted(seen) == list(range(10))


def test_those_who_wait_are_read_oldest_first_without_gap_or_double(ten, blue, room) -> None:
    for address in ("/waiting", "/rooms/self-care/?show=waiting"):
        seen = walk(Browser(), address, step=lambda: make_thread(blue, room, "Something new."))

        assert sorted(seen) == list(range(10))
        assert seen[0] == 9


def test_the_waiting_list_leaves_out_ones_own_the_answered_and_the_closed(ash, blue, room) -> None:
    own, answered, closed, waits = (
        make_thread(peer, room, f"Line number {number}.") for number, peer in enumerate((blue, ash, ash, ash))
    )
    submit_post(peer=ash, place=answered, draft=draft("I hear you."))
    Thread.objects.filter(pk=closed.pk).update(locked=True)

    assert numbers(Browser(blue).read("/waiting")) == [3]
    assert own.pk != waits.pk


def test_a_first_reply_takes_a_thread_off_the_waiting_list(ash, blue, thread) -> None:
    before = Browser().read("/waiting")
    Browser(blue).post(f"/threads/{thread.public_id}/reply", {"body": "I hear you."})

    after = Browser().read("/waiting")

    assert "no reply yet" in before
    assert "no reply yet" not in after


def test_a_room_shows_the_threads_one_wrote_in(ash, blue, room, ten) -> None:
    submit_post(peer=blue, place=ten[4], draft=draft("Good morning."))

    assert numbers(Browser(blue).read("/rooms/self-care/?show=mine")) == [4]
    assert numbers(Browser().read("/rooms/self-care/?show=mine")) == []


@pytest.mark.parametrize("cursor", ["x", "ffff", "zz.zz", "0.", ".a", "f" * 400, "-5.abc", "\x00", "5.\x00", "\u202e"])
def test_a_cursor_of_nobodys_making_shows_the_first_page(ten, cursor) -> None:
    html = Browser().client.get("/rooms/self-care/", {"before": cursor}).content.decode()

    assert len(numbers(html)) == PAGE


def replied(thread: Thread, peer: Peer, count: int) -> list[str]:
    return [
        submit_post(peer=peer, place=thread, draft=draft(f"Line number {number}.")).public_id for number in range(count)
    ]


def follow(browser: Browser, address: str, words: str) -> list[list[int]]:
    pages = []
    for _ in range(20):
        html = browser.read(address)
        pages.append(numbers(html))
        link = re.search(rf'href="([^"]+)">{words}', html)
        if link is None:
            return pages
        address = link[1]
    raise AssertionError("the pages never end")


def test_a_thread_is_read_forwards_and_backwards_without_gap_or_double(blue, thread) -> None:
    replied(thread, blue, 10)

    forwards = follow(Browser(), thread.get_absolute_url(), "Later replies")
    backwards = follow(Browser(), f"{thread.get_absolute_url()}?latest=1", "Earlier replies")

    assert [number for page in forwards for number in page] == list(range(10))
    assert [number for page in backwards[::-1] for number in page] == list(range(10))


def test_a_posts_own_address_leads_to_the_page_that_holds_it(blue, thread) -> None:
    ids = replied(thread, blue, 10)
    browser = Browser()

    for place in (0, PAGE - 1, PAGE, 9):
        response = browser.get(f"/posts/{ids[place]}/")

        assert response.status_code == 303
        assert f'id="post-{ids[place]}"' in browser.read(response["Location"].split("#")[0])


def test_a_cursor_of_a_post_that_is_gone_shows_the_beginning(blue, thread) -> None:
    replied(thread, blue, 6)

    for cursor in ("nosuchpost22", "%00", "x" * 500):
        html = Browser().read(f"{thread.get_absolute_url()}?after={cursor}")

        assert numbers(html) == [0, 1, 2, 3]


def test_after_the_last_reply_there_is_a_way_back(blue, thread) -> None:
    ids = replied(thread, blue, 2)

    html = Browser().read(f"{thread.get_absolute_url()}?after={ids[-1]}")

    assert "No more replies so far" in html


def test_search_finds_every_word_by_its_beginning_newest_first(ash, room, thread) -> None:
    first = opening_of(make_thread(ash, room, "The lantern burned all night."))
    second = opening_of(make_thread(ash, room, "A lantern, and a night bus."))
    make_thread(ash, room, "A lantern in the morning.")

    found, further = reading.found("LANT nig", None)

    assert [post.pk for post in found] == [second.pk, first.pk]
    assert further == ""


def test_search_reads_letters_of_any_language(ash, room) -> None:
    words = ("Straße im Regen", "Café crème", "Мне очень грустно", "悲しい夜でした", "हिन्दी में", "오늘은 슬프다")
    posts = [opening_of(make_thread(ash, room, each)) for each in words]

    hits = [reading.found(each.split()[0], None)[0] for each in words]

    assert [[post.pk for post in found] for found in hits] == [[post.pk] for post in posts]


def test_search_minds_neither_capitals_nor_accents(ash, room) -> None:
    post = make_thread(ash, room, "ÉTÉ à la mer, Мой день").opening

    hits = [reading.found(query, None)[0] for query in ("ete", "été", "Été", "МОЙ", "мой")]

    assert hits == [[post]] * 5


@pytest.mark.parametrize(
    "query",
    ['"', "*", "a*b", "NEAR(a b)", "title:x", "-x", "' OR 1=1", "%", "\x00", "(", "^a", "a AND", "\u202eabc", "🌧", "_"],
)
def test_search_takes_any_question_calmly(ash, room, query) -> None:
    make_thread(ash, room, "Plain words.")

    pages = [Browser().client.get("/search", {"q": query, "before": before}) for before in ("", "\x00", "x")]

    assert {page.status_code for page in pages} == {200}


def test_search_turns_pages_without_gap_or_double_while_people_write(ten, blue, room) -> None:
    seen = walk(Browser(), "/search?q=morning", step=lambda: make_thread(blue, room, "A new morning."))

    assert sorted(seen) == list(range(10))


def test_search_looks_past_those_one_does_not_meet(ash, blue, wren, room) -> None:
    wanted = opening_of(make_thread(wren.peer, room, "A quiet morning."))
    for number in range(PAGE * 2):
        make_thread(ash, room, f"Loud morning {number}.")
    boundaries.block(peer=blue, other=ash, name_met="Someone Met")

    found, _ = reading.found("morning", blue)

    assert [post.pk for post in found] == [wanted.pk]


def test_search_forgets_what_is_no_longer_open_and_finds_it_again_after_release(ash, room) -> None:
    post = opening_of(make_thread(ash, room, "A lantern."))

    counts = []
    for visibility in (Visibility.HELD, Visibility.PUBLISHED, Visibility.REMOVED, Visibility.WITHDRAWN):
        shown_as(post, visibility)
        counts.append(len(search.find("lantern", before=2**62, limit=9)))

    assert counts == [0, 1, 0, 0]


def test_search_does_not_find_a_hidden_part_and_finds_what_stands_around_it(ash, room) -> None:
    post = opening_of(make_thread(ash, room, "A lantern in the window.", title="The harbour"))

    shown_as(post, Visibility.PUBLISHED, redactions=[(4, 11), (15, 22)])

    found = {word: len(search.find(word, before=2**62, limit=9)) for word in ("harbour", "lantern", "window")}
    assert found == {"harbour": 0, "lantern": 0, "window": 1}


def test_search_for_words_of_danger_shows_help_above_the_results_and_keeps_nothing(rooms) -> None:
    browser = Browser()

    html = browser.read("/search?q=i+want+to+end+my+life+tonight")

    assert "/help" in html.split("</form>")[1].split("Nothing found")[0]
    assert not browser.client.cookies

"""Every page of the forum: readable without a cookie, a known number of queries, a calm answer to bad input."""

import pytest
from django.template import Context, Template
from django.test import Client

from forum.models import Post, Thread
from forum.posting import submit_post
from peers import boundaries
from tests.conftest import draft, make_thread
from tests.forum.doors import OUR_PAGE, Browser, opening_of, thread_of

READABLE = (
    "/",
    "/waiting",
    "/rooms/self-care/",
    "/rooms/self-care/new",
    "/new",
    "/search",
    "/search?q=slept",
    "{thread}",
)


@pytest.fixture
def busy(ash, blue, wren, room, thread: Thread) -> Thread:
    """A room and a thread with several voices, so that a query for each row would show."""
    for number in range(6):
        make_thread(blue, room, f"I slept {number} hours.")
        submit_post(peer=wren.peer if number % 2 else blue, place=thread, draft=draft(f"I slept {number} hours, too."))
    boundaries.set_topic_filters(peer=blue, ways={"alcohol": "fold"})
    return thread


@pytest.mark.parametrize("address", READABLE)
def test_a_reader_needs_no_cookie_and_gets_none(busy, address) -> None:
    response = Client().get(address.format(thread=busy.get_absolute_url()))

    assert response.status_code == 200
    assert not response.cookies
    assert response["Cache-Control"] == "no-store"
    assert "<h1" in response.content.decode()


# By a stranger, and by someone known: session, peer, draft, and what they asked not to meet. One is who is on shift.
QUERIES = {
    "/": (3, 6),
    "/waiting": (2, 7),
    "/rooms/self-care/": (3, 8),
    "/rooms/self-care/?show=mine": (2, 8),
    "/rooms/self-care/new": (3, 7),
    "/new": (2, 6),
    "/search": (1, 4),
    "/search?q=slept": (3, 10),
    "{thread}": (3, 15),
    "{thread}?latest=1": (3, 15),
}


@pytest.mark.parametrize("address", QUERIES)
def test_a_page_asks_a_fixed_number_of_questions(busy, blue, address, django_assert_num_queries) -> None:
    place = address.format(thread=busy.get_absolute_url())
    stranger, known = Browser(), Browser(blue)

    with django_assert_num_queries(QUERIES[address][0]):
        stranger.read(place)
    with django_assert_num_queries(QUERIES[address][1]):
        known.read(place)


@pytest.mark.parametrize(("address", "number"), [("/posts/{post}/edit", 11), ("/posts/{post}/withdraw", 5)])
def test_the_pages_of_ones_own_post_ask_a_fixed_number_of_questions(
    busy, ash, address, number, django_assert_num_queries
) -> None:
    browser = Browser(ash)

    with django_assert_num_queries(number):
        browser.read(address.format(post=opening_of(busy).public_id))


@pytest.mark.parametrize(
    "address",
    [
        "/rooms/nowhere/",
        "/rooms/nowhere/new",
        "/threads/abcdefghjkmn/",
        "/posts/abcdefghjkmn/",
        "/posts/abcdefghjkmn/edit",
        "/posts/abcdefghjkmn/withdraw",
        "/threads/%00/",
        "/posts/%F0%9F%8C%A7/",
    ],
)
def test_an_unknown_place_is_a_plain_page(rooms, address) -> None:
    response = Client().get(address)

    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("post", "/"),
        ("post", "/waiting"),
        ("post", "/search"),
        ("get", "/drafts/new"),
        ("delete", "/new"),
        ("put", "/rooms/self-care/"),
        ("get", "/posts/{post}/block"),
        ("post", "/threads/{thread}/"),
    ],
)
def test_a_wrong_method_is_a_plain_page(thread, method, address) -> None:
    place = address.format(post=opening_of(thread).public_id, thread=thread.public_id)

    response = getattr(Client(), method)(place, headers={"Origin": OUR_PAGE})

    assert response.status_code == 405
    assert response["Allow"]
    assert "<h1" in response.content.decode()


EMPTY = ["", "   ", "\n\t", "\u200b\u200b", "\u3000", "\x00\x01"]


@pytest.mark.parametrize("body", EMPTY)
def test_no_words_are_no_post(rooms, body) -> None:
    response = Browser().post("/new", {"body": body})

    html = response.content.decode()
    assert response.status_code == 422
    assert "Write a line, however short" in html
    assert "Please look again" in html
    assert not Post.objects.exists()


@pytest.mark.parametrize("body", ["k", "1", "?", "🌧", "悲", ">", "\u202ea", "a\x00b", "Z" + "\u0301" * 60])
def test_one_letter_is_enough_and_odd_ones_are_shown_calmly(rooms, body) -> None:
    browser = Browser()

    response = browser.post("/new", {"body": body, "title": "\u202eTitle"})

    post = Post.objects.get()
    assert response.status_code in {200, 303}
    assert "\x00" not in post.body
    html = browser.read(thread_of(post).get_absolute_url())
    assert '<div class="post-body" dir="auto">' in html
    assert "\u0301" * 5 not in html


def test_the_longest_post_goes_up_and_a_longer_one_comes_back_whole(rooms) -> None:
    browser = Browser()
    longest, longer = "word " * 3_999 + "words", "b" * 100_000

    taken = browser.post("/new", {"body": longest})
    refused = browser.post("/new", {"body": longer})

    assert taken.status_code in {200, 303}
    assert len(Post.objects.get().body) == 20_000
    assert refused.status_code == 422
    assert "100,000 characters" in refused.content.decode()
    assert longer in refused.content.decode()


def test_a_long_title_comes_back_with_everything(rooms) -> None:
    response = Browser().post("/new", {"body": "Hello.", "title": "t" * 201})

    assert response.status_code == 422
    assert "t" * 201 in response.content.decode()
    assert not Post.objects.exists()


def test_bytes_that_are_no_text_come_back_with_a_plain_sentence(rooms) -> None:
    response = Client().post(
        "/new",
        b"body=I+am+here+%ff%fe+still",
        content_type="application/x-www-form-urlencoded",
        headers={"Origin": OUR_PAGE},
    )

    html = response.content.decode()
    assert response.status_code == 422
    assert "did not arrive whole" in html
    assert "I am here \ufffd\ufffd still" in html
    assert not Post.objects.exists()


def test_choices_from_elsewhere_are_asked_again_with_the_words_kept(rooms) -> None:
    response = Browser().post("/new", {"body": "Hello.", "room": "nowhere", "contract": "x", "notes": ["y"]})

    assert response.status_code == 422
    assert "Hello." in response.content.decode()


def test_more_than_the_site_takes_at_once_is_said_plainly(rooms) -> None:
    response = Client().post("/new", {"body": "x" * 3_000_000}, headers={"Origin": OUR_PAGE})

    assert response.status_code == 413
    assert "more than we can take at once" in response.content.decode()


def test_what_someone_wrote_is_never_in_the_title_of_the_tab(ash, room) -> None:
    thread = make_thread(ash, room, "Some words.", title="A very private title")

    html = Browser().read(thread.get_absolute_url())

    assert "private" not in html.split("</title>")[0]
    assert "A very private title" in html


def test_the_composer_asks_in_the_order_that_is_easiest_at_night(rooms) -> None:
    html = Browser().read("/new")

    order = [html.index(f'name="{name}"') for name in ("body", "contract", "room", "notes", "own_name")]
    assert order == sorted(order)
    assert "checked" in html.split('value="listen"')[1][:60]


def test_a_site_without_rooms_says_so_and_keeps_the_words(db) -> None:
    home, response = Browser().read("/"), Browser().post("/new", {"body": "Hello."})

    assert "The rooms are not open yet" in home
    assert response.status_code == 422
    assert "Hello." in response.content.decode()


def test_my_posts_are_listed_for_their_author_with_how_they_stand(ash, blue, rooms, rf) -> None:

    make_thread(ash, rooms["self-care"], "Call it a day.")
    request = rf.get("/my/")
    request.session = {"peer": str(ash.pk)}

    mine = Template("{% my_posts %}").render(Context({"request": request}))
    request = rf.get("/my/")
    request.session = {"peer": str(blue.pk)}
    theirs = Template("{% my_posts %}").render(Context({"request": request}))

    assert "Call it a day." in mine
    assert "You have not written anything yet" in theirs

"""Beginning an identity, coming back, signing out, getting away."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from forum.posting import MayNotSpeak, submit_post
from moderation.models import Moderator
from peers import arriving, who, words
from peers.models import Peer, Session, State
from peers.sessions import SessionStore, hashed
from tests.conftest import draft
from tests.peers.browser import OURS, READABLE, arrive, everything_stored, send, speaks_as, token_on

COOKIE = settings.SESSION_COOKIE_NAME
FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "///evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "/\tevil",
    "/\r\nSet-Cookie: a=b",
    " //evil.example",
    "my/",
    "/\x00",
    "",
]


@pytest.mark.parametrize("path", READABLE)
def test_reading_sets_no_cookie_and_asks_only_who_is_on_shift(client, path, db, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        page = client.get(path)

    assert page.status_code == 200
    assert not page.cookies
    assert b"/help" in page.content


def test_one_tap_makes_an_identity_and_leads_back_to_where_one_was(client, db) -> None:
    answer = client.post("/arrive", {"next": "/threads/abc/?page=2#post-x"}, headers=OURS)

    assert answer.status_code == 303
    assert answer["Location"] == "/threads/abc/?page=2#post-x"
    assert Peer.objects.get().lookup is None
    cookie = answer.cookies[COOKIE]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, True, "Lax", "")


@pytest.mark.parametrize("path", FOREIGN)
@pytest.mark.parametrize("door", ["/arrive", "/sign-in"])
def test_no_form_leads_away_from_this_site(client, db, path, door) -> None:
    peer = Peer.objects.create()
    fresh = arriving.give_words(peer=peer)

    answer = client.post(door, {"next": path, "words": fresh}, headers=OURS)

    assert (answer.status_code, answer["Location"]) == (303, "/my/")


def test_pressing_twice_is_still_one_identity(client, db) -> None:
    arrive(client)

    send(client, "/arrive")

    assert Peer.objects.count() == 1


def test_identities_from_one_network_are_limited_and_the_page_says_until_when(client, db) -> None:
    answers = [client.post("/arrive", headers=OURS, REMOTE_ADDR="203.0.113.9")]
    while answers[-1].status_code == 303 and len(answers) < 50:
        client.cookies.clear()
        answers.append(client.post("/arrive", headers=OURS, REMOTE_ADDR="203.0.113.77"))

    assert answers[-1].status_code == 429
    assert Peer.objects.count() == 30
    assert int(answers[-1]["Retry-After"]) >= 60
    assert b"/help" in answers[-1].content


def test_the_database_opens_nobodys_session(client, db) -> None:
    arrive(client)

    key = client.cookies[COOKIE].value

    assert key not in everything_stored()
    assert Session.objects.get().session_key == hashed(key)
    client.cookies[COOKIE] = hashed(key)
    assert "A name of your own" in client.get("/my/").content.decode()


def test_a_key_planted_before_is_worth_nothing_after(client, db) -> None:
    planted = SessionStore()
    planted["drafts"] = "their name"
    planted.save()
    key = str(planted.session_key)
    client.cookies[COOKIE] = key

    send(client, "/arrive")

    assert client.cookies[COOKIE].value != key
    assert client.session["drafts"] == "their name"
    assert not Session.objects.filter(session_key=hashed(key)).exists()


def test_a_session_that_was_never_ours_is_never_taken_into_use(client, db) -> None:
    client.cookies[COOKIE] = "a" * 32

    client.post("/arrive", headers=OURS)

    assert client.cookies[COOKIE].value != "a" * 32


def test_words_bring_the_same_person_back_under_a_new_key(client, db) -> None:
    ash = arrive(client)
    fresh = arriving.give_words(peer=ash)
    before = client.cookies[COOKIE].value
    client.cookies.clear()

    answer = client.post("/sign-in", {"words": fresh.upper()}, headers=OURS)

    assert answer.status_code == 303
    assert client.session["peer"] == str(ash.pk)
    assert client.cookies[COOKIE].value != before
    assert answer.cookies[COOKIE]["max-age"] == ""


def test_signed_in_the_key_changes_again(client, db) -> None:
    ash = arrive(client)
    fresh = arriving.give_words(peer=ash)
    before = client.cookies[COOKIE].value

    send(client, "/sign-in", words=fresh)

    assert client.cookies[COOKIE].value != before


def test_staying_signed_in_is_thirty_days_and_only_on_request(client, db) -> None:
    fresh = arriving.give_words(peer=Peer.objects.create())

    unasked = client.post("/sign-in", {"words": fresh}, headers=OURS)
    client.cookies.clear()
    asked = client.post("/sign-in", {"words": fresh, "remember": "on"}, headers=OURS)

    assert unasked.cookies[COOKIE]["max-age"] == ""
    assert asked.cookies[COOKIE]["max-age"] == 30 * 24 * 3600


def test_a_browser_that_changes_identity_keeps_nothing_of_the_first(client, db) -> None:
    arrive(client)
    session = client.session
    session["drafts"] = "the first one's drafts"
    session.save()
    blue = Peer.objects.create()
    fresh = arriving.give_words(peer=blue)

    send(client, "/sign-in", words=fresh)

    assert dict(client.session.items()).keys() & {"peer", "drafts"} == {"peer"}
    assert Session.objects.get().peer == blue


@pytest.mark.parametrize("typed", ["abacus " * 9, "my secret sentence", "", "<b>abacus</b>", "x" * 3000, "abacus\x00"])
def test_wrong_words_open_nothing_and_are_not_shown_again(client, db, typed) -> None:
    Peer.objects.create()  # someone who has no words: none open this name either

    answer = client.post("/sign-in", {"words": typed}, headers=OURS)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert not typed.strip() or typed.strip() not in page
    assert "abacus" not in page
    assert 'href="/help"' in page
    assert "did not open a name" in page
    assert not answer.cookies


def test_right_words_of_a_staff_voice_do_not_exist(client, robin) -> None:
    with pytest.raises(Peer.DoesNotExist):
        arriving.give_words(peer=robin.peer)

    Peer.objects.filter(pk=robin.peer.pk).update(lookup=words.lookup_of("abacus " * 8 + "abacus"))
    answer = client.post("/sign-in", {"words": "abacus " * 9}, headers=OURS)
    assert answer.status_code == 422


def test_guessing_is_slowed_by_network_without_keeping_its_address(client, db) -> None:
    for _ in range(10):
        client.post("/sign-in", {"words": "no"}, headers=OURS, REMOTE_ADDR="203.0.113.9")

    answer = client.post("/sign-in", {"words": "no no"}, headers=OURS, REMOTE_ADDR="203.0.113.200")
    elsewhere = client.post("/sign-in", {"words": "no"}, headers=OURS, REMOTE_ADDR="198.51.100.1")

    assert (answer.status_code, elsewhere.status_code) == (429, 422)
    assert b"no no" not in answer.content
    assert "203.0.113" not in everything_stored()


def test_guessing_is_slowed_by_session(client, db) -> None:
    arrive(client)
    answers = [send(client, "/sign-in", words="no").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


def test_an_expired_session_speaks_for_nobody(client, db) -> None:
    arrive(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    page = client.get("/my/")
    answer = client.get("/my/words")

    assert "Begin with a new name" in page.content.decode()
    assert answer["Location"] == "/sign-in?next=%2Fmy%2Fwords"


def test_a_ban_takes_the_voice_and_leaves_reading_help_and_leaving(client, thread) -> None:
    ash = arrive(client)
    Peer.objects.filter(pk=ash.pk).update(state=State.BANNED)
    ash.refresh_from_db()

    with pytest.raises(MayNotSpeak):
        submit_post(peer=ash, place=thread, draft=draft("Tea helped."))

    assert not who.may_speak(ash)
    pages = {path: client.get(path) for path in ("/my/", "/my/words", "/my/look", "/my/leave", "/rules")}
    assert {page.status_code for page in pages.values()} == {200}
    assert "Reading, help and this page stay open" in pages["/my/"].content.decode()
    assert client.get(f"/threads/{thread.public_id}/").status_code == 200


def test_staff_are_offered_neither_words_nor_leaving(client, robin: Moderator) -> None:
    speaks_as(client, robin.peer)
    token = token_on(client)

    words_page = client.post("/my/words", {"form_token": token, "keep": "words"}).content.decode()
    leave_page = client.post("/my/leave", {"form_token": token, "way": "remove", "sure": "yes"}).content.decode()

    assert "has no recovery words" in words_page
    assert "leaves with the team" in leave_page
    assert Peer.objects.get(pk=robin.peer.pk).lookup is None

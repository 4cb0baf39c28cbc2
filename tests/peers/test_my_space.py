"""One's own space: what is there, and how little it asks of the database."""

import pytest

from forum.posting import submit_post
from peers import arriving
from peers.models import Peer
from tests.conftest import draft, make_thread
from tests.peers.browser import arrive, speaks_as, token_on


def live_here(peer: Peer, rooms) -> None:
    """Words and names in three places."""
    for room in list(rooms.values())[:3]:
        thread = make_thread(peer, room, "I made soup.")
        submit_post(peer=peer, place=thread, draft=draft("And ate it."))


@pytest.mark.parametrize("busy", [False, True])
def test_my_space_asks_the_same_questions_of_the_new_and_the_busy(
    client, rooms, busy, django_assert_num_queries
) -> None:
    ash = arrive(client)
    if busy:
        live_here(ash, rooms)

    with django_assert_num_queries(
        8
    ):  # session, person, names, who is on shift; posts; messages, questions, statements
        page = client.get("/my/").content.decode()

    assert page.count("<dt>") == (3 if busy else 0)


@pytest.mark.parametrize(
    ("path", "queries"),
    # session, person (who may have asked to be reminded of a live room), who is on shift
    [("/sign-in", 3), ("/my/look", 3), ("/arrive", 3), ("/rules", 3), ("/privacy", 3), ("/goodbye", 3)],
)
def test_other_pages_ask_a_fixed_number_of_questions_of_someone_with_a_name(
    client, db, path, queries, django_assert_num_queries
) -> None:
    arrive(client)

    with django_assert_num_queries(queries):
        client.get(path)


def test_a_name_without_words_is_told_what_signing_out_loses(client, db) -> None:
    ash = arrive(client)
    before = client.get("/my/").content.decode()

    arriving.give_words(peer=ash)
    after = client.get("/my/").content.decode()

    assert "these names cannot be opened again" in before
    assert "these names cannot be opened again" not in after


def test_signing_in_over_a_name_without_words_is_warned_about(client, db) -> None:
    arrive(client)

    assert "Make words for it first" in client.get("/sign-in").content.decode()


def test_staff_have_a_space_without_what_is_not_theirs(client, robin) -> None:
    speaks_as(client, robin.peer)

    page = client.get("/my/").content.decode()

    assert "/my/leave" not in page
    assert "/my/words" not in page
    assert token_on(client, "/my/")


def test_names_lead_to_their_places(client, rooms) -> None:
    live_here(arrive(client), rooms)

    page = client.get("/my/").content.decode()

    for slug in list(rooms)[:3]:
        assert f'<dt><a href="/rooms/{slug}/">' in page

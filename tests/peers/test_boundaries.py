"""Boundaries: what one asks not to meet, kept for oneself, told to nobody."""

import re

import pytest
from django.test import Client

from forum.notes import NOTES
from peers import boundaries
from peers.models import Block, TopicFilter
from tests.peers.browser import OURS, arrive, send

PAGE = "/my/boundaries"


def unblock_addresses(client: Client) -> list[str]:
    return re.findall(r'action="([^"]+/unblock)"', client.get(PAGE).content.decode())


def test_topics_are_chosen_all_at_once(client, db) -> None:
    ash = arrive(client)
    boundaries.set_topic_filters(peer=ash, ways={"death": "fold"})

    answer = send(client, PAGE, alcohol="hide", suicide="fold", death="")

    assert (answer.status_code, answer["Location"]) == (303, f"{PAGE}?saved")
    assert boundaries.topic_ways(ash) == {"alcohol": "hide", "suicide": "fold"}
    page = client.get(answer["Location"]).content.decode()
    assert page.count(" selected>") == len(NOTES)
    assert page.count('value="hide" selected') == 1


@pytest.mark.parametrize("choice", [{"alcohol": "burn"}, {"alcohol": "HIDE"}, {"alcohol": "\x00"}])
def test_an_unknown_choice_changes_nothing(client, db, choice) -> None:
    arrive(client)

    answer = send(client, PAGE, suicide="fold", **choice)

    assert answer.status_code == 422
    assert not TopicFilter.objects.exists()


def test_an_unknown_topic_is_left_out(client, db) -> None:
    arrive(client)

    send(client, PAGE, weather="hide")

    assert not TopicFilter.objects.exists()


def test_blocked_people_stand_under_the_name_met_and_no_other(client, blue, rooms) -> None:
    ash = arrive(client)
    boundaries.block(peer=ash, other=blue, name_met="Mossy Lantern")

    page = client.get(PAGE).content.decode()

    assert "Mossy Lantern" in page
    assert str(blue.pk) not in page


def test_a_block_can_be_taken_back_by_the_one_who_made_it_only(client, ash, blue) -> None:
    boundaries.block(peer=ash, other=blue, name_met="Mossy Lantern")
    mine = arrive(client)
    boundaries.block(peer=mine, other=blue, name_met="Golden Fern")
    theirs = Block.objects.get(peer=ash)
    (their_mark,) = boundaries.blocks_of(ash)

    send(client, f"{PAGE}/{their_mark}/unblock")
    left = Block.objects.count()
    (own_address,) = unblock_addresses(client)
    answer = send(client, own_address)

    assert left == 2
    assert answer["Location"] == PAGE
    assert list(Block.objects.all()) == [theirs]


def test_the_page_tells_no_number_of_a_block_and_takes_none(client, blue) -> None:
    mine = arrive(client)
    boundaries.block(peer=mine, other=blue, name_met="Golden Fern")

    (address,) = unblock_addresses(client)
    send(client, f"{PAGE}/{Block.objects.get().pk}/unblock")

    assert re.fullmatch(rf"{PAGE}/[0-9a-f]{{32}}/unblock", address)
    assert Block.objects.count() == 1


def test_the_blocked_person_is_told_nothing(client, ash) -> None:
    blue = arrive(client)
    boundaries.block(peer=ash, other=blue, name_met="Golden Fern")

    assert "Golden Fern" not in client.get(PAGE).content.decode()
    assert boundaries.unmet_peers(blue) == [ash.pk]


def test_nobody_blocks_themselves(ash) -> None:
    assert not boundaries.block(peer=ash, other=ash, name_met="Golden Fern")


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/1/unblock"])
def test_boundaries_are_for_someone_with_a_name(client, db, path) -> None:
    answer = client.post(path, {"alcohol": "hide"}, headers=OURS)

    assert answer["Location"] == "/sign-in?next=%2Fmy%2Fboundaries"
    assert not TopicFilter.objects.exists()


def test_the_boundaries_page_asks_a_fixed_number_of_questions(
    client, ash, blue, robin, django_assert_num_queries
) -> None:
    mine = arrive(client)
    for number, other in enumerate([ash, blue, robin.peer]):
        boundaries.block(peer=mine, other=other, name_met=f"Name {number}")

    with django_assert_num_queries(5):  # session, person, topics, blocks, who is on shift
        client.get(PAGE)

"""Who has read what in a conversation with the desk: said only where a person said so."""

import pytest

from moderation.models import OutreachMessage
from tests.desk.staff import Browser, field, resolve

pytestmark = pytest.mark.django_db


def seen_on(page: str) -> str:
    return field(page, "seen")


def test_opening_the_page_claims_no_reading(talk, ash) -> None:
    browser, case, conversation = talk
    peer, address = Browser(ash), conversation.get_absolute_url()

    peer.client.head(address)
    page = peer.read(address)

    assert "I have read this" in page
    assert "You have read this" not in page
    assert OutreachMessage.objects.get().read_at is None
    assert "not read yet" in browser.read(case.get_absolute_url())


def test_the_button_tells_the_desk_and_goes_away(talk, ash) -> None:
    browser, case, conversation = talk
    peer, address = Browser(ash), conversation.get_absolute_url()

    answer = peer.post(f"{address}read", {"seen": seen_on(peer.read(address))})
    page = peer.read(address)

    assert (answer.status_code, answer["Location"]) == (302, f"{address}#newest")
    assert OutreachMessage.objects.get().read_at is not None
    assert "I have read this" not in page
    assert "You have read this" in page
    assert " UTC, read<" in browser.read(case.get_absolute_url())


@pytest.mark.parametrize("step", ["read", ""])
def test_words_that_came_after_the_page_are_not_read_with_it(talk, ash, step) -> None:
    browser, case, conversation = talk
    peer, address = Browser(ash), conversation.get_absolute_url()
    seen = seen_on(peer.read(address))
    browser.post(f"{case.get_absolute_url()}message", {"body": "One more thing: are you warm?", "client_id": "two"})

    peer.post(f"{address}{step}", {"seen": seen, "body": "I slept a little."})

    assert not OutreachMessage.objects.filter(moderator__isnull=False).exclude(read_at=None).exists()
    assert "I have read this" in peer.read(address)


@pytest.mark.parametrize("seen", ["", "0", "None", "x", "9" * 30, "\x00"])
def test_a_button_that_says_nothing_claims_nothing(talk, ash, seen) -> None:
    answer = Browser(ash).post(f"{talk[2].get_absolute_url()}read", {"seen": seen})

    assert answer.status_code == 302
    assert OutreachMessage.objects.get().read_at is None


def test_nobody_else_says_that_it_was_read_and_no_link_does(talk, ash, blue) -> None:
    address = talk[2].get_absolute_url()
    seen = {"seen": seen_on(Browser(ash).read(address))}

    codes = [
        Browser(blue).post(f"{address}read", seen).status_code,
        Browser().post(f"{address}read", seen).status_code,
        Browser(ash).get(f"{address}read").status_code,
    ]

    assert codes == [404, 403, 405]
    assert OutreachMessage.objects.get().read_at is None


def test_each_side_sees_that_the_other_has_read(talk, ash) -> None:
    browser, case, conversation = talk
    peer, address = Browser(ash), conversation.get_absolute_url()

    peer.post(address, {"body": "Thank you for writing", "seen": seen_on(peer.read(address))})
    before = peer.read(address)
    browser.post(f"{case.get_absolute_url()}reveal", {"step": "2"})
    after = peer.read(address)

    assert OutreachMessage.objects.get(moderator__isnull=False).read_at is not None
    assert "A moderator has read this" not in before
    assert "A moderator has read this" in after


def test_deciding_on_what_came_tells_its_author_that_it_was_read(talk, ash) -> None:
    browser, case, conversation = talk
    peer = Browser(ash)
    peer.post(conversation.get_absolute_url(), {"body": "The tea helped. I will sleep now."})

    resolve(browser, case)

    assert "A moderator has read this" in peer.read(conversation.get_absolute_url())


def test_deciding_with_the_words_covered_claims_no_reading(talk, ash) -> None:
    browser, case, conversation = talk
    browser.post(f"{case.get_absolute_url()}let-go")
    peer = Browser(ash)
    peer.post(conversation.get_absolute_url(), {"body": "The tea helped. I will sleep now."})

    resolve(browser, case)

    assert "A moderator has read this" not in peer.read(conversation.get_absolute_url())


def test_reading_the_conversation_costs_the_same_however_long_it_is(talk, ash, django_assert_num_queries) -> None:
    peer, address = Browser(ash), talk[2].get_absolute_url()
    with django_assert_num_queries(5):  # session, peer, conversation, messages, shift line
        peer.read(address)
    for number in range(8):
        peer.post(address, {"body": f"A line, number {number}"})

    with django_assert_num_queries(5):
        peer.read(address)

"""Private words from the desk to one peer: written by a person, read by nobody else."""

import pytest

from moderation import desk_words, outreach
from moderation.models import Case, OutreachMessage
from moderation.signals import outreach_moved
from tests.desk.staff import KIND, Browser, cry, sit_down, take

pytestmark = pytest.mark.django_db


def test_the_peer_reads_the_words_in_their_own_space(talk, ash) -> None:
    _, _, conversation = talk

    page = Browser(ash).read(conversation.get_absolute_url())

    assert KIND in page
    assert "Robin (moderator)" in page


def test_nobody_else_finds_the_conversation(talk, blue, client) -> None:
    _, _, conversation = talk
    address = conversation.get_absolute_url()

    assert Browser(blue).get(address).status_code == 404
    assert Browser(blue).post(address, {"body": "Let me in"}).status_code == 404
    assert client.get(address).status_code == 404
    assert not client.get(address).cookies
    assert OutreachMessage.objects.count() == 1


def test_the_conversation_stands_nowhere_else(talk, ash, thread) -> None:
    Browser(ash).post(talk[2].get_absolute_url(), {"body": "A very private answer"})
    reader = Browser()

    pages = [reader.read(thread.get_absolute_url()), reader.read("/search?q=private")]

    assert not any(KIND in page or "A very private answer" in page for page in pages)


def test_no_other_moderator_reads_it_without_revealing(talk, wren) -> None:
    _, case, _ = talk

    page = sit_down(wren).read(case.get_absolute_url())

    assert KIND not in page
    assert "1 message so far" in page


@pytest.mark.parametrize("opening", [each.key for each in desk_words.openings().values()])
def test_a_template_sent_as_it_stands_is_not_sent(robin, ash, thread, opening) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case)
    words = desk_words.openings()[opening].words

    answer = browser.post(f"{case.get_absolute_url()}message", {"body": words.replace("\n", "\r\n")})

    assert answer.status_code == 422
    assert "a person answers a person" in answer.content.decode()
    assert words.split("\n")[0].split("[")[0] in answer.content.decode()
    assert not OutreachMessage.objects.exists()


def test_a_template_with_a_gap_left_open_is_not_sent(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case)

    answer = browser.post(f"{case.get_absolute_url()}message", {"body": "Hello, I am [name]. I read your words."})

    assert answer.status_code == 422


def test_beginning_from_a_template_fills_the_form_and_sends_nothing(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case)

    page = browser.read(f"{case.get_absolute_url()}?start=crisis")

    assert "Are you safe at this moment?" in page.split('id="message_body"')[1].split("</textarea>")[0]
    assert not OutreachMessage.objects.exists()


def test_only_who_holds_the_case_writes_and_the_words_come_back(talk, wren) -> None:
    _, case, _ = talk

    answer = sit_down(wren).post(f"{case.get_absolute_url()}message", {"body": "Another voice at once"})

    assert answer.status_code == 409
    assert "Another voice at once" in answer.content.decode()
    assert OutreachMessage.objects.count() == 1


def test_pressing_send_twice_sends_once(talk, ash) -> None:
    browser, case, conversation = talk
    peer = Browser(ash)

    browser.post(f"{case.get_absolute_url()}message", {"body": KIND, "client_id": "one"})
    for _ in range(2):
        peer.post(conversation.get_absolute_url(), {"body": "Thank you", "client_id": "mine"})

    assert OutreachMessage.objects.count() == 2


def test_there_is_nobody_to_write_to_when_the_author_has_left(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case)
    Case.objects.update(peer=None)

    answer = browser.post(f"{case.get_absolute_url()}message", {"body": KIND})

    assert answer.status_code == 422
    assert KIND in answer.content.decode()


def test_the_peer_is_told_that_words_came(robin, ash, thread, django_capture_on_commit_callbacks) -> None:
    _, case = cry(ash, thread)
    take(sit_down(robin), case)
    heard = []
    outreach_moved.connect(lambda **what: heard.append(what["peer"]), weak=False, dispatch_uid="test")

    with django_capture_on_commit_callbacks(execute=True):
        outreach.write_to_author(case=case, moderator=robin, body=KIND, client_id="x")

    outreach_moved.disconnect(dispatch_uid="test")
    assert heard == [ash.pk]


def test_a_message_that_met_a_conflict_comes_back_into_its_own_form(talk, wren) -> None:
    browser, case, _ = talk
    browser.post(f"{case.get_absolute_url()}let-go")
    form = {"body": "Half a letter", "draft_of": "message", "client_id": "two"}

    lost = browser.post(f"{case.get_absolute_url()}message", form)
    again = browser.post(f"{case.get_absolute_url()}claim", form).content.decode()

    assert lost.status_code == 409
    assert 'name="draft_of" value="message"' in lost.content.decode()
    assert "Half a letter" in again.split('id="message_body"')[1].split("</textarea>")[0]

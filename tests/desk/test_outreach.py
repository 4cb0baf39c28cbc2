"""Private words between the desk and one peer: theirs alone, judged like any others, and never unread."""

import pytest
from django.utils import timezone

from forum.models import Post
from moderation import desk_words, outreach
from moderation.models import Case, CaseState, Decision, Level, Outbox, Outreach, OutreachMessage, Signal
from moderation.signals import outreach_moved
from tests.desk.staff import CRY, HEAVY, Browser, cry, decision, field, sit_down, take

pytestmark = pytest.mark.django_db
KIND = "I read what you wrote tonight. I am here, and you can answer me."


@pytest.fixture
def talk(robin, ash, thread) -> tuple[Browser, Case, Outreach]:
    """Robin holds Ash's case and has written to them."""
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case, reveal=True)
    browser.post(f"{case.get_absolute_url()}message", {"body": KIND, "client_id": "one"})
    return browser, case, Outreach.objects.get()


def resolve(browser: Browser, case: Case) -> Decision:
    page = take(browser, case)
    assert browser.post(f"{case.get_absolute_url()}decide", decision(page)).status_code == 302
    return Decision.objects.get()


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


def test_each_side_sees_that_the_other_has_read(talk, ash) -> None:
    browser, case, conversation = talk
    peer = Browser(ash)

    peer.read(conversation.get_absolute_url())
    peer.post(conversation.get_absolute_url(), {"body": "Thank you for writing"})
    before = peer.read(conversation.get_absolute_url())
    browser.post(f"{case.get_absolute_url()}reveal")
    after = peer.read(conversation.get_absolute_url())

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


def test_a_message_that_met_a_conflict_comes_back_into_its_own_form(talk, wren) -> None:
    browser, case, _ = talk
    browser.post(f"{case.get_absolute_url()}let-go")
    form = {"body": "Half a letter", "draft_of": "message", "client_id": "two"}

    lost = browser.post(f"{case.get_absolute_url()}message", form)
    again = browser.post(f"{case.get_absolute_url()}claim", form).content.decode()

    assert lost.status_code == 409
    assert 'name="draft_of" value="message"' in lost.content.decode()
    assert "Half a letter" in again.split('id="message_body"')[1].split("</textarea>")[0]


def test_a_calm_answer_shows_on_the_open_case(talk, ash) -> None:
    _, _, conversation = talk
    before = Case.objects.get().version

    answer = Browser(ash).post(conversation.get_absolute_url(), {"body": "The tea helped. I will sleep now."})

    assert answer.status_code == 302
    assert Case.objects.get().version == before + 1


def test_an_answer_at_risk_carries_help_in_the_same_response(talk, ash) -> None:
    _, case, conversation = talk

    answer = Browser(ash).post(f"{conversation.get_absolute_url()}", {"body": CRY})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Are you safe right now?" in page
    assert "help-card" in page
    assert CRY in page
    signal = Signal.objects.filter(subject__startswith="answer:")[0]
    assert (signal.case, signal.level) == (case, Level.CRISIS)


def test_an_answer_in_crisis_opens_a_closed_case_again_and_rings(talk, ash) -> None:
    browser, case, conversation = talk
    resolve(browser, case)
    Outbox.objects.update(sent_at=timezone.now())

    Browser(ash).post(conversation.get_absolute_url(), {"body": CRY})

    again = Case.objects.get()
    assert (again.state, again.level, again.resolved_at, again.first_human_at) == (
        CaseState.OPEN,
        Level.CRISIS,
        None,
        None,
    )
    assert (again.due_at - timezone.now()).total_seconds() <= 120
    assert Outbox.objects.filter(sent_at=None, kind="alert").count() == 1
    assert "an answer" not in browser.read("/desk/")
    assert again.public_id in browser.read("/desk/")


def test_a_calm_answer_to_a_closed_case_still_reaches_a_human_and_closes_without_a_decision(talk, ash) -> None:
    browser, case, conversation = talk
    made = resolve(browser, case)

    Browser(ash).post(
        conversation.get_absolute_url(), {"body": "Thank you, I slept. Could you tell me what happens next?"}
    )
    again = Case.objects.get()
    page = take(browser, again)
    seen = {name: field(page, name) for name in ("token", "version")}
    browser.post(f"{case.get_absolute_url()}close", seen)

    assert (again.state, again.level) == (CaseState.FOLLOW_UP, Level.AMBER)
    assert "An answer came" in page
    assert Case.objects.get().state == CaseState.RESOLVED
    assert Decision.objects.standing_for(Post.objects.get(pk=case.post_id)) == made


def test_closing_needs_the_case_in_ones_hands(talk, ash, wren) -> None:
    browser, case, conversation = talk
    resolve(browser, case)
    Browser(ash).post(conversation.get_absolute_url(), {"body": "Thank you, I slept."})
    seen = {name: field(take(browser, case), name) for name in ("token", "version")}

    theirs = sit_down(wren).post(f"{case.get_absolute_url()}close", seen)
    nonsense = browser.post(f"{case.get_absolute_url()}close", {"token": "x"})

    assert (theirs.status_code, nonsense.status_code) == (409, 409)
    assert Case.objects.get().state == CaseState.FOLLOW_UP


def test_an_answer_whose_case_has_a_newer_one_joins_that(talk, ash, thread) -> None:
    browser, case, conversation = talk
    resolve(browser, case)
    Case.objects.create(subject=case.subject, post=case.post, peer=ash, room=case.room, level=1, due_at=timezone.now())

    Browser(ash).post(conversation.get_absolute_url(), {"body": CRY})

    newer = Case.objects.open().get()
    assert newer.pk != case.pk
    assert newer.level == Level.CRISIS


@pytest.mark.parametrize("body", ["", " \u200b ", "a" * 100_000, "\ufffd broken"])
def test_an_answer_that_cannot_be_sent_is_given_back(talk, ash, body) -> None:
    answer = Browser(ash).post(talk[2].get_absolute_url(), {"body": body})

    assert answer.status_code == 422
    assert body.strip(" \u200b")[:1000] in answer.content.decode()
    assert OutreachMessage.objects.count() == 1


def test_many_calm_answers_wait_and_a_cry_never_does(talk, ash) -> None:
    peer, address = Browser(ash), talk[2].get_absolute_url()
    calm = [peer.post(address, {"body": f"One more thing, number {n}"}).status_code for n in range(21)]

    late = peer.post(address, {"body": CRY})

    assert (calm[0], calm[-1]) == (302, 429)
    assert late.status_code == 200
    assert OutreachMessage.objects.filter(body=CRY).exists()


def test_markup_in_an_answer_is_only_text(talk, ash) -> None:
    browser, case, conversation = talk
    peer = Browser(ash)
    peer.post(conversation.get_absolute_url(), {"body": "<img src=x onerror=alert(1)> hello"})
    browser.post(f"{case.get_absolute_url()}reveal")

    pages = peer.read(conversation.get_absolute_url()) + browser.read(case.get_absolute_url())

    assert "<img src=x" not in pages


def test_an_answer_after_the_session_ended_is_given_back(talk) -> None:
    answer = Browser().post(talk[2].get_absolute_url(), {"body": HEAVY})

    assert answer.status_code == 403
    assert HEAVY in answer.content.decode()


def test_reading_the_conversation_costs_the_same_however_long_it_is(talk, ash, django_assert_num_queries) -> None:
    peer, address = Browser(ash), talk[2].get_absolute_url()
    with django_assert_num_queries(6):  # session, peer, conversation, messages, marking as read, shift line
        peer.read(address)
    for number in range(8):
        peer.post(address, {"body": f"A line, number {number}"})

    with django_assert_num_queries(5):
        peer.read(address)

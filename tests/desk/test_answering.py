"""What a peer answers the desk: judged like any other words, never lost, and always before a human."""

import pytest
from django.utils import timezone

from forum.models import Post
from moderation.models import AuditEvent, Case, CaseState, Decision, Level, Outbox, OutreachMessage, Signal
from tests.desk.staff import CRY, HEAVY, Browser, field, resolve, sit_down, take, words_in

pytestmark = pytest.mark.django_db


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


def test_an_answer_that_joined_a_newer_case_is_read_and_counted_there(talk, ash) -> None:
    browser, case, conversation = talk
    resolve(browser, case)
    Case.objects.create(subject=case.subject, post=case.post, peer=ash, room=case.room, level=1, due_at=timezone.now())
    Browser(ash).post(conversation.get_absolute_url(), {"body": CRY})
    newer = Case.objects.open().get()

    covered = take(browser, newer)
    unread = OutreachMessage.objects.get(moderator=None).read_at
    page = take(browser, newer, reveal=True)

    assert (CRY in words_in(covered), unread) == (False, None)
    assert CRY in words_in(page)
    assert OutreachMessage.objects.get(moderator=None).read_at is not None
    assert AuditEvent.objects.filter(case_ref=newer.public_id, kind="case.revealed").latest("id").data["texts"] == 2


def test_what_was_said_in_a_case_for_leads_stands_in_no_other(talk, ash) -> None:
    browser, case, conversation = talk
    resolve(browser, case)
    Case.objects.filter(pk=case.pk).update(lead_only=True)
    later = Case.objects.create(
        subject=case.subject, post=case.post, peer=ash, room=case.room, level=1, due_at=timezone.now()
    )

    assert conversation.messages.get().body not in words_in(take(browser, later, reveal=True))

    Browser(ash).post(conversation.get_absolute_url(), {"body": CRY})
    assert Case.objects.get(pk=later.pk).lead_only is True  # what joins it is for leads, and so is the case now


@pytest.mark.parametrize("body", ["", " \u200b ", "a" * 100_000, "\ufffd broken"])
def test_an_answer_that_cannot_be_sent_is_given_back(talk, ash, body) -> None:
    answer = Browser(ash).post(talk[2].get_absolute_url(), {"body": body})

    assert answer.status_code == 422
    assert body.strip(" \u200b")[:1000] in answer.content.decode()
    assert OutreachMessage.objects.count() == 1


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "\ufffd", "x" * 5000])
def test_an_odd_number_of_the_form_never_keeps_an_answer_back(talk, ash, odd) -> None:
    answer = Browser(ash).post(talk[2].get_absolute_url(), {"body": "I slept a little.", "client_id": odd})

    assert answer.status_code == 302
    assert OutreachMessage.objects.filter(moderator=None).count() == 1


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
    browser.post(f"{case.get_absolute_url()}reveal", {"step": "2"})

    pages = peer.read(conversation.get_absolute_url()) + browser.read(case.get_absolute_url())

    assert "<img src=x" not in pages


def test_an_answer_after_the_session_ended_is_given_back(talk) -> None:
    answer = Browser().post(talk[2].get_absolute_url(), {"body": HEAVY})

    assert answer.status_code == 403
    assert HEAVY in answer.content.decode()

"""Deciding a case: with a reason in words, once, and never on what was not seen."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from forum.models import Visibility
from forum.posting import withdraw
from moderation.calling import call_for_help
from moderation.casework import Need, open_or_join, subject_of
from moderation.desk_words import CATEGORIES, reasons, usual_reason
from moderation.models import Action, AuditEvent, Case, CaseState, Decision
from tests.desk.staff import decision, sit_down, take

pytestmark = pytest.mark.django_db
NOTE = "I have read this, and it stays. Thank you for saying it here."
THREAT = Need(level=2, categories=("threat",), within=900)


def test_a_decision_reaches_the_post_and_keeps_its_words(robin, held) -> None:
    post, case = held
    browser = sit_down(robin)
    page = take(browser, case)

    answer = browser.post(f"{case.get_absolute_url()}decide", decision(page))

    post.refresh_from_db()
    assert answer.status_code == 302
    assert post.visibility == Visibility.PUBLISHED
    standing = Decision.objects.get()
    assert (standing.public_note, standing.moderator) == (NOTE, robin)
    assert Decision.objects.standing_for(post) == standing
    assert Case.objects.get().state == CaseState.RESOLVED


@pytest.mark.parametrize(
    "missing",
    [
        {"action": "remove", "body": ""},
        {"action": "fold", "body": " \u200b\n"},
        {"action": "remove", "reason_code": ""},
        {"action": "publish", "measure": "pause", "body": ""},
        {"reason_code": "because"},
        {"action": ""},
    ],
)
def test_nothing_is_taken_from_anyone_without_a_reason_in_words(robin, held, missing) -> None:
    post, case = held
    browser = sit_down(robin)
    page = take(browser, case)

    answer = browser.post(f"{case.get_absolute_url()}decide", decision(page, **missing))

    assert answer.status_code == 422
    assert not Decision.objects.exists()
    post.refresh_from_db()
    assert post.visibility == Visibility.HELD


def test_no_reason_is_offered_that_speaks_of_what_was_not_written() -> None:
    for action in Action.values:
        for category in CATEGORIES:
            usual = usual_reason(action, [category])
            assert not usual.categories or category in usual.categories, (action, category)
    assert usual_reason(Action.LEAVE, ["distress"]).code == "pain-stands"
    assert usual_reason(Action.REMOVE, ["distress"]).code == ""


def test_what_takes_nothing_may_be_said_in_the_usual_words(robin, held) -> None:
    post, case = held
    browser = sit_down(robin)
    page = take(browser, case)

    browser.post(f"{case.get_absolute_url()}decide", decision(page, action="publish", reason_code="", body=""))

    said = Decision.objects.get()
    assert said.reason_code == "pain-stands"
    assert said.public_note == reasons()["pain-stands"].sentence
    post.refresh_from_db()
    assert post.visibility == Visibility.PUBLISHED


@pytest.mark.parametrize(
    "odd",
    [
        {"token": "none"},
        {"version": "0"},
        {"version": "9" * 30},
        {"key": "x"},
        {"action": "ban"},
        {"body": "a" * 100_000},
    ],
)
def test_a_decision_that_makes_no_sense_is_given_back(robin, held, odd) -> None:
    _, case = held
    browser = sit_down(robin)
    page = take(browser, case)

    answer = browser.post(f"{case.get_absolute_url()}decide", decision(page, **odd))

    assert answer.status_code == 422
    assert odd.get("body", NOTE) in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_held_post_cannot_be_left_held(robin, held) -> None:
    post, case = held
    browser = sit_down(robin)
    page = take(browser, case)

    answer = browser.post(f"{case.get_absolute_url()}decide", decision(page, action="leave"))

    assert answer.status_code == 422
    assert NOTE in answer.content.decode()
    post.refresh_from_db()
    assert post.visibility == Visibility.HELD
    assert not Decision.objects.exists()
    assert Case.objects.get().state == CaseState.OPEN


def test_sending_a_decision_twice_decides_once(robin, held) -> None:
    _, case = held
    browser = sit_down(robin)
    form = decision(take(browser, case))

    first = browser.post(f"{case.get_absolute_url()}decide", form)
    second = browser.post(f"{case.get_absolute_url()}decide", form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Decision.objects.count() == 1
    assert AuditEvent.objects.filter(kind="case.decided").count() == 1


def test_a_lost_lease_decides_nothing_and_keeps_the_note(robin, wren, held) -> None:
    post, case = held
    browser = sit_down(robin)
    form = decision(take(browser, case), body="A note of many careful words.")
    with time_machine.travel(timezone.now() + timedelta(seconds=121), tick=False):
        take(sit_down(wren), case)

        answer = browser.post(f"{case.get_absolute_url()}decide", form)

    assert answer.status_code == 409
    assert "Wren has this case now" in answer.content.decode()
    assert "A note of many careful words." in answer.content.decode()
    post.refresh_from_db()
    assert post.visibility == Visibility.HELD
    assert not Decision.objects.exists()


def test_an_expired_lease_decides_nothing_and_can_be_taken_again_with_the_note(robin, held) -> None:
    _, case = held
    browser = sit_down(robin)
    form = decision(take(browser, case), body="A note of many careful words.", action="fold")
    with time_machine.travel(timezone.now() + timedelta(seconds=121), tick=False):
        answer = browser.post(f"{case.get_absolute_url()}decide", form)
        kept = {"body": "A note of many careful words.", "action": "fold", "reason_code": "pain-stands"}
        again = browser.post(f"{case.get_absolute_url()}claim", kept).content.decode()
        done = browser.post(f"{case.get_absolute_url()}decide", decision(again, **kept))

    assert answer.status_code == 409
    assert "Your time with this case ran out" in answer.content.decode()
    assert "A note of many careful words." in again
    assert done.status_code == 302
    assert Decision.objects.get().action == "fold"


def test_a_case_that_changed_is_not_decided_unseen(robin, held) -> None:
    post, case = held
    browser = sit_down(robin)
    form = decision(take(browser, case))
    open_or_join(subject_of(post), THREAT)

    answer = browser.post(f"{case.get_absolute_url()}decide", form)

    assert answer.status_code == 409
    assert "Something came to this case" in answer.content.decode()
    assert NOTE in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_case_that_became_a_leads_leaves_the_hands_it_was_in(robin, held) -> None:
    post, case = held
    browser = sit_down(robin)
    form = decision(take(browser, case))
    open_or_join(subject_of(post), Need(level=3, categories=("threat",), within=120, lead=True))

    answer = browser.post(f"{case.get_absolute_url()}decide", {**form, "version": str(case.version + 1)})

    assert answer.status_code == 404
    assert not Decision.objects.exists()


def test_what_its_author_took_down_is_never_brought_back(robin, ash, held) -> None:
    post, case = held
    withdraw(peer=ash, post=post)
    browser = sit_down(robin)
    page = take(browser, case)

    answer = browser.post(f"{case.get_absolute_url()}decide", decision(page))

    post.refresh_from_db()
    assert answer.status_code == 302
    assert (post.visibility, post.shown_html) == (Visibility.WITHDRAWN, "")


def test_of_a_case_without_a_post_nothing_can_be_shown_or_hidden(robin, ash, session) -> None:
    case = call_for_help(session=session, peer=ash)
    browser = sit_down(robin)
    page = take(browser, case)

    refused = browser.post(f"{case.get_absolute_url()}decide", decision(page, action="remove"))
    done = browser.post(f"{case.get_absolute_url()}decide", decision(page, action="leave"))

    assert re.findall(r'name="action" value="(\w+)"', page) == ["leave"]
    assert refused.status_code == 422
    assert done.status_code == 302
    assert Decision.objects.get().action == Action.LEAVE

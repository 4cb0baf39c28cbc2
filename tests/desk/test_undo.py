"""Undoing: exactly what was done is taken back, and nothing that came after it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from forum.models import Post, Visibility
from forum.posting import edit_post, withdraw
from moderation.casework import Need, open_or_join, subject_of
from moderation.models import Case, CaseState, Decision, Escalation, Level, Outbox
from moderation.tending import tend
from tests.conftest import draft
from tests.desk.staff import HEAVY, Browser, cry, decision, sit_down, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(ash, thread) -> tuple[Post, Case]:
    post, case = cry(ash, thread)
    until = timezone.now() + timedelta(minutes=15)
    Post.objects.filter(pk=post.pk).update(
        visibility="held", hold_until=until, reason_key="method", redactions=[[2, 4]]
    )
    return Post.objects.get(pk=post.pk), case


def decide(browser: Browser, case: Case, **chosen: str) -> Decision:
    page = take(browser, case)
    answer = browser.post(f"{case.get_absolute_url()}decide", decision(page, **chosen))
    assert answer.status_code == 302, answer.content.decode()
    return Decision.objects.order_by("-pk")[0]


def undo(browser: Browser, made: Decision):
    return browser.post(f"{made.case.get_absolute_url()}undo", {"decision": str(made.pk)})


def fields_of(post: Post) -> dict[str, Any]:
    return dict(Post.objects.filter(pk=post.pk).values().get())


@pytest.mark.parametrize("action", ["publish", "fold", "remove"])
def test_undoing_brings_the_post_back_exactly(robin, held, action) -> None:
    post, case = held
    browser = sit_down(robin)
    edit_free = fields_of(post)
    made = decide(browser, case, action=action)
    changed = fields_of(post)

    undo(browser, made)

    shown = {"shown_title", "shown_html"}  # made anew from words and redactions
    assert changed["visibility"] != "held"
    assert {name: value for name, value in fields_of(post).items() if name not in shown} == {
        name: value for name, value in edit_free.items() if name not in shown
    }
    assert Decision.objects.standing_for(post) is None


def test_an_undone_case_waits_for_a_human_again(robin, held) -> None:
    _, case = held
    browser = sit_down(robin)
    made = decide(browser, case)
    Escalation.objects.update(done_at=timezone.now())

    undo(browser, made)

    again = Case.objects.get()
    assert (again.state, again.resolved_at, again.first_human_at) == (CaseState.OPEN, None, None)
    assert again.due_at > timezone.now()
    assert set(Escalation.objects.values_list("done_at", flat=True)) == {None}


def test_a_hold_whose_time_went_by_is_not_over_before_a_human_looks_again(robin, held) -> None:
    post, case = held
    browser = sit_down(robin)
    made = decide(browser, case, action="remove")

    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=False):
        undo(browser, made)
        tend()
        again = Post.objects.get(pk=post.pk)
        due = Case.objects.get().due_at
    with time_machine.travel(due + timedelta(seconds=1)):
        tend()

    assert (again.visibility, again.hold_until) == (Visibility.HELD, due)
    assert Post.objects.get(pk=post.pk).is_open  # and it is held no longer than that


def test_undoing_does_not_bring_back_what_its_author_took_down(robin, ash, held) -> None:
    post, case = held
    browser = sit_down(robin)
    made = decide(browser, case, action="remove")
    withdraw(peer=ash, post=post)

    undo(browser, made)

    assert (fields_of(post)["visibility"], fields_of(post)["shown_html"]) == (Visibility.WITHDRAWN, "")


def test_words_written_since_stay_as_they_were_judged(robin, ash, held) -> None:
    post, case = held
    browser = sit_down(robin)
    made = decide(browser, case, action="publish")
    edit_post(peer=ash, post=post, draft=draft("The cat slept on my feet and I made soup."))
    before = fields_of(post)

    undo(browser, made)

    assert fields_of(post) == before


def test_a_decision_is_undone_once(robin, wren, held) -> None:
    _, case = held
    made = decide(sit_down(robin), case)
    browser = sit_down(wren)

    first, second = undo(browser, made), undo(browser, made)

    assert (first.status_code, second.status_code) == (302, 409)
    assert Decision.objects.get().undone_by == wren


def test_an_older_decision_does_not_overrule_a_newer_one(robin, wren, held) -> None:
    post, case = held
    browser = sit_down(robin)
    older = decide(browser, case, action="publish")
    reported = open_or_join(subject_of(post), Need(level=Level.RED, categories=("method",), within=900))
    decide(sit_down(wren), reported, action="remove")

    answer = undo(browser, older)

    assert answer.status_code == 409
    assert fields_of(post)["visibility"] == Visibility.REMOVED


def test_an_older_decision_does_not_act_behind_an_open_case(robin, held) -> None:
    post, case = held
    browser = sit_down(robin)
    older = decide(browser, case, action="publish")
    open_or_join(subject_of(post), Need(level=Level.RED, categories=("method",), within=900))

    answer = undo(browser, older)

    assert answer.status_code == 409
    assert fields_of(post)["visibility"] == Visibility.PUBLISHED


@pytest.mark.parametrize("number", ["", "x", "9" * 30, "٣"])
def test_undoing_nothing_is_not_there(robin, ash, thread, number) -> None:
    _, case = cry(ash, thread, HEAVY)

    assert sit_down(robin).post(f"{case.get_absolute_url()}undo", {"decision": number}).status_code == 404


def test_the_page_offers_undo_only_for_what_stands(robin, held) -> None:
    _, case = held
    browser = sit_down(robin)
    made = decide(browser, case)

    offered = browser.read(case.get_absolute_url())
    undo(browser, made)
    after = browser.read(case.get_absolute_url())

    assert "Undo this decision" in offered
    assert "Undo this decision" not in after
    assert "Taken back by Robin" in after


def test_a_crisis_that_is_open_again_rings_again(robin, held) -> None:
    _, case = held
    browser = sit_down(robin)
    made = decide(browser, case)
    rang = Outbox.objects.count()

    undo(browser, made)

    assert Outbox.objects.count() > rang

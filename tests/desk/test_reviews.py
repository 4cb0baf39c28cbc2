"""The second look is blind: it shows neither the decision nor whose it is, and changes nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum.models import Post, Visibility
from moderation import audit, reviewing
from moderation.effects import NotPossible
from moderation.exposure import measure
from moderation.models import Action, AuditEvent, Case, Decision, Exposure, Review, Snapshot
from moderation.reopening import need_again, reopen
from moderation.reporting import file_report
from moderation.review_page import page_of
from moderation.reviewing import answer, reveal, take_next
from moderation.transitions import Event
from tests.conftest import make_moderator
from tests.desk.looks import HERE, NOTE, at_it
from tests.desk.staff import Browser, sit_down

pytestmark = pytest.mark.django_db


# --- blind


def test_the_second_look_shows_words_and_signals_but_neither_the_decision_nor_whose_it_is(
    review, wren, decided
) -> None:
    reopen(decided.case, need_again(decided.case), event=Event.ANSWERED_AT_RISK)
    file_report(post=decided.case.post, reason="worried", note="This one worries me, too.")  # after the decision
    browser, _ = at_it(wren)

    page = browser.read(HERE)

    shown = page.partition("<main")[2].partition("</main>")[0]
    assert "end my life" in re.sub(r"<[^>]+>", "", shown)
    assert "What was noticed" in shown
    assert "suicide" in shown
    for hidden in (
        "Robin",
        "robin",
        NOTE,
        decided.case.public_id,
        "Removed",
        "removed",
        "taken back",
        "worried",
        "checked",
    ):
        assert hidden not in shown, hidden


def test_what_is_told_before_the_words_are_revealed_holds_none_of_them(review, wren) -> None:
    browser, _ = at_it(wren, revealed=False)

    page = browser.read(HERE)
    told = page_of(Review.objects.get(), wren, timezone.now())

    assert "The words are covered" in page
    assert "tonight" not in page
    assert "What would you have done" not in page
    assert told["words"] == []


def test_how_the_post_stood_is_told_as_it_was_before_the_decision(review, wren) -> None:
    assert review.stood == Visibility.NOTED
    browser, _ = at_it(wren)

    assert "It stood folded behind a neutral note." in browser.read(HERE)


def test_every_reveal_is_logged(review, wren) -> None:
    browser, form = at_it(wren)
    browser.post("/desk/reviews/reveal", form)

    events = AuditEvent.objects.filter(kind="review.revealed")
    assert [event.actor for event in events] == ["wren", "wren"]
    assert {event.case_ref for event in events} == {review.case.public_id}
    assert audit.first_fault() == ""


def test_the_words_are_those_that_were_decided_on(review, wren) -> None:
    Snapshot.objects.create(
        case=review.case, revision=2, words="Quite other words.", visibility="published", digest="x", at=timezone.now()
    )
    browser, _ = at_it(wren)

    page = browser.read(HERE)

    assert "Quite other words." not in page
    assert "tonight" in page


def test_nobody_is_served_their_own_decision(review, robin) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        browser = sit_down(robin)
        offered = browser.post(HERE)
        by_name = browser.post("/desk/reviews/reveal", {"review": review.public_id})

    assert offered["Location"] == f"{HERE}?nothing=1"
    assert by_name.status_code == 409
    assert not AuditEvent.objects.filter(kind="review.revealed").exists()


@pytest.mark.parametrize("part", ["reviewer", "lease_by"])
def test_the_database_itself_refuses_a_second_look_at_ones_own(review, robin, part) -> None:
    answered = {"reviewer": robin, "action": "leave", "reason_code": "stands", "agrees": True, "at": timezone.now()}
    change = answered if part == "reviewer" else {"lease_by": robin, "lease_until": timezone.now()}

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**change)

    assert "by_someone_else" in str(refused.value)


@pytest.mark.parametrize("missing", ["action", "reason_code", "reviewer", "at", "agrees"])
def test_the_database_refuses_half_an_answer_and_a_second_one(review, wren, decided, missing) -> None:
    whole = {"reviewer": wren, "action": "leave", "reason_code": "stands", "agrees": False, "at": timezone.now()}
    half = {**whole, missing: "" if missing in {"action", "reason_code"} else None}

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**half)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(case=decided.case, decision=decided, decider=decided.moderator, revision=1, stood="held")

    assert "review_answer_whole" in str(refused.value)


# --- for the sake of whoever reads


def test_what_is_read_for_a_second_look_counts_once_in_its_readers_day(review, wren) -> None:
    browser, form = at_it(wren)
    once = Exposure.objects.get(moderator=wren).units
    browser.post("/desk/reviews/reveal", form)

    assert Exposure.objects.get(moderator=wren).units == once > 0


def test_whoever_has_read_enough_today_gets_no_second_look(review, wren) -> None:
    now = timezone.now()
    Exposure.objects.create(moderator=wren, day=now.date(), began_at=now, last_at=now, units=measure().hard)

    assert take_next(moderator=wren) is None


def test_a_kind_someone_keeps_away_from_is_no_second_look_for_them_even_a_crisis(review, wren) -> None:
    wren.opted_out = [review.case.categories[0]]
    wren.save()

    assert take_next(moderator=wren) is None


# --- answering


def everything_about(case: Case) -> list[Any]:
    rows = (Case.objects.filter(pk=case.pk), Post.objects.filter(cases=case), Decision.objects.filter(case=case))
    return [row for found in rows for row in found.values()]


def test_an_answer_is_kept_and_nothing_changes_for_the_post_or_its_case(review, wren) -> None:
    before = everything_about(review.case)
    browser, form = at_it(wren)

    done = browser.post("/desk/reviews/answer", {**form, "action": "fold", "reason_code": "hard-to-read"})

    review.refresh_from_db()
    assert done["Location"] == f"{HERE}?answered=1"
    assert (review.reviewer, review.action, review.reason_code, review.agrees) == (wren, "fold", "hard-to-read", False)
    assert everything_about(review.case) == before
    assert AuditEvent.objects.get(kind="review.answered").data == {"action": "fold", "reason": "hard-to-read"}


@pytest.mark.parametrize(("action", "agrees"), [("remove", True), ("leave", False), ("fold", False)])
def test_an_answer_agrees_where_it_comes_to_the_same_for_the_post(review, wren, action, agrees) -> None:
    browser, form = at_it(wren)

    browser.post("/desk/reviews/answer", {**form, "action": action, "reason_code": "stands"})

    assert Review.objects.get().agrees is agrees


@pytest.mark.parametrize("odd", [{"action": ""}, {"action": "ban"}, {"reason_code": ""}, {"reason_code": "because"}])
def test_an_answer_without_an_action_or_a_reason_is_given_back(review, wren, odd) -> None:
    browser, form = at_it(wren)

    given_back = browser.post("/desk/reviews/answer", {**form, "action": "fold", "reason_code": "stands", **odd})

    assert given_back.status_code == 422
    assert Review.objects.get().at is None


def test_a_held_post_cannot_be_left_held_by_an_answer_either(review, wren) -> None:
    Review.objects.update(stood="held")
    browser, form = at_it(wren)
    review.refresh_from_db()

    given_back = browser.post("/desk/reviews/answer", {**form, "action": "leave", "reason_code": "stands"})

    assert given_back.status_code == 422
    with pytest.raises(NotPossible):
        answer(review=review, moderator=wren, action=Action.LEAVE, reason_code="stands")


def test_words_nobody_read_are_not_answered(review, wren) -> None:
    browser, form = at_it(wren, revealed=False)

    refused = browser.post("/desk/reviews/answer", {**form, "action": "fold", "reason_code": "stands"})

    assert refused.status_code == 409
    assert Review.objects.get().at is None


def test_sending_an_answer_twice_keeps_it_once_and_another_answer_is_refused(review, wren) -> None:
    browser, form = at_it(wren)
    sent = {**form, "action": "fold", "reason_code": "stands"}
    browser.post("/desk/reviews/answer", sent)

    again = browser.post("/desk/reviews/answer", sent)
    other = browser.post("/desk/reviews/answer", {**sent, "action": "remove"})

    assert (again.status_code, other.status_code) == (302, 409)
    assert Review.objects.get().action == "fold"
    assert AuditEvent.objects.filter(kind="review.answered").count() == 1


def test_two_people_are_never_at_the_same_one(review, wren) -> None:
    linnet = make_moderator("linnet", "Linnet", "moderator")
    mine = take_next(moderator=wren)
    theirs = take_next(moderator=linnet)
    with time_machine.travel(timezone.now() + timedelta(minutes=21)):
        passed_on = take_next(moderator=linnet)
        with pytest.raises(reviewing.Conflict):
            reveal(review=review, moderator=wren)

    assert (mine, theirs, passed_on) == (review, None, review)


def test_words_revealed_under_one_lease_are_covered_under_the_next(review, wren) -> None:
    linnet = make_moderator("linnet", "Linnet", "moderator")
    at_it(wren)
    with time_machine.travel(timezone.now() + timedelta(minutes=21)):
        browser = sit_down(linnet)
        browser.post(HERE)

        assert "The words are covered" in browser.read(HERE)


def test_what_is_given_back_goes_to_the_end_of_the_line(review, wren) -> None:
    browser, form = at_it(wren)
    waited = review.waits_since

    browser.post("/desk/reviews/let-go", form)

    review.refresh_from_db()
    assert (review.lease_by, review.revealed_at) == (None, None)
    assert review.waits_since > waited
    assert "Take a second look" in browser.read(HERE)


# --- doors


@pytest.mark.parametrize("address", ["reveal", "answer", "let-go"])
@pytest.mark.parametrize("named", ["", "nothing-here", "x" * 500])
def test_a_form_that_names_no_second_look_finds_none(wren, address, named) -> None:
    assert sit_down(wren).post(f"/desk/reviews/{address}", {"review": named}).status_code == 404


@pytest.mark.parametrize("address", ["reveal", "answer", "let-go"])
def test_what_changes_something_is_never_a_link(wren, address) -> None:
    assert sit_down(wren).get(f"/desk/reviews/{address}").status_code == 405


def test_nobody_but_moderators_is_let_in(host) -> None:
    assert Browser().get(HERE).status_code == 302
    assert sit_down(host.moderator).get(HERE).status_code == 403


def test_a_second_look_costs_the_same_however_much_was_noticed(review, wren, django_assert_num_queries) -> None:
    browser, _ = at_it(wren)

    # Session, moderator, device; the one in hand; signals, words, reports.
    with django_assert_num_queries(7):
        browser.read(HERE)

"""Blind second looks: drawn by chance, read by someone else, who knows neither the decision nor whose it is."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum.models import Post, Visibility
from forum.posting import withdraw
from moderation import audit, reviewing, triage
from moderation.effects import NotPossible
from moderation.models import Action, AuditEvent, Case, Decision, Moderator, Review, Snapshot
from moderation.reporting import file_report
from moderation.reviewing import answer, draw_reviews, expire_reviews, is_drawn, reveal, take_next
from moderation.tending import tend
from peers.leaving import Way, leave
from tests.conftest import make_moderator
from tests.desk.staff import Browser, cry, decision, sit_down, take
from tests.desk.test_races import at_once

pytestmark = pytest.mark.django_db
HERE = "/desk/reviews/next"
NOTE = "I took this away because it could hurt someone who reads it."


@pytest.fixture
def every(monkeypatch) -> None:
    """Every decision is drawn: chance has tests of its own."""
    monkeypatch.setattr(reviewing, "SHARE", 1.0)
    monkeypatch.setattr(reviewing, "is_drawn", lambda *_, **__: True)


@pytest.fixture
def decided(robin, ash, thread) -> Decision:
    """Robin removed what Ash wrote."""
    _, case = cry(ash, thread)
    assert triage.claim(case=case, moderator=robin)
    case.refresh_from_db()
    verdict = triage.Verdict("remove", "method-detail", NOTE, case.lease_token, case.version, "a-key")  # type: ignore[arg-type]  # claimed just now
    return triage.decide(case=case, moderator=robin, verdict=verdict)


@pytest.fixture
def review(every, decided, wren) -> Review:
    """That decision, drawn for a second look."""
    assert draw_reviews(now=timezone.now()) == 1
    return Review.objects.get()


def at_it(moderator: Moderator, *, revealed: bool = True) -> tuple[Browser, dict[str, str]]:
    """A browser with the second look in hand, and the form that names it."""
    browser = sit_down(moderator)
    browser.post(HERE)
    form = {"review": Review.objects.get().public_id}
    if revealed:
        browser.post("/desk/reviews/reveal", form)
    return browser, form


# --- drawing


def test_one_in_twenty_is_drawn_and_the_same_ones_for_the_same_seed() -> None:
    drawn = {number for number in range(20_000) if is_drawn(number, seed="a seed")}

    assert 900 < len(drawn) < 1100
    assert drawn == {number for number in range(20_000) if is_drawn(number, seed="a seed")}
    assert drawn != {number for number in range(20_000) if is_drawn(number, seed="another")}


def test_the_worker_draws_what_the_seed_draws_each_once(decided, wren) -> None:
    seeds = [f"seed {number}" for number in range(200)]
    chosen = next(seed for seed in seeds if is_drawn(decided.pk, seed=seed))
    other = next(seed for seed in seeds if not is_drawn(decided.pk, seed=seed))
    now = timezone.now()

    assert draw_reviews(now=now, seed=other) == 0
    assert draw_reviews(now=now, seed=chosen) == 1
    assert draw_reviews(now=now, seed=chosen) == 0
    assert Review.objects.get().decision == decided


def test_the_worker_draws_by_itself(every, decided, wren) -> None:
    tend(now=timezone.now())

    assert Review.objects.count() == 1
    assert AuditEvent.objects.filter(kind="review.drawn", actor="worker").count() == 1
    assert audit.first_fault() == ""


def test_with_one_moderator_none_are_drawn_and_their_page_says_so(every, decided, robin) -> None:
    assert draw_reviews(now=timezone.now()) == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert "There is one moderator at the desk" in sit_down(robin).read(HERE)


def test_a_case_for_leads_is_drawn_only_where_another_lead_could_look(every, decided, wren) -> None:
    Case.objects.update(lead_only=True)
    before = draw_reviews(now=timezone.now())
    make_moderator("kestrel", "Kestrel", "lead")

    assert before == 0
    assert draw_reviews(now=timezone.now()) == 1
    assert take_next(moderator=wren) is None


def test_a_decision_that_was_taken_back_is_not_drawn(every, decided, wren, robin) -> None:
    Decision.objects.update(undone_at=timezone.now(), undone_by=robin)

    assert draw_reviews(now=timezone.now()) == 0


def test_someone_who_decided_about_the_case_before_is_not_blind_to_it(review, decided, wren) -> None:
    earlier = {name: getattr(decided, name) for name in ("case", "action", "reason_code", "public_note")}
    Decision.objects.create(
        moderator=wren, key="earlier", case_version=1, level_before=3, undone_at=timezone.now(), **earlier
    )

    assert take_next(moderator=wren) is None


# --- blind


def test_the_second_look_shows_words_and_signals_but_neither_the_decision_nor_whose_it_is(
    review, wren, decided
) -> None:
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

    assert "The words are covered" in page
    assert "tonight" not in page
    assert "What would you have done" not in page


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


# --- answering


def everything_about(case: Case) -> list[Any]:
    return [*Case.objects.filter(pk=case.pk).values(), *Post.objects.filter(cases=case).values()]


def test_an_answer_is_kept_and_nothing_changes_for_the_post_or_its_case(review, wren, decided) -> None:
    before = everything_about(review.case)
    browser, form = at_it(wren)

    done = browser.post("/desk/reviews/answer", {**form, "action": "fold", "reason_code": "hard-to-read"})

    review.refresh_from_db()
    assert done["Location"] == f"{HERE}?answered=1"
    assert (review.reviewer, review.action, review.reason_code, review.agrees) == (wren, "fold", "hard-to-read", False)
    assert everything_about(review.case) == before
    assert Decision.objects.get() == decided
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


# --- words that go


def test_a_second_look_ends_where_its_words_are_erased(review, wren, ash) -> None:
    browser, form = at_it(wren)
    leave(peer=ash, way=Way.BLANK)

    page = browser.read(HERE)
    refused = browser.post("/desk/reviews/answer", {**form, "action": "fold", "reason_code": "stands"})
    expired = expire_reviews(now=timezone.now())

    assert "tonight" not in page
    assert refused.status_code == 409
    assert expired == 1
    review.refresh_from_db()
    assert (review.at, review.expired_at is None) == (None, False)


@pytest.mark.parametrize("how", ["withdrawn", "undone"])
def test_a_second_look_ends_where_words_are_taken_down_or_the_decision_is_taken_back(
    every, robin, wren, ash, thread, how
) -> None:
    post, case = cry(ash, thread)
    browser = sit_down(robin)
    browser.post(f"{case.get_absolute_url()}decide", decision(take(browser, case)))
    draw_reviews(now=timezone.now())
    if how == "withdrawn":
        withdraw(peer=ash, post=post)
    else:
        browser.post(f"{case.get_absolute_url()}undo", {"decision": Decision.objects.get().pk})

    assert take_next(moderator=wren) is None
    assert expire_reviews(now=timezone.now()) == 1


def test_erased_words_are_not_drawn(every, decided, wren, ash) -> None:
    leave(peer=ash, way=Way.BLANK)

    assert draw_reviews(now=timezone.now()) == 0


def test_what_can_be_read_does_not_expire(review) -> None:
    assert expire_reviews(now=timezone.now()) == 0


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


@pytest.mark.django_db(transaction=True)
def test_of_four_who_take_the_only_one_at_once_one_gets_it(review, wren, emptied_afterwards) -> None:
    others = [make_moderator(f"staff{place}", f"Staff {place}", "moderator") for place in range(3)]

    for _ in range(8):
        Review.objects.update(lease_by=None, lease_until=None)
        taken = at_once(*(partial(take_next, moderator=one) for one in (wren, *others)))

        assert [each for each in taken if each] == [review]


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_who_draw_at_once_one_draws(every, decided, wren, emptied_afterwards) -> None:
    drawn = at_once(*[partial(draw_reviews, now=timezone.now())] * 2)

    assert sum(drawn) == Review.objects.count() == 1
    assert AuditEvent.objects.filter(kind="review.drawn").count() == 1

"""Which decisions get a second look: one in twenty by chance, each once, and none whose words have gone."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from forum.posting import withdraw
from moderation import audit
from moderation.models import Appeal, AuditEvent, Case, Decision, Review, Statement
from moderation.reviewing import draw_reviews, expire_reviews, is_drawn, take_next
from moderation.tending import tend
from peers.leaving import Way, leave
from tests.conftest import make_moderator
from tests.desk.looks import HERE, at_it
from tests.desk.staff import cry, decision, sit_down, take
from tests.desk.test_races import at_once

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("now_it", ["waits", "was declined"])
def test_a_proposal_is_not_drawn(every, decided, wren, now_it) -> None:
    Decision.objects.update(needs_second=True, declined_at=timezone.now() if now_it == "was declined" else None)

    assert draw_reviews(now=timezone.now()) == 0


def test_whoever_confirmed_a_decision_or_answered_its_appeal_is_not_blind_to_it(review, decided, wren) -> None:
    linnet = make_moderator("linnet", "Linnet", "moderator")
    Decision.objects.update(needs_second=True, confirmed_at=timezone.now(), confirmed_by=wren)
    statement = Statement.objects.filter(case=decided.case).first()
    assert statement is not None
    Appeal.objects.create(
        statement=statement, case=decided.case, outcome="upheld", answered_at=timezone.now(), answered_by=linnet
    )

    assert take_next(moderator=wren) is None
    assert take_next(moderator=linnet) is None


def test_what_is_about_someones_own_doing_is_not_looked_at_by_them(review, wren, decided) -> None:
    Case.objects.update(not_for=wren, not_for_since=timezone.now())

    assert take_next(moderator=wren) is None
    Review.objects.all().delete()
    assert draw_reviews(now=timezone.now()) == 0


# --- words that go


@pytest.mark.parametrize("way", [Way.BLANK, Way.REMOVE])
def test_a_second_look_ends_where_its_words_are_erased(review, wren, ash, way) -> None:
    browser, form = at_it(wren)
    leave(peer=ash, way=way)

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


# --- two at the same moment


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

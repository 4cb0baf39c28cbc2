"""Two moderators at the same moment, on threads and connections of their own."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from forum.models import LiveEvent, Post, Visibility
from forum.posting import submit_post
from forum.showing import set_visibility
from moderation import deciding, triage
from moderation.deciding import Verdict
from moderation.models import AuditEvent, Case, Decision
from moderation.reporting import file_report
from moderation.triage import Conflict
from tests.conftest import draft, make_moderator, make_post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("emptied_afterwards")]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run each on its own thread, all let go in the same moment; what each gave, or raised."""
    gate = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=10)
            return work()
        except Conflict as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def case_in(room, place: int = 0) -> Case:
    due = timezone.now() + timedelta(minutes=15)
    return Case.objects.create(subject=f"call:{place}:0", room=room, level=2, categories=["suicide"], due_at=due)


def verdict_on(case: Case, key: str) -> Verdict:
    return Verdict("leave", "stands", "I have read this.", case.lease_token or uuid.uuid4(), case.version, key)


def test_of_two_who_take_a_case_one_gets_it(robin, wren, room) -> None:
    for place in range(12):
        case = case_in(room, place)

        won = at_once(
            partial(triage.claim, case=case, moderator=robin), partial(triage.claim, case=case, moderator=wren)
        )

        assert sorted(won) == [False, True]
        assert AuditEvent.objects.filter(case_ref=case.public_id, kind="case.claimed").count() == 1


def test_two_who_report_the_same_words_at_once_open_one_case(ash, room) -> None:
    for number in range(12):
        post = make_post(ash, room, f"Tea helped, {number} times.")

        filed = at_once(*[partial(file_report, post=post, reason="other", note="")] * 2)

        assert len({report.case_id for report in filed}) == 1
        assert Case.objects.filter(post=post).count() == 1


def test_next_gives_each_of_four_another_case(room) -> None:
    staff = [make_moderator(f"staff{place}", f"Staff {place}", "moderator") for place in range(4)]
    made = {case_in(room, place).pk for place in range(4)}

    taken = at_once(*(partial(triage.claim_next, moderator=one) for one in staff))

    assert {case.pk for case in taken} == made


def test_the_same_decision_sent_twice_at_once_is_one(robin, room) -> None:
    case = case_in(room)
    triage.claim(case=case, moderator=robin)
    case.refresh_from_db()
    verdict = verdict_on(case, "the-same-key")

    both = at_once(*[lambda: deciding.decide(case=case, moderator=robin, verdict=verdict)] * 2)

    assert {decision.pk for decision in both} == {Decision.objects.get().pk}
    assert AuditEvent.objects.filter(kind="case.decided").count() == 1


def test_two_different_decisions_at_once_are_one_and_a_conflict(robin, room) -> None:
    case = case_in(room)
    triage.claim(case=case, moderator=robin)
    case.refresh_from_db()

    both = at_once(
        lambda: deciding.decide(case=case, moderator=robin, verdict=verdict_on(case, "first-key")),
        lambda: deciding.decide(case=case, moderator=robin, verdict=verdict_on(case, "second-key")),
    )

    assert [type(each) for each in both].count(Conflict) == 1
    assert Decision.objects.count() == 1


def test_of_two_who_undo_one_does(robin, wren, room) -> None:
    case = case_in(room)
    triage.claim(case=case, moderator=robin)
    case.refresh_from_db()
    made = deciding.decide(case=case, moderator=robin, verdict=verdict_on(case, "one-key"))

    both = at_once(
        lambda: deciding.undo(decision=made, moderator=robin), lambda: deciding.undo(decision=made, moderator=wren)
    )

    assert [type(each) for each in both].count(Conflict) == 1
    assert AuditEvent.objects.filter(kind="decision.undone").count() == 1


def test_messages_released_at_once_get_numbers_without_a_gap(ash, session) -> None:
    held = [submit_post(peer=ash, place=session, draft=draft(f"Line {number}.")) for number in range(8)]
    for post in held:
        release(post, Visibility.HELD)

    at_once(*(partial(release, post, Visibility.PUBLISHED) for post in held))

    numbers = list(LiveEvent.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert list(LiveEvent.objects.filter(seq__gt=len(numbers) - 8).values_list("kind", flat=True)) == ["changed"] * 8


@transaction.atomic
def release(post: Post, visibility: Visibility) -> None:
    set_visibility(post, visibility, hold_until=timezone.now())

"""Cases of one name taken by two moderators in the same moment: one of them has all, and nobody waits for ever."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from moderation import staffing, triage
from moderation.models import AuditEvent, Case
from tests.desk.staff import CRY, cry
from tests.desk.test_races import at_once

ROUNDS = 8
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("emptied_afterwards")]


def of_one_name(peer, room, many: int, number: int) -> list[Case]:
    due = timezone.now() + timedelta(minutes=15)
    name = {"room": room, "peer": peer, "author_name": f"Quiet Harbour {number}", "level": 2, "due_at": due}
    return [Case.objects.create(subject=f"call:{number}:{place}", **name) for place in range(many)]


def test_of_two_who_take_two_cases_of_one_name_one_has_both(robin, wren, ash, room) -> None:
    for number in range(ROUNDS):
        first, second = of_one_name(ash, room, 2, number)

        won = at_once(
            partial(triage.claim, case=first, moderator=robin), partial(triage.claim, case=second, moderator=wren)
        )

        assert sorted(won) == [False, True]
        both = Case.objects.filter(pk__in=[first.pk, second.pk])
        assert both.values("lease_by").distinct().count() == 1
        assert both.filter(lease_by=None).count() == 0
        refs = [first.public_id, second.public_id]
        assert AuditEvent.objects.filter(kind="case.claimed", case_ref__in=refs).count() == 2


def test_names_are_taken_renewed_and_given_back_at_once_without_anyone_waiting_crosswise(
    robin, wren, ash, room
) -> None:
    for number in range(3):  # 20 cases a name: every chain of the log is needed by both, each from another start
        mine, theirs = of_one_name(ash, room, 20, 2 * number), of_one_name(ash, room, 20, 2 * number + 1)
        triage.claim(case=mine[0], moderator=robin)

        given_back, won, *_ = at_once(
            partial(staffing.take_break, moderator=robin),
            partial(triage.claim, case=theirs[3], moderator=wren),
            partial(triage.claim, case=mine[5], moderator=robin),
            partial(triage.let_go, case=mine[9], moderator=robin),
        )

        assert won
        assert given_back in {0, 20}
        for group in (mine, theirs):
            held = Case.objects.filter(pk__in=[case.pk for case in group])
            assert held.values("lease_by").distinct().count() == 1
        Case.objects.all().delete()


def test_nobody_waits_crosswise_for_the_chains_of_the_log(robin, wren, ash, room, monkeypatch) -> None:
    monkeypatch.setattr("peers.again.TRIES", 1)  # giving way and beginning again would hide it
    for number in range(3):
        mine, theirs = of_one_name(ash, room, 20, 2 * number), of_one_name(ash, room, 20, 2 * number + 1)

        won = at_once(
            partial(triage.claim, case=mine[0], moderator=robin), partial(triage.claim, case=theirs[0], moderator=wren)
        )

        assert won == [True, True]


def test_what_comes_while_a_name_is_taken_is_open_and_in_no_other_hands(robin, wren, ash, thread) -> None:
    _, first = cry(ash, thread)

    won = at_once(
        partial(triage.claim, case=first, moderator=robin),
        partial(triage.claim, case=first, moderator=wren),
        partial(cry, ash, thread, CRY),
    )

    holder = Case.objects.get(pk=first.pk).lease_by_id
    assert won[0] is not won[1]
    assert set(Case.objects.open().values_list("lease_by", flat=True)) <= {holder, None}

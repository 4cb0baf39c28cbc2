"""What becomes of each rule's findings: counted by one query, and few cases never taken for many."""

from datetime import timedelta

import pytest
from django.utils import timezone

from moderation.models import Case, Decision, Drill, Signal
from moderation.rules_figures import RuleFigures, often_needless, often_overturned, rule_figures

pytestmark = pytest.mark.django_db


def noticed(
    robin, room, rule: str, *, version: str = "1", reason: str = "", undone: bool = False, number: int = 0
) -> None:
    """One finding of a rule, and the decision about its case, if any."""
    now = timezone.now()
    subject = f"call:{rule}:{version}:{number}"
    case = Case.objects.create(subject=subject, room=room, level=1, due_at=now)
    said = {"case": case, "subject": subject, "revision": 1, "source": "rules", "category": "distress", "level": 1}
    Signal.objects.create(rule=rule, version=version, reason="R.", **said)
    if reason:
        note = {"public_note": "I have read this.", "key": subject[:40], "case_version": 1, "level_before": 1}
        taken_back = {"undone_at": now, "undone_by": robin} if undone else {}
        Decision.objects.create(case=case, moderator=robin, action="publish", reason_code=reason, **note, **taken_back)


def test_each_version_of_a_rule_is_counted_by_one_query(robin, room, django_assert_num_queries) -> None:
    for number, reason in enumerate(("stands", "pain-stands", "pain-stands", "")):
        noticed(robin, room, "distress.low", reason=reason, number=number)
    noticed(robin, room, "distress.low", version="2", reason="stands", undone=True)

    with django_assert_num_queries(1):
        first, second = rule_figures(timezone.now() - timedelta(days=1))

    assert (first.signals, first.cases, first.confirmed, first.left_alone, first.taken_back) == (4, 3, 2, 1, 0)
    assert (second.version, second.cases, second.left_alone, second.taken_back) == ("2", 1, 0, 1)
    assert first.precision.words == "2 of 3 (67 %, between 21 and 94)"


def test_what_people_reported_is_no_finding_of_a_rule(robin, room) -> None:
    noticed(robin, room, "distress.low", reason="stands")
    Signal.objects.update(source="report")

    assert rule_figures(timezone.now() - timedelta(days=1)) == []


def test_what_is_older_than_the_period_is_not_counted(robin, room) -> None:
    noticed(robin, room, "distress.low", reason="stands")

    assert rule_figures(timezone.now() + timedelta(seconds=1)) == []


@pytest.mark.parametrize("declined", [True, False])
def test_a_proposal_nobody_agreed_to_decided_nothing(robin, room, declined) -> None:
    noticed(robin, room, "threat.told", reason="threat")
    Decision.objects.update(needs_second=True, declined_at=timezone.now() if declined else None)

    (found,) = rule_figures(timezone.now() - timedelta(days=1))

    assert (found.signals, found.cases, found.confirmed, found.left_alone) == (1, 0, 0, 0)


def test_a_drill_is_no_finding_of_a_rule(robin, room, ash) -> None:
    noticed(robin, room, "suicide.plan", reason="stands")
    Drill.objects.create(peer=ash)
    Case.objects.update(peer=ash)

    assert rule_figures(timezone.now() - timedelta(days=1)) == []


def figures(rule: str, *, confirmed: int = 0, left: int = 0, back: int = 0) -> RuleFigures:
    cases = confirmed + left + back
    return RuleFigures(rule, "1", signals=cases, cases=cases, confirmed=confirmed, left_alone=left, taken_back=back)


def test_rules_that_are_set_aside_surface_the_surest_first() -> None:
    all_of_few = figures("a.few", left=3)
    all_of_ten = figures("b.ten", left=10)
    most_of_many = figures("c.many", left=90, confirmed=10)
    good = figures("d.good", confirmed=50)

    listed = often_needless([all_of_few, all_of_ten, most_of_many, good])

    assert [each.rule for each in listed] == ["c.many", "b.ten"]


def test_rules_whose_decisions_are_taken_back_surface_the_surest_first() -> None:
    some, most, few = figures("a", confirmed=9, back=3), figures("b", confirmed=5, back=25), figures("c", back=2)

    assert [each.rule for each in often_overturned([some, most, few])] == ["b", "a"]

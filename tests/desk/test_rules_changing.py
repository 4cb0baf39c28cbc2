"""Putting other rules in force: never without a fresh replay, never by one person alone, back in one step."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from moderation import audit, risk, rules_changing, rules_kept
from moderation.models import AuditEvent, ChangeState, Moderator, Replay, ReplayState, RuleChange, RuleSet
from moderation.rules_changing import NotChanged
from tests.desk.lab import aged, candidate, put_in_force, replayed
from tests.rule_files import LAMP

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lab")]


def in_force() -> RuleSet:
    return RuleChange.objects.in_force().get().rule_set


def done_replay(rule_set: RuleSet, *, active: RuleSet | None = None) -> Replay:
    """A replay as it stands when it is done, without the run."""
    now = timezone.now()
    held_against = active or rules_kept.keep_shipped()
    times = {"since": now, "began_at": now, "made_at": now}
    return Replay.objects.create(candidate=rule_set, active=held_against, state=ReplayState.DONE, **times)


def test_a_second_person_puts_a_replayed_set_in_force_and_the_log_tells_it(maren, sorrel) -> None:
    rule_set = candidate()
    replay = replayed(rule_set)
    change = rules_changing.ask(rule_set=rule_set, moderator=maren)

    rules_changing.approve(change=change, moderator=sorrel)

    assert in_force() == rule_set
    told = AuditEvent.objects.get(kind="rules.approved")
    assert (told.actor, told.data["rules"], told.data["replay"], told.data["single"]) == (
        "sorrel",
        rule_set.hash,
        replay.pk,
        False,
    )
    assert audit.first_fault() == ""


def test_nothing_is_asked_for_without_a_replay(maren) -> None:
    with pytest.raises(NotChanged, match="needs a replay"):
        rules_changing.ask(rule_set=candidate(), moderator=maren)


def test_a_replay_older_than_a_week_is_none(maren, sorrel) -> None:
    rule_set = candidate()
    replay = done_replay(rule_set)
    change = rules_changing.ask(rule_set=rule_set, moderator=maren)
    aged(replay, 7.01)

    with pytest.raises(NotChanged, match="seven days"):
        rules_changing.approve(change=change, moderator=sorrel)

    assert in_force() != rule_set


def test_a_replay_of_another_set_is_none(maren) -> None:
    rule_set, other = candidate(), candidate("lamp went (out|off)")
    done_replay(other)

    with pytest.raises(NotChanged):
        rules_changing.ask(rule_set=rule_set, moderator=maren)


def test_a_replay_against_what_was_in_force_before_is_none(maren, sorrel) -> None:
    first, second = candidate(), candidate("lamp went (out|off)")
    for each in (first, second):
        done_replay(each)
    one, other = (rules_changing.ask(rule_set=each, moderator=maren) for each in (first, second))
    rules_changing.approve(change=one, moderator=sorrel)

    with pytest.raises(NotChanged, match="against the set in force"):
        rules_changing.approve(change=other, moderator=sorrel)

    assert in_force() == first


@pytest.mark.parametrize("state", [ReplayState.ASKED, ReplayState.RUNNING, ReplayState.FAILED])
def test_a_replay_that_is_not_done_is_none(maren, state) -> None:
    rule_set = candidate()
    Replay.objects.filter(pk=done_replay(rule_set).pk).update(state=state)

    with pytest.raises(NotChanged):
        rules_changing.ask(rule_set=rule_set, moderator=maren)


def test_nobody_approves_what_they_asked_for_while_another_could(maren, sorrel) -> None:
    rule_set = candidate()
    done_replay(rule_set)
    change = rules_changing.ask(rule_set=rule_set, moderator=maren)

    with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(NotChanged, match="second person"):
        rules_changing.approve(change=change, moderator=maren)

    assert in_force() != rule_set


def test_where_nobody_else_could_the_same_person_may_a_day_later_and_it_is_marked(maren) -> None:
    rule_set = candidate()
    done_replay(rule_set)
    change = rules_changing.ask(rule_set=rule_set, moderator=maren)

    with time_machine.travel(timezone.now() + timedelta(hours=23)), pytest.raises(NotChanged, match="24 hours"):
        rules_changing.approve(change=change, moderator=maren)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        rules_changing.approve(change=change, moderator=maren)

    assert in_force() == rule_set
    assert RuleChange.objects.in_force().get().single
    assert AuditEvent.objects.get(kind="rules.approved").data["single"] is True


def test_the_database_itself_knows_no_change_that_one_person_made_alone(maren) -> None:
    rule_set = candidate()
    replay = done_replay(rule_set)
    now = timezone.now()
    alone = {"asked_by": maren, "approved_by": maren, "began_at": now, "replay": replay}

    with pytest.raises(IntegrityError), transaction.atomic():
        RuleChange.objects.create(rule_set=rule_set, kind="approved", state="ended", **alone)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleChange.objects.create(rule_set=rule_set, kind="approved", state="ended", **{**alone, "replay": None})


def test_the_database_itself_has_one_set_in_force() -> None:
    rules_kept.keep_shipped()
    second = {"kind": "rollback", "state": ChangeState.IN_FORCE, "began_at": timezone.now()}

    with pytest.raises(IntegrityError), transaction.atomic():
        RuleChange.objects.create(rule_set=candidate(), **second)


@pytest.mark.parametrize("role", ["moderator", "host"])
def test_only_leads_and_admins_change_the_rules(robin, role) -> None:
    Moderator.objects.filter(pk=robin.pk).update(role=role)
    robin.refresh_from_db()
    rule_set = candidate()
    done_replay(rule_set)

    with pytest.raises(NotChanged, match="lead or an admin"):
        rules_changing.ask(rule_set=rule_set, moderator=robin)


def test_going_back_is_one_step_and_a_second_person_sees_it_afterwards(maren, sorrel) -> None:
    shipped = rules_kept.keep_shipped()
    put_in_force(candidate(), maren, sorrel)

    change = rules_changing.roll_back(to=shipped, moderator=maren)
    by_oneself = rules_changing.confirm(change=change, moderator=maren)
    by_another = rules_changing.confirm(change=change, moderator=sorrel)

    assert in_force() == shipped
    assert (by_oneself, by_another) == (False, True)
    kinds = list(AuditEvent.objects.filter(kind__startswith="rules.rolled").values_list("actor", flat=True))
    assert kinds == ["maren"]
    assert AuditEvent.objects.filter(kind="rules.confirmed", actor="sorrel").exists()


def test_a_set_that_never_was_in_force_is_not_gone_back_to(maren) -> None:
    with pytest.raises(NotChanged, match="in force before"):
        rules_changing.roll_back(to=candidate(), moderator=maren)


def test_what_is_gone_back_to_judges_the_next_post(maren, sorrel) -> None:
    from moderation.intake import judge_text  # noqa: PLC0415  (beside what it shows)

    shipped = rules_kept.keep_shipped()
    put_in_force(candidate(), maren, sorrel)
    before = judge_text(LAMP, risk.Context())

    rules_changing.roll_back(to=shipped, moderator=maren)
    after = judge_text(LAMP, risk.Context())

    assert (before.assessment.level, after.assessment.level) == (risk.Level.AMBER, risk.Level.GREEN)


def test_what_is_dropped_is_not_approved(maren, sorrel) -> None:
    rule_set = candidate()
    done_replay(rule_set)
    change = rules_changing.ask(rule_set=rule_set, moderator=maren)

    rules_changing.drop(change=change, moderator=maren)

    with pytest.raises(NotChanged):
        rules_changing.approve(change=change, moderator=sorrel)


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_leave_one_set_in_force(emptied_afterwards, maren, sorrel) -> None:
    sets = [candidate(), candidate("lamp went (out|off)")]
    for each in sets:
        done_replay(each)
        rules_kept.judge_of(each)
    changes = [rules_changing.ask(rule_set=each, moderator=maren) for each in sets]
    together, refused = threading.Barrier(2), []

    def approve(change: RuleChange) -> None:
        try:
            together.wait()
            rules_changing.approve(change=change, moderator=sorrel)
        except NotChanged:
            refused.append(change)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=(each,)) for each in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert RuleChange.objects.in_force().count() == 1
    assert RuleChange.objects.in_force().get().pk not in [each.pk for each in refused]

"""Putting other rules in force: asked for with a fresh replay, approved by a second person, taken back in one step.

However many try at once, one set is in force: each change names the one it ends, and the database allows only one.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from moderation import rules_in_force, rules_kept
from moderation.models import ChangeKind, ChangeState, Moderator, Replay, Role, RuleChange, RuleSet
from moderation.models.rules import RuleChangeQuerySet
from moderation.rules_replay import active_set, fresh
from peers.again import once_more

A_DAY = timedelta(hours=24)
LEADS = (Role.LEAD, Role.ADMIN)
_OTHER = "Something changed since you opened this. Look again."


class NotChanged(Exception):
    """The rules stay as they are; the message says why. Nothing was written."""


@once_more
def ask(*, rule_set: RuleSet, moderator: Moderator) -> RuleChange:
    """Ask for this set to be put in force; a second person approves it. Asking twice is asking once.

    Raises:
        NotChanged: there is no fresh replay against the set in force, it is in force already, or it cannot judge here.
    """
    _may(moderator)
    _must_judge(rule_set)  # before anything is locked: loading takes time
    with transaction.atomic():
        replay = _fresh_replay(rule_set, timezone.now())
        waiting = RuleChange.objects.filter(rule_set=rule_set, state=ChangeState.WAITING).first()
        if waiting is not None:
            return waiting
        asked = {"kind": ChangeKind.APPROVED, "state": ChangeState.WAITING, "replay": replay, "asked_by": moderator}
        try:
            with transaction.atomic():
                change = RuleChange.objects.create(rule_set=rule_set, **asked)
        except IntegrityError:
            raise NotChanged(_OTHER) from None
        rules_kept.log("rules.asked", rule_set, moderator, change=change.pk, replay=replay.pk)
        return change


@once_more
def approve(*, change: RuleChange, moderator: Moderator) -> RuleChange:
    """Put the set in force that somebody else asked for.

    Where nobody else could approve it, the one who asked may after 24 hours; that is marked `single`.

    Raises:
        NotChanged: it is no longer waiting, the replay is too old or was held against another set, or it is their own.
    """
    _may(moderator)
    _must_judge(change.rule_set)
    now = timezone.now()
    with transaction.atomic():
        single = _is_single(change, moderator, now)
        replay = _fresh_replay(change.rule_set, now)
        _end(expected=replay.active)
        begun = {"state": ChangeState.IN_FORCE, "began_at": now, "approved_by": moderator, "single": single}
        _begin(RuleChange.objects.filter(pk=change.pk, state=ChangeState.WAITING), replay=replay, **begun)
        told = {"change": change.pk, "replay": replay.pk, "single": single, "before": replay.active.hash}
        rules_kept.log("rules.approved", change.rule_set, moderator, **told)
    rules_in_force.look_again()
    change.refresh_from_db()
    return change


@once_more
def drop(*, change: RuleChange, moderator: Moderator) -> bool:
    """Take back what was asked for and not yet approved. Did it change?"""
    _may(moderator)
    with transaction.atomic():
        waiting = RuleChange.objects.filter(pk=change.pk, state=ChangeState.WAITING)
        dropped = waiting.update(state=ChangeState.DROPPED, ended_at=timezone.now())
        if dropped:
            rules_kept.log("rules.dropped", change.rule_set, moderator, change=change.pk)
        return bool(dropped)


@once_more
def roll_back(*, to: RuleSet, moderator: Moderator) -> RuleChange:
    """Put a set back in force that was so before: one step, at once. A second person looks at it afterwards.

    Raises:
        NotChanged: it never was in force, is so now, or cannot judge here.
    """
    _may(moderator)
    now = timezone.now()
    active = active_set()
    if active.pk == to.pk or not RuleChange.objects.filter(rule_set=to, state=ChangeState.ENDED).exists():
        raise NotChanged("Only a set that was in force before, and is not now, can be gone back to.")
    _must_judge(to)
    with transaction.atomic():
        _end(expected=active)
        try:
            with transaction.atomic():
                begun = {"kind": ChangeKind.ROLLBACK, "state": ChangeState.IN_FORCE, "asked_by": moderator}
                change = RuleChange.objects.create(rule_set=to, began_at=now, **begun)
        except IntegrityError:
            raise NotChanged(_OTHER) from None
        rules_kept.log("rules.rolled_back", to, moderator, change=change.pk, before=active.hash)
    rules_in_force.look_again()
    return change


@once_more
def confirm(*, change: RuleChange, moderator: Moderator) -> bool:
    """A second person has seen that somebody went back to an earlier set. Did it change?"""
    _may(moderator)
    with transaction.atomic():
        unseen = RuleChange.objects.filter(pk=change.pk, kind=ChangeKind.ROLLBACK, confirmed_by=None)
        done = unseen.exclude(asked_by=moderator).update(confirmed_by=moderator)
        if done:
            rules_kept.log("rules.confirmed", change.rule_set, moderator, change=change.pk)
        return bool(done)


def may_approve(change: RuleChange, moderator: Moderator, now: datetime) -> bool:
    """Whether this person may approve it at this moment."""
    if change.asked_by_id != moderator.pk:
        return True
    return nobody_else(moderator) and change.asked_at <= now - A_DAY


def nobody_else(moderator: Moderator) -> bool:
    """Whether there is no other lead or admin who could approve."""
    return not Moderator.objects.filter(role__in=LEADS, is_active=True).exclude(pk=moderator.pk).exists()


def _may(moderator: Moderator) -> None:
    if not moderator.leads:
        raise NotChanged("Only a lead or an admin changes the rules.")


def _is_single(change: RuleChange, moderator: Moderator, now: datetime) -> bool:
    if not may_approve(change, moderator, now):
        raise NotChanged("A second person approves it; where there is none, you can yourself after 24 hours.")
    return change.asked_by_id == moderator.pk


def _fresh_replay(rule_set: RuleSet, now: datetime) -> Replay:
    active = active_set()
    if active.pk == rule_set.pk:
        raise NotChanged("This set is in force.")
    replays = Replay.objects.filter(candidate=rule_set, active=active).order_by("-pk")[:20]
    replay = fresh(replays, active=active, now=now)
    if replay is None:
        raise NotChanged("It needs a replay against the set in force that is not older than seven days.")
    return replay


def _must_judge(rule_set: RuleSet) -> None:
    try:
        rules_kept.judge_of(rule_set)
    except rules_kept.NotUsable as problem:
        raise NotChanged(f"This set cannot judge here: {problem}.") from problem


def _end(*, expected: RuleSet) -> None:
    """End what is in force, if it is still what this change was held against."""
    ended = RuleChange.objects.in_force().filter(rule_set=expected)
    if not ended.update(state=ChangeState.ENDED, ended_at=timezone.now()):
        raise NotChanged(_OTHER)


def _begin(waiting: RuleChangeQuerySet, **begun: object) -> None:
    try:
        with transaction.atomic():
            if not waiting.update(**begun):
                raise NotChanged(_OTHER)
    except IntegrityError:
        raise NotChanged(_OTHER) from None

"""The rules lab, for tests: a site that ships few rules, a candidate with one more, and what leads do with it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from moderation import rules_changing, rules_kept, rules_replay
from moderation.models import Moderator, Replay, RuleChange, RuleSet
from tests.rule_files import a_rule_more, few_with

NOTE = "A rule for the lamp."


def candidate(phrase: str = "lamp went out", level: str = "amber", **more: Any) -> RuleSet:
    """A set with one rule more, kept by the domain's own door."""
    changed = few_with(distress=a_rule_more(phrase, level), **more)
    return rules_kept.keep(files=changed, note=NOTE, made_by=None)


def replayed(rule_set: RuleSet) -> Replay:
    """A replay of it against the set in force, run here and now."""
    asked = rules_replay.ask(candidate=rule_set, moderator=None)
    taken = rules_replay.take(asked, timezone.now())
    assert taken is not None
    return rules_replay.run(taken, processes=1)


def put_in_force(rule_set: RuleSet, asks: Moderator, approves: Moderator) -> RuleChange:
    """The whole way: replay, ask, approve."""
    replayed(rule_set)
    change = rules_changing.ask(rule_set=rule_set, moderator=asks)
    return rules_changing.approve(change=change, moderator=approves)


def aged(replay: Replay, days: float) -> None:
    Replay.objects.filter(pk=replay.pk).update(made_at=timezone.now() - timedelta(days=days))

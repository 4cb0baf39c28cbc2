"""Shadow: a candidate judges what the set in force has judged, after the fact, and nobody sees anything of it.

The worker does it, a few posts a round. Kept are levels and categories; no case, alert or signal comes of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from forum.models import Post
from moderation import risk, rules_kept
from moderation.models import Moderator, RuleSet, Shadow, ShadowResult
from moderation.rules_comparing import verdict
from moderation.rules_posts import words_of
from moderation.rules_replay import active_set

PORTION = 20  # posts of a round: about a tenth of a second
SETTLED = timedelta(seconds=30)  # younger posts wait: one with a smaller number may still be on its way
MOST_SHOWN = 50


class NotShadowed(Exception):
    """This set cannot run in shadow; the message says why. Nothing was written."""


def begin(*, rule_set: RuleSet, moderator: Moderator | None) -> Shadow:
    """From now on the candidate judges new posts, too. Beginning twice is beginning once.

    Raises:
        NotShadowed: it is the set in force, or cannot judge here.
    """
    if active_set().pk == rule_set.pk:
        raise NotShadowed("This set is in force: it judges already.")
    try:
        rules_kept.judge_of(rule_set)
    except rules_kept.NotUsable as problem:
        raise NotShadowed(f"This set cannot judge here: {problem}.") from problem
    newest = Post.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    running = Shadow.objects.filter(rule_set=rule_set, ended_at=None)
    with transaction.atomic():
        if found := running.first():
            return found
        shadow = Shadow.objects.create(rule_set=rule_set, began_by=moderator, last_post=newest)
        rules_kept.log("rules.shadow_began", rule_set, moderator)
        return shadow


def end(*, shadow: Shadow, moderator: Moderator | None) -> bool:
    """It judges no more; what it made of posts stays readable. Did it change?"""
    with transaction.atomic():
        ended = Shadow.objects.filter(pk=shadow.pk, ended_at=None).update(ended_at=timezone.now())
        if ended:
            rules_kept.log("rules.shadow_ended", shadow.rule_set, moderator)
        return bool(ended)


def running() -> "QuerySet[Shadow]":
    """The shadows the worker tends."""
    return Shadow.objects.filter(ended_at=None).select_related("rule_set").order_by("pk")


def tend(shadow: Shadow, *, now: datetime) -> int:
    """Judge the next few posts with both sets. How many? Each is judged once, however many workers run."""
    try:
        candidate = rules_kept.judge_of(shadow.rule_set)
    except rules_kept.NotUsable:
        end(shadow=shadow, moderator=None)
        return 0
    posts = _next_posts(shadow, now)
    if not posts:
        return 0
    results = [_compared(shadow, post, candidate) for post in posts]
    try:
        with transaction.atomic():
            mine = Shadow.objects.filter(pk=shadow.pk, last_post=shadow.last_post, ended_at=None)
            if not mine.update(last_post=posts[-1].pk):
                return 0  # another worker was here first
            ShadowResult.objects.bulk_create(results, ignore_conflicts=True)
    except IntegrityError:
        return 0  # one of the posts was erased meanwhile: the next round looks anew
    return len(results)


def _next_posts(shadow: Shadow, now: datetime) -> Sequence[Post]:
    rows = Post.objects.filter(pk__gt=shadow.last_post).order_by("pk")
    found = list(rows.select_related("thread__room", "session__room")[:PORTION])
    unsettled = next((at for at, post in enumerate(found) if post.created_at > now - SETTLED), len(found))
    return found[:unsettled]


def _compared(shadow: Shadow, post: Post, candidate: risk.Judge) -> ShadowResult:
    words = words_of(post)
    in_force = risk.in_use()
    active, other = verdict(in_force, words), verdict(candidate, words)
    return ShadowResult(
        shadow=shadow,
        post=post,
        revision=post.revision,
        active_version=in_force.version,
        active_level=active.level,
        active_categories=list(active.categories),
        level=other.level,
        categories=list(other.categories),
    )


def differing(shadow: Shadow) -> "QuerySet[ShadowResult]":
    """The posts the two sets told apart, newest first."""
    apart = ~Q(level=F("active_level")) | ~Q(categories=F("active_categories"))
    return ShadowResult.objects.filter(apart, shadow=shadow).select_related("post").order_by("-pk")[:MOST_SHOWN]

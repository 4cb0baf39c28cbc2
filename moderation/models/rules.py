"""Sets of rules: what judged, what could, and which of them is in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from forum.models import Post
from moderation.models.people import Moderator
from moderation.models.states import Level

REF = 16  # signs of a hash by which pages name a set


class RuleText(models.Model):
    """The text of one rule file, kept once under its own SHA-256. Never changed (triggers refuse it)."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        return self.digest[:12]

    @staticmethod
    def digest_of(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()


class RuleSetQuerySet(models.QuerySet["RuleSet"]):
    def newest(self) -> RuleSetQuerySet:
        return self.order_by("-pk").select_related("made_by__peer")


class RuleSet(models.Model):
    """One version of the rules: every rule file and what comes with the program, each by its SHA-256, under one hash.

    Never changed (triggers refuse it). The texts of the rule files are kept as `RuleText`.
    """

    hash = models.CharField(max_length=64, unique=True)
    files = models.JSONField()  # rule file -> SHA-256 of its text
    parts = models.JSONField()  # what comes with the program (model, thesaurus, word lists, decision table) -> SHA-256
    version = models.CharField(max_length=40)  # what it is called in `Post.judged_by`
    note = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="rule_sets")  # none: the program
    made_at = models.DateTimeField(default=timezone.now)

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(version=""), name="rule_set_has_version")]

    def __str__(self) -> str:
        return self.hash[:12]

    def get_absolute_url(self) -> str:
        return f"/desk/rules/{self.hash[:REF]}/"

    @property
    def is_whole(self) -> bool:
        """Whether what is kept is what was hashed."""
        return self.hash == self.hash_of(self.files, self.parts)

    @staticmethod
    def hash_of(files: Mapping[str, str], parts: Mapping[str, str]) -> str:
        """SHA-256 over the names and digests of all that decides, as canonical JSON."""
        line = json.dumps([files, parts], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(line.encode()).hexdigest()


class ReplayState(models.TextChoices):
    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Replay(models.Model):
    """What a candidate would have made of the posts of a period, beside the set in force. No words: ids and spans."""

    candidate = models.ForeignKey(RuleSet, models.PROTECT, related_name="replays")
    active = models.ForeignKey(RuleSet, models.PROTECT, related_name="+")  # what it was held against
    state = models.CharField(max_length=7, choices=ReplayState, default=ReplayState.ASKED)
    days = models.PositiveSmallIntegerField(default=30)
    since = models.DateTimeField(null=True)
    posts = models.PositiveIntegerField(default=0)
    results = models.JSONField(default=dict)
    asked_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="replays")  # none: the command line
    asked_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReplayState.values), name="replay_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ReplayState.DONE) | Q(made_at__isnull=False, since__isnull=False),
                name="replay_done_has_time",
            ),
            models.UniqueConstraint(
                fields=["candidate", "active"],
                condition=Q(state__in=[ReplayState.ASKED, ReplayState.RUNNING]),
                name="replay_once_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["candidate", "-id"], name="replay_newest"),  # the page of a set; whether it may begin
            models.Index(  # the worker: what is asked for
                fields=["asked_at"], condition=Q(state__in=["asked", "running"]), name="replay_due"
            ),
        ]

    def __str__(self) -> str:
        return f"replay {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/desk/rules/replays/{self.pk}/"


class ChangeKind(models.TextChoices):
    SHIPPED = "shipped", "came with the program"
    APPROVED = "approved", "approved by a second person"
    ROLLBACK = "rollback", "back to an earlier set"


class ChangeState(models.TextChoices):
    WAITING = "waiting", "waits for a second person"
    IN_FORCE = "in_force", "in force"
    ENDED = "ended"
    DROPPED = "dropped"


class RuleChangeQuerySet(models.QuerySet["RuleChange"]):
    def in_force(self) -> RuleChangeQuerySet:
        return self.filter(state=ChangeState.IN_FORCE)

    def with_names(self) -> RuleChangeQuerySet:
        people = ("asked_by__peer", "approved_by__peer", "confirmed_by__peer")
        return self.order_by("-pk").select_related("rule_set", "replay", *people)


class RuleChange(models.Model):
    """A set of rules asked for, in force, or once in force. At most one is in force, whoever decides at once."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=8, choices=ChangeKind)
    state = models.CharField(max_length=8, choices=ChangeState)
    replay = models.ForeignKey(Replay, models.PROTECT, null=True, related_name="changes")
    asked_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="asked_changes")
    asked_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="approved_changes")
    single = models.BooleanField(default=False)  # approved by the person who asked, a day later: nobody else is here
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="confirmed_changes")

    objects = RuleChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="rule_change_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ChangeState.values), name="rule_change_state_known"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=ChangeState.IN_FORCE), name="rule_change_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["rule_set"], condition=Q(state=ChangeState.WAITING), name="rule_change_asked_once"
            ),
            models.CheckConstraint(  # nothing begins without a replay, and without a second person or a day's thought
                condition=~Q(kind=ChangeKind.APPROVED)
                | Q(state__in=[ChangeState.WAITING, ChangeState.DROPPED])
                | (
                    Q(replay__isnull=False, asked_by__isnull=False, approved_by__isnull=False)
                    & (~Q(approved_by=F("asked_by")) | Q(single=True))
                ),
                name="rule_change_seen_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ChangeState.IN_FORCE, ChangeState.ENDED]) | Q(began_at__isnull=False),
                name="rule_change_has_begun",
            ),
        ]
        indexes = [models.Index(fields=["rule_set", "-id"], name="rule_change_of_set")]  # the page of a set

    def __str__(self) -> str:
        return f"{self.rule_set_id} {self.state}"


class Shadow(models.Model):
    """A candidate that judges new posts beside the set in force, changing nothing anybody sees."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="shadows")
    began_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="shadows")
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    last_post = models.PositiveBigIntegerField(default=0)  # posts up to this one were judged

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set"], condition=Q(ended_at__isnull=True), name="shadow_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"shadow {self.pk}"


class ShadowResult(models.Model):
    """What both sets made of one new post: levels and categories, no words and no spans."""

    shadow = models.ForeignKey(Shadow, models.CASCADE, related_name="results")
    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    active_version = models.CharField(max_length=40)
    active_level = models.PositiveSmallIntegerField(choices=Level)
    active_categories = models.JSONField(default=list)
    level = models.PositiveSmallIntegerField(choices=Level)
    categories = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shadow", "post"], name="shadow_result_once"),
            models.CheckConstraint(
                condition=Q(level__in=Level.values, active_level__in=Level.values), name="shadow_result_levels_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.active_level} {self.level}"

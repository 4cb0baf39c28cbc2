"""What judging and people noticed (signals), and the words they noticed it in, as these were then (snapshots)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from moderation.models.cases import Case
from moderation.models.states import Level


class Source(models.TextChoices):
    RULES = "rules"
    REPORT = "report"
    CALL = "call", "I need help now"
    HUMAN = "human"
    APPEAL = "appeal"


class Signal(models.Model):
    """One thing noticed about one revision of a subject. Never changed, but for a person's free words, which go."""

    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="signals")
    subject = models.CharField(max_length=60)
    revision = models.PositiveIntegerField()
    source = models.CharField(max_length=6, choices=Source)
    rule = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    category = models.CharField(max_length=15)
    level = models.PositiveSmallIntegerField(choices=Level)
    score = models.FloatField(default=0)
    spans = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "revision", "source", "rule", "version"], name="signal_once_per_revision"
            ),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="signal_source_known"),
        ]
        indexes = [
            models.Index(fields=["at"], condition=Q(source="rules"), name="signal_of_rules")  # figures of each rule
        ]

    def __str__(self) -> str:
        return self.rule


class Snapshot(models.Model):
    """What was written and how it was shown when the case was opened or joined: an edit hides nothing from the desk."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="snapshots")
    revision = models.PositiveIntegerField()
    words = models.TextField(blank=True)  # emptied when its author's words are erased
    visibility = models.CharField(max_length=9)
    redactions = models.JSONField(default=list)
    # HMAC of the words under the salt, so that erased words can still be recognised; the salt goes with the words.
    digest = models.CharField(max_length=64)
    salt = models.UUIDField(null=True, default=uuid.uuid4)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "revision"], name="snapshot_once_per_revision")]

    def __str__(self) -> str:
        return f"revision {self.revision}"

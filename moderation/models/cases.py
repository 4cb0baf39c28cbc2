"""What judging and people noticed (signals), and what a human must look at (cases)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.models import Post, Room
from forum.tokens import new_token
from moderation.models.people import Moderator
from peers.models import Peer


class Level(models.IntegerChoices):
    """Urgency of a moderator's attention."""

    GREEN = 0, "green"
    AMBER = 1, "amber"
    RED = 2, "red"
    CRISIS = 3, "crisis"


class CaseState(models.TextChoices):
    OPEN = "open"
    PENDING_SECOND = "pending_second", "waiting for a second person"
    FOLLOW_UP = "follow_up", "follow-up"
    RESOLVED = "resolved"


class Source(models.TextChoices):
    RULES = "rules"
    REPORT = "report"
    CALL = "call", "I need help now"
    HUMAN = "human"


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> CaseQuerySet:
        return self.exclude(state=CaseState.RESOLVED)

    def in_order(self) -> CaseQuerySet:
        """As the desk serves them: most urgent first, then the nearest deadline."""
        return self.order_by("-level", "due_at", "pk").select_related("room", "lease_by__peer")

    def free(self, now: datetime) -> CaseQuerySet:
        """Cases nobody holds at this moment. Claimed is not a state: a crashed desk strands nothing."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))

    def for_moderator(self, moderator: Moderator) -> CaseQuerySet:
        """Cases this person may work on: some only a lead may."""
        return self if moderator.leads else self.filter(lead_only=False)


class Case(models.Model):
    """One thing that needs a human. At most one is open per subject; it covers the subject's latest revision."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    subject = models.CharField(max_length=60)  # "post:<pk>", "call:<session pk>:<persona pk or random>"
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="cases")
    peer = models.ForeignKey(Peer, models.SET_NULL, null=True, related_name="cases")
    room = models.ForeignKey(Room, models.PROTECT, related_name="cases")
    author_name = models.CharField(max_length=60, blank=True)  # the name in that place, as others saw it
    level = models.PositiveSmallIntegerField(choices=Level)
    categories = models.JSONField(default=list)  # most urgent first
    lead_only = models.BooleanField(default=False)
    state = models.CharField(max_length=14, choices=CaseState, default=CaseState.OPEN)
    tier = models.PositiveSmallIntegerField(default=0)  # how far it has escalated
    due_at = models.DateTimeField()  # a human should have looked by then
    opened_at = models.DateTimeField(default=timezone.now)
    first_human_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    lease_by = models.ForeignKey(Moderator, models.SET_NULL, null=True, related_name="leases")
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    revealed_token = models.UUIDField(null=True)  # the lease under which the words were revealed
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=~Q(state=CaseState.RESOLVED), name="case_one_open_per_subject"
            ),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3]), name="case_level_amber_or_above"),
            models.CheckConstraint(
                condition=Q(lease_by__isnull=True, lease_token__isnull=True)
                | Q(lease_by__isnull=False, lease_until__isnull=False, lease_token__isnull=False),
                name="case_lease_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.RESOLVED, resolved_at__isnull=False)
                | (~Q(state=CaseState.RESOLVED) & Q(resolved_at__isnull=True)),
                name="case_resolved_has_time",
            ),
        ]
        indexes = [
            models.Index(  # the desk's queue
                fields=["-level", "due_at", "id"], condition=~Q(state="resolved"), name="case_queue"
            ),
            models.Index(fields=["post", "-id"], name="case_of_post"),  # what the author is told; earlier cases
            models.Index(fields=["peer", "room", "-id"], name="case_of_name"),  # this name's history in this room
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return f"/desk/cases/{self.public_id}/"

    def held_by(self, moderator: Moderator, now: datetime) -> bool:
        return self.lease_by_id == moderator.pk and self.lease_until is not None and self.lease_until > now

    def is_revealed_to(self, moderator: Moderator, now: datetime) -> bool:
        """Words are in the page only under the lease that revealed them."""
        return self.held_by(moderator, now) and self.revealed_token == self.lease_token

    @property
    def level_word(self) -> str:
        return Level(self.level).label


class Signal(models.Model):
    """One thing noticed about one revision of a subject. Never changed."""

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

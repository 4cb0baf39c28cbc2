"""What must be done later, what must not be forgotten, and what cannot be rewritten."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from moderation.audit_chain import SHARDS
from moderation.models.cases import Case


class Escalation(models.Model):
    """One step of bringing a human to a case: due at a time, done once."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="escalations")
    step = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "step"], name="escalation_once_per_step")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None), name="escalation_due"),  # the worker
        ]

    def __str__(self) -> str:
        return f"step {self.step}"


class Outbox(models.Model):
    """Something to tell the outside, written in the transaction that caused it. Content-free: level, age, link."""

    key = models.CharField(max_length=80, unique=True)  # what it announces: announced once
    kind = models.CharField(max_length=20)
    payload = models.JSONField()
    at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(sent_at=None), name="outbox_due"),  # the worker
        ]

    def __str__(self) -> str:
        return self.kind


class AuditHead(models.Model):
    """Where one chain of the audit log ends. Locked while the chain grows."""

    shard = models.PositiveSmallIntegerField(primary_key=True)
    last_seq = models.PositiveBigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(shard__lt=SHARDS), name="audit_head_shard_known")]

    def __str__(self) -> str:
        return f"{self.shard}:{self.last_seq}"


class AuditEvent(models.Model):
    """One thing that was done, by whom, to which case. Append-only (triggers refuse the rest), each chained to the one
    before. Holds no words and no peer: a digest stands for them."""

    shard = models.PositiveSmallIntegerField()
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)  # a moderator's username, "worker", "rules"
    kind = models.CharField(max_length=30)
    case_ref = models.CharField(max_length=12, blank=True)
    data = models.JSONField(default=dict)
    before_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "seq"], name="audit_seq_once")]
        indexes = [models.Index(fields=["case_ref", "id"], name="audit_of_case")]  # what was done to a case

    def __str__(self) -> str:
        return self.kind


class Heartbeat(models.Model):
    """When a worker last finished a round: /readyz and the desk say so when it is silent."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

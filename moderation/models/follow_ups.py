"""Asking again: a day and three days after a crisis, both the desk and the author are reminded."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.tokens import new_token
from moderation.models.cases import Case
from peers.models import Peer

HOURS = (24, 72)
ASKED_FOR = timedelta(days=14)  # how long the question stays in its author's space


class Feeling(models.TextChoices):
    """One tap, in plain words; the gravest comes first because nobody should have to look for it."""

    UNSAFE = "unsafe", "I am not safe"
    WORSE = "worse", "Worse than then"
    SAME = "same", "Much the same"
    EASIER = "easier", "A little easier"
    BETTER = "better", "Better"


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def about(self, peer: Peer) -> FollowUpQuerySet:
        """What this person was ever asked or will be, answered or not."""
        return self.filter(case__peer=peer)

    def asking(self, peer: Peer) -> FollowUpQuerySet:
        """What this person is asked at this moment: due, not long ago, not answered, not waved away."""
        now = timezone.now()
        due = self.about(peer).filter(due_at__lte=now, due_at__gt=now - ASKED_FOR)
        return due.filter(answered_at=None, dismissed_at=None).order_by("-due_at")


class FollowUp(models.Model):
    """One reminder after a crisis: a case for the desk, and "how is it now?" for the author."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="follow_ups")
    hours = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    opened = models.OneToOneField(Case, models.SET_NULL, null=True, related_name="asks")  # the desk's reminder
    done_at = models.DateTimeField(null=True)  # the worker has been here
    feeling = models.CharField(max_length=6, choices=Feeling, blank=True)
    answered_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "hours"], name="follow_up_once"),
            models.CheckConstraint(condition=Q(feeling__in=["", *Feeling.values]), name="follow_up_feeling_known"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="follow_up_due")]  # the worker

    def __str__(self) -> str:
        return f"after {self.hours} h"

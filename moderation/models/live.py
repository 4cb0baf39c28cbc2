"""What a live room's team keeps about it: notes between staff, for nobody else."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.models import LiveSession
from moderation.models.people import Moderator


class LiveNote(models.Model):
    """What happened in a live session, as one of its team tells the others. Names people as the session does."""

    session = models.ForeignKey(LiveSession, models.CASCADE, related_name="notes")
    moderator = models.ForeignKey(Moderator, models.CASCADE, related_name="live_notes")
    body = models.TextField()
    key = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["moderator", "key"], name="live_note_left_once"),
            models.CheckConstraint(condition=~Q(body=""), name="live_note_has_words"),
        ]
        indexes = [
            models.Index(fields=["session", "-id"], name="live_note_of_session"),
            models.Index(fields=["at"], name="live_note_old"),  # the worker: notes that go with old cases
        ]

    def __str__(self) -> str:
        return "a note"

"""What is kept so that moderators are looked after: how much one of them read, and what one tells the next."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.tokens import new_token
from moderation.models.people import Moderator

NOTE_SHOWN = timedelta(hours=24)


class ExposureQuerySet(models.QuerySet["Exposure"]):
    def current(self, now: datetime, rest: timedelta) -> ExposureQuerySet:
        """The counts that still run: of today, or of a day before without a rest since. At most one a person."""
        return self.filter(Q(day=timezone.localdate(now)) | Q(last_at__gt=now - rest))


class Exposure(models.Model):
    """How much hard reading one moderator did in one day, or in a night that began on it. Never which cases."""

    moderator = models.ForeignKey(Moderator, models.CASCADE, related_name="exposures")
    day = models.DateField()
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    units = models.PositiveIntegerField(default=0)
    ambers = models.PositiveIntegerField(default=0)
    reds = models.PositiveIntegerField(default=0)
    crises = models.PositiveIntegerField(default=0)
    put_off_at = models.PositiveIntegerField(default=0)  # units at which the break card was last put away

    objects = ExposureQuerySet.as_manager()

    class Meta:
        constraints = [
            # One count a person and day; its index also finds the one that runs, newest day last.
            models.UniqueConstraint(fields=["moderator", "day"], name="exposure_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.units} units"


class HandoverNoteQuerySet(models.QuerySet["HandoverNote"]):
    def waiting_for(self, moderator: Moderator, now: datetime) -> HandoverNoteQuerySet:
        """Notes of others, of the last day, that this reader has not put away; the newest first."""
        fresh = self.filter(at__gt=now - NOTE_SHOWN).exclude(moderator=moderator).exclude(read_by=moderator)
        return fresh.select_related("moderator__peer").order_by("-at", "-pk")


class HandoverNote(models.Model):
    """What one moderator tells whoever comes next. Between staff; the form asks for no words of a peer."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    moderator = models.ForeignKey(Moderator, models.CASCADE, related_name="notes")
    body = models.TextField()
    key = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    read_by = models.ManyToManyField(Moderator, related_name="notes_read")

    objects = HandoverNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["moderator", "key"], name="handover_note_left_once"),
            models.CheckConstraint(condition=~Q(body=""), name="handover_note_has_words"),
        ]
        indexes = [models.Index(fields=["-at"], name="handover_note_recent")]  # the desk's top; the worker's deletion

    def __str__(self) -> str:
        return self.public_id

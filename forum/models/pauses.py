"""Pauses: someone's writing rests for a while, in one place or everywhere. Reading and help never do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.models.live import LiveSession
from forum.models.threads import Thread
from peers.models import Peer
from peers.prepared import Prepared

SHORT = timedelta(hours=1)  # longer pauses in a live session last until it closes


class PauseQuerySet(models.QuerySet["Pause"]):
    def holding(self, peer: Peer, place: Thread | LiveSession | None, now: datetime) -> Pause | None:
        """The pause that holds for this person here at this moment, the longest first."""
        return next((pause for pause in _THEIRS(peer.pk, now) if pause.holds_in(place)), None)


_THEIRS = Prepared(  # hardly ever any, never many
    lambda peer, now: Pause.objects.filter(peer=peer, until__gt=now, ended_at=None).order_by("-until"),
    UUID(int=1),
    datetime(2000, 1, 1, tzinfo=UTC),
)


class Pause(models.Model):
    peer = models.ForeignKey(Peer, models.CASCADE, related_name="pauses")
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, related_name="pauses")
    session = models.ForeignKey(LiveSession, models.CASCADE, null=True, related_name="pauses")  # neither: everywhere
    until = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)  # taken back before its time
    by_rules = models.BooleanField(default=False)  # automation made it; a moderator's decision ends it

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(thread=None) | Q(session=None), name="pause_in_one_place")]
        indexes = [models.Index(fields=["peer", "until"], name="pause_of_peer")]  # asked when someone posts

    def __str__(self) -> str:
        return "a pause"

    def holds_in(self, place: Thread | LiveSession | None) -> bool:
        """Whether it is for this place, or for every one."""
        if self.thread_id is None and self.session_id is None:
            return True
        return place is not None and place.pk == (self.thread_id if isinstance(place, Thread) else self.session_id)

    @property
    def until_words(self) -> str:
        """Until when, as whoever rests is told."""
        at = f"{self.until:%-d %B, %H:%M} UTC"
        if self.by_rules:
            return f"until a moderator has looked, at the latest until {at}"
        if self.session_id and self.until - self.made_at > SHORT:
            return "until this room closes"
        return f"until {at}"

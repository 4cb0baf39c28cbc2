"""Live sessions, and the numbered events from which every listener rebuilds what was said."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.models.posts import Post
from forum.models.rooms import Room
from forum.tokens import new_token
from peers.models import Peer

LEASE_SECONDS = 60  # a host is present for this long after the console last spoke


class LiveState(models.TextChoices):
    SCHEDULED = "scheduled"
    LOBBY = "lobby"
    OPEN = "open"
    SLOW = "slow"
    ONE_VOICE = "one_voice"
    WINDING_DOWN = "winding_down"
    CLOSED = "closed"


SPEAKING = (LiveState.OPEN, LiveState.SLOW, LiveState.WINDING_DOWN)


class LiveSessionQuerySet(models.QuerySet["LiveSession"]):
    def now_or_next(self) -> LiveSessionQuerySet:
        return self.exclude(state=LiveState.CLOSED).select_related("room", "host").order_by("starts_at")


class LiveSession(models.Model):
    """An hour a host holds in a room. Nobody speaks in it unless the host is present."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="sessions")
    title = models.CharField(max_length=120)
    host = models.ForeignKey(Peer, models.PROTECT, related_name="hosted")
    host_until = models.DateTimeField(null=True)  # the lease; none: the host has not come yet
    state = models.CharField(max_length=12, choices=LiveState, default=LiveState.SCHEDULED)
    slow_seconds = models.PositiveSmallIntegerField(default=20)
    last_seq = models.PositiveBigIntegerField(default=0)
    starts_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    objects = LiveSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LiveState.values), name="live_state_known"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="live_closed_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="live_now_or_next"),  # "live now / next"
            models.Index(fields=["closed_at"], name="live_closed"),  # the worker: words to delete after a day
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/live/{self.public_id}/"

    @property
    def scope(self) -> str:
        return f"live:{self.public_id}"

    def host_present(self, now: datetime) -> bool:
        return self.host_until is not None and self.host_until > now

    def may_speak(self, now: datetime, *, is_host: bool = False) -> bool:
        """Whether words may be said at this moment: an open state and a present host; one voice is the host's."""
        speaking = self.state in SPEAKING or (is_host and self.state == LiveState.ONE_VOICE)
        return speaking and self.host_present(now)

    def is_holding(self, now: datetime) -> bool:
        """The host has dropped: reading only, for safety. Derived, never stored."""
        return self.state in (*SPEAKING, LiveState.ONE_VOICE) and not self.host_present(now)


class EventKind(models.TextChoices):
    SAID = "said"
    CHANGED = "changed"
    REMOVED = "removed"
    STATE = "state"


class LiveEvent(models.Model):
    """The n-th thing that happened in a session. Holds no text: what it shows is read from the post when it is sent."""

    session = models.ForeignKey(LiveSession, models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=7, choices=EventKind)
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="events")
    about = models.PositiveBigIntegerField(null=True)  # changed, removed: the number under which it was said
    state = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "seq"], name="live_event_seq_once"),  # also serves after=seq
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="live_event_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"

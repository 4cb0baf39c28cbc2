"""Live sessions, and the numbered events from which every listener rebuilds what was said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from forum.models.posts import Post
from forum.models.rooms import Room
from forum.tokens import new_token
from peers.models import Peer

LEASE_SECONDS = 60  # a host is present for this long after the console last spoke
AHEAD = timedelta(days=21)  # evenings of a series are announced, and all are listed, so far ahead
STILL_LISTED = timedelta(hours=12)  # after the beginning of one that has not been closed
LONGEST_SAID = 500  # characters: a message is read by many at once


class LiveState(models.TextChoices):
    SCHEDULED = "scheduled"
    LOBBY = "lobby"
    OPEN = "open"
    SLOW = "slow"
    ONE_VOICE = "one_voice"
    WINDING_DOWN = "winding_down"
    CLOSED = "closed"


SPEAKING = (LiveState.OPEN, LiveState.SLOW, LiveState.WINDING_DOWN)
LIVELY = (*SPEAKING, LiveState.ONE_VOICE)
HANDS = (LiveState.OPEN, LiveState.SLOW, LiveState.ONE_VOICE)  # hands are raised in these


class LiveSeries(models.Model):
    """A session that comes back: on one day of the week, at one time of the clock where it is held."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="series")
    title = models.CharField(max_length=120)
    host = models.ForeignKey(Peer, models.PROTECT, related_name="series")
    first_on = models.DateField()  # its weekday is the weekday of all
    at = models.TimeField()  # of the clock in `zone`, in summer and winter
    zone = models.CharField(max_length=64)  # an IANA name
    every_weeks = models.PositiveSmallIntegerField(default=1)
    minutes = models.PositiveSmallIntegerField(default=60)
    ended_at = models.DateTimeField(null=True)  # no more are announced

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(every_weeks__gte=1, every_weeks__lte=8), name="live_series_weeks"),
            models.CheckConstraint(condition=Q(minutes__gte=10, minutes__lte=240), name="live_series_minutes"),
        ]

    def __str__(self) -> str:
        return self.title


class LiveSessionQuerySet(models.QuerySet["LiveSession"]):
    def now_or_next(self) -> LiveSessionQuerySet:
        return self.exclude(state=LiveState.CLOSED).select_related("room", "host").order_by("starts_at")

    def in_calendar(self, now: datetime) -> LiveSessionQuerySet:
        """Those of the next three weeks in their order, with evenings that were cancelled before they began."""
        cancelled = Q(starts_at__gt=now) & ~Exists(_opened())
        listed = self.filter(starts_at__gt=now - STILL_LISTED, starts_at__lte=now + AHEAD)
        listed = listed.filter(~Q(state=LiveState.CLOSED) | cancelled)
        return listed.select_related("room", "host").order_by("starts_at", "pk")

    def held(self) -> LiveSessionQuerySet:
        """Those that were open at some time."""
        return self.filter(Exists(_opened()))


def _opened() -> models.QuerySet[LiveEvent]:
    return LiveEvent.objects.filter(session=OuterRef("pk"), kind=EventKind.STATE, state=LiveState.OPEN)


class LiveSession(models.Model):
    """An hour a host holds in a room. Nobody speaks in it unless the host is present."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="sessions")
    series = models.ForeignKey(LiveSeries, models.SET_NULL, null=True, related_name="sessions")
    title = models.CharField(max_length=120)
    host = models.ForeignKey(Peer, models.PROTECT, related_name="hosted")
    co_host = models.ForeignKey(Peer, models.PROTECT, null=True, related_name="co_hosted")  # may take over at any time
    # By the present host; not: who hosted before may take it back, and looks after nothing until then.
    co_host_named = models.BooleanField(default=True, db_default=True)
    host_until = models.DateTimeField(null=True)  # the lease; none: the host has not come yet
    away_since = models.DateTimeField(null=True)  # when somebody first noticed that the host had dropped
    state = models.CharField(max_length=12, choices=LiveState, default=LiveState.SCHEDULED)
    slow_seconds = models.PositiveSmallIntegerField(default=20)
    floor = models.ForeignKey(Peer, models.SET_NULL, null=True, related_name="+")  # one voice: who else speaks
    floor_name = models.CharField(max_length=64, blank=True)  # and what they are called here
    grounding = models.CharField(max_length=LONGEST_SAID, blank=True)  # what the host leaves people with at the end
    last_seq = models.PositiveBigIntegerField(default=0)
    starts_at = models.DateTimeField(default=timezone.now)
    minutes = models.PositiveSmallIntegerField(default=60)  # as announced
    ends_by = models.DateTimeField(null=True)  # winding down: nobody speaks after it
    closed_at = models.DateTimeField(null=True)

    objects = LiveSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LiveState.values), name="live_state_known"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="live_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="winding_down") | Q(ends_by__isnull=False), name="live_winding_down_ends"
            ),
            models.CheckConstraint(condition=Q(floor=None) | Q(state="one_voice"), name="live_floor_in_one_voice"),
            models.CheckConstraint(
                condition=Q(slow_seconds__gte=5, slow_seconds__lte=300), name="live_slow_seconds_in_bounds"
            ),
            models.CheckConstraint(condition=Q(minutes__gte=10, minutes__lte=240), name="live_minutes_in_bounds"),
            # Two workers announce the same evening once.
            models.UniqueConstraint(fields=["series", "starts_at"], name="live_once_in_series"),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="live_now_or_next"),  # "live now / next"
            models.Index(fields=["closed_at"], name="live_closed"),  # the worker: words to delete after a day
            models.Index(fields=["starts_at", "id"], name="live_calendar"),  # the calendar, by key
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/live/{self.public_id}/"

    @property
    def scope(self) -> str:
        return f"live:{self.public_id}"

    @property
    def ends_at(self) -> datetime:
        """When it was announced to end."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def was_held(self) -> bool:
        """Whether it was ever open: one that never was did not take place. Asks the database."""
        return self.events.filter(kind=EventKind.STATE, state=LiveState.OPEN).exists()

    def host_present(self, now: datetime) -> bool:
        return self.host_until is not None and self.host_until > now

    def may_be_taken_by(self, peer: Peer, now: datetime) -> bool:
        """Whether this person may become its host: the co-host at any time, any other staff where it should be held
        and its host is not there."""
        if not peer.is_staff_voice or self.state == LiveState.CLOSED or self.host_id == peer.pk:
            return False
        is_still_to_come = self.state in {LiveState.SCHEDULED, LiveState.LOBBY} and self.starts_at > now
        return self.co_host_id == peer.pk or not (is_still_to_come or self.host_present(now))

    def may_speak(self, now: datetime, peer_id: Any = None) -> bool:
        """Whether this person may say something at this moment: in an open state, and while the host is present.

        In one voice it is the host's, and of whom they gave the floor to. Without a peer: whether anyone may.
        """
        if not self.host_present(now):
            return False
        if self.state == LiveState.ONE_VOICE:
            return peer_id is not None and peer_id in {self.host_id, self.floor_id}
        return self.state in SPEAKING and not self.is_past(now)

    def is_past(self, now: datetime) -> bool:
        """Its last minutes are over, and it waits to be closed."""
        return self.state == LiveState.WINDING_DOWN and self.ends_by is not None and self.ends_by <= now

    def is_holding(self, now: datetime) -> bool:
        """The host has dropped: reading only, for safety. Derived, never stored."""
        return self.state in LIVELY and not self.host_present(now)


class EventKind(models.TextChoices):
    SAID = "said"
    CHANGED = "changed"
    REMOVED = "removed"
    STATE = "state"
    ASIDE = "aside"  # something for one person alone: they look, all others get its bare number


class LiveEvent(models.Model):
    """The n-th thing that happened in a session. Holds no text: what it shows is read from the post when it is sent."""

    session = models.ForeignKey(LiveSession, models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=7, choices=EventKind)
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="events")
    about = models.PositiveBigIntegerField(null=True)  # changed, removed: the number under which it was said
    state = models.CharField(max_length=12, blank=True)
    peer = models.ForeignKey(Peer, models.SET_NULL, null=True, related_name="+")  # aside: whom it is for
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "seq"], name="live_event_seq_once"),  # also serves after=seq
            models.CheckConstraint(condition=Q(peer=None) | Q(kind="aside"), name="live_event_peer_is_aside"),
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="live_event_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"


class LiveHand(models.Model):
    """A raised hand: seen by the host alone, gone when the floor is given or the hand is lowered."""

    session = models.ForeignKey(LiveSession, models.CASCADE, related_name="hands")
    peer = models.ForeignKey(Peer, models.CASCADE, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "peer"], name="live_hand_once")]

    def __str__(self) -> str:
        return "a raised hand"


class LiveReminder(models.Model):
    """Someone wants to be told on this site, and nowhere else, when a session begins."""

    session = models.ForeignKey(LiveSession, models.CASCADE, related_name="reminders")
    peer = models.ForeignKey(Peer, models.CASCADE, related_name="live_reminders")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "session"], name="live_reminder_once")]

    def __str__(self) -> str:
        return "a reminder"


class LiveFeedback(models.Model):
    """How often each face was chosen after a session: a count, and nobody's."""

    class Face(models.IntegerChoices):
        WORSE = 1, "It was hard for me"
        SAME = 2, "About the same"
        BETTER = 3, "It did me good"

    session = models.ForeignKey(LiveSession, models.CASCADE, related_name="feedback")
    face = models.PositiveSmallIntegerField(choices=Face)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "face"], name="live_feedback_once"),
            models.CheckConstraint(condition=Q(face__gte=1, face__lte=3), name="live_feedback_face_known"),
        ]

    def __str__(self) -> str:
        return self.get_face_display()

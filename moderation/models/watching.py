"""What the site notices about itself: how much the judge hears, what was alarming, and drills. No words, no peers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from forum.models import LiveSession, Room
from forum.models.live import LIVELY, LiveState
from moderation.models.people import Moderator
from peers.models import Peer


class Hearing(models.Model):
    """How many posts were judged since the count before, and in how many of them something was noticed."""

    at = models.DateTimeField(unique=True)
    posts = models.PositiveIntegerField()
    noticed = models.PositiveIntegerField()  # posts with a finding of amber or above
    failed = models.PositiveIntegerField()  # posts the judge failed on
    last_post = models.PositiveBigIntegerField()  # counted up to this key: deletions since change no count
    last_signal = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(noticed__lte=F("posts")), name="hearing_noticed_posts"),
        ]

    def __str__(self) -> str:
        return f"{self.noticed} of {self.posts}"


class AlarmKind(models.TextChoices):
    SILENCE = "silence", "the judge has gone silent"
    FAILING = "failing", "the judge keeps failing"
    CLUSTER = "cluster", "several people in danger in one room"
    NO_HOST = "no_host", "a live room without its host"


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def standing(self, now: datetime) -> AlarmQuerySet:
        """What an open desk is told: a cluster for an hour, what is wrong with the judge for a day, and a live room
        without its host until somebody hosts it again or it is closed."""
        cluster = Q(kind=AlarmKind.CLUSTER, at__gt=now - timedelta(hours=1))
        judge = Q(kind__in=[AlarmKind.SILENCE, AlarmKind.FAILING], at__gt=now - timedelta(days=1))
        unattended = Q(kind=AlarmKind.NO_HOST) & (_still_away(now) | _never_came(now))
        found = self.alias(left_at=left_at("session__")).filter(cluster | judge | unattended)
        return found.select_related("room", "session__host").order_by("-at")


def _still_away(now: datetime) -> Q:
    """The same absence goes on: its host did not come back since."""
    return Q(session__away_since=F("since"), session__state__in=LIVELY) & ~Q(session__host_until__gt=now)


def _never_came(now: datetime) -> Q:
    """The same goes on in a room that has not begun: nobody came, or its host is away since then."""
    waits = Q(session__state__in=[LiveState.SCHEDULED, LiveState.LOBBY])
    same = Q(left_at=None, session__starts_at=F("since")) | Q(left_at=F("since"))
    return waits & same & (Q(session__host_until=None) | Q(session__host_until__lte=now))


def left_at(session: str = "") -> Coalesce:
    """When an absent host left: when their lease ran out, or when they stepped out. Nothing where they never came.
    `session` is the way to the session's fields."""
    return Coalesce(F(f"{session}host_until"), F(f"{session}away_since"))


class Alarm(models.Model):
    """Something that a lead or an admin was told about the site as a whole."""

    kind = models.CharField(max_length=7, choices=AlarmKind)
    room = models.ForeignKey(Room, models.CASCADE, null=True, related_name="alarms")
    session = models.ForeignKey(LiveSession, models.CASCADE, null=True, related_name="alarms")
    since = models.DateTimeField(null=True)  # since when that session has no host: one absence is told once
    at = models.DateTimeField()

    objects = AlarmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AlarmKind.values), name="alarm_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="cluster", room__isnull=False) | (~Q(kind="cluster") & Q(room__isnull=True)),
                name="alarm_cluster_has_room",
            ),
            models.CheckConstraint(
                condition=Q(kind="no_host", session__isnull=False, since__isnull=False)
                | (~Q(kind="no_host") & Q(session__isnull=True, since__isnull=True)),
                name="alarm_no_host_has_session",
            ),
            models.UniqueConstraint(fields=["session", "since"], name="alarm_once_an_absence"),
        ]
        indexes = [models.Index(fields=["-at"], name="alarm_newest")]  # the desk's banner

    def __str__(self) -> str:
        return self.kind


class Outcome(models.TextChoices):
    DECIDED = "decided", "someone decided it"
    NOBODY = "nobody", "nobody decided it in time"
    CALLED_OFF = "called_off", "called off: someone real was waiting"


class DrillQuerySet(models.QuerySet["Drill"]):
    def running(self) -> DrillQuerySet:
        return self.filter(ended_at=None)


class Drill(models.Model):
    """A crisis that nobody is in, sent the real way, and when each step of it was reached.

    `peer` is the voice made for it. Whatever hangs on that voice is a drill: no page for peers shows it,
    no count includes it, and it is deleted when the drill ends. The times stay.
    """

    peer = models.OneToOneField(Peer, models.SET_NULL, null=True, related_name="drill")
    started_by = models.ForeignKey(Moderator, models.SET_NULL, null=True, related_name="drills")
    case_ref = models.CharField(max_length=12, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    posted_at = models.DateTimeField(null=True)  # the post, its case and its alert are committed
    told_at = models.DateTimeField(null=True)  # open desks were told
    sent_at = models.DateTimeField(null=True)  # the first alert left the site
    claimed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects = DrillQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outcome"], condition=Q(ended_at__isnull=True), name="drill_one_at_a_time"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="drill_outcome_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="drill_ended_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return "a drill"

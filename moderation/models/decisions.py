"""What moderators decided, what it did, and the resources that were attached."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from forum.models import LiveSession, Post
from moderation.models.cases import Case
from moderation.models.people import Moderator


class Action(models.TextChoices):
    """What happens to the post."""

    LEAVE = "leave", "Leave it as it is"
    PUBLISH = "publish", "Publish it"
    FOLD = "fold", "Fold it behind a neutral note"
    REDACT = "redact", "Hide the chosen parts"
    REMOVE = "remove", "Remove it"
    ERASE = "erase", "Remove it and erase the words for good"


class Measure(models.TextChoices):
    """What happens to the person. Reading, help, messages with moderators and appeals stay open to them."""

    NOTHING = "nothing", "Nothing"
    PAUSE_THREAD = "pause_thread", "Pause their writing in this thread"
    PAUSE_HERE = "pause_here", "Pause their writing in this live room"
    PAUSE = "pause", "Pause their writing everywhere"
    BAN = "ban", "End their writing here"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> DecisionQuerySet:
        """Decisions nobody took back or declined."""
        return self.filter(undone_at=None, declined_at=None)

    def standing_for(self, post: Post, *actions: Action) -> Decision | None:
        """The newest standing decision about this post; where actions are named, the newest of those."""
        standing = self.standing().filter(case__post=post)
        return (standing.filter(action__in=actions) if actions else standing).order_by("-pk").first()

    def waiting(self) -> DecisionQuerySet:
        """Proposals: what cannot be undone waits for a second person."""
        return self.standing().filter(needs_second=True, confirmed_at=None)


class Decision(models.Model):
    """One human decision about a case. Kept for good; undoing is another fact, not an erasure."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="decisions")
    moderator = models.ForeignKey(Moderator, models.PROTECT, related_name="decisions")
    # Made in a live room, at once: its case stays open all the same, and a moderator looks.
    session = models.ForeignKey(LiveSession, models.PROTECT, null=True, related_name="+", db_index=False)
    action = models.CharField(max_length=7, choices=Action)
    spans = models.JSONField(default=list)  # redact: the parts to hide, in code points of the words as they were seen
    measure = models.CharField(max_length=12, choices=Measure, default=Measure.NOTHING)
    hours = models.PositiveIntegerField(null=True)  # of a pause
    needs_second = models.BooleanField(default=False)  # it cannot be undone: another person must agree first
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="confirmed")
    declined_at = models.DateTimeField(null=True)
    single = models.BooleanField(default=False)  # confirmed by the same person: nobody else was there for a day
    reason_code = models.CharField(max_length=40)
    public_note = models.TextField()  # shown to the author in exactly these words
    key = models.CharField(max_length=40, unique=True)  # sending a decision twice decides once
    case_version = models.PositiveIntegerField()  # what the moderator had seen
    level_before = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="undone")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(action__in=Action.values), name="decision_action_known"),
            models.CheckConstraint(condition=~Q(reason_code="") & ~Q(public_note=""), name="decision_has_reason"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="decision_measure_known"),
            models.CheckConstraint(
                condition=Q(measure__in=[Measure.PAUSE_THREAD, Measure.PAUSE], hours__gt=0)
                | (~Q(measure__in=[Measure.PAUSE_THREAD, Measure.PAUSE]) & Q(hours=None)),
                name="decision_pause_ends",
            ),
            # What cannot be undone is never one person's doing, unless the log says that nobody else was there.
            models.CheckConstraint(
                condition=(~Q(action=Action.ERASE) & ~Q(measure=Measure.BAN)) | Q(needs_second=True),
                name="decision_for_good_needs_second",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | (Q(confirmed_by__isnull=False) & (~Q(confirmed_by=F("moderator")) | Q(single=True))),
                name="decision_second_is_another",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(declined_at=None), name="decision_confirmed_or_declined"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "-id"], name="decision_newest"),  # what the author is shown
            models.Index(  # the console: who is muted in its room
                fields=["session", "measure"], condition=Q(session__isnull=False), name="decision_in_room"
            ),
            # The board: decisions of a period by action and reason; the worker: those to draw second looks from.
            models.Index(fields=["at", "action", "reason_code", "undone_at"], name="decision_made"),
            models.Index(  # what waits for a second person
                fields=["id"], condition=Q(needs_second=True, confirmed_at=None), name="decision_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.action

    @property
    def is_mute_in_room(self) -> bool:
        """It lets someone's writing rest, and says nothing about any words."""
        return self.session_id is not None and self.action == Action.LEAVE

    @property
    def did(self) -> str:
        """What it did, in the words of its form: to the post, and to the person where it went on to them."""
        to_post = [] if self.is_mute_in_room else [self.get_action_display()]
        to_person = [] if self.measure == Measure.NOTHING else [self.get_measure_display()]
        return "; the person: ".join(to_post + to_person)


class EffectKind(models.TextChoices):
    VISIBILITY = "visibility"
    PAUSE = "pause"
    BAN = "ban"
    ERASURE = "erasure"


class Effect(models.Model):
    """What a decision did to a post or to its author's voice, with what is needed to undo exactly that."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="effects")
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="effects")
    kind = models.CharField(max_length=12, choices=EffectKind)
    before = models.JSONField()
    after = models.JSONField()
    until = models.DateTimeField(null=True)  # of what ends by itself
    at = models.DateTimeField(default=timezone.now)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "kind"], name="effect_once_per_decision"),
            models.CheckConstraint(condition=Q(kind__in=EffectKind.values), name="effect_kind_known"),
        ]

    def __str__(self) -> str:
        return self.kind


class ResourceAttachment(models.Model):
    """Which help cards were put with a revision of a post, and who could see them."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="attachments")
    revision = models.PositiveIntegerField()
    keys = models.JSONField()
    shown_to = models.CharField(max_length=8)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "revision"], name="attachment_once_per_revision")]

    def __str__(self) -> str:
        return ", ".join(self.keys)

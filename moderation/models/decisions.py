"""What moderators decided, what it did, and the resources that were attached."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.models import Post
from moderation.models.cases import Case
from moderation.models.people import Moderator


class Action(models.TextChoices):
    """What happens to the post."""

    LEAVE = "leave", "Leave it as it is"
    PUBLISH = "publish", "Publish it"
    FOLD = "fold", "Fold it behind a neutral note"
    REMOVE = "remove", "Remove it"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing_for(self, post: Post) -> Decision | None:
        """The newest decision about this post that nobody took back: what its author is told."""
        return self.filter(case__post=post, undone_at=None).order_by("-pk").first()


class Decision(models.Model):
    """One human decision about a case. Kept for good; undoing is another fact, not an erasure."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="decisions")
    moderator = models.ForeignKey(Moderator, models.PROTECT, related_name="decisions")
    action = models.CharField(max_length=7, choices=Action)
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
        ]
        indexes = [
            models.Index(fields=["case", "-id"], name="decision_newest"),  # what the author is shown
            # The board: decisions of a period by action and reason; the worker: those to draw second looks from.
            models.Index(fields=["at", "action", "reason_code", "undone_at"], name="decision_made"),
        ]

    def __str__(self) -> str:
        return self.action


class Effect(models.Model):
    """What a decision did to a post, with what is needed to undo exactly that."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="effects")
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="effects")
    kind = models.CharField(max_length=12)
    before = models.JSONField()
    after = models.JSONField()
    at = models.DateTimeField(default=timezone.now)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "kind"], name="effect_once_per_decision")]

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

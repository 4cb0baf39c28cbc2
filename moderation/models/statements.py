"""What a person is told about a restriction, and how they ask someone else to look at it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.models import Post, Visibility
from forum.tokens import new_token
from moderation.models.cases import Case
from moderation.models.decisions import Decision
from moderation.models.people import Moderator
from peers.models import Peer

APPEAL_WITHIN = timedelta(days=30)


class Restriction(models.TextChoices):
    HELD = "held", "Your post waits and is seen by you and moderators only"
    PART_HIDDEN = "part_hidden", "A part of your post is hidden"
    FOLDED = "folded", "Your post is folded behind a neutral note"
    REMOVED = "removed", "Your post was removed"
    ERASED = "erased", "Your post was removed and its words were erased"
    THREAD_PAUSED = "thread_paused", "Your writing in one thread is paused"
    LIVE_PAUSED = "live_paused", "Your writing in one live room is paused"
    PAUSED = "paused", "Your writing is paused"
    BANNED = "banned", "Your writing here has ended"


RUNS_OUT = (Restriction.THREAD_PAUSED, Restriction.LIVE_PAUSED, Restriction.PAUSED)


class StatementQuerySet(models.QuerySet["Statement"]):
    def in_force(self) -> StatementQuerySet:
        """What holds at this moment: nobody changed it, it did not run out, and its post was not taken down."""
        over = Q(restriction__in=RUNS_OUT, until__lte=timezone.now())
        return self.filter(ended_at=None).exclude(over).exclude(post__visibility=Visibility.WITHDRAWN)


class Statement(models.Model):
    """A statement of reasons: what was restricted, how far, how long, on what facts and ground, and what one can do.

    Its code opens it, and lets its holder appeal, without a session or an identity. It holds none of their words.
    """

    code = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="statements")
    decision = models.ForeignKey(Decision, models.CASCADE, null=True, related_name="statements")  # none: automatic
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="statements")
    peer = models.ForeignKey(Peer, models.SET_NULL, null=True, related_name="statements")
    restriction = models.CharField(max_length=13, choices=Restriction)
    ground = models.CharField(max_length=40)  # a category of the table, or the code of a moderator's reason
    noticed_by_rules = models.BooleanField()  # automation was used to notice it
    until = models.DateTimeField(null=True)  # when it ends by itself; none: when someone changes it
    issued_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(restriction__in=Restriction.values), name="statement_kind_known"),
            models.CheckConstraint(condition=~Q(ground=""), name="statement_has_ground"),
            models.UniqueConstraint(  # of one kind, a post has one statement in force
                fields=["post", "restriction"],
                condition=Q(ended_at=None, post__isnull=False)
                & Q(restriction__in=["held", "part_hidden", "folded", "removed", "erased"]),
                name="statement_one_in_force",
            ),
        ]
        indexes = [
            models.Index(fields=["post"], condition=Q(ended_at=None), name="statement_of_post"),  # beside the post
            models.Index(fields=["peer", "-id"], name="statement_of_peer"),  # in one's own space
        ]

    def __str__(self) -> str:
        return self.restriction

    def get_absolute_url(self) -> str:
        return f"/statements/{self.code}"

    def may_be_appealed(self, now: datetime) -> bool:
        """For thirty days, while nobody changed it. What a program did alone and ran out, nobody has to change."""
        by_program = self.decision_id is None and self.restriction in RUNS_OUT
        ran_out = by_program and self.until is not None and self.until <= now
        return self.ended_at is None and not ran_out and now <= self.issued_at + APPEAL_WITHIN

    @property
    def shown_code(self) -> str:
        """In groups of four, to be read and typed."""
        return "-".join(self.code[place : place + 4] for place in range(0, len(self.code), 4))


class AppealOutcome(models.TextChoices):
    UPHELD = "upheld", "It stays as it was decided"
    OVERTURNED = "overturned", "It was changed back"


class Appeal(models.Model):
    """One appeal against one statement, looked at by someone who had no part in it."""

    statement = models.OneToOneField(Statement, models.CASCADE, related_name="appeal")
    # A case of its own; of what nobody has decided yet, the case that waits anyway.
    case = models.ForeignKey(Case, models.CASCADE, related_name="appeals")
    words = models.TextField(blank=True)  # emptied when its author's words are erased
    filed_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=AppealOutcome, blank=True)
    answer = models.TextField(blank=True)  # read by whoever appealed, in exactly these words
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="answered_appeals")
    single = models.BooleanField(default=False)  # answered by who decided: nobody else was there for a day

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["", *AppealOutcome.values]), name="appeal_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None) | (~Q(outcome="") & Q(answered_at__isnull=False)),
                name="appeal_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.outcome or "waiting"


class Complaint(models.Model):
    """Someone, with or without an identity, says that a moderator did wrong. A lead who is not that person looks."""

    receipt = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    case = models.OneToOneField(Case, models.CASCADE, related_name="complaint")
    words = models.TextField(blank=True)  # emptied when its author's words are erased
    about = models.CharField(max_length=60, blank=True)  # the name as it was given
    answer = models.TextField(blank=True)
    filed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return "a complaint"

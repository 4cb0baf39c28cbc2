"""Blind second looks: another moderator judges the same words without knowing what was decided, or by whom."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from forum.models import Visibility
from forum.tokens import new_token
from moderation.models.cases import Case
from moderation.models.decisions import Action, Decision
from moderation.models.noticing import Snapshot
from moderation.models.people import Moderator
from moderation.models.statements import Appeal


class ReviewQuerySet(models.QuerySet["Review"]):
    def waiting(self) -> ReviewQuerySet:
        return self.filter(at=None, expired_at=None)

    def readable(self) -> ReviewQuerySet:
        """Those whose words are still there, not taken down by their author, and whose decision still stands.

        Asked by EXISTS alone, without a join: a conditional update with it stays one statement about its own row.
        """
        words = Snapshot.objects.filter(case=OuterRef("case"), revision=OuterRef("revision")).exclude(words="")
        stands = Decision.objects.standing().filter(pk=OuterRef("decision"))
        withdrawn = Case.objects.filter(pk=OuterRef("case"), post__visibility=Visibility.WITHDRAWN)
        return self.filter(Exists(words), Exists(stands), ~Exists(withdrawn))

    def free(self, now: datetime) -> ReviewQuerySet:
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=now))

    def for_reviewer(self, moderator: Moderator) -> ReviewQuerySet:
        """Of cases this person may work on and has had no part in: who knows the decision is not blind to it."""
        mine = Q(moderator=moderator) | Q(undone_by=moderator) | Q(confirmed_by=moderator)
        decided = Decision.objects.filter(mine, case=OuterRef("case"))
        answered = Appeal.objects.filter(statement__case=OuterRef("case"), answered_by=moderator)
        allowed = Case.objects.for_moderator(moderator).filter(pk=OuterRef("case"))
        return self.exclude(decider=moderator).filter(~Exists(decided), ~Exists(answered), Exists(allowed))


class Review(models.Model):
    """One decision drawn for a second look: waiting, answered, or expired. It changes nothing for the post."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="reviews")
    decision = models.OneToOneField(Decision, models.CASCADE, related_name="review")
    # Copied from the decision, so that the database itself refuses anyone who would look at their own.
    decider = models.ForeignKey(Moderator, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()  # the words the decision was about
    stood = models.CharField(max_length=9, choices=Visibility)  # how the post was shown before the decision
    parts_hidden = models.BooleanField(default=False)  # whether some of it was hidden from readers then
    drawn_at = models.DateTimeField(default=timezone.now)
    waits_since = models.DateTimeField(default=timezone.now)  # its place in the line: given back, it goes to the end
    lease_by = models.ForeignKey(Moderator, models.SET_NULL, null=True, related_name="+")
    lease_until = models.DateTimeField(null=True)
    revealed_at = models.DateTimeField(null=True)  # under this lease
    reviewer = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=7, choices=Action, blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    agrees = models.BooleanField(null=True)  # whether both would leave the post shown in the same way
    at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewer=None) | ~Q(reviewer=models.F("decider")), name="review_by_someone_else"
            ),
            models.CheckConstraint(
                condition=Q(lease_by=None) | ~Q(lease_by=models.F("decider")), name="review_held_by_someone_else"
            ),
            models.CheckConstraint(
                condition=Q(at=None, reviewer=None, action="", reason_code="", agrees=None)
                | Q(at__isnull=False, reviewer__isnull=False, action__in=Action.values, agrees__isnull=False)
                & ~Q(reason_code=""),
                name="review_answer_whole",
            ),
            models.CheckConstraint(condition=Q(at=None) | Q(expired_at=None), name="review_answered_or_expired"),
            models.CheckConstraint(condition=Q(stood__in=Visibility.values), name="review_stood_known"),
        ]
        indexes = [
            models.Index(  # the next one to look at; those whose words have gone
                fields=["waits_since", "id"], condition=Q(at=None, expired_at=None), name="review_waiting"
            ),
            models.Index(fields=["drawn_at"], name="review_drawn"),  # the board: drawn in a period, and what came of it
            models.Index(  # the board: agreement in a period; disagreements, newest first, by key
                fields=["-at", "-id"], condition=Q(at__isnull=False), name="review_answered"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def held_by(self, moderator: Moderator, now: datetime) -> bool:
        return self.lease_by_id == moderator.pk and self.lease_until is not None and self.lease_until > now

    def is_revealed_to(self, moderator: Moderator, now: datetime) -> bool:
        """Words are in the page only under the lease that revealed them."""
        return self.held_by(moderator, now) and self.revealed_at is not None

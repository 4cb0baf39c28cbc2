"""Seeing one person's names together: asked for by one moderator, confirmed by another, over after a week."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from forum.tokens import new_token
from moderation.models.cases import Case
from moderation.models.people import Moderator

STANDS_FOR = timedelta(days=7)
ALONE_AFTER = timedelta(hours=24)  # where there is no second person, the same one confirms a day later


class LinkingQuerySet(models.QuerySet["Linking"]):
    def waiting(self) -> LinkingQuerySet:
        """Asked for, and neither confirmed nor refused."""
        return self.filter(confirmed_at=None, refused_at=None)

    def with_people(self) -> LinkingQuerySet:
        return self.select_related("requested_by__peer", "confirmed_by__peer", "case__room")


class Linking(models.Model):
    """One look at all names of one case's author. The names themselves are stored nowhere but where they belong."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="linkings")
    requested_by = models.ForeignKey(Moderator, models.PROTECT, related_name="linkings_asked")
    reason = models.TextField()
    requested_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="linkings_confirmed")
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    single = models.BooleanField(default=False)  # there was no second person
    refused_by = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="linkings_refused")
    refused_at = models.DateTimeField(null=True)

    objects = LinkingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="linking_has_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None, expires_at=None, single=False)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, expires_at__isnull=False),
                name="linking_confirmed_whole",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | Q(single=True) | ~Q(confirmed_by=F("requested_by")),
                name="linking_by_two",
            ),
            models.CheckConstraint(
                condition=Q(single=False)
                | Q(confirmed_by=F("requested_by"), confirmed_at__gte=F("requested_at") + ALONE_AFTER),
                name="linking_alone_after_a_day",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__lte=F("confirmed_at") + STANDS_FOR),
                name="linking_ends_in_a_week",
            ),
            models.CheckConstraint(
                condition=Q(refused_by=None, refused_at=None)
                | Q(refused_by__isnull=False, refused_at__isnull=False, confirmed_at=None),
                name="linking_refused_whole",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(confirmed_at=None, refused_at=None),
                name="linking_one_waiting_per_case",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "-id"], name="linking_of_case"),  # a case's page
            models.Index(  # what waits for a second person
                fields=["requested_at"], condition=Q(confirmed_at=None, refused_at=None), name="linking_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def stands(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at > now

    def is_for(self, moderator: Moderator) -> bool:
        """Only the two who asked and confirmed may look; whoever comes after them asks anew."""
        return moderator.pk in (self.requested_by_id, self.confirmed_by_id)

"""Words not posted yet, kept so that nothing typed is lost."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from peers.models import Peer


class SavedDraft(models.Model):
    """What stands in one composer, seen by its author only. Never judged, never read by staff; kept 30 days."""

    owner = models.CharField(max_length=64)  # SHA-256 of a random name kept in the session
    peer = models.ForeignKey(Peer, models.CASCADE, null=True, related_name="drafts")
    place = models.CharField(max_length=40)  # "new", "room:<slug>", "thread:<public id>", "edit:<public id>"
    title = models.CharField(max_length=400, blank=True)
    body = models.TextField(blank=True)
    choices = models.JSONField(default=dict)  # contract, notes, name: so that nothing is asked twice
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "place"], name="draft_once_per_place"),
            models.CheckConstraint(condition=~Q(owner=""), name="draft_has_owner"),
        ]
        indexes = [
            models.Index(fields=["saved_at"], name="draft_saved"),  # the worker: drafts older than 30 days
            models.Index(fields=["peer", "place"], name="draft_of_peer"),  # on another device, after coming back
        ]

    def __str__(self) -> str:
        return "a draft"

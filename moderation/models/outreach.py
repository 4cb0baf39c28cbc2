"""Private words between the desk and one peer, and what people report."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.models import Post
from forum.tokens import new_token
from moderation.models.cases import Case
from moderation.models.people import Moderator
from peers.models import Peer


class Outreach(models.Model):
    """A private conversation about one case. The peer needs no address: it waits in their own space."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    case = models.OneToOneField(Case, models.CASCADE, related_name="outreach")
    peer = models.ForeignKey(Peer, models.CASCADE, related_name="outreach")
    opened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["peer", "-id"], name="outreach_of_peer")]  # "a moderator wrote to you"

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return f"/my/messages/{self.public_id}/"


class OutreachMessageQuerySet(models.QuerySet["OutreachMessage"]):
    def about(self, case: Case) -> OutreachMessageQuerySet:
        """What was said with the author about what this case is about, in an earlier case of it, too.

        An answer to a case that is closed joins the one that is open now, and has to be readable there.
        """
        if case.peer_id is None:
            return self.filter(outreach__case=case)
        same = self.filter(outreach__peer=case.peer_id, outreach__case__subject=case.subject)
        return same if case.lead_only else same.filter(outreach__case__lead_only=False)


class OutreachMessage(models.Model):
    outreach = models.ForeignKey(Outreach, models.CASCADE, related_name="messages")
    moderator = models.ForeignKey(Moderator, models.PROTECT, null=True, related_name="messages")  # none: the peer
    body = models.TextField()
    shown_html = models.TextField()
    client_id = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = OutreachMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outreach", "client_id"], name="outreach_message_sent_once"),
            models.CheckConstraint(condition=~Q(body=""), name="outreach_message_has_words"),
        ]

    def __str__(self) -> str:
        return "from staff" if self.moderator_id else "from the peer"


class Report(models.Model):
    """Someone, with or without an identity, says that a post needs a look. The receipt tells them what came of it."""

    receipt = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="reports")
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="reports")
    reason = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="report_has_reason")]

    def __str__(self) -> str:
        return self.reason

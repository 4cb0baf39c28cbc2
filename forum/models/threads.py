"""Threads: one opening post and the replies under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from forum.models.posts import Post, Visibility
from forum.models.rooms import Room
from forum.tokens import new_token

if TYPE_CHECKING:
    from peers.models import Peer


class Contract(models.TextChoices):
    """What the person who opened the thread asks of those who answer."""

    LISTEN = "listen", "Just listen"
    BEEN_THERE = "been_there", "Tell me if you have been there"
    IDEAS = "ideas", "Ideas are welcome"
    SIT_WITH_ME = "sit_with_me", "Sit with me"
    NO_HUGS = "no_hugs", "No hugs, please"


class ThreadQuerySet(models.QuerySet["Thread"]):
    def seen_by(self, peer: Peer | None) -> ThreadQuerySet:
        """Threads whose opening post this reader may meet; a withdrawn opening stays while others' words hang on it."""
        opening = Post.objects.filter(pk=OuterRef("opening_id")).seen_by(peer)
        emptied = Q(opening__visibility__in=[Visibility.WITHDRAWN, Visibility.REMOVED], replies__gt=0)
        return self.filter(Exists(opening) | emptied)

    def newest_first(self) -> ThreadQuerySet:
        return self.order_by("-moved_at", "-pk").select_related("opening", "opening__persona")


class Thread(models.Model):
    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="threads")
    opening = models.OneToOneField(Post, models.SET_NULL, null=True, related_name="opens")
    contract = models.CharField(max_length=12, choices=Contract, default=Contract.LISTEN)
    locked = models.BooleanField(default=False)
    replies = models.PositiveIntegerField(default=0)  # those readers can see; kept by forum.showing
    opened_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)  # its newest visible post

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(contract__in=Contract.values), name="thread_contract_known"),
        ]
        indexes = [
            models.Index(fields=["room", "-moved_at", "-id"], name="thread_room_newest"),  # a room's page
            models.Index(fields=["replies", "opened_at"], name="thread_waiting"),  # waiting for a reply, oldest first
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return f"/threads/{self.public_id}/"

    @property
    def scope(self) -> str:
        return f"thread:{self.public_id}"

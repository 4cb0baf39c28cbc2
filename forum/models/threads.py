"""Threads: one opening post and the replies under it."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from forum.models.posts import GONE, OPEN, Post
from forum.models.rooms import Room
from forum.tokens import new_token
from peers.models import Block, Peer


class Contract(models.TextChoices):
    """What the person who opened the thread asks of those who answer."""

    LISTEN = "listen", "Just listen"
    BEEN_THERE = "been_there", "Tell me if you have been there"
    IDEAS = "ideas", "Ideas are welcome"
    SIT_WITH_ME = "sit_with_me", "Sit with me"
    NO_HUGS = "no_hugs", "No hugs, please"


def care_line(act: str, why: str = "", **places: str) -> dict[str, str]:
    """One line of `Thread.care`. With the day alone: when a volunteer was at work is nobody's business."""
    return {"act": act, "why": why, "at": timezone.now().date().isoformat(), **places}


def _between(peer: Peer | None) -> models.QuerySet[Block]:
    """Blocks between this reader and whoever opened the thread, either way."""
    author = OuterRef("opening__peer_id")
    return Block.objects.filter(Q(peer=peer, blocked=author) | Q(blocked=peer, peer=author))


class ThreadQuerySet(models.QuerySet["Thread"]):
    def seen_by(self, peer: Peer | None) -> ThreadQuerySet:
        """Threads whose opening post this reader may meet; a withdrawn opening stays while others' words hang on it."""
        opening = Post.objects.filter(pk=OuterRef("opening_id")).seen_by(peer)
        emptied = Q(opening__visibility__in=GONE, replies__gt=0)
        return self.filter(Exists(opening) | emptied & ~Exists(_between(peer)))

    def with_names(self) -> ThreadQuerySet:
        return self.select_related("room", "home_room", "opening__persona", "opening__peer")

    def newest_first(self) -> ThreadQuerySet:
        return self.order_by("-moved_at", "-pk").with_names()

    def waiting(self) -> ThreadQuerySet:
        """Threads nobody has answered yet, the longest wait first."""
        unanswered = self.filter(replies=0, locked=False, opening__visibility__in=OPEN)
        return unanswered.order_by("opened_at", "pk").with_names()

    def with_words_of(self, peer: Peer) -> ThreadQuerySet:
        """Threads this person wrote in."""
        return self.filter(Exists(Post.objects.filter(thread=OuterRef("pk"), peer=peer)))


class Thread(models.Model):
    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="threads")
    opening = models.OneToOneField(Post, models.SET_NULL, null=True, related_name="opens")
    contract = models.CharField(max_length=12, choices=Contract, default=Contract.LISTEN)
    # Where it was opened, once it stands elsewhere: the names in it stay those of this room.
    home_room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="threads_moved_away")
    locked = models.BooleanField(default=False)
    memorial = models.BooleanField(default=False)  # closed and kept: read, and never asked to be answered
    # What moderators did to it and why, as every reader may see: [{"act", "why", "at", "from"?, "to"?}, ...]
    care = models.JSONField(default=list)
    replies = models.PositiveIntegerField(default=0)  # those readers can see; kept by forum.showing
    opened_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)  # its newest visible post

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(contract__in=Contract.values), name="thread_contract_known"),
            models.CheckConstraint(condition=Q(memorial=False) | Q(locked=True), name="thread_memorial_is_closed"),
            models.CheckConstraint(
                condition=Q(home_room=None) | ~Q(home_room=F("room")), name="thread_home_is_elsewhere"
            ),
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

    @property
    def names_scope(self) -> str:
        """The scope of the names in it: that of the room it was opened in, wherever it stands now.

        So nobody's name here meets the one they have where the thread was moved to.
        """
        return (self.home_room or self.room).scope

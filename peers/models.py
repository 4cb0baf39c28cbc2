"""A person as this site knows them: a random row, the names they go by, what they asked not to meet."""

import secrets
import uuid
from datetime import date, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

NEW_FOR_DAYS = 1  # created dates carry no time, so "24 hours" is today and yesterday


def today() -> date:
    return timezone.now().date()


def this_week() -> date:
    """The Monday of the running week: as exact as a last visit is ever kept."""
    return today() - timedelta(days=today().weekday())


def new_persona_key() -> bytes:
    return secrets.token_bytes(32)


class Kind(models.TextChoices):
    PEER = "peer"
    STAFF = "staff"


class State(models.TextChoices):
    ACTIVE = "active"
    BANNED = "banned"


class Peer(models.Model):
    """One person, or one member of staff in their public role. Nothing here tells who they are elsewhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # HMAC of the recovery words under the pepper; none for "this device only".
    lookup = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  (no words is not empty words)
    persona_key = models.BinaryField(max_length=32, default=new_persona_key, editable=False)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.PEER)
    staff_name = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.ACTIVE)
    trained_supporter = models.BooleanField(default=False)
    created_on = models.DateField(default=today)
    last_seen_week = models.DateField(default=this_week)
    reminded_until = models.DateField(null=True)  # pages look for a reminder until this day; none: they ask nothing

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="peer_kind_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="peer_state_known"),
            models.CheckConstraint(
                condition=Q(kind=Kind.PEER, staff_name="") | (Q(kind=Kind.STAFF) & ~Q(staff_name="")),
                name="peer_only_staff_named",
            ),
            models.UniqueConstraint(fields=["staff_name"], condition=Q(kind=Kind.STAFF), name="peer_staff_name_once"),
        ]
        indexes = [
            models.Index(fields=["last_seen_week"], name="peer_last_seen"),  # the worker: identities unused for a year
        ]

    def __str__(self) -> str:
        return self.kind  # never the id: it would end in logs

    @property
    def is_staff_voice(self) -> bool:
        return self.kind == Kind.STAFF

    @property
    def is_new(self) -> bool:
        return self.created_on >= today() - timedelta(days=NEW_FOR_DAYS)


class Persona(models.Model):
    """The name one person goes by in one room, thread or live session, and nowhere else."""

    peer = models.ForeignKey(Peer, models.CASCADE, related_name="personas")
    scope = models.CharField(max_length=40)  # "room:<slug>", "thread:<public id>", "live:<public id>"
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "name"], name="persona_name_once_per_scope"),
            models.UniqueConstraint(fields=["peer", "scope"], name="persona_once_per_peer_and_scope"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def pattern(self) -> dict[str, int]:
        """Hue and shape of the small picture beside the name: from the shown name alone, so it links nothing."""
        mixed = sum(ord(letter) * (place + 7) for place, letter in enumerate(self.name))
        return {"hue": mixed % 12 * 30, "shape": mixed // 12 % 8}  # degrees; one of eight


class Block(models.Model):
    """One person asked never to meet another again. It works both ways and is never told."""

    peer = models.ForeignKey(Peer, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(Peer, models.CASCADE, related_name="blocked_by")
    # The name they were met under: the list of blocks must not reveal any other.
    name_met = models.CharField(max_length=60)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(peer=F("blocked")), name="block_not_oneself"),
        ]

    def __str__(self) -> str:
        return "a block"


class TopicFilter(models.Model):
    """A content note this person wants folded, or not to meet at all."""

    class Way(models.TextChoices):
        FOLD = "fold"
        HIDE = "hide"

    peer = models.ForeignKey(Peer, models.CASCADE, related_name="topic_filters")
    note = models.CharField(max_length=20)
    way = models.CharField(max_length=4, choices=Way)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "note"], name="topic_filter_once_per_note"),
            models.CheckConstraint(condition=Q(way__in=["fold", "hide"]), name="topic_filter_way_known"),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.note}"


class Session(AbstractBaseSession):
    """A signed-in device. The key is stored hashed: a stolen database opens nobody's session."""

    session_key = models.CharField(primary_key=True, max_length=64)  # SHA-256 of the cookie's value
    peer = models.ForeignKey(Peer, models.CASCADE, null=True, related_name="sessions")

    class Meta:
        indexes = [
            models.Index(fields=["expire_date"], name="session_expiry"),  # the worker: sessions to delete
        ]

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore  # the store knows this model, not the other way

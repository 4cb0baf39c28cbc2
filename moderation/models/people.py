"""Staff: the only people here with a password. Their private identity, if they have one, is unknown to the site."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from peers.models import Peer


class Role(models.TextChoices):
    HOST = "host"
    MODERATOR = "moderator"
    LEAD = "lead"
    ADMIN = "admin"


DESK_ROLES = (Role.MODERATOR, Role.LEAD, Role.ADMIN)
LEAD_ROLES = (Role.LEAD, Role.ADMIN)


class ModeratorManager(BaseUserManager["Moderator"]):
    def at_desk(self) -> "models.QuerySet[Moderator]":
        """Everyone who may work at the desk."""
        return self.filter(is_active=True, role__in=[role.value for role in DESK_ROLES])

    def get_by_natural_key(self, username: str | None) -> "Moderator":
        return self.get(username=username)


class Moderator(AbstractBaseUser):
    """A member of staff: signs in with password and one-time code, speaks under a public staff name."""

    username = models.CharField(max_length=40, unique=True)
    role = models.CharField(max_length=9, choices=Role)
    peer = models.OneToOneField(Peer, models.PROTECT, related_name="moderator")  # kind "staff": the public voice
    is_active = models.BooleanField(default=True)
    on_call = models.BooleanField(default=False)
    on_shift_until = models.DateTimeField(null=True)
    last_login: Any = None  # when a volunteer last signed in is nobody's business

    USERNAME_FIELD = "username"
    objects = ModeratorManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(role__in=Role.values), name="moderator_role_known")]

    def __str__(self) -> str:
        return self.username

    @property
    def public_name(self) -> str:
        return self.peer.staff_name

    @property
    def has_desk(self) -> bool:
        return self.is_active and self.role in DESK_ROLES

    @property
    def leads(self) -> bool:
        return self.is_active and self.role in LEAD_ROLES

"""Staff: the only people here with a password. Their private identity, if they have one, is unknown to the site."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from moderation.capabilities import Capability, allows, roles_with
from peers.models import Peer


class Role(models.TextChoices):
    HOST = "host"
    MODERATOR = "moderator"
    LEAD = "lead"
    ADMIN = "admin"


DESK_ROLES = tuple(Role(role) for role in roles_with(Capability.TRIAGE))
LEAD_ROLES = tuple(Role(role) for role in roles_with(Capability.LEAD_CASES))


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

    def can(self, capability: Capability) -> bool:
        """Whether their role allows this; nothing is allowed to someone who no longer works here."""
        return self.is_active and allows(self.role, capability)

    @property
    def has_desk(self) -> bool:
        return self.can(Capability.TRIAGE)

    @property
    def leads(self) -> bool:
        return self.can(Capability.LEAD_CASES)

    @property
    def may(self) -> dict[str, bool]:
        """For templates: which parts of the desk to offer, by the capability's name in small letters."""
        return {each.name.lower(): self.can(each) for each in Capability}

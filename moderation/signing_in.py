"""How staff are recognised: a password, then a one-time code."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from moderation.models import Moderator


class StaffBackend(BaseBackend):
    """Username and password of active staff. Takes as long for a name nobody has."""

    def authenticate(self, request: HttpRequest | None, **given: Any) -> Moderator | None:  # noqa: ARG002  (Django passes it)
        username, password = str(given.get("username", "")), str(given.get("password", ""))
        moderator = Moderator.objects.filter(username=username, is_active=True).first()
        if moderator is None:
            make_password(password)
            return None
        return moderator if moderator.check_password(password) else None

    def get_user(self, user_id: int) -> Moderator | None:
        return Moderator.objects.filter(pk=user_id, is_active=True).select_related("peer").first()


def staff_of(request: HttpRequest) -> Moderator | None:
    """The member of staff of this request, if they gave password and one-time code."""
    user = getattr(request, "user", None)
    if not isinstance(user, Moderator) or not user.is_active:
        return None
    return user if user.is_verified() else None  # type: ignore[attr-defined]  # added by OTPMiddleware

"""Refuses to start on a site that could not keep its promises about identities."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004  (Django's own name)

from peers import leaving


@register()
def leaving_is_wired(**_: Any) -> list[CheckMessage]:
    """Every part of leaving can be imported: a typo must not be found out by the person who leaves."""
    try:
        leaving.parts()
    except ImportError as problem:
        return [Error(f"PEERS_LEAVING names something that cannot be imported: {problem}", id="peers.E001")]
    return []


@register(deploy=True)
def cookie_is_host_bound(**_: Any) -> list[CheckMessage]:
    """Over plain http the session cookie travels in the open; only DEBUG does that, and never in production."""
    if settings.SESSION_COOKIE_NAME.startswith("__Host-") and settings.SESSION_COOKIE_SECURE:
        return []
    return [Warning("Sessions are not bound to https: unset LAMPLIGHT_DEBUG.", id="peers.W001")]

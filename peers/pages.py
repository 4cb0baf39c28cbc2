"""What every page of the site may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from peers.look import look_of


def context(request: HttpRequest) -> dict[str, Any]:
    """The reader's look (closed values from their own cookie) and where "Leave this site" goes. No database."""
    return {"look": look_of(request), "exit_to": settings.EXIT_SITE}

"""What is live, on every page. A tag that fails shows nothing: a page never breaks on it."""

import logging
from datetime import timedelta
from typing import Any

from django import template
from django.db.models import Q
from django.utils import timezone

from forum.models import LiveSession
from realtime.presence import people_words

register = template.Library()
log = logging.getLogger(__name__)
MOST_CARDS = 3
FORGOTTEN_AFTER = timedelta(hours=6)  # a session nobody opened or closed is no longer announced


@register.inclusion_tag("realtime/live_now.html")
def live_now() -> dict[str, Any]:
    """The live rooms that are open now or come next, at most three."""
    try:
        now = timezone.now()
        fresh = Q(host_until__gt=now) | Q(starts_at__gt=now - FORGOTTEN_AFTER)
        sessions = LiveSession.objects.now_or_next().filter(fresh)[:MOST_CARDS]
        return {"cards": [_card(session) for session in sessions]}
    except Exception as problem:  # noqa: BLE001  (the promise of this file)
        log.warning("live_now failed: %s", type(problem).__name__)
        return {"cards": None}


@register.inclusion_tag("realtime/room_presence.html")
def room_presence(session: object) -> dict[str, Any]:
    """Whether the host is here, and about how many listen."""
    return _card(session) if isinstance(session, LiveSession) else {}


def _card(session: LiveSession) -> dict[str, Any]:
    now = timezone.now()
    return {
        "session": session,
        "host_present": session.host_present(now),
        "holding": session.is_holding(now),
        "speaking": session.may_speak(now),
        "people": people_words(session.public_id),
    }

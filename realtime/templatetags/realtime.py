"""What is live, on every page. A tag that fails shows nothing: a page never breaks on it."""

import logging
from datetime import timedelta
from typing import Any

from django import template
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from forum.live import reminding
from forum.models import LiveSession
from peers import who
from realtime.presence import people_words

register = template.Library()
log = logging.getLogger(__name__)
MOST_CARDS = 3
FORGOTTEN_AFTER = timedelta(hours=6)  # a session nobody opened or closed is no longer announced


@register.inclusion_tag("realtime/live_now.html", takes_context=True)
def live_now(context: template.Context) -> dict[str, Any]:
    """The live rooms that are open now or come next, at most three."""
    try:
        now = timezone.now()
        fresh = Q(host_until__gt=now) | Q(starts_at__gt=now - FORGOTTEN_AFTER)
        sessions = LiveSession.objects.now_or_next().filter(fresh)[:MOST_CARDS]
        return {"cards": [_card(session) for session in sessions], "look": context.get("look")}
    except Exception as problem:  # noqa: BLE001  (the promise of this file)
        log.warning("live_now failed: %s", type(problem).__name__)
        return {"cards": None}


@register.inclusion_tag("realtime/room_presence.html", takes_context=True)
def room_presence(context: template.Context, session: object) -> dict[str, Any]:
    """Whether the host is here, and about how many listen."""
    return {**_card(session), "look": context.get("look")} if isinstance(session, LiveSession) else {}


@register.inclusion_tag("realtime/reminder_line.html", takes_context=True)
def reminder_line(context: template.Context) -> dict[str, Any]:
    """To whoever asked to be reminded: that a live room begins soon, or is open. Asks nothing for anyone else."""
    request = context.get("request")
    if not isinstance(request, HttpRequest) or not hasattr(request, "session"):
        return {}
    try:
        found = reminding.due_for(who.speaker(request))
    except Exception as problem:  # noqa: BLE001  (the promise of this file)
        log.warning("reminder_line failed: %s", type(problem).__name__)
        return {}
    back = request.get_full_path() if request.method == "GET" else "/"
    return {"reminder": found, "back": back, "request": request}


def _card(session: LiveSession) -> dict[str, Any]:
    now = timezone.now()
    return {
        "session": session,
        "host_present": session.host_present(now),
        "holding": session.is_holding(now),
        "speaking": session.may_speak(now),
        "people": people_words(session.public_id),
    }

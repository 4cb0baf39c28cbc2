"""Live sessions as a calendar file. A calendar is read over shoulders and shared in families: unless asked for, nothing
in it tells what the session is about, nor where this site is."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from icalendar import Calendar, Event

from forum.live.calendar import is_cancelled
from forum.models import LiveSession

SUMMARY = "Lamplight: live session"


def calendar_file(sessions: Iterable[LiveSession], *, now: datetime, full: bool = False) -> bytes:
    """The sessions as RFC 5545 text, times in UTC. `full`: with their titles and addresses."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lamplight//Live sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for session in sessions:
        calendar.add_component(_event(session, now, full=full))
    return bytes(calendar.to_ical())


def _event(session: LiveSession, now: datetime, *, full: bool) -> Event:
    event, cancelled = Event(), is_cancelled(session)
    event.add("uid", f"{session.public_id}@lamplight")  # the same in every file, so that a calendar renews its entry
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", session.starts_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtend", session.ends_at.astimezone(UTC).replace(microsecond=0))
    event.add("summary", f"Lamplight: {session.title}" if full else SUMMARY)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("sequence", 1 if cancelled else 0)
    event.add("class", "PRIVATE")
    if full:
        event.add("url", f"{settings.SITE_URL}{session.get_absolute_url()}")
    return event

"""Holding a live session: opening it, keeping the host's lease, moving it on, closing it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from forum.live.states import Act, next_state
from forum.models import EventKind, LiveSession, LiveState, Room
from forum.models.live import LEASE_SECONDS
from forum.showing import add_event
from peers.models import Peer


class NotTheHost(Exception):
    """Only the session's host does this."""


class NotNow(Exception):
    """The session's state has no such step; it is as it was."""


def schedule(*, host: Peer, room: Room, title: str, starts_at: datetime | None = None) -> LiveSession:
    """Announce a session. Only staff hold sessions. Raises NotTheHost."""
    if not host.is_staff_voice:
        raise NotTheHost
    return LiveSession.objects.create(host=host, room=room, title=title, starts_at=starts_at or timezone.now())


def renew_lease(*, host: Peer, session: LiveSession, coming: bool = True) -> datetime:
    """The host is here for another minute. Raises NotTheHost, NotNow.

    Coming back after an absence is an event, so that every open page learns that the room goes on.
    A console that only keeps going (`coming=False`: its heartbeat, its refresh) never brings back a
    host who stepped out, perhaps in another window.
    """
    now = timezone.now()
    until = now + timedelta(seconds=LEASE_SECONDS)
    with transaction.atomic():
        locked = _locked(session, host)
        if locked.state == LiveState.CLOSED or (locked.host_until is None and not coming):
            raise NotNow
        was_away = not locked.host_present(now)
        LiveSession.objects.filter(pk=locked.pk).update(host_until=until)
        if was_away:
            add_event(locked.pk, EventKind.STATE, state=locked.state)
    return until


def move(*, host: Peer, session: LiveSession, act: Act) -> LiveState:
    """Take the session one step on; doing it renews the lease. Raises NotTheHost, NotNow."""
    now = timezone.now()
    with transaction.atomic():
        locked = _locked(session, host)
        state = next_state(locked.state, act)
        if state is None:
            raise NotNow
        LiveSession.objects.filter(pk=locked.pk).update(
            state=state,
            host_until=now + timedelta(seconds=LEASE_SECONDS),
            closed_at=now if state == LiveState.CLOSED else None,
        )
        add_event(locked.pk, EventKind.STATE, state=state)
        return state


def step_out(*, host: Peer, session: LiveSession) -> None:
    """The host leaves without closing: the room holds from this moment. Raises NotTheHost."""
    with transaction.atomic():
        locked = _locked(session, host)
        LiveSession.objects.filter(pk=locked.pk).update(host_until=None)
        add_event(locked.pk, EventKind.STATE, state=locked.state)


def _locked(session: LiveSession, host: Peer) -> LiveSession:
    found = LiveSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)
    if found.host_id != host.pk:
        raise NotTheHost
    return found

"""Holding a live session: keeping the host's lease, moving it on, giving the floor, taking over, closing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from forum.live.states import Act, next_state
from forum.models import EventKind, LiveHand, LiveReminder, LiveSession, LiveState, Room
from forum.models.live import HANDS, LEASE_SECONDS
from forum.showing import add_event
from peers.again import once_more
from peers.models import Kind, Peer
from peers.naming import persona_for

WIND_DOWN = timedelta(minutes=5)
SLOW_CHOICES = (10, 20, 30, 60, 120)  # seconds between two messages of one person


class NotTheHost(Exception):
    """Only the session's host does this."""


class NotNow(Exception):
    """The session's state has no such step; it is as it was."""


def schedule(
    *, host: Peer, room: Room, title: str, starts_at: datetime | None = None, minutes: int = 60
) -> LiveSession:
    """Announce a session. Only staff hold sessions. Raises NotTheHost."""
    if not host.is_staff_voice:
        raise NotTheHost
    return LiveSession.objects.create(
        host=host, room=room, title=title, starts_at=starts_at or timezone.now(), minutes=minutes
    )


@once_more
def renew_lease(*, host: Peer, session: LiveSession, coming: bool = True) -> datetime:
    """The host is here for another minute. Raises NotTheHost, NotNow.

    Coming back after an absence is an event, so that every open page learns that the room goes on.
    A console that only keeps going (`coming=False`: its heartbeat, its refresh) never brings back a
    host who stepped out, perhaps in another window.
    """
    now = timezone.now()
    until = now + timedelta(seconds=LEASE_SECONDS)
    with _held(session, host) as locked:
        if locked.state == LiveState.CLOSED or (locked.host_until is None and not coming):
            raise NotNow
        was_away = not locked.host_present(now)
        LiveSession.objects.filter(pk=locked.pk).update(host_until=until, away_since=None)
        if was_away:
            add_event(locked.pk, EventKind.STATE, state=locked.state)
    return until


@once_more
def move(
    *, host: Peer, session: LiveSession, act: Act, slow_seconds: int | None = None, grounding: str = ""
) -> LiveState:
    """Take the session one step on; doing it renews the lease. Raises NotTheHost, NotNow.

    Whoever had the floor keeps it only in "one voice". `slow_seconds` is how long one waits between two messages in
    slow mode, one of SLOW_CHOICES; `grounding` what stands above the last five minutes.
    """
    if slow_seconds is not None and slow_seconds not in SLOW_CHOICES:
        raise NotNow
    now = timezone.now()
    with _held(session, host) as locked:
        state = next_state(locked.state, act)
        if state is None or (state == locked.state == LiveState.WINDING_DOWN):
            raise NotNow
        LiveSession.objects.filter(pk=locked.pk).update(
            state=state,
            host_until=now + timedelta(seconds=LEASE_SECONDS),
            away_since=None,
            slow_seconds=slow_seconds or locked.slow_seconds,
            floor=locked.floor_id if state == LiveState.ONE_VOICE else None,
            floor_name=locked.floor_name if state == LiveState.ONE_VOICE else "",
            grounding=grounding if state == LiveState.WINDING_DOWN else locked.grounding,
            ends_by=now + WIND_DOWN if state == LiveState.WINDING_DOWN else None,
            closed_at=now if state == LiveState.CLOSED else None,
        )
        if state in {LiveState.WINDING_DOWN, LiveState.CLOSED}:
            LiveHand.objects.filter(session=locked).delete()
        if state == LiveState.CLOSED:
            LiveReminder.objects.filter(session=locked).delete()
        add_event(locked.pk, EventKind.STATE, state=state)
        return state


@once_more
def step_out(*, host: Peer, session: LiveSession) -> None:
    """The host leaves without closing: the room holds from this moment. Raises NotTheHost, NotNow."""
    with _held(session, host) as locked:
        if locked.state == LiveState.CLOSED:
            raise NotNow
        LiveSession.objects.filter(pk=locked.pk).update(host_until=None, away_since=timezone.now())
        add_event(locked.pk, EventKind.STATE, state=locked.state)


@once_more
def give_floor(*, host: Peer, session: LiveSession, peer: Peer | None) -> None:
    """In one voice: this person speaks beside the host, and their hand goes down; None takes the floor back.

    Raises NotTheHost, NotNow.
    """
    with _held(session, host) as locked:
        if locked.state != LiveState.ONE_VOICE:
            raise NotNow
        name = persona_for(peer=peer, scope=locked.scope).name if peer else ""
        LiveSession.objects.filter(pk=locked.pk).update(floor=peer, floor_name=name)
        LiveHand.objects.filter(session=locked, peer=peer).delete()
        add_event(locked.pk, EventKind.STATE, state=locked.state)
        if peer:
            tell_aside(locked, peer)


@once_more
def name_co_host(*, host: Peer, session: LiveSession, peer: Peer | None) -> None:
    """Who may take the session over at any time; None: nobody but when its host has dropped.

    Raises NotTheHost; NotNow for somebody who is not staff, and in a closed room.
    """
    if peer is not None and peer.kind != Kind.STAFF:
        raise NotNow
    with _held(session, host) as locked:
        if locked.state == LiveState.CLOSED:
            raise NotNow
        LiveSession.objects.filter(pk=locked.pk).update(co_host=peer, co_host_named=True)
        add_event(locked.pk, EventKind.STATE, state=locked.state)


@once_more
def take_over(*, host: Peer, session: LiveSession) -> None:
    """Become its host, and be present: the co-host at any time, any other staff once the host has dropped.

    Who held it becomes co-host, so that a takeover by mistake is undone with one press; that is all they may do until
    the new host names them. Raises NotTheHost, NotNow.
    """
    now = timezone.now()
    with transaction.atomic():
        locked = LiveSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)
        if locked.state == LiveState.CLOSED or locked.host_id == host.pk:
            raise NotNow
        if not locked.may_be_taken_by(host, now):
            raise NotTheHost
        LiveSession.objects.filter(pk=locked.pk).update(
            host=host,
            co_host=locked.host_id,
            co_host_named=False,
            host_until=now + timedelta(seconds=LEASE_SECONDS),
            away_since=None,
        )
        add_event(locked.pk, EventKind.STATE, state=locked.state)


@once_more
def raise_hand(*, peer: Peer, session: LiveSession) -> None:
    """Tell the host quietly that one would like to speak. Raising it again changes nothing. Raises NotNow."""
    with transaction.atomic():
        locked = LiveSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)
        if locked.state not in HANDS or peer.pk == locked.host_id:
            raise NotNow
        _, is_new = LiveHand.objects.get_or_create(session=locked, peer=peer)
        if is_new:
            tell_aside(locked, locked.host)


@once_more
def lower_hand(*, peer: Peer, session: LiveSession) -> None:
    """Take one's hand down; one that is not up stays down."""
    with transaction.atomic():
        locked = LiveSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)
        if LiveHand.objects.filter(session=locked, peer=peer).delete()[0]:
            tell_aside(locked, locked.host)


def tell_aside(session: LiveSession, peer: Peer) -> None:
    """Something is there for this person alone. Called in the transaction that made it."""
    add_event(session.pk, EventKind.ASIDE, peer=peer)


@contextmanager
def _held(session: LiveSession, host: Peer) -> Iterator[LiveSession]:
    """The session as it is now, locked until this ends. Raises NotTheHost for anyone who is not its host any more."""
    with transaction.atomic():
        found = LiveSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)
        if found.host_id != host.pk:
            raise NotTheHost
        yield found

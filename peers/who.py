"""Who speaks in this request."""

from typing import Any

from django.http import HttpRequest

from peers.models import Peer, State
from peers.sessions import PEER

_PEER = "lamplight.peer"
_ENDED = "lamplight.session_ended"


def peer_of(session: Any) -> Peer | None:
    """The peer a session speaks for, if there is one."""
    pk = session.get(PEER)
    return Peer.objects.filter(pk=pk).first() if pk else None


def speaker(request: HttpRequest) -> Peer | None:
    """The peer of this request's session, asked once a request: a ban or a leave holds from the next one on."""
    if _PEER not in request.META:
        request.META[_PEER] = peer_of(request.session)
    found: Peer | None = request.META[_PEER]
    return found


def speaks(request: HttpRequest, peer: Peer | None) -> None:
    """Who speaks in this request, where that is known already."""
    request.META[_PEER] = peer


def forget_speaker(request: HttpRequest) -> None:
    """Ask again: the session now speaks for someone else."""
    request.META.pop(_PEER, None)


def may_speak(peer: Peer | None) -> bool:
    """A ban takes the voice. Whoever has no identity yet may begin one."""
    return peer is None or peer.state == State.ACTIVE


def mark_session(request: HttpRequest, *, ended: bool) -> None:
    request.META[_ENDED] = ended


def session_ended(request: HttpRequest) -> bool:
    """Whether this form was written in a session that has ended since."""
    return bool(request.META.get(_ENDED))

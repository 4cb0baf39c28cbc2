"""Whose socket this is: the session and the peer behind it, asked again with every frame."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from peers import who
from peers.models import Peer, Session
from peers.prepared import Prepared
from peers.sessions import hashed

_SPEAKER = Prepared(
    lambda key, now: Peer.objects.filter(sessions__session_key=key, sessions__expire_date__gt=now),
    "~",
    datetime(2000, 1, 1, tzinfo=UTC),
)
AT_ONCE = 500  # sessions asked about in one query


@dataclass(frozen=True, slots=True)
class Voice:
    """A socket's right to speak: the hash of its session and the peer it speaks for."""

    session: str
    peer: Peer


def request_of(scope: Any) -> HttpRequest:
    """The socket's opening request with its session read afresh, for everything that knows requests."""
    request = ASGIRequest({**scope, "method": "GET"}, BytesIO())
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    request.session = store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    return request


def voice_of(request: HttpRequest) -> Voice | None:
    """The voice of this request at this moment; none for a reader, and after a sign-out, leave or ban."""
    key = hashed(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    peer = next(iter(_SPEAKER(key, timezone.now())), None)
    who.speaks(request, peer)
    return Voice(key, peer) if peer else None


def living(sessions: Iterable[str]) -> set[str]:
    """Which of these hashed sessions still stand."""
    wanted = list(sessions)
    found: set[str] = set()
    for start in range(0, len(wanted), AT_ONCE):
        some = Session.objects.filter(session_key__in=wanted[start : start + AT_ONCE])
        found.update(some.filter(expire_date__gt=timezone.now()).values_list("session_key", flat=True))
    return found

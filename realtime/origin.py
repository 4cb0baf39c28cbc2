"""The wall in front of every socket: browsers send cookies with foreign sockets, too, so the Origin must be our own."""

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

LOCAL = ["localhost", "127.0.0.1", "[::1]"]


class OwnOrigin:
    """Refuses (403, before any socket opens) an Origin that is missing, or is not the host that was asked."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        door = self.inner if is_own(scope.get("headers", [])) else WebsocketDenier()
        return await door(scope, receive, send)


def is_own(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the Origin names the host that was asked, and that host is ours."""
    given = {name.lower(): value.decode("latin-1") for name, value in headers}
    origin = urlsplit(given.get(b"origin", ""))
    host = given.get(b"host", "")
    domain, _ = split_domain_port(host)
    allowed = settings.ALLOWED_HOSTS or (LOCAL if settings.DEBUG else [])
    return bool(domain) and validate_host(domain, allowed) and _same(origin.scheme, origin.netloc, host)


def _same(scheme: str, netloc: str, host: str) -> bool:
    return scheme in {"http", "https"} and netloc.lower() == host.lower()

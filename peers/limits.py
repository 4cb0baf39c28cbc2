"""Token buckets: how much one session, or one network for an hour, may do. No address is ever kept.

The store is chosen by `settings.PEERS_LIMITS`: in this process's memory, or in Redis for several processes.
"""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from threading import Lock
from typing import Protocol, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from peers.sessions import hashed


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` tokens, refilled evenly over `seconds`."""

    name: str
    most: int
    seconds: int


POSTS = Limit("posts", 20, 600)
MESSAGES = Limit("messages", 20, 60)  # in live rooms people answer each other in single lines
URGENT_POSTS = Limit("urgent", 5, 600)  # red or crisis: over this cap saved, answered and joined, folded
SIGN_INS = Limit("signin", 10, 600)
ARRIVALS = Limit("arrivals", 30, 3600)
REPORTS = Limit("reports", 10, 600)
DRAFTS = Limit("drafts", 120, 600)
FACES = Limit("faces", 30, 3600)  # how a live room was: a shared network may be a whole group


class Buckets(Protocol):
    def take(self, limit: Limit, who: str) -> float:
        """Take one token: 0.0 when there was one, else the seconds until the next."""

    def network(self, address: str) -> str | None:
        """A name for this network that cannot be turned back, different each hour; None for the machine itself."""


class MemoryBuckets:
    """Buckets in this process; they and their key are gone with it."""

    MOST_KEPT = 50_000

    def __init__(self) -> None:
        self._levels: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = Lock()
        self._hour = -1
        self._key = b""

    def take(self, limit: Limit, who: str) -> float:
        now = time.monotonic()
        with self._lock:
            if len(self._levels) > self.MOST_KEPT:
                self._levels.clear()  # a flood may win back some tokens; it never costs memory
            level, at = self._levels.get((limit.name, who), (float(limit.most), now))
            level = min(float(limit.most), level + (now - at) * limit.most / limit.seconds)
            granted = level >= 1
            self._levels[limit.name, who] = (level - 1 if granted else level, now)
        return 0.0 if granted else (1 - level) * limit.seconds / limit.most

    def network(self, address: str) -> str | None:
        hour = int(time.time() // 3600)
        if hour != self._hour:
            self._hour, self._key = hour, secrets.token_bytes(32)
        return network_name(self._key, address)


def network_name(key: bytes, address: str) -> str | None:
    """The keyed name of a network (/24 or /48), or None for loopback: a proxy or an onion service, not a person."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if ip.is_loopback:
        return None
    size = 3 if ip.version == 4 else 6
    return hmac.new(key, ip.packed[:size], hashlib.sha256).hexdigest()[:32]


def wait_for(limit: Limit, request: HttpRequest) -> float:
    """Take a token for this request's session and one for its network: seconds to wait, 0.0 when both had one."""
    key = request.session.session_key
    names = [hashed(key) if key else None, buckets().network(request.META.get("REMOTE_ADDR", ""))]
    return max((buckets().take(limit, name) for name in names if name), default=0.0)


@lru_cache(maxsize=1)
def buckets() -> Buckets:
    return cast("Buckets", import_string(settings.PEERS_LIMITS)())

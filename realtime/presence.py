"""How many people are here, never exactly: a number that changes by one tells who came. Nothing of it is stored.

Each process counts its open sockets. With several processes each tells Redis its count every few seconds, where it
fades when it is not told again; a page that shows the sum asks at most as often.
"""

import logging
import secrets
import time
from collections import Counter
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

log = logging.getLogger(__name__)
PATIENCE = 0.3  # seconds: a count never holds up a page for longer
EVERY = 5.0  # seconds between two tellings, and two askings
FADES = 15.0  # seconds after which a count that was not told again is no longer believed
_ME = secrets.token_hex(4)  # this process among the others, for as long as it lives
_listening: Counter[str] = Counter()  # live session's public id -> open sockets of this process
_told_at = -EVERY
_rests_until = 0.0
_sums: dict[str, tuple[float, int | None]] = {}  # session -> when it was asked, and the sum then; None: not known


def came(session: str) -> None:
    _listening[session] += 1


def went(session: str) -> None:
    _listening[session] -= 1
    if _listening[session] <= 0:
        del _listening[session]


def is_due() -> bool:
    """Whether this process has something to tell the others."""
    return bool(settings.REDIS_URL and _listening) and time.monotonic() - _told_at >= EVERY


def tell() -> None:
    """Tell the others how many listen here. Blocks for a moment: called beside the event loop."""
    global _told_at  # noqa: PLW0603  (one process, one count)
    _told_at = time.monotonic()
    try:
        pipe = _redis().pipeline(transaction=False)
        for session, count in list(_listening.items()):
            pipe.hset(_key(session), _ME, f"{count}:{time.time():.0f}")
            pipe.expire(_key(session), int(2 * FADES))
        pipe.execute()
    except redis.RedisError as problem:
        _rest(problem)


def people_words(session: str) -> str:
    """ "about 10 people"; nothing where it is not known."""
    count = _listening[session] if not settings.REDIS_URL else _everywhere(session)
    return banded(count) if count else ""


def banded(count: int) -> str:
    """The count in words, rounded to five: nobody's coming or going shows."""
    if count == 0:
        return ""
    if count < 3:
        return "one or two people"
    return f"about {max(5, round(count / 5) * 5)} people"


def _everywhere(session: str) -> int | None:
    """The sum over all processes, a few seconds old at most; None while Redis is away."""
    now = time.monotonic()
    asked_at, known = _sums.get(session, (-EVERY, None))
    if now - asked_at < EVERY:
        return known
    if len(_sums) > 1000:
        _sums.clear()
    _sums[session] = (now, _sum(session) if now >= _rests_until else None)
    return _sums[session][1]


def _sum(session: str) -> int | None:
    try:
        told: dict[bytes, bytes] = _redis().hgetall(_key(session))
    except redis.RedisError as problem:
        _rest(problem)
        return None
    found = _listening[session]
    for process, said in told.items():
        count, _, at = said.decode().partition(":")
        if process.decode() != _ME and time.time() - float(at) < FADES:
            found += int(count)
    return found


def _key(session: str) -> str:
    return f"present:{session}"


@lru_cache(maxsize=1)
def _redis() -> Any:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None
    )


def _rest(problem: Exception) -> None:
    global _rests_until  # noqa: PLW0603
    _rests_until = time.monotonic() + EVERY
    log.warning("how many listen elsewhere is not known: %s", type(problem).__name__)

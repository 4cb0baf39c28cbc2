"""Token buckets shared by several processes, in Redis. Without Redis each process counts for itself for a while."""

import logging
import secrets
import time
from typing import Any

import redis
from django.conf import settings

from peers.limits import Limit, MemoryBuckets, network_name

log = logging.getLogger(__name__)
PATIENCE = 0.3  # seconds: a limit never holds up a post for longer
REST = 5.0  # seconds without asking a Redis that did not answer
HOUR = 3600

# One step for Redis: refill by the time passed (its own clock: processes may differ), take, say how long to wait.
_TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local most, seconds = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = tonumber(kept[1]) or most
level = math.min(most, level + math.max(0, at - (tonumber(kept[2]) or at)) * most / seconds)
local wait = 0
if level >= 1 then level = level - 1 else wait = (1 - level) * seconds / most end
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', string.format('%.6f', at))
redis.call('PEXPIRE', KEYS[1], math.ceil(seconds * 1000))
return string.format('%.6f', wait)
"""


class RedisBuckets:
    """Buckets every process shares. Nothing in them outlives its limit, and nothing says who a person is elsewhere.

    A bucket is named as its caller names who is counted. Networks and sessions come as a hash; the hour's key of
    networks lives in Redis for two hours at most. Other names stand there as they are: a peer's random id (posts,
    messages, answers), the username tried at the desk. Each is gone when its bucket would be full again, and that
    Redis is run without persistence (docker-compose.yml): in memory only.
    """

    def __init__(self, url: str | None = None) -> None:
        self._redis: Any = redis.Redis.from_url(
            url or settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None
        )
        self._script = self._redis.register_script(_TAKE)
        self._memory = MemoryBuckets()
        self._hour: tuple[int, bytes] = (-1, b"")
        self._rests_until = 0.0

    def take(self, limit: Limit, who: str) -> float:
        """As `Buckets.take`; while Redis is away, counted by this process alone."""
        if self._is_there():
            try:
                given = self._script(keys=[f"bucket:{limit.name}:{who}"], args=[limit.most, limit.seconds])
                return float(given)
            except redis.RedisError as problem:
                self._rest(problem)
        return self._memory.take(limit, who)

    def network(self, address: str) -> str | None:
        """As `Buckets.network`, the same in all processes within an hour."""
        hour = int(time.time() // HOUR)
        if hour != self._hour[0] and self._is_there():
            try:
                self._hour = (hour, self._key_of(hour))
            except redis.RedisError as problem:
                self._rest(problem)
        if hour != self._hour[0]:
            return self._memory.network(address)
        return network_name(self._hour[1], address)

    def _key_of(self, hour: int) -> bytes:
        """The hour's key: whichever process is first makes it."""
        name = f"networks:{hour}"
        self._redis.set(name, secrets.token_bytes(32), nx=True, ex=2 * HOUR)
        return bytes(self._redis.get(name) or b"")

    def _is_there(self) -> bool:
        return time.monotonic() >= self._rests_until

    def _rest(self, problem: Exception) -> None:
        self._rests_until = time.monotonic() + REST
        log.warning("limits are counted by each process alone: %s", type(problem).__name__)

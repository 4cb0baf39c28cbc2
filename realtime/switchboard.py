"""One per process: the hubs in use, the sockets with a voice, and one look a second at the database for all of them."""

import asyncio
import logging
from contextlib import suppress
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from forum.live.reading import Standing, standing_of
from forum.models import LiveSession
from realtime import presence
from realtime.hub import Hub
from realtime.subscription import Subscription
from realtime.threads import reading
from realtime.voices import living

log = logging.getLogger(__name__)
VOICES = "voices"  # the group that hears of sign-outs, leaves and bans
EVERY = 1.0  # seconds between two looks


class HasVoice(Protocol):
    """A socket that stands for a session, or will once it speaks."""

    session_hash: str
    peer_id: str

    async def lose_voice(self) -> None:
        """Its session ended."""


def look_around(sessions: list[int], voices: list[str]) -> tuple[dict[int, tuple[int, Standing]], set[str]]:
    """How these sessions stand, and which of these hashed sessions still are: one indexed query each."""
    rows = LiveSession.objects.filter(pk__in=sessions) if sessions else []
    return {row.pk: (row.last_seq, standing_of(row)) for row in rows}, living(voices)


class Switchboard:
    def __init__(self) -> None:
        self.hubs: dict[int, Hub] = {}
        self._voices: set[HasVoice] = set()
        self._subscription: Subscription | None = None
        self._tending: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def hub_of(self, session: LiveSession) -> Hub:
        """The hub of this session, begun when it is the first to be asked for."""
        hub = self.hubs.get(session.pk)
        if hub is None:
            hub = self.hubs[session.pk] = Hub(session)
            hub.start()
        self._tend()
        return hub

    def in_use(self, public_id: str) -> Hub | None:
        """The hub of this session, where somebody listens to it already."""
        return next((hub for hub in self.hubs.values() if hub.session.public_id == public_id), None)

    async def let_go(self, hub: Hub) -> None:
        """End a hub nobody listens to any more."""
        if not hub.seats and self.hubs.get(hub.session.pk) is hub:
            del self.hubs[hub.session.pk]
            await hub.end()
        await self._rest()

    def add_voice(self, socket: HasVoice) -> None:
        self._voices.add(socket)
        self._tend()

    async def drop_voice(self, socket: HasVoice) -> None:
        self._voices.discard(socket)
        await self._rest()

    def _tend(self) -> None:
        if self._tending is None:
            self._subscription = Subscription(VOICES, self._hear)
            self._subscription.start()
            self._tending = asyncio.create_task(self._look_on_and_on(), name="switchboard")

    async def _rest(self) -> None:
        """Stop looking once nobody is here."""
        if self.hubs or self._voices or self._tending is None:
            return
        tending, subscription = self._tending, self._subscription
        self._tending = self._subscription = None
        tending.cancel()
        with suppress(asyncio.CancelledError):
            await tending
        if subscription:
            await subscription.end()

    def _hear(self, message: dict[str, Any]) -> None:
        session, peer = message.get("session"), message.get("peer")
        for socket in list(self._voices):
            if (session and socket.session_hash == session) or (peer and socket.peer_id == peer):
                self._close(socket)

    def _close(self, socket: HasVoice) -> None:
        self._voices.discard(socket)
        task = asyncio.create_task(socket.lose_voice())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _look_on_and_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self._look()
                if presence.is_due():
                    await reading(presence.tell)
            except Exception as problem:  # noqa: BLE001  (the database may be away for a moment)
                log.warning("the look around failed: %s", type(problem).__name__)

    async def _look(self) -> None:
        voices = list(self._voices)
        hashes = list({socket.session_hash for socket in voices})
        stands, alive = await reading(look_around, list(self.hubs), hashes)
        for pk, (last_seq, standing) in stands.items():
            if hub := self.hubs.get(pk):
                hub.notice(last_seq, standing)
        for socket in voices:
            if socket.session_hash not in alive:
                self._close(socket)


def hubs_of(session_pk: int) -> list[Hub]:
    """This process's hub of a session, asked from any thread; none where nobody listens."""
    return [hub for board in list(_boards.values()) if (hub := board.hubs.get(session_pk))]


_boards: "WeakKeyDictionary[asyncio.AbstractEventLoop, Switchboard]" = WeakKeyDictionary()


def switchboard() -> Switchboard:
    """This process's switchboard (one an event loop, and a server has one loop)."""
    loop = asyncio.get_running_loop()
    if loop not in _boards:
        _boards[loop] = Switchboard()
    return _boards[loop]

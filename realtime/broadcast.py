"""Telling open pages sooner than they would ask. Whatever is lost here, the next look at the database finds."""

import asyncio
import logging
import time
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from forum.models import EventKind, LiveEvent
from realtime.hub import group_of
from realtime.switchboard import VOICES, hubs_of

log = logging.getLogger(__name__)
DESK = "desk"  # the group of open desks
PATIENCE = 0.5  # seconds an answer may wait for the layer
REST = 5.0  # seconds without a try after a failure: a lost Redis must not slow down every post


class _Layer:
    """The way out to the layer, left alone for a while after it failed."""

    def __init__(self) -> None:
        self._rests_until = 0.0

    def tell(self, group: str, message: dict[str, Any]) -> None:
        if time.monotonic() < self._rests_until:
            return
        try:
            async_to_sync(_send)(group, message)
        except Exception as problem:  # noqa: BLE001  (telling may fail without loss)
            self._rests_until = time.monotonic() + REST
            log.warning("could not tell open pages: %s", type(problem).__name__)


async def _send(group: str, message: dict[str, Any]) -> None:
    layer: Any = get_channel_layer()
    async with asyncio.timeout(PATIENCE):
        await layer.group_send(group, message)


_layer = _Layer()


def hand_over(event: LiveEvent, **_: Any) -> None:
    """What was said goes to this process's own listeners at once."""
    if event.kind == EventKind.SAID:
        for hub in hubs_of(event.session_id):
            hub.hand(event)


def on_live_moved(session: str, event: LiveEvent, **_: Any) -> None:
    """The session's hubs everywhere are woken: those that do not have the event yet look."""
    _layer.tell(group_of(session), {"type": "wake", "seq": event.seq})


def on_queue_moved(case: str, level: int, **_: Any) -> None:
    _layer.tell(DESK, {"type": "queue", "case": case, "level": int(level)})


def on_voice_ended(session: str | None, peer: str | None, **_: Any) -> None:
    _layer.tell(VOICES, {"type": "voice", "session": session, "peer": str(peer) if peer else None})

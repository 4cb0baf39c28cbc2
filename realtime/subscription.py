"""Listening to one group of the channel layer. The layer only wakes: what it loses, the database still tells."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from channels.layers import get_channel_layer

log = logging.getLogger(__name__)
PATIENCE = 3.0  # seconds for the layer to answer
RETRY, LONGEST_RETRY = 1.0, 15.0  # seconds between tries while it is away
Hears = Callable[[dict[str, Any]], None]


class Subscription:
    """Keeps one group heard until it is ended; while the layer is away it tries again, and nobody notices."""

    def __init__(self, group: str, hears: Hears) -> None:
        self.group = group
        self._hears = hears
        self._task: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"subscription {self.group}")

    async def end(self) -> None:
        """Stop listening. Waits a moment for the layer to be told, no longer: it may be away."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=PATIENCE)

    def tell(self, message: dict[str, Any]) -> None:
        """Say something to everyone who hears this group. It may get lost."""
        task = asyncio.create_task(self._tell(message))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, message: dict[str, Any]) -> None:
        with suppress(Exception):
            layer: Any = get_channel_layer()
            async with asyncio.timeout(PATIENCE):
                await layer.group_send(self.group, message)

    async def _run(self) -> None:
        wait = RETRY
        while True:
            try:
                layer: Any = get_channel_layer()
                async with asyncio.timeout(PATIENCE):  # wait_for of Python 3.11 can swallow a cancellation
                    channel = await layer.new_channel()
                    await layer.group_add(self.group, channel)
                self._hears({"type": "resync"})  # what was told before this moment was not heard
                wait = RETRY
                await self._listen(layer, channel)
            except asyncio.CancelledError:
                raise
            except Exception as problem:  # noqa: BLE001  (whatever the layer raises, polling goes on and we try again)
                log.warning("the channel layer is away: %s", type(problem).__name__)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_RETRY)

    async def _listen(self, layer: Any, channel: str) -> None:
        try:
            while True:
                self._hears(await layer.receive(channel))
        finally:
            with suppress(Exception):
                async with asyncio.timeout(PATIENCE):
                    await layer.group_discard(self.group, channel)

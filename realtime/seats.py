"""What waits to be sent to one socket, and a listener's place in a hub.

Queues are bounded: who is slow costs no memory and no one's time.
"""

import asyncio
from collections.abc import AsyncIterator

from forum.live.reading import Listener, Standing
from realtime.closing import Close

MOST_WAITING = 200  # frames; who is further behind comes back


class Waiting:
    """Frames for one socket, in order. Whoever puts them in never waits for whoever reads."""

    def __init__(self) -> None:
        self.is_gone = False
        self._queue: asyncio.Queue[str | Close] = asyncio.Queue(MOST_WAITING)

    def offer(self, frame: str) -> None:
        """Put a frame in without waiting. A full queue is the end of it."""
        if self.is_gone:
            return
        try:
            self._queue.put_nowait(frame)
        except asyncio.QueueFull:
            self.drop(Close.BEHIND)

    async def give(self, frame: str) -> None:
        """Put a frame in, waiting for room: for catching up, where the reader sets the pace."""
        if not self.is_gone:
            await self._queue.put(frame)

    def finish(self, code: Close) -> None:
        """End after everything that waits has been sent."""
        if self._queue.full():
            self.drop(Close.BEHIND)
        elif not self.is_gone:
            self.is_gone = True
            self._queue.put_nowait(code)

    def drop(self, code: Close) -> None:
        """End at once; what waits is not sent."""
        if self.is_gone:
            return
        self.is_gone = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(code)

    async def frames(self) -> AsyncIterator[str | Close]:
        """Everything in order; a close code is the last."""
        while True:
            item = await self._queue.get()
            yield item
            if isinstance(item, Close):
                return


class Seat(Waiting):
    """What one open page still has to get. `cursor` is the number of the last event put into its queue."""

    def __init__(self, listener: Listener, cursor: int, standing: Standing) -> None:
        super().__init__()
        self.listener = listener
        self.cursor = cursor
        self.standing = standing  # how the room stood as the page was last told
        self.is_live = False  # caught up: hears each event as it happens

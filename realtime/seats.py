"""What waits to be sent to one socket, and a listener's place in a hub.

A frame goes out at once while its client takes frames. Only what a client does not take yet waits here, and not more
than so much: who is slow costs no memory and no one's time.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from forum.live.reading import Listener, Standing
from realtime.closing import Close

MOST_WAITING = 200  # frames; who is further behind comes back


class Ready:
    """A frame as it goes out, encoded once for everyone who gets the same."""

    __slots__ = ("text", "wire")

    def __init__(self, text: str) -> None:
        self.text = text
        self.wire = text_frame(text.encode())


def text_frame(payload: bytes) -> bytes:
    """An unmasked, whole text frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload


class Line(Protocol):
    """The way to one client."""

    def write_now(self, frame: Ready) -> bool:
        """Send a frame without waiting. False when the client takes none at this moment."""

    async def send_item(self, item: Ready | Close) -> None:
        """Send a frame, or close, as soon as the client takes it."""

    def begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Do this until the socket ends."""


class Waiting:
    """Frames for one socket, in order. Whoever puts them in never waits for whoever reads."""

    __slots__ = ("_items", "_line", "_sending", "is_gone")

    def __init__(self, line: Line) -> None:
        self.is_gone = False
        self._line = line
        self._items: list[Ready | Close] = []
        self._sending: asyncio.Task[None] | None = None  # only while something waits: most sockets need no task

    @property
    def is_behind(self) -> bool:
        """Whether something waits: what passes by is not put behind it."""
        return self._sending is not None

    def offer(self, frame: Ready) -> None:
        """Send a frame, or put it behind those that wait. Too many are the end of it."""
        if self.gives_now(frame):
            return
        if len(self._items) >= MOST_WAITING:
            self.drop(Close.BEHIND)
        else:
            self._put(frame)

    def gives_now(self, frame: Ready) -> bool:
        """Send a frame without waiting, behind nothing that waits. False when it cannot be; who is gone needs none."""
        return self.is_gone or (self._sending is None and self._line.write_now(frame))

    async def give(self, frame: Ready) -> None:
        """Send a frame as soon as the reader takes it: for catching up, where the reader sets the pace."""
        if self._sending:
            await asyncio.wait({self._sending})
        if not self.is_gone:
            await self._line.send_item(frame)

    def finish(self, code: Close) -> None:
        """End after everything that waits has been sent."""
        if len(self._items) >= MOST_WAITING:
            self.drop(Close.BEHIND)
        elif not self.is_gone:
            self.is_gone = True
            self._put(code)

    def drop(self, code: Close) -> None:
        """End at once; what waits is not sent."""
        if self.is_gone:
            return
        self.is_gone = True
        self._items.clear()
        self._put(code)

    def _put(self, item: Ready | Close) -> None:
        self._items.append(item)
        if self._sending is None:
            self._sending = self._line.begin(self._send_waiting)

    async def _send_waiting(self) -> None:
        try:
            while self._items:
                await self._line.send_item(self._items.pop(0))
        finally:
            self._sending = None  # no wait since nothing was left: what comes next goes out behind it


class Seat(Waiting):
    """What one open page still has to get. `cursor` is the number of the last event that was put in."""

    __slots__ = ("cursor", "is_live", "listener", "standing", "token")

    def __init__(self, line: Line, listener: Listener, cursor: int, standing: Standing, token: str = "") -> None:
        super().__init__(line)
        self.token = token
        self.listener = listener
        self.cursor = cursor
        self.standing = standing  # how the room stood as the page was last told
        self.is_live = False  # caught up: hears each event as it happens

"""What every socket here has in common: frames of JSON, plain sentences for what cannot be read, calm closing."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from realtime.closing import SENTENCES, Close
from realtime.seats import Ready

log = logging.getLogger(__name__)
LONGEST_FRAME = 65_536  # bytes; the server refuses longer ones before they get here
FRAMES = 40  # a client may send this many frames at once,
FRAMES_A_SECOND = 4.0  # and then as many a second
Frame = dict[str, Any]


class Wire(Protocol):
    """A connection that takes frames encoded already: realtime/wire.py, where the server was started with it."""

    def write_now(self, frame: bytes) -> bool:
        """Write the frame, if the client takes frames at this moment."""


class Unreadable(Exception):
    """A frame that cannot be read, with the sentence that says why."""


def read_frame(text: str | None) -> Frame:
    """The frame's object with a "type". Raises Unreadable with a plain sentence."""
    if text is None:
        raise Unreadable("Send text frames, not binary ones.")
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_FRAME:
        raise Unreadable("This frame is too large: at most 64 KB.")
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("This frame is not JSON.") from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise Unreadable('A frame is a JSON object with a "type".')
    return frame


class Socket(AsyncWebsocketConsumer):
    """A socket that never dies of what it is sent.

    It takes no channel of its own: hubs listen for all sockets of the process, so that a lost Redis cannot keep anyone
    from connecting.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._frames_left = float(FRAMES)
        self._frames_at = time.monotonic()
        self.is_closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._wire: Wire | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Do what the client's messages ask, one after the other.

        Channels would keep a task for each socket to listen for its channel, too, and let a thread look after database
        connections with each message; ours are looked after where they are used (realtime/threads.py).
        """

        async def unless_gone(message: Any) -> None:
            try:
                await send(message)
            except OSError:
                self.is_closed = True  # the client went while we wrote; that it did comes next, and clears up

        self.scope, self.base_send = scope, unless_gone
        self._wire = scope.get("extensions", {}).get("lamplight.wire")  # realtime/wire.py
        with suppress(StopConsumer):
            while True:
                message = await receive()
                await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_disconnect(self, message: Any) -> None:
        await self.disconnect(message["code"])
        raise StopConsumer

    async def websocket_connect(self, message: Any) -> None:
        try:
            await super().websocket_connect(message)
        except Exception:
            log.exception("a socket could not open")
            await self.refuse(Close.OUR_SIDE)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self._may_send_more():
            await self.bye(Close.TOO_MANY)
            return
        try:
            frame = read_frame(text_data if bytes_data is None else None)
            await self.answer(frame)
        except Unreadable as problem:
            await self.send_frame({"type": "error", "sentence": str(problem)})
        except Exception:  # the last wall: kind and place in the log, a sentence to the client
            log.exception("a frame failed")
            await self.send_frame({"type": "error", "sentence": SENTENCES[Close.OUR_SIDE]})
            await self.bye(Close.OUR_SIDE)

    async def answer(self, frame: Frame) -> None:
        """Do what one readable frame asks. Raises Unreadable."""
        raise Unreadable(f"Frames of the type {frame['type'][:20]!r} are not known here.")

    async def send_frame(self, frame: Frame) -> None:
        """Send one frame; a client that is gone meanwhile misses nothing it could still read."""
        await self.send_text(json.dumps(frame, separators=(",", ":")))

    async def send_text(self, text: str) -> None:
        if not self.is_closed:
            await self.send(text_data=text)

    def begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Do this beside the reading of frames, until the socket ends. It is called in the task: one that ends before
        its first turn leaves nothing behind that was never awaited."""
        task = asyncio.create_task(self._or_close(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _or_close(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """A part that fails ends the socket calmly: the client comes back and misses nothing."""
        try:
            await work()
        except (RuntimeError, OSError):
            self.is_closed = True  # the client went while we wrote
        except Exception:
            log.exception("a socket failed")
            await self.bye(Close.OUR_SIDE)

    def write_now(self, frame: Ready) -> bool:
        """Send a frame without waiting. False when the client takes none at this moment, or the server cannot tell."""
        if self.is_closed:
            return True  # a client that is gone misses nothing it could still read
        return self._wire is not None and self._wire.write_now(frame.wire)

    async def send_item(self, item: Ready | Close) -> None:
        """Send a frame, or close, as soon as the client takes it; nobody else is kept waiting by it."""
        if isinstance(item, Close):
            await self.bye(item)
        else:
            await self.send_text(item.text)

    def end_tasks(self) -> None:
        for task in list(self._tasks):
            task.cancel()

    async def bye(self, code: Close) -> None:
        """Close once, with the reason in words for people who read frames."""
        if not self.is_closed:
            self.is_closed = True
            await self.close(code=int(code), reason=SENTENCES[code])

    async def refuse(self, code: Close) -> None:
        """Accept, then close: a refusal before accepting would reach the page as a bare network error."""
        await self.accept()
        await self.bye(code)

    def _may_send_more(self) -> bool:
        now = time.monotonic()
        self._frames_left = min(FRAMES, self._frames_left + (now - self._frames_at) * FRAMES_A_SECOND)
        self._frames_at = now
        self._frames_left -= 1
        return self._frames_left >= 0


class NowhereSocket(Socket):
    """Any other address."""

    async def connect(self) -> None:
        await self.refuse(Close.NOT_FOUND)

"""Sockets that listen and speak, cheaply: one process hears a thousand of them and is not what is measured.

Frames are read by hand, without masks to undo or objects to make. Everything is timed by this one process's clock.
"""

import asyncio
import json
import random
import secrets
import time
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

TEXT, CLOSE, PING = 0x1, 0x8, 0x9
OPENING_AT_ONCE = 20
PATIENCE = 20.0  # seconds for a socket to open

FIRST = ("Made it through", "I got past", "Still thinking about", "Managed", "Laughed at", "Slept after", "Wrote down")
THEN = ("the long meeting", "my first walk", "a quiet lunch", "the bus ride", "two phone calls", "the dishes", "a nap")
LAST = ("and made tea.", "and the cat helped.", "with music on.", "in the rain.", "and feel a bit lighter.", "today.")


def sentence(number: int) -> str:
    """Something everyday, different each time."""
    pick = random.Random(number)  # noqa: S311  (nothing is kept secret with it)
    return f"{pick.choice(FIRST)} {pick.choice(THEN)} {pick.choice(LAST)} That was number {number} on my list."


@dataclass(slots=True)
class Heard:
    """What all sockets together were told."""

    mark: bytes  # how an event begins, up to its number
    greets: bool  # whether a socket is open only with its hello
    arrivals: dict[int, "array[float]"] = field(default_factory=lambda: defaultdict(lambda: array("d")))
    sent: dict[str, float] = field(default_factory=dict)  # client_id -> when it was handed to the socket
    acked: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    out_of_order: int = 0
    closed: int = 0
    received: int = 0  # bytes of frames

    def answer(self, frame: dict[str, Any]) -> None:
        """An answer to one speaker."""
        match frame["type"]:
            case "ack" if frame["state"] == "said":
                self.acked[frame["client_id"]] = frame["seq"]
            case "ack" | "rejected" | "error":
                self.refused.append(frame.get("reason") or frame.get("state") or frame["type"])

    def delivered(self, client_ids: list[str]) -> int:
        return sum(len(self.arrivals[seq]) for seq in map(self.acked.get, client_ids) if seq)

    def latencies(self, client_ids: list[str]) -> list[float]:
        """Milliseconds from handing a message to its socket to its arrival at each listener, sorted."""
        acked = [(self.sent[client_id], self.acked[client_id]) for client_id in client_ids if client_id in self.acked]
        return sorted((at - sent) * 1000 for sent, seq in acked for at in self.arrivals[seq])


class Ear(asyncio.Protocol):
    """One socket."""

    __slots__ = ("at", "heard", "opened", "rest", "transport", "upgraded")

    def __init__(self, heard: Heard, request: bytes) -> None:
        self.heard = heard
        self.rest = request  # until it is sent
        self.at = 0  # the number of the last event
        self.upgraded = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's
        self.transport.write(self.rest)
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if self.rest:
            data = self.rest + data
        at = 0 if self.upgraded else self.upgrade(data)
        self.heard.received += len(data) - at
        while (found := whole_frame(data, at)) is not None:
            start, stop = found
            self.take(data[at] & 15, data, start, stop, now)
            at = stop
        self.rest = data[at:]

    def upgrade(self, data: bytes) -> int:
        """Where the frames begin, once the whole answer to the request is there."""
        end = data.find(b"\r\n\r\n") + 4
        if end < 4:
            return 0
        if not data.startswith(b"HTTP/1.1 101"):
            self.opened.set_exception(ConnectionError(data[:60].decode("latin-1")))
            return len(data)
        self.upgraded = True
        if not self.heard.greets:
            self.opened.set_result(None)
        return end

    def take(self, kind: int, data: bytes, start: int, stop: int, now: float) -> None:
        if kind == TEXT and data.startswith(self.heard.mark, start):
            self.count(data, start + len(self.heard.mark), stop, now)
        elif kind == TEXT:
            self.read(data[start:stop])
        elif kind == PING:
            self.send(0xA, data[start:stop])
        elif kind == CLOSE:
            self.heard.closed += 1

    def count(self, data: bytes, start: int, stop: int, now: float) -> None:
        """An event: its number goes up to the next comma, or to the end of a bare one."""
        comma = data.find(b",", start, stop)
        seq = int(data[start : comma if comma > 0 else stop - 1])
        self.heard.arrivals[seq].append(now)
        self.heard.out_of_order += bool(self.at and seq != self.at + 1)
        self.at = seq

    def read(self, text: bytes) -> None:
        """A hello, how the room stands, or an answer."""
        frame = json.loads(text)
        if frame["type"] == "hello":
            self.opened.set_result(None)
        elif frame["type"] != "room":
            self.heard.answer(frame)

    def send(self, kind: int, payload: bytes) -> None:
        """A frame under the mask of four zeros, which changes nothing."""
        size = len(payload)
        head = bytes([0x80 | kind, 0x80 | size]) if size < 126 else bytes([0x80 | kind, 0xFE, size >> 8, size & 255])
        self.transport.write(head + b"\0\0\0\0" + payload)

    def say(self, client_id: str, body: str) -> None:
        text = json.dumps({"type": "say", "client_id": client_id, "body": body}).encode()
        self.heard.sent[client_id] = time.monotonic()
        self.send(TEXT, text)


def whole_frame(data: bytes, at: int) -> tuple[int, int] | None:
    """From where to where the payload of the frame at this place goes, if all of it is there."""
    there = len(data) - at
    if there < 2:
        return None
    size, start = data[at + 1], at + 2
    if size == 126:
        size, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
    elif size == 127:
        size, start = int.from_bytes(data[at + 2 : at + 10]), at + 10
    return (start, start + size) if start + size <= len(data) else None


class Crowd:
    """Everyone who listens; the first of them speak, too."""

    def __init__(self, mark: bytes, *, greets: bool) -> None:
        self.heard = Heard(mark, greets)
        self.ears: list[Ear] = []
        self._numbers = count(1)
        self._name = secrets.token_hex(4)  # the same words under the same name are one message
        self._speakers = 1

    async def come(self, doors: list[tuple[int, bytes]], speakers: int) -> None:
        """Open a socket at each door (port and request), a few at a time."""
        self._speakers = speakers
        for start in range(0, len(doors), OPENING_AT_ONCE):
            some = await asyncio.gather(*(self._enter(*door) for door in doors[start : start + OPENING_AT_ONCE]))
            self.ears += some

    async def _enter(self, port: int, request: bytes) -> Ear:
        loop = asyncio.get_running_loop()
        _, ear = await loop.create_connection(lambda: Ear(self.heard, request), "127.0.0.1", port)
        await asyncio.wait_for(ear.opened, PATIENCE)
        return ear

    async def talk(self, rate: float, seconds: float) -> list[str]:
        """Say so many messages a second, each at its time, whatever became of those before. Their client ids."""
        said, begin = [], time.monotonic()
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
            turn = next(self._numbers)
            client_id = f"{self._name}-{turn}"
            self.ears[turn % self._speakers].say(client_id, sentence(turn))
            said.append(client_id)
        return said

    async def hear_all(self, client_ids: list[str], patience: float) -> None:
        """Wait until everyone heard everything that was said, or nothing has come for a while."""
        heard, quiet_since, before = self.heard, time.monotonic(), -1
        wanted = len(client_ids) * len(self.ears)
        while (now := heard.delivered(client_ids)) < wanted and time.monotonic() - quiet_since < patience:
            if now != before:
                quiet_since, before = time.monotonic(), now
            await asyncio.sleep(0.02)

    def go(self) -> None:
        for ear in self.ears:
            ear.transport.abort()
        self.ears.clear()

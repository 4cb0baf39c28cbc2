"""A page in a live room without a browser: it comes back, catches up and sends again as static/js/live-line.js does.

That client heals what a server does wrong: it passes over what comes twice and asks again after a gap. So what each
connection told is looked at, too: after the number it was opened with comes the next one, and so on.
"""

import asyncio
import json
import random
import socket
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from forum.tokens import new_token

PING, SILENCE = 15.0, 20.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
TRIES_BEFORE_ASKING = 3
ASK_EVERY = 3.0
STAY_AWAY = {4004, 4010}
PATIENCE = 20.0  # seconds for a socket to open
NARROW = 4096  # bytes the system keeps for a page that stops reading
Frame = dict[str, Any]


@dataclass(slots=True)
class Told:
    """What all pages of a room were shown under each number: everyone the same."""

    shown: dict[int, str] = field(default_factory=dict)
    differing: set[int] = field(default_factory=set)
    newest: int = 0

    def note(self, event: Frame) -> None:
        self.newest = max(self.newest, event["seq"])
        what = f"{event.get('kind')} {event.get('post')}"
        if self.shown.setdefault(event["seq"], what) != what:
            self.differing.add(event["seq"])


@dataclass(slots=True)
class Words:
    """What one page sent. The same words are sent again under the same id until an answer comes."""

    body: str
    sent_at: float
    acks: list[tuple[int | None, str]] = field(default_factory=list)  # number and post of each acknowledgement
    refusals: list[str] = field(default_factory=list)


class LivePage:
    """One page. `start()` opens its line, `cut()` breaks it, `close()` ends it."""

    def __init__(
        self,
        ports: Sequence[int],
        live: str,
        told: Told,
        asks: httpx.AsyncClient,
        *,
        cookie: str = "",
        narrow: bool = False,
    ) -> None:
        self.ports, self.live, self.told = ports, live, told  # of several doors any one is taken, as a proxy would
        self.headers = {"Cookie": f"__Host-lamplight={cookie}"} if cookie else {}
        self.cookie, self.narrow = cookie, narrow
        self.after = 0
        self.words: dict[str, Words] = {}
        self.waiting: set[str] = set()  # ids of words that nobody has answered
        self.heard_at = array("d")  # when each event came, beginning with the first
        self.codes: Counter[int] = Counter()  # how its connections ended
        self.faults: list[str] = []
        self.greeted_at = self.whole_at = 0.0  # the last hello; since when it has all that hello spoke of
        self.reads = asyncio.Event()
        self.reads.set()
        self._asks = asks
        self._connection: ClientConnection | None = None
        self._told_here = 0  # the last number this connection told
        self._owed = 0
        self._tries = 0
        self._away = 0.0
        self._silent_since = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self._asking: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    @property
    def is_whole(self) -> bool:
        return self.is_open and self.greeted_at > 0 and self.whole_at > 0

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._come_back_on_and_on()), asyncio.create_task(self._beat())]

    async def close(self) -> None:
        if self._connection:
            self._connection.transport.abort()
        self._stop_asking()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self, away: float = 0.0) -> bool:
        """Break the connection without a word, and come back after so many seconds. Was there one to break?"""
        if self._connection is None:
            return False
        self._away, self.greeted_at, self.whole_at = away, 0.0, 0.0
        self._connection.transport.abort()
        return True

    async def say(self, body: str) -> str:
        client_id = new_token()
        self.words[client_id] = Words(body, time.monotonic())
        self.waiting.add(client_id)
        await self.send_words(client_id)
        return client_id

    async def send_words(self, client_id: str) -> None:
        """Send, or send again: the same id makes it the same message."""
        await self._send({"type": "say", "client_id": client_id, "body": self.words[client_id].body})

    async def _send(self, frame: Frame) -> None:
        """Hand it to the socket, if there is one; only an answer says that it arrived."""
        if self._connection:
            with suppress(ConnectionClosed):
                await self._connection.send(json.dumps(frame))

    async def _come_back_on_and_on(self) -> None:
        while True:
            code = await self._stay()
            self.codes[code] += 1
            self.greeted_at = self.whole_at = 0.0
            if code in STAY_AWAY:
                self._stop_asking()
                await self.ask()
                return
            self._tries += 1
            if self._tries >= TRIES_BEFORE_ASKING and not self._asking:
                self._asking = asyncio.create_task(self._ask_on_and_on())
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self._tries - 1))
            wait *= random.random() if self._tries == 1 else 0.5 + random.random() / 2  # noqa: S311  (not secret)
            away, self._away = self._away, 0.0
            await asyncio.sleep(away + wait)

    async def _stay(self) -> int:
        """Open the socket and hear until it ends. Its close code; 0 where there is none."""
        port = random.choice(self.ports)  # noqa: S311  (not secret)
        self._told_here = self.after
        try:
            connection = await connect(
                f"ws://localhost:{port}/live/{self.live}/socket?after={self.after}",
                origin=f"http://localhost:{port}",  # type: ignore[arg-type]  # a NewType of str
                additional_headers=self.headers,
                compression=None,
                ping_interval=None,
                open_timeout=PATIENCE,
                close_timeout=1,
                **self._where(port),
            )
        except (OSError, InvalidHandshake, ConnectionClosed, EOFError):
            return 0
        self._connection = connection
        try:
            async for text in connection:
                await self._take(json.loads(text))
                await self.reads.wait()
        except ConnectionClosed:
            pass
        finally:
            self._connection = None
            connection.transport.abort()
        return int(connection.close_code or 0)

    def _where(self, port: int) -> dict[str, Any]:
        if not self.narrow:
            return {"host": "127.0.0.1"}
        own = socket.socket()
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        own.connect(("127.0.0.1", port))
        own.settimeout(0)
        return {"sock": own}

    async def _take(self, frame: Frame) -> None:
        self._silent_since = time.monotonic()
        match frame["type"]:
            case "hello":
                await self._greeted(frame)
            case "event":
                self._heard_here(frame["seq"])
                if await self._is_next(frame):
                    self._look_whether_whole()
            case "ack" | "rejected":
                self._answered(frame)
            case "error":
                self.faults.append(f"told: {frame['sentence']}")

    async def _greeted(self, hello: Frame) -> None:
        self._tries = 0
        self._stop_asking()
        self.greeted_at = time.monotonic()
        self._owed = max(hello["last_seq"], self.told.newest)  # also what others heard before this process did
        self._look_whether_whole()
        for client_id in list(self.waiting):
            await self.send_words(client_id)

    def _answered(self, answer: Frame) -> None:
        client_id = answer["client_id"]
        self.waiting.discard(client_id)
        if answer["type"] == "ack":
            self.words[client_id].acks.append((answer["seq"], answer["post"]))
        else:
            self.words[client_id].refusals.append(answer["reason"])

    def _look_whether_whole(self) -> None:
        if not self.whole_at and self.after >= self._owed:
            self.whole_at = time.monotonic()

    def _heard_here(self, seq: int) -> None:
        """What this connection tells goes on where it was asked to begin."""
        if seq != self._told_here + 1:
            self.faults.append(f"told {seq} after {self._told_here}")
        self._told_here = seq

    async def _is_next(self, event: Frame) -> bool:
        """Count the event; one that came before is passed over, and after a gap we ask again."""
        if event["seq"] == self.after + 1:
            self.after += 1
            self.heard_at.append(time.monotonic())
            self.told.note(event)
            return True
        if event["seq"] > self.after:
            await self._send({"type": "resume", "after": self.after})
        return False

    async def _beat(self) -> None:
        await asyncio.sleep(random.uniform(0, PING))  # noqa: S311  (pages are not opened all at once)
        while True:
            await asyncio.sleep(PING)
            if self._connection is None or not self.reads.is_set():
                continue
            if time.monotonic() - self._silent_since > SILENCE:
                self._connection.transport.abort()  # a line that only looks open
            else:
                await self._send({"type": "ping"})

    async def ask(self) -> None:
        """Without a socket: ask over plain HTTP what happened since."""
        port = random.choice(self.ports)  # noqa: S311  (not secret)
        address = f"http://localhost:{port}/live/{self.live}/events"
        try:
            answer = await self._asks.get(address, params={"after": self.after}, headers=self.headers)
        except httpx.HTTPError:
            return  # the next try comes by itself
        if answer.status_code != httpx.codes.OK:
            return
        found = answer.json()
        for event in found["events"]:
            await self._is_next(event)
        if found["more"]:
            await self.ask()

    async def _ask_on_and_on(self) -> None:
        while True:
            await asyncio.sleep(ASK_EVERY)
            await self.ask()

    def _stop_asking(self) -> None:
        if self._asking:
            self._asking.cancel()
            self._asking = None

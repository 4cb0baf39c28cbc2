"""How soon the host's page and an open desk know of what needs them in a live room, while others listen and talk.

python -m bench.live_told [--listeners 200] [--rate 5] [--times 40]      one web process on SQLite
python -m tests.servers postgres redis -- python -m bench.live_told      two web processes; desk and host at the second

A cry for help stands in the room at once; what pushes someone to harm is held, and told to host and moderators alone.
Counted from sending the words to the frame that calls for a look. Exit code 1 when the bound is not met at p95.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from bench.desk import said, sign_in
from bench.live_places import speakers_for
from forum.tokens import new_token
from tests.killing import RISKY
from tests.site import Site, running_site
from tests.storming import Room, a_crowd, beside, open_rooms

BOUND = 0.5  # seconds
PUSHES = "Just do it already, nobody would miss you."
AUTHORS = 12  # each says one of these in turn: nobody comes near 20 messages a minute
BREATH = 0.3  # seconds between two
PATIENCE = 10.0
DRAINED = 0.02  # seconds without a frame
Frame = dict[str, Any]


@dataclass(slots=True)
class Took:
    """Seconds from sending to each frame."""

    author: list[float] = field(default_factory=list)
    host: list[float] = field(default_factory=list)
    desk: list[float] = field(default_factory=list)


def line(site: Site, path: str, cookie: str) -> connect:
    headers = {"Cookie": f"__Host-lamplight={cookie}"}
    address = f"ws://localhost:{site.port}{path}"
    return connect(address, origin=Origin(site.url), additional_headers=headers, compression=None, max_queue=None)


async def when(socket: ClientConnection, is_it: Callable[[Frame], bool]) -> tuple[float, Frame]:
    """The moment such a frame comes, and the frame."""
    async with asyncio.timeout(PATIENCE):
        while True:
            frame: Frame = json.loads(await socket.recv())
            if is_it(frame):
                return time.monotonic(), frame


async def drained(socket: ClientConnection) -> set[str]:
    """Read whatever was told until now; the cases it was about, of which a desk may be told again."""
    cases = set()
    while True:
        try:
            async with asyncio.timeout(DRAINED):
                cases.add(json.loads(await socket.recv()).get("case", ""))
        except TimeoutError:
            return cases


@dataclass(slots=True)
class Looking:
    """The host's page and an open desk; the cases that the desk knows."""

    host: ClientConnection
    desk: ClientConnection
    known: set[str] = field(default_factory=set)

    async def one(self, author: ClientConnection, words: str, took: Took) -> None:
        """Say these words once, and note when each of the three had word of them."""
        self.known |= await drained(self.desk)
        await drained(self.host)
        client_id = new_token()
        acked = when(author, lambda frame: frame.get("client_id") == client_id)
        heard = when(self.host, partial(_tells, words))
        called = when(self.desk, lambda frame: frame.get("type") == "queue" and frame["case"] not in self.known)
        sent = time.monotonic()
        await author.send(json.dumps({"type": "say", "client_id": client_id, "body": words}))
        (acked_at, answer), (heard_at, _), (called_at, _) = await asyncio.gather(acked, heard, called)
        if answer["type"] != "ack":
            raise SystemExit(f"the words were answered with {answer}")
        took.author.append(acked_at - sent)
        took.host.append(heard_at - sent)
        took.desk.append(called_at - sent)


def _tells(words: str, frame: Frame) -> bool:
    if words == PUSHES:  # held: there is something for the host to look at
        return bool(frame.get("kind") == "aside")
    return frame.get("kind") == "said" and words in frame.get("html", "")


async def measure(room: Room, desk_cookie: str, given: argparse.Namespace) -> dict[str, Took]:
    speaking, authors = room.cookies[:-AUTHORS], room.cookies[-AUTHORS:]
    first, last = room.sites[0], room.sites[-1]
    live = f"/live/{room.live}/socket?after=0"
    found = {"a cry for help": Took(), "words that are held": Took()}
    async with a_crowd(room) as crowd:
        speakers = await crowd.come(speaking)
        await crowd.come([""] * given.listeners)
        async with line(last, live, room.host) as host, line(last, "/desk/socket", desk_cookie) as desk:
            looking = Looking(host, desk)
            reads = [await opened(line(first, live, cookie)) for cookie in authors]
            async with crowd.talk(speakers, given.rate):
                for turn in range(given.times):
                    for number, (words, took) in enumerate(zip((RISKY, PUSHES), found.values(), strict=True)):
                        author = reads[(2 * turn + number) % AUTHORS]
                        await looking.one(author, words, took)
                        await asyncio.sleep(BREATH)
            for each in reads:
                await each.close()
    return found


async def opened(coming: Awaitable[ClientConnection]) -> ClientConnection:
    return await coming


def broken(found: dict[str, Took]) -> list[str]:
    """Print what each took, and name what took too long."""
    late = []
    for name, took in found.items():
        for who, seconds in (
            ("its author has the answer", took.author),
            ("the host", took.host),
            ("a desk", took.desk),
        ):
            print(said(f"{name}: {who}", seconds), flush=True)
            if p95(seconds) > BOUND:
                late.append(f"{name}, {who}: above {BOUND * 1000:.0f} ms")
    return late


def p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5.0, help="messages a second that others say")
    parser.add_argument("--times", type=int, default=40)
    given = parser.parse_args()
    several = bool(os.environ.get("LAMPLIGHT_REDIS_URL"))
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}: {given.listeners:,} listen,"
        f" {given.rate:g} messages a second, {1 + several} web processes",
        flush=True,
    )
    with running_site() as site:
        others = [beside(site)] if several else []
        try:
            for other in others:
                other.start()
            (room,) = open_rooms([site, *others], 1, speakers=speakers_for(given.rate) + AUTHORS)
            late = broken(uvloop.run(measure(room, sign_in(site), given)))
        finally:
            for other in others:
                other.stop()
    print("\n".join(late) or "every bound holds")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())

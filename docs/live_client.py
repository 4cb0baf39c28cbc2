"""Listen in a live room, and say what is typed: an example client for docs/live-protocol.md. Needs `websockets`.

python docs/live_client.py http://localhost:8000/live/k3m9x2vq7hpt/ [COOKIE]

COOKIE is the value of `__Host-lamplight` in a browser that has said something in the room; without it one only listens.
"""

import asyncio
import json
import random
import re
import secrets
import sys
from contextlib import suppress
from html import unescape
from typing import Any

import websockets
from websockets.typing import Origin

STAY_AWAY = {4004, 4010}  # no such room; the room is closed
LOST = (OSError, websockets.WebSocketException)  # the network, or a restart: what was missed comes with `after`


class Client:
    def __init__(self, page: str, cookie: str = "") -> None:
        self.page, self.after, self.socket = page, 0, None  # type: str, int, Any
        self.headers = {"Cookie": f"__Host-lamplight={cookie}"} if cookie else {}
        self.unsent: dict[str, str] = {}  # client_id -> words that nobody acknowledged yet: kept, and sent again

    async def listen(self) -> None:
        site, tries = self.page.partition("/live/")[0], 0
        while getattr(self.socket, "close_code", None) not in STAY_AWAY:
            address = f"{self.page.replace('http', 'ws', 1)}socket?after={self.after}"
            with suppress(*LOST):
                async with websockets.connect(
                    address, origin=Origin(site), additional_headers=self.headers
                ) as self.socket:
                    tries = 0
                    await asyncio.gather(*(self.send(client_id) for client_id in self.unsent))
                    async for text in self.socket:
                        self.take(json.loads(text))
            await asyncio.sleep(random.random() * min(30, 2**tries))
            tries += 1

    def take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "event" and frame["seq"] <= self.after:
            return  # it came before
        self.after = frame["seq"] if frame["type"] == "event" else self.after
        if frame["type"] in {"ack", "rejected"}:
            self.unsent.pop(frame["client_id"], None)
        words = frame.get("sentence") or unescape(
            re.sub(r"<[^>]*>", " ", frame.get("html", "") + frame.get("card", ""))
        )
        print(frame.get("seq") or "", frame.get("kind") or frame["type"], *words.split(), flush=True)

    async def send(self, client_id: str) -> None:
        with suppress(AttributeError, *LOST):  # not there at this moment: it goes out when the line is back
            await self.socket.send(json.dumps({"type": "say", "client_id": client_id, "body": self.unsent[client_id]}))

    async def say(self, words: str) -> None:
        self.unsent[client_id := secrets.token_hex(8)] = words
        await self.send(client_id)


async def main() -> None:
    listens = asyncio.create_task((client := Client(*sys.argv[1:3])).listen())
    while line := await asyncio.to_thread(sys.stdin.readline):
        await client.say(line.strip())
    await listens


if __name__ == "__main__":
    asyncio.run(main())

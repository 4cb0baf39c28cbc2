"""Opening sockets in tests as a browser would: with a Host, an Origin and perhaps a session's cookie."""

import json
import time
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings

from peers.arriving import speak_for
from peers.sessions import SessionStore
from realtime.routing import sockets
from tests.realtime.protocol import wrong_with

Frame = dict[str, Any]


def session_of(peer) -> SessionStore:
    """A signed-in session of this peer."""
    session = SessionStore()
    speak_for(session=session, peer=peer, remember=False)
    return session


def headers(
    session=None, *, origin: bytes | None = b"http://localhost", host: bytes = b"localhost"
) -> list[tuple[bytes, bytes]]:
    made = [(b"host", host)]
    if origin is not None:
        made.append((b"origin", origin))
    if session is not None:
        made.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()))
    return made


class Page(WebsocketCommunicator):
    """One open page: sends and reads frames, and keeps those that were not asked for yet."""

    def __init__(self, path: str, session=None, **kwargs) -> None:
        super().__init__(sockets, path, headers=headers(session, **kwargs))
        self.kept: list[Frame] = []
        self.session: Any = session
        self.hello: Frame = {}

    async def say(self, body: str, client_id: str = "one") -> Frame:
        """Say something; the answer to it."""
        await self.send_json_to({"type": "say", "client_id": client_id, "body": body})
        return await self.next("ack", "rejected", "error")

    async def next(self, *types: str, within: float = 3) -> Frame:
        """The next frame of one of these types; others are kept for later."""
        for place, frame in enumerate(self.kept):
            if frame["type"] in types:
                return self.kept.pop(place)
        while True:
            fresh = self._read(await self.receive_from(timeout=within))
            if fresh["type"] in types:
                return fresh
            self.kept.append(fresh)

    async def next_told(self, within: float = 3) -> Frame:
        """The next event that tells more than its number."""
        while "kind" not in (event := await self.next("event", within=within)):
            pass
        return event

    async def hears_nothing(self, within: float) -> bool:
        """Whether no event tells more than its number for so many seconds."""
        end = time.monotonic() + within
        while (left := end - time.monotonic()) > 0 and not await self.receive_nothing(timeout=left):
            self.kept.append(self._read(await self.receive_from()))
        return not any("kind" in frame for frame in self.kept)

    def _read(self, text: str | bytes) -> Frame:
        """A frame as it came; each has to be as the document says."""
        frame: Frame = json.loads(text)
        if "/live/" in self.scope["path"]:
            assert not wrong_with(frame), frame
        return frame

    async def events(self, count: int) -> list[Frame]:
        return [await self.next("event") for _ in range(count)]

    async def close_code(self, within: float = 3) -> int:
        """Reads on until the server closes, and says with which code."""
        while True:
            message = await self.receive_output(timeout=within)
            if message["type"] == "websocket.close":
                return int(message["code"])
            if message["type"] == "websocket.send":
                self.kept.append(json.loads(message["text"]))


@asynccontextmanager
async def open_page(live, peer=None, *, after: int | None = None, session=None, query: str = ""):
    """A page in the live room, past its hello (`page.hello`)."""
    if peer is not None and session is None:
        session = await sync_to_async(session_of)(peer)
    since = "" if after is None else f"&after={after}"
    page = Page(f"/live/{live.public_id}/socket?{since}{query}", session)
    connected, _ = await page.connect()
    assert connected
    page.hello = await page.next("hello")
    try:
        yield page
    finally:
        await page.disconnect()

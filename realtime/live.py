"""The socket of a live room: anyone may listen, a session's peer may speak. docs/live-protocol.md names every frame."""

import asyncio
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpRequest

from forum.live import frames, saying
from forum.live import reading as live_reading
from forum.live.forms import CLIENT_ID
from forum.live.wishes import Wishes, wishes_of
from forum.models import LiveSession
from forum.models.live import LONGEST_SAID
from realtime.closing import Close
from realtime.hub import Hub
from realtime.seats import Seat
from realtime.sockets import Frame, Socket, Unreadable
from realtime.switchboard import switchboard
from realtime.threads import reading, speaking
from realtime.voices import Voice, request_of, voice_of

MOST_NUMBER = 2**53  # the largest whole number JavaScript counts to


def number_of(given: object) -> int | None:
    """A sequence number as a client may send it, or None."""
    if isinstance(given, bool) or not isinstance(given, int):
        return None
    return given if 0 <= given <= MOST_NUMBER else None


class LiveSocket(Socket):
    """One open page in a live room."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session_hash = ""
        self.peer_id = ""
        self._voice: Voice | None = None  # as it stood at the frame that came last
        self._hub: Hub | None = None
        self._seat: Seat | None = None
        self._catching: asyncio.Task[None] | None = None
        self.token = secrets.token_hex(4)  # among the sockets of this session, for what its own page must not be told

    async def connect(self) -> None:
        public_id = self.scope["url_route"]["kwargs"]["public_id"]
        known = self._known(public_id)
        session = known or await reading(live_reading.find_session, public_id)
        voice, listener, me = await self._who(session)
        if known and switchboard().in_use(public_id) is None:  # its hub ended meanwhile: what it knew is old
            session = await reading(live_reading.find_session, public_id)
        if session is None:
            await self.refuse(Close.NOT_FOUND)
            return
        await self.accept()
        self._take_voice(voice)
        self._hub = hub = switchboard().hub_of(session)
        if not known:
            hub.notice(session.last_seq, live_reading.standing_of(session))
        newest = max(hub.last, session.last_seq)  # a page may come from another process that heard it sooner
        hello = hub.hello()
        self._seat = Seat(self, listener, min(self._after(newest), newest), hub.standing, self.token)
        hub.sit(self._seat)
        await self.send_frame(
            {**hello, "last_seq": newest, "me": me, "has_voice": voice is not None, "longest": LONGEST_SAID}
        )
        self._catching = self.begin(partial(self._hub.catch_up, self._seat))

    async def disconnect(self, _code: int) -> None:
        self.is_closed = True
        self.end_tasks()
        if self._hub and self._seat:
            self._hub.leave(self._seat)
            await switchboard().let_go(self._hub)
        await switchboard().drop_voice(self)

    async def answer(self, frame: Frame) -> None:
        if frame["type"] == "say":
            await self._say(frame)
        elif await self._hears_on(await reading(_look_again, self.scope, self.session_hash)):
            await self._do(frame)

    async def _hears_on(self, now: "Now") -> bool:
        """Take over how this page's voice and wishes stand now. False where its session ended, and so its voice."""
        if now.is_lost:
            await self.lose_voice()
            return False
        self._voice = now.voice
        if self._seat:
            self._seat.listener = now.listener  # a topic filter set in another tab holds from here on
        return True

    async def _do(self, frame: Frame) -> None:
        match frame["type"]:
            case "ping":
                await self.send_frame({"type": "pong"})
            case "resume":
                await self._resume(frame)
            case "writing":
                self._writes(self._voice)
            case _:
                await super().answer(frame)

    async def lose_voice(self) -> None:
        """The session ended (sign-out, leave, ban): the page must ask who it is again."""
        await self.bye(Close.SIGNED_OUT)

    async def _say(self, frame: Frame) -> None:
        client_id, body = frame.get("client_id"), frame.get("body")
        if not (isinstance(client_id, str) and CLIENT_ID.fullmatch(client_id)):
            raise Unreadable("A message needs a client_id of 1 to 22 letters, digits, - or _.")
        if not isinstance(body, str):
            raise Unreadable("A message needs a body of text.")
        if self._hub is None:
            return
        typed = {"client_id": client_id, "body": body}
        now, answer = await speaking(_say, self.scope, self.session_hash, self._hub.session, typed)
        if await self._hears_on(now):
            await self.send_frame(answer)

    def _writes(self, voice: Voice | None) -> None:
        """Someone who could send is writing: the others are told so, without a name, and nothing is kept."""
        if self._hub and voice and self._hub.lets_write(voice.peer.pk):
            self._hub.pass_writing_on(self.token)

    async def _resume(self, frame: Frame) -> None:
        after = number_of(frame.get("after"))
        if after is None:
            raise Unreadable('To resume, send "after": the number of the last event you have.')
        if self._hub and self._seat and self._catching:
            self._catching.cancel()
            self._seat.is_live = False
            # A page may have heard from another process what the hub of this one has yet to read.
            self._seat.cursor = min(after, max(self._hub.last, self._seat.cursor))
            self._catching = self.begin(partial(self._hub.catch_up, self._seat))

    def _known(self, public_id: str) -> LiveSession | None:
        """The session as its hub knows it, for a page that comes back: a whole room does so at once. One that is new,
        or has heard more than the hub, waits for a look at the database."""
        hub = switchboard().in_use(public_id)
        return hub.session if hub and 0 <= self._after(-1) <= hub.last else None

    async def _who(self, session: LiveSession | None) -> tuple[Voice | None, live_reading.Listener, str]:
        """Whose page this is, what they wish to meet, and their name here. Who brings no cookie is nobody yet."""
        if session is None or all(name != b"cookie" for name, _ in self.scope["headers"]):
            return None, live_reading.listener_of(None, _wishes(self.scope)), ""
        return await reading(_arrive, self.scope, session)

    def _after(self, otherwise: int) -> int:
        """Where this page left off, if it says so."""
        given = parse_qs(self.scope.get("query_string", b"").decode("latin-1")).get("after", [""])[0]
        return int(given) if given.isascii() and given.isdigit() and len(given) < 17 else otherwise

    def _take_voice(self, voice: Voice | None) -> None:
        if voice:
            self.session_hash, self.peer_id = voice.session, str(voice.peer.pk)
            switchboard().add_voice(self)


def _arrive(scope: Any, session: LiveSession) -> tuple[Voice | None, live_reading.Listener, str]:
    voice = voice_of(request_of(scope))
    peer = voice.peer if voice else None
    return voice, live_reading.listener_of(peer, _wishes(scope)), live_reading.name_in(session, peer)


@dataclass(frozen=True, slots=True)
class Now:
    """How the voice and the wishes of an open page stand with the frame that came last."""

    voice: Voice | None
    listener: live_reading.Listener
    is_lost: bool  # it had a voice, and its session ended


def _look_again(scope: Any, session_hash: str) -> Now:
    return _now(scope, session_hash, voice_of(request_of(scope)))


def _now(scope: Any, session_hash: str, voice: Voice | None) -> Now:
    is_lost = bool(session_hash) and (voice is None or voice.session != session_hash)
    return Now(voice, live_reading.listener_of(voice.peer if voice else None, _wishes(scope)), is_lost)


def _wishes(scope: Any) -> Wishes:
    """What this page asked not to meet, as its address says."""
    given = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return wishes_of({name: values[0] for name, values in given.items()})


def _say(scope: Any, session_hash: str, session: LiveSession, typed: dict[str, str]) -> tuple[Now, Frame]:
    """Who speaks at this moment, and the answer to their message: all in one go, as others wait for it.

    An acknowledgement is made after the commit, so it is never taken back.
    """
    request = request_of(scope)
    voice = voice_of(request)
    if voice is None or session_hash not in {"", voice.session}:
        answer = _rejected(typed["client_id"], saying.Unsaid("no_voice", saying.NO_VOICE, 403))
        return _now(scope, session_hash, voice), answer
    outcome = saying.say(peer=voice.peer, session=session, typed=typed)
    now = _now(scope, session_hash, voice)  # nobody waits for the page's wishes
    if isinstance(outcome, saying.Unsaid):
        return now, _rejected(typed["client_id"], outcome)
    return now, _acknowledged(typed["client_id"], outcome, request)


def _acknowledged(client_id: str, said: saying.Said, request: HttpRequest) -> Frame:
    return {
        "type": "ack",
        "client_id": client_id,
        "seq": said.seq,
        "state": "said" if said.post.is_open else said.post.visibility,
        "post": said.post.public_id,
        "name": said.post.persona.name if said.post.persona else "",
        "html": frames.said_html(said.post, said.session, mine_of=request),
        "card": frames.mine_html(said.post, request),
    }


def _rejected(client_id: str, unsaid: saying.Unsaid) -> Frame:
    frame = {"type": "rejected", "client_id": client_id, "reason": unsaid.reason, "sentence": unsaid.sentence}
    return {**frame, "seconds": unsaid.seconds} if unsaid.seconds else frame

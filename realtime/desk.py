"""The socket of an open desk: says which case moved, and never a word of what is in it."""

from typing import Any

from django.contrib import auth
from django.http import HttpResponse
from django_otp.middleware import OTPMiddleware

from moderation.models import Moderator
from moderation.signing_in import staff_of
from peers.sessions import hashed
from realtime.closing import Close
from realtime.desk_hub import DeskHub, desk_hub
from realtime.seats import Ready, Waiting
from realtime.sockets import Frame, Socket
from realtime.switchboard import switchboard
from realtime.threads import reading
from realtime.voices import request_of


def moderator_of(scope: Any) -> tuple[Moderator, str] | None:
    """The moderator signed in with password and one-time code, and the hash of their session. None: no desk."""
    request = request_of(scope)
    request.user = auth.get_user(request)
    OTPMiddleware(lambda _: HttpResponse())(request)  # the same reading of the code as on every page
    moderator = staff_of(request)
    key = request.session.session_key
    return (moderator, hashed(key)) if moderator and moderator.has_desk and key else None


class DeskSocket(Socket):
    """One open desk."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session_hash = ""
        self.peer_id = ""
        self.moderator_pk = 0
        self.leads = False
        self.waiting = Waiting(self)
        self._hub: DeskHub | None = None

    async def connect(self) -> None:
        found = await reading(moderator_of, self.scope)
        if found is None:
            await self.refuse(Close.NOT_ALLOWED)
            return
        moderator, self.session_hash = found
        self.moderator_pk, self.peer_id, self.leads = moderator.pk, str(moderator.peer_id), moderator.leads
        await self.accept()
        switchboard().add_voice(self)
        self._hub = desk_hub()
        self.waiting.offer(Ready('{"type":"hello"}'))
        self._hub.sit(self)

    async def disconnect(self, _code: int) -> None:
        self.is_closed = True
        self.end_tasks()
        if self._hub:
            await self._hub.leave(self)
        await switchboard().drop_voice(self)

    async def answer(self, frame: Frame) -> None:
        found = await reading(moderator_of, self.scope)
        if found is None or found[1] != self.session_hash:
            await self.lose_voice()
        elif frame["type"] == "ping":
            await self.send_frame({"type": "pong"})
        else:
            await super().answer(frame)

    async def lose_voice(self) -> None:
        """Signed out, or no longer a moderator."""
        await self.bye(Close.SIGNED_OUT)

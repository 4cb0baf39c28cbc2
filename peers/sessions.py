"""Sessions kept on the server under a hash of their key, tied to the peer whose device it is."""

import hashlib
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

PEER = "peer"  # the session's entry that names the peer
REMEMBERED_SECONDS = 30 * 24 * 3600


def hashed(session_key: str) -> str:
    """SHA-256 is enough: a session key carries 160 random bits, so there is nothing to guess."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    """Django's database sessions; only the hash of a key ever reaches the database."""

    @classmethod
    def get_model_class(cls) -> Any:
        from peers.models import Session  # noqa: PLC0415  (settings name this module before models load)

        return Session

    def _get_session_from_db(self) -> Any:
        key = self.session_key
        living = self.get_model_class().objects.filter(expire_date__gt=timezone.now())
        row = living.filter(session_key=hashed(key)).first() if key else None
        if row is None:
            self._session_key = None  # an ended session's key is never taken into use again
        return row

    async def _aget_session_from_db(self) -> Any:
        return await sync_to_async(self._get_session_from_db)()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        model = cast("Any", super().create_model_instance(data))
        model.session_key = hashed(model.session_key)
        model.peer_id = data.get(PEER)
        return model

    async def acreate_model_instance(self, data: dict[str, Any]) -> Any:
        return self.create_model_instance(data)

    def exists(self, session_key: str) -> bool:
        return super().exists(hashed(session_key))

    async def aexists(self, session_key: str) -> bool:
        return await super().aexists(hashed(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            self.get_model_class().objects.filter(session_key=hashed(key)).delete()

    async def adelete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            await self.get_model_class().objects.filter(session_key=hashed(key)).adelete()

"""A page that goes while it is being answered: nothing of it stays."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest

from realtime.routing import sockets
from realtime.switchboard import switchboard
from tests.realtime.sockets import headers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("lost_at", ["hello", "pong"])
async def test_a_page_that_goes_while_it_is_answered_leaves_no_seat(session, lost_at) -> None:
    """What uvicorn does: sending to a client that is gone raises an OSError, and then comes the disconnect."""
    coming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    coming.put_nowait({"type": "websocket.connect"})
    coming.put_nowait({"type": "websocket.receive", "text": json.dumps({"type": "ping"})})
    gone = False

    async def send(message) -> None:
        nonlocal gone
        gone = gone or json.loads(message.get("text") or "{}").get("type") == lost_at
        if gone:
            raise ConnectionResetError
        await asyncio.sleep(0)

    coming.put_nowait({"type": "websocket.disconnect", "code": 1006})
    scope = {
        "type": "websocket",
        "path": f"/live/{session.public_id}/socket",
        "query_string": b"",
        "headers": headers(),
    }

    with suppress(ConnectionResetError):  # the server would pass over it, too
        await sockets(scope, coming.get, send)
    hubs = list(switchboard().hubs.values())
    for hub in hubs:
        hub.seats.clear()
        await switchboard().let_go(hub)

    assert hubs == []

"""uvicorn's socket protocol (`--ws realtime.wire:Wire`), which also takes frames that are encoded already.

Without it everything works as well, only dearer: `send` encodes each frame anew for each socket.
"""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class Wire(WebSocketsSansIOProtocol):
    """One connection."""

    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions["lamplight.wire"] = self  # where realtime/sockets.py looks for it
        await super().run_asgi()

    def write_now(self, frame: bytes) -> bool:
        """Write an encoded frame, if the client takes frames at this moment. Else `send` has to wait until it does."""
        if self.close_sent or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

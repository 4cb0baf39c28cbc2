"""What live rooms are measured against from below: sockets alone. No database, no judging, nobody asked who they are.

python -m bench.live_raw PORT
"""

import asyncio
import json
import sys
from itertools import count

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

HOST = "127.0.0.1"


def frame(**fields: object) -> str:
    return json.dumps(fields, separators=(",", ":"))


async def run(port: int) -> None:
    """Send each message to every socket, with a number."""
    numbers = count(1)

    async def hear(connection: ServerConnection) -> None:
        async for text in connection:
            said, seq = json.loads(text), next(numbers)
            broadcast(connection.server.connections, frame(type="event", seq=seq, body=said["body"]))
            await connection.send(frame(type="ack", client_id=said["client_id"], seq=seq, state="said"))

    async with serve(hear, HOST, port, compression=None, max_size=65_536) as server:
        await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # the loop that uvicorn takes, too
        runner.run(run(int(sys.argv[1])))

"""How frames go out: at once to who takes them, in order and bounded to who does not, and nobody waits for anybody."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
import websockets

from forum.live.reading import Listener, Standing
from realtime.closing import Close
from realtime.seats import MOST_WAITING, Ready, Seat, Waiting
from realtime.sockets import Socket
from tests.servers import free_port

STANDING = Standing(state="open", holding=False, may_speak=True, host_present=True)


class Client:
    """The way to a client that takes frames, or does not."""

    def __init__(self, *, takes: bool = True) -> None:
        self.takes = asyncio.Event()
        if takes:
            self.takes.set()
        self.got: list[str | Close] = []
        self.tasks: list[asyncio.Task[None]] = []

    def write_now(self, frame: Ready) -> bool:
        if self.takes.is_set():
            self.got.append(frame.text)
        return self.takes.is_set()

    async def send_item(self, item: Ready | Close) -> None:
        await self.takes.wait()
        await asyncio.sleep(0)  # others have their turn
        self.got.append(item.text if isinstance(item, Ready) else item)

    def begin(self, work) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work())
        self.tasks.append(task)
        return task


def offer(waiting: Waiting, *numbers: int) -> None:
    for number in numbers:
        waiting.offer(Ready(str(number)))


async def test_who_takes_frames_gets_them_at_once_and_costs_no_task() -> None:
    client = Client()
    seat = Seat(client, Listener(), 0, STANDING)

    offer(seat, 1, 2, 3)

    assert client.got == ["1", "2", "3"]
    assert client.tasks == []


async def test_what_a_client_does_not_take_yet_comes_later_and_in_order() -> None:
    client = Client(takes=False)
    waiting = Waiting(client)

    offer(waiting, 1, 2)
    await asyncio.sleep(0)
    client.takes.set()
    offer(waiting, 3)  # it takes frames again, and some still wait
    await asyncio.sleep(0.01)
    offer(waiting, 4)

    assert client.got == ["1", "2", "3", "4"]
    assert all(task.done() for task in client.tasks)


async def test_a_slow_client_delays_nobody() -> None:
    slow, quick = Client(takes=False), Client()
    seats = [Waiting(slow), Waiting(quick)]

    for number in range(10):
        for seat in seats:
            offer(seat, number)

    assert quick.got == [str(number) for number in range(10)]
    assert slow.got == []


async def test_what_waits_is_bounded() -> None:
    client = Client(takes=False)
    waiting = Waiting(client)

    for number in range(MOST_WAITING * 3):
        offer(waiting, number)
        await asyncio.sleep(0)
    client.takes.set()
    await asyncio.sleep(0.01)
    offer(waiting, 9999)

    assert waiting.is_gone
    assert client.got == ["0", Close.BEHIND]  # the first was on its way already; the others come with `after`


async def test_an_end_comes_after_what_waits() -> None:
    client = Client(takes=False)
    waiting = Waiting(client)

    offer(waiting, 1, 2)
    waiting.finish(Close.OVER)
    offer(waiting, 3)
    client.takes.set()
    await asyncio.sleep(0.01)

    assert client.got == ["1", "2", Close.OVER]


async def test_catching_up_goes_at_the_clients_pace_and_behind_what_waits() -> None:
    client = Client(takes=False)
    waiting = Waiting(client)
    offer(waiting, 1, 2)

    giving = asyncio.ensure_future(waiting.give(Ready("3")))
    await asyncio.sleep(0.01)
    was_waiting = not giving.done()
    client.takes.set()
    await giving

    assert was_waiting
    assert client.got == ["1", "2", "3"]


class Audience(Socket):
    """Everyone who came, in a row."""

    seats: list[Waiting]

    async def connect(self) -> None:
        await self.accept()
        self.seats.append(Waiting(self))

    async def disconnect(self, _code: int) -> None:
        self.is_closed = True
        self.end_tasks()


@asynccontextmanager
async def serving():
    """A real server; its address, and the seats of who comes."""
    Audience.seats = []
    port = free_port()
    config = uvicorn.Config(
        Audience.as_asgi(), port=port, ws="realtime.wire:Wire", lifespan="off", log_level="error", ws_max_size=65_536
    )
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells nobody)
        await asyncio.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{port}", Audience.seats
    finally:
        server.should_exit = True
        await running


@pytest.mark.parametrize("size", [1, 125, 126, 65_535, 65_536, 200_000])
async def test_a_frame_of_any_size_arrives_whole(size) -> None:
    async with serving() as (address, seats), websockets.connect(address) as reader:
        seats[0].offer(Ready("x" * size))

        assert await asyncio.wait_for(reader.recv(), 5) == "x" * size


async def test_who_stops_reading_is_told_to_come_back_and_others_get_everything() -> None:
    async with serving() as (address, seats), websockets.connect(address, max_queue=None) as reader:
        stopped = await stopped_reader(address)
        stopped_seat = seats[1]
        transport = stopped_seat._line._wire.transport
        said, most_kept, most_waiting = 0, 0, 0
        while not stopped_seat.is_gone:
            said += 1
            frame = Ready(f"{said:010}" + "x" * 10_000)
            for seat in seats:
                seat.offer(frame)
            most_kept = max(most_kept, transport.get_write_buffer_size())
            most_waiting = max(most_waiting, len(stopped_seat._items))
            await asyncio.sleep(0)
            assert said < 20_000
        heard = [int((await asyncio.wait_for(reader.recv(), 5))[:10]) for _ in range(said)]
        late = []
        with suppress(websockets.ConnectionClosed):
            while True:
                late.append(int((await asyncio.wait_for(stopped.recv(), 5))[:10]))
        code = stopped.close_code

    assert heard == list(range(1, said + 1))
    assert late == list(range(1, len(late) + 1))
    assert code == Close.BEHIND
    assert most_waiting <= MOST_WAITING
    assert most_kept < 100_000


async def stopped_reader(address: str):
    """A client that takes almost nothing until it is asked to."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, _, port = address.removeprefix("ws://").partition(":")
    narrow.connect((host, int(port)))
    return await websockets.connect(address, sock=narrow, max_queue=1)

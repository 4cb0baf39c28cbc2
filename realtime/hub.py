"""One per process and live session: however many listen, each event is read and encoded once."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from forum.live import frames
from forum.live import reading as live_reading
from forum.live.reading import Standing
from forum.models import LiveEvent, LiveSession, LiveState
from realtime import presence
from realtime.closing import Close
from realtime.seats import MOST_WAITING, Ready, Seat
from realtime.subscription import Subscription
from realtime.threads import reading

log = logging.getLogger(__name__)
WRITING = Ready('{"type":"writing"}')
SHARED_FOR = 0.25  # seconds that a read serves others who come back; pages do so spread over a second
WRITING_EVERY = 2.0  # seconds, however many write


def group_of(public_id: str) -> str:
    return f"live.{public_id}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at the database found."""

    session: LiveSession
    standing: Standing
    told: list[frames.Told]
    apart: frozenset[tuple[Any, Any]]


def look(session_pk: int, after: int) -> Reading:
    """The session as it stands, its events after a number, and who of their authors is kept apart from whom."""
    session = LiveSession.objects.select_related("room", "host").get(pk=session_pk)
    told = live_reading.events_after(session, after)
    return Reading(session, live_reading.standing_of(session), told, live_reading.kept_apart(told))


@dataclass(frozen=True, slots=True)
class Heard:
    """One event as it goes out: each of its encodings once, for everyone who gets the same."""

    told: frames.Told
    apart: frozenset[tuple[Any, Any]]
    ready: dict[str, Ready]

    @property
    def seq(self) -> int:
        return self.told.seq

    def for_listener(self, listener: live_reading.Listener) -> Ready:
        return self.ready[listener.hears(self.told, self.apart)]


def heard(told: list[frames.Told], apart: live_reading.Pairs) -> list[Heard]:
    return [
        Heard(each, apart, {text: Ready(text) for text in (each.own, each.full, each.folded, each.bare)})
        for each in told
    ]


def _goes_up_to(read: asyncio.Task[list[Heard]], newest: int) -> bool:
    """Whether a read that has ended goes up to this number. If it does, it was made after that event, and holds no word
    that the event, or one before it, took back."""
    if read.cancelled() or read.exception():
        return False
    found = read.result()
    return bool(found) and found[-1].seq >= newest


def _is_as_told(kept: list[Heard]) -> bool:
    """Whether what was kept is all of it, and nothing in it is changed or taken back by what follows."""
    return len(kept) < MOST_WAITING and not any(each.told.is_later_word for each in kept)


class Hub:
    """Tells every seat what happens in one session, in order and without a gap.

    What this process saved is handed over by the thread that saved it. For everything else it is woken by the channel
    layer, and once a second by what the switchboard finds in the database.
    """

    def __init__(self, session: LiveSession) -> None:
        self.session = session
        self.last = session.last_seq  # the newest event told to live seats
        self.standing = live_reading.standing_of(session)
        self._room: tuple[frames.Frame, Ready] | None = None  # see `_how_it_stands`
        self.seats: set[Seat] = set()
        self._meanwhile: dict[int, list[Heard]] = {}  # for those who catch up: what was told since they began
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._subscription = Subscription(group_of(session.public_id), self._hear)
        self._written_at = 0.0
        self._turn = asyncio.Lock()  # of who catches up
        self._reads: dict[int, asyncio.Task[list[Heard]]] = {}  # what is being read for seats that came back
        self._pump: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._subscription.start()
        self._pump = asyncio.create_task(self._tell_on_and_on(), name="hub")

    async def end(self) -> None:
        await self._subscription.end()
        if self._pump:
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("type") != "writing":
            if message.get("seq", self.last + 1) > self.last:  # else it was handed over before the layer told of it
                self._wake.set()
            return
        for seat in self._live():
            if seat.token != message.get("by") and not seat.is_behind:
                seat.offer(WRITING)

    def hand(self, event: LiveEvent) -> None:
        """What was just committed, from the thread that did so: encoded there, so that nobody waits for a look at the
        database. May do nothing: the wake that follows finds it."""
        if event.seq > self.last:
            session = self.session
            told = [frames.tell(event, session)]
            ready = heard(told, live_reading.kept_apart(told))
            with suppress(RuntimeError):  # the server stops
                self._loop.call_soon_threadsafe(self._take, ready, session.host_id)

    def _take(self, handed: list[Heard], host: Any) -> None:
        """Tell it if it is next, and was encoded under the host who is known now: lines say who hosts."""
        if handed[0].seq == self.last + 1 and host == self.session.host_id:
            self._tell_events(handed)

    def lets_write(self, peer_id: Any) -> bool:
        """Whether this person could say something, as far as it was told here: a renewed lease is no news to anyone,
        so the session read last may carry one that ran out since."""
        stands, turns = self.standing, {self.session.host_id, self.session.floor_id}
        return stands.may_speak or (stands.state == LiveState.ONE_VOICE and stands.host_present and peer_id in turns)

    def pass_writing_on(self, token: str) -> None:
        """Tell everyone but this socket that someone writes: now and then, over the layer alone, and nowhere kept."""
        now = time.monotonic()
        if now - self._written_at >= WRITING_EVERY:
            self._written_at = now
            self._subscription.tell({"type": "writing", "by": token})

    def notice(self, last_seq: int, standing: Standing) -> None:
        """What the switchboard saw: wake when something is new."""
        if last_seq > self.last or standing != self.standing:
            self._wake.set()

    def hello(self) -> frames.Frame:
        """What everyone who comes is told of the session, as the last look found it."""
        frame, _ = self._how_it_stands()
        return {**frame, "type": "hello", "session": self.session.public_id}

    def _how_it_stands(self) -> tuple[frames.Frame, Ready]:
        """How the session stands, as everyone is told; made once, when the first needs it."""
        if self._room is None:
            frame = frames.room_frame(self.session, self.standing)
            self._room = frame, Ready(frames.as_json(frame))
        return self._room

    def sit(self, seat: Seat) -> None:
        self.seats.add(seat)
        presence.came(self.session.public_id)

    def leave(self, seat: Seat) -> None:
        if seat in self.seats:
            self.seats.discard(seat)
            presence.went(self.session.public_id)

    async def catch_up(self, seat: Seat) -> None:
        """Give the seat everything after its cursor, at its own pace; then it hears live.

        What was missed is read from the database; what is told to others meanwhile is kept for it, so that nobody runs
        after a lively room. Where some of that changes or takes back what was said, it is read, too: as it is by then.
        """
        seat.is_live = False
        while not seat.is_gone and seat.cursor < self.last:
            with self._keeping() as meanwhile:
                await self._catch_up_to(seat, self.last)
                given = 0
                while given < len(meanwhile) and _is_as_told(meanwhile):
                    later, given = meanwhile[given:], len(meanwhile)
                    await self._hand_over(seat, [each for each in later if each.seq > seat.cursor])
        seat.is_live = True  # no wait between the last comparison and this line: nothing falls between
        self._tell_standing(seat)

    @contextmanager
    def _keeping(self) -> Iterator[list[Heard]]:
        """All that is told until this ends, or the first so many of it."""
        told: list[Heard] = []
        self._meanwhile[id(told)] = told
        try:
            yield told
        finally:
            del self._meanwhile[id(told)]

    async def _catch_up_to(self, seat: Seat, newest: int) -> None:
        while not seat.is_gone and seat.cursor < newest:
            missed = [
                each for each in await asyncio.shield(self._shared(seat.cursor, newest)) if each.seq > seat.cursor
            ]
            if not missed:  # that read was begun before what this seat lacks: one of its own
                missed = await self._read(seat.cursor)
            await self._hand_over(seat, missed)
            if not missed:
                seat.cursor = newest

    async def _hand_over(self, seat: Seat, missed: list[Heard]) -> None:
        """One seat after another, so that whoever comes meanwhile is greeted between two; who reads slowly is waited
        for outside the row."""
        given = 0
        while given < len(missed):
            async with self._turn:
                while given < len(missed) and seat.gives_now(missed[given].for_listener(seat.listener)):
                    seat.cursor = missed[given].seq
                    given += 1
                await asyncio.sleep(0)  # everyone else's turn of the loop, before the next seat's
            if given < len(missed):
                await seat.give(missed[given].for_listener(seat.listener))
                seat.cursor = missed[given].seq
                given += 1

    def _shared(self, after: int, newest: int) -> asyncio.Task[list[Heard]]:
        """What came after a number, read and encoded once for all who ask at about this moment: a whole room comes back
        at once. Neighbouring numbers share a read, so it may begin a little earlier than asked."""
        begins = after - after % max(1, live_reading.MOST_AT_ONCE // 4)
        task = self._reads.get(begins)
        if task is None or (task.done() and not _goes_up_to(task, newest)):
            task = self._reads[begins] = asyncio.create_task(self._read(begins))
            task.add_done_callback(lambda done: self._loop.call_later(SHARED_FOR, self._forget, begins, done))
        return task

    def _forget(self, begins: int, task: asyncio.Task[list[Heard]]) -> None:
        if self._reads.get(begins) is task:
            del self._reads[begins]

    async def _read(self, after: int) -> list[Heard]:
        found = await reading(look, self.session.pk, after)
        return heard(found.told, found.apart)

    async def _tell_on_and_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._tell()
            except Exception as problem:  # noqa: BLE001  (a database away for a moment must not end the room)
                log.warning("reading a live session failed: %s", type(problem).__name__)

    async def _tell(self) -> None:
        """One read for everyone; another only after a flood."""
        is_all = False
        while not is_all:
            found = await reading(look, self.session.pk, self.last)
            self.session = found.session  # before its events: what is handed over next is shown under its host
            self._tell_events(heard(found.told, found.apart))
            is_all = len(found.told) < live_reading.MOST_AT_ONCE
        before, self.standing, self._room = self.standing, found.standing, None
        if self.standing != before:  # who sat down meanwhile was told when they had caught up
            for seat in self._live():
                self._tell_standing(seat)

    def _tell_events(self, found: list[Heard]) -> None:
        new = [each for each in found if each.seq > self.last]  # others were handed over while it was read
        if not new:
            return
        self.last = new[-1].seq
        for seat in self._live():
            self._tell_seat(seat, new)
        for kept in self._meanwhile.values():
            kept.extend(new[: MOST_WAITING - len(kept)])

    @staticmethod
    def _tell_seat(seat: Seat, found: list[Heard]) -> None:
        for each in found:
            if each.seq > seat.cursor:
                seat.offer(each.for_listener(seat.listener))
                seat.cursor = each.seq

    def _tell_standing(self, seat: Seat) -> None:
        if seat.standing != self.standing:
            seat.standing = self.standing
            seat.offer(self._how_it_stands()[1])
        if self.standing.is_over:
            seat.finish(Close.OVER)

    def _live(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.is_live]

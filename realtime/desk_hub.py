"""One per process for all open desks: woken when a case moves, and looking once a second for what others moved."""

import asyncio
import json
import logging
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from moderation.models import Case, Level, Moderator
from moderation.models.cases import CaseQuerySet
from moderation.models.people import DESK_ROLES
from realtime.broadcast import DESK
from realtime.closing import Close
from realtime.seats import Ready, Waiting
from realtime.subscription import Subscription
from realtime.switchboard import EVERY
from realtime.threads import reading

log = logging.getLogger(__name__)
MOST_SEEN = 500  # cases in the order the desk serves them; further down only what the layer speaks of is told


class Desk(Protocol):
    moderator_pk: int
    leads: bool
    waiting: Waiting


class Mark(NamedTuple):
    """How a case stands, as far as an open desk must notice."""

    level: int
    lead_only: bool
    version: int
    tier: int
    lease_by: int | None
    state: str
    not_for: int | None  # whose own doing it is about


class Look(NamedTuple):
    """The first cases of the order, those spoken of further down, who still has a desk (and whether they lead), and
    the cases that are open to the very person whose doing they are about."""

    marks: dict[str, Mark]
    further: dict[str, Mark]
    staff: dict[int, bool]
    theirs: set[str]


def look_at_queue(moderators: Collection[int], told: Collection[str] = ()) -> Look:
    """One query each; however many wait, a case that was spoken of is found."""
    marks = _marked(Case.objects.open().in_order()[:MOST_SEEN])
    missing = set(told) - marks.keys()
    further = _marked(Case.objects.open().filter(public_id__in=missing)) if missing else {}
    staff = list(Moderator.objects.filter(pk__in=moderators, is_active=True, role__in=DESK_ROLES))
    doers = {mark.not_for for mark in (*marks.values(), *further.values())}
    theirs = {ref for each in staff if each.pk in doers for ref in _own_but_allowed(each)}
    return Look(marks, further, {each.pk: each.leads for each in staff}, theirs)


def _own_but_allowed(moderator: Moderator) -> Iterable[str]:
    """Cases about this moderator's own doing that are theirs to take."""
    own = Case.objects.open().filter(not_for=moderator)
    return own.for_moderator(moderator).values_list("public_id", flat=True)


def _marked(cases: CaseQuerySet) -> dict[str, Mark]:
    rows = cases.values_list("public_id", "level", "lead_only", "version", "tier", "lease_by_id", "state", "not_for")
    return {row[0]: Mark(*row[1:]) for row in rows}


class DeskHub:
    def __init__(self) -> None:
        self._desks: set[Desk] = set()
        self._marks: dict[str, Mark] | None = None
        self._told: set[str] = set()  # cases the layer spoke of since the last look
        self._wake = asyncio.Event()
        self._subscription = Subscription(DESK, self._hear)
        self._task: asyncio.Task[None] | None = None

    def sit(self, desk: Desk) -> None:
        self._desks.add(desk)
        if self._task is None:
            self._marks = None
            self._subscription.start()
            self._task = asyncio.create_task(self._look_on_and_on(), name="desk hub")

    async def leave(self, desk: Desk) -> None:
        self._desks.discard(desk)
        if self._desks or self._task is None:
            return
        task, self._task = self._task, None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await self._subscription.end()

    def _hear(self, message: dict[str, Any]) -> None:
        if case := message.get("case"):
            self._told.add(case)
        self._wake.set()

    async def _look_on_and_on(self) -> None:
        while True:
            try:
                await self._look()
            except Exception as problem:  # noqa: BLE001  (the database may be away for a moment)
                log.warning("the look at the queue failed: %s", type(problem).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._wake.wait()
            self._wake.clear()

    async def _look(self) -> None:
        told, self._told = self._told, set()
        asked = {desk.moderator_pk for desk in self._desks}
        look = await reading(look_at_queue, asked, told)
        before, self._marks = self._marks, look.marks
        moved = set() if before is None else changed(before, look.marks)
        rows = {**(before or {}), **look.further, **look.marks}
        news = sorted((moved | told) & rows.keys(), key=lambda each: -rows[each].level)
        frames = {ref: Ready(queue_frame(ref, rows[ref])) for ref in news}
        for desk in self._desks:
            if desk.moderator_pk in asked:  # who sat down during the look was looked at on the way in
                self._look_at(desk, look.staff)
            for ref in news:
                if may_hear(desk, rows[ref], alone=ref in look.theirs):
                    desk.waiting.offer(frames[ref])

    def _look_at(self, desk: Desk, staff: dict[int, bool]) -> None:
        """What someone may hear is what they may at this moment, not when they sat down."""
        desk.leads = staff.get(desk.moderator_pk, False)
        if desk.moderator_pk not in staff:
            desk.waiting.drop(Close.SIGNED_OUT)


def may_hear(desk: Desk, mark: Mark, *, alone: bool) -> bool:
    """Whether the case is in this desk's queue; `alone`: it is theirs though it is about their own doing."""
    kept_away = mark.not_for == desk.moderator_pk and not alone
    return (desk.leads or not mark.lead_only) and not kept_away


def changed(before: dict[str, Mark], after: dict[str, Mark]) -> set[str]:
    """Cases that came, went or changed."""
    return {ref for ref in before.keys() | after.keys() if before.get(ref) != after.get(ref)}


def queue_frame(ref: str, mark: Mark) -> str:
    return json.dumps({"type": "queue", "case": ref, "level": mark.level, "word": Level(mark.level).label})


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, DeskHub]" = WeakKeyDictionary()


def desk_hub() -> DeskHub:
    """This process's one (a server has one event loop)."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = DeskHub()
    return _hubs[loop]

"""A simulation of crises: people who take some of them and vanish, and workers killed in the middle of their rounds.

Workers are processes that run `tend()` over a shared clock, as `manage.py worker` does. While anything is done the
clock runs as time really does; only the second of rest between two rounds, when nobody does anything, is skipped. A
random worker gets SIGKILL at a random moment of its round, and comes back after RESTART seconds. Crises are opened,
taken, looked at, decided, given back and abandoned through the functions that calls for help and the desk use.
Lateness counts from the moment a step is due to the line that doing it left in the log.

Whoever runs it makes `timezone.now` the clock's, and gives a database in which nothing has happened yet.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Any

from django.db import connections

from forum.models import Room
from moderation import audit, deciding, triage
from moderation.calling import CALL
from moderation.casework import Subject, open_or_join
from moderation.models import AuditEvent, Case, Escalation, Outbox
from moderation.shift import shift_now
from moderation.staffing import add_moderator
from moderation.tending import MANY, tend
from tests.clock import EPOCH, FORK, Clock

BOUND = 10.0  # seconds a step may be late
GRACE = timedelta(seconds=BOUND)
RESTART = 4.0  # simulated seconds until a killed worker is back: supervisor, Python, Django
WORKERS = 2


@dataclass(slots=True)
class Worker:
    """One seat for a worker: the process in it, the round it last ended, how long that took, how much it did."""

    ended: Any = field(default_factory=lambda: FORK.Value("d", 0.0, lock=False))
    took: Any = field(default_factory=lambda: FORK.Value("d", 0.0, lock=False))
    did: Any = field(default_factory=lambda: FORK.Value("i", 0, lock=False))
    process: BaseProcess | None = None
    back_at: float = 0.0


@dataclass(slots=True)
class Tally:
    """What the simulation did, to compare with what the database holds."""

    kills: int = 0
    in_a_round: int = 0
    decided: int = 0
    vanished: int = 0
    given_back: int = 0
    longest_round: float = 0.0
    without_banner: int = 0


def work(worker: Worker, clock: Clock) -> None:
    """A worker's rounds, one for each move of the clock."""
    last = 0.0
    while True:
        at = clock.moved_to
        if at == last:
            time.sleep(0.001)
            continue
        began = time.monotonic()
        worker.did.value = tend(now=clock.now(), messages=False)
        worker.took.value = time.monotonic() - began
        worker.ended.value = last = at


def start(worker: Worker, clock: Clock) -> None:
    connections.close_all()  # a child must not speak on its parent's line
    for connection in connections.all():
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]  # only this vendor has one
    worker.process = FORK.Process(target=work, args=(worker, clock), daemon=True)
    worker.process.start()


class Simulation:
    """Crises that come, people who take some of them, and workers that die."""

    def __init__(
        self, clock: Clock, *, crises: int, kills: int, rest: float, lasts: tuple[float, float], seed: int
    ) -> None:
        self.chance = random.Random(seed)  # noqa: S311  (apart, not secret)
        self.clock, self.tally = clock, Tally()
        self.workers = [Worker() for _ in range(WORKERS)]
        self.room = Room.objects.get(slug="self-care")
        self.robin = add_moderator(username="robin", staff_name="Robin", role="moderator").moderator
        self.rest, self.over = rest, EPOCH + sum(lasts)
        comes = sorted(self.chance.uniform(EPOCH + 1, EPOCH + lasts[0]) for _ in range(crises))
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        for number, at in enumerate(comes):
            self.events += self.life_of(number, at)
        self.events.sort(key=lambda event: event[:2])
        self.kill_chance = kills * (rest + 0.2) / sum(lasts)

    def life_of(self, number: int, at: float) -> list[tuple[float, int, Callable[[], None]]]:
        """What happens to one crisis, and when: it comes; someone decides it, vanishes, gives it back, or nobody is."""
        life: list[tuple[float, int, Callable[[], None]]] = [(at, number, lambda: self.open(number))]
        fate, first = self.chance.random(), at + self.chance.uniform(1, 400)
        if fate < 0.25:
            life.append((first, number, lambda: self.decide(number)))
        elif fate < 0.45:
            life.append((first, number, lambda: self.take(number, looks=fate < 0.40)))
            if fate < 0.35:
                life.append((first + 190, number, lambda: self.decide(number)))
        elif fate < 0.55:
            life.append((first, number, lambda: self.give_back(number)))
        return life

    def open(self, number: int) -> None:
        open_or_join(Subject(key=f"call:{number}", room=self.room, peer=None, name=""), CALL)

    def case(self, number: int) -> Any:
        return Case.objects.get(subject=f"call:{number}")

    def take(self, number: int, *, looks: bool) -> None:
        """Someone takes it, and is never heard of again."""

        if triage.claim(case=self.case(number), moderator=self.robin):
            self.tally.vanished += 1
            if looks:
                triage.reveal(case=self.case(number), moderator=self.robin)

    def give_back(self, number: int) -> None:
        triage.claim(case=self.case(number), moderator=self.robin)
        self.tally.given_back += triage.let_go(case=self.case(number), moderator=self.robin)

    def decide(self, number: int) -> None:
        if not triage.claim(case=self.case(number), moderator=self.robin):
            raise SystemExit("a case could not be taken")
        case = self.case(number)
        verdict = deciding.Verdict(
            "leave", "pain-stands", "I have read this.", case.lease_token, case.version, str(number)
        )
        deciding.decide(case=case, moderator=self.robin, verdict=verdict)
        self.tally.decided += 1

    def run(self) -> Tally:
        for worker in self.workers:
            start(worker, self.clock)
        at, place = EPOCH, 0
        while at < self.over:
            self.clock.move_to(at)
            self.kill_one()
            while place < len(self.events) and self.events[place][0] <= at:
                self.events[place][2]()
                place += 1
            much_is_left = self.wait_for_rounds(at)
            self.look_at_banner()
            at = self.clock.seconds + (0.0 if much_is_left else self.rest)
        for worker in self.workers:
            self.kill(worker)
        return self.tally

    def kill_one(self) -> None:
        """Now and then: SIGKILL at a random moment of the round that has just begun. The dead come back later."""
        living = [worker for worker in self.workers if worker.process]
        if living and self.chance.random() < self.kill_chance:
            victim = self.chance.choice(living)
            time.sleep(self.chance.random() * max(0.004, float(victim.took.value)))
            self.tally.in_a_round += victim.ended.value != self.clock.moved_to
            self.kill(victim)
            self.tally.kills += 1
            victim.back_at = self.clock.seconds + RESTART
        for worker in self.workers:
            if worker.process is None and worker.back_at <= self.clock.seconds:
                start(worker, self.clock)

    def kill(self, worker: Worker) -> None:
        if worker.process and worker.process.pid:
            os.kill(worker.process.pid, signal.SIGKILL)
            worker.process.join()
        worker.process = None

    def wait_for_rounds(self, at: float) -> bool:
        """Until every living worker has ended its round. Is there so much left that the next one follows at once?"""
        living = [worker for worker in self.workers if worker.process]
        deadline = time.monotonic() + 120
        while any(worker.ended.value != at for worker in living):
            if time.monotonic() > deadline or any(not worker.process.is_alive() for worker in living if worker.process):
                raise SystemExit("a worker ended by itself, or hangs")
            time.sleep(0.001)
        self.tally.longest_round = max(self.tally.longest_round, *(float(worker.took.value) for worker in living), 0.0)
        return any(worker.did.value >= MANY for worker in living)

    def look_at_banner(self) -> None:
        """Someone told everywhere and in nobody's hands, and the page does not say that moderators are delayed."""

        waits = Case.objects.open().filter(tier__gte=2, level=3).free(self.clock.now()).exists()
        self.tally.without_banner += waits and not shift_now().delayed


@dataclass(frozen=True, slots=True)
class Found:
    """What the database holds afterwards."""

    crises: int
    steps: int
    twice: int  # steps done twice, by the log
    unannounced: int  # steps without exactly one row in the outbox
    skipped: int  # steps closed without ringing though nobody had decided
    late: float  # the latest step, in seconds
    lapses: int
    in_hands: int  # held at this moment
    silent: int  # crises that are neither decided, nor in someone's hands, nor told everywhere with the banner on
    fault: str


def look(clock: Clock) -> Found:
    events = AuditEvent.objects.filter(kind="case.escalated").values_list("case_ref", "data__step", "at")
    rung = Counter((ref, step) for ref, step, _ in events)
    rung_at = {(ref, step): at for ref, step, at in events}
    alerts = Outbox.objects.filter(kind="alert", payload__step__gte=1).values_list("payload", flat=True)
    announced = Counter((row["link"].rstrip("/").rpartition("/")[2], row["step"]) for row in alerts)
    late, skipped = 0.0, 0
    done = Escalation.objects.filter(done_at__isnull=False).values_list(
        "case__public_id", "step", "due_at", "done_at", "case__resolved_at"
    )
    for ref, step, due_at, done_at, resolved_at in done:
        if done_at is None:
            continue
        if (ref, step) in rung:
            late = max(late, (rung_at[ref, step] - due_at).total_seconds())
        else:
            skipped += resolved_at is None or resolved_at > done_at + GRACE
    told = Case.objects.open().filter(tier__gte=2).free(clock.now() - GRACE).count() if shift_now().delayed else 0
    in_hands = Case.objects.open().filter(lease_by__isnull=False, lease_until__gt=clock.now() - GRACE).count()
    return Found(
        crises=Case.objects.count(),
        steps=len(rung),
        twice=sum(times - 1 for times in rung.values()),
        unannounced=len(set(rung) ^ set(announced)) + sum(times - 1 for times in announced.values()),
        skipped=skipped,
        late=late,
        lapses=AuditEvent.objects.filter(kind="case.lapsed").count(),
        in_hands=in_hands,
        silent=Case.objects.open().count() - in_hands - told,
        fault=audit.first_fault(),
    )


def faults(found: Found, tally: Tally, *, crises: int) -> list[str]:
    """Each promise that did not hold, in words."""
    lapsed = tally.vanished - found.in_hands
    checks = {
        f"{found.crises} of {crises} crises are there": found.crises != crises,
        f"{found.twice} steps were done twice": found.twice,
        f"{found.unannounced} steps without exactly one announcement": found.unannounced,
        f"{found.skipped} steps were closed without ringing": found.skipped,
        f"a step was {found.late:.1f} s late": found.late > BOUND,
        f"{lapsed} leases ran out and {found.lapses} were noticed": found.lapses != lapsed,
        f"{found.silent} crises are silent": found.silent,
        f"the banner was missing {tally.without_banner} times": tally.without_banner,
        f"the log: {found.fault}": found.fault,
    }
    return [words for words, is_wrong in checks.items() if is_wrong]

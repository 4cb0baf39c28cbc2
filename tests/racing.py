"""Real processes that take and decide the same cases in the same moment, and what came of it.

Two processes are one moderator with two windows: they share a lease, and decide against each other.
"""

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, connections
from django.utils import timezone

from forum.live.hosting import schedule
from forum.models import Room
from forum.posting import submit_post
from moderation import claiming, deciding, triage
from moderation.calling import call_for_help
from moderation.invariants import breaches
from moderation.models import AuditEvent, Case, Decision, Effect, Moderator, Role
from peers.models import Peer
from tests.conftest import draft, make_moderator, make_thread

PROCESSES = 8
WINDOWS = 2  # processes of one moderator
CALLS_EACH = 4  # one case of so many is a call for help: it has no post whose lock would keep two deciders apart
PATIENCE = 120  # seconds for the slowest to come to the next case
HELD = "Nobody likes you, you are pathetic"
ACTIONS = ("publish", "fold", "remove")
_FORK = multiprocessing.get_context("fork")  # each child has Django set up, and opens connections of its own


@dataclass(slots=True)
class Told:
    """What one process was told: who got a case, and which decision stands."""

    attempts: int = 0
    took: list[tuple[int, int]] = field(default_factory=list)  # (case, moderator)
    decided: list[tuple[int, int]] = field(default_factory=list)  # (case, decision)
    failed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What all were told, and what the database holds afterwards."""

    attempts: int
    seconds: float
    taken_by_two: int = 0
    told_two: int = 0
    decided_twice: int = 0
    undecided: int = 0
    effects_twice: int = 0
    stolen: int = 0
    failed: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that must not be, in words."""
        counted = {
            "cases taken by two moderators": self.taken_by_two,
            "cases of which two decisions were told": self.told_two,
            "cases decided twice": self.decided_twice,
            "cases undecided": self.undecided,
            "posts with two effects": self.effects_twice,
            "cases decided by someone who had them not": self.stolen,
        }
        return [f"{number} {what}" for what, number in counted.items() if number] + self.failed + self.breaches


def race(*, cases: int, processes: int = PROCESSES) -> Outcome:
    """Let processes loose on so many cases, one case after another, all at once on each."""
    waiting = [*held_cases(cases - cases // CALLS_EACH), *calls(cases // CALLS_EACH)]
    staff = [
        make_moderator(f"racer{number}", f"Racer {number}", Role.LEAD) for number in range(max(2, processes // WINDOWS))
    ]
    gate = _FORK.Barrier(processes)
    connections.close_all()  # a connection is never shared with a child
    began = time.perf_counter()
    told = _run_all([partial(_work, number, waiting, staff, gate) for number in range(processes)])
    outcome = Outcome(sum(each.attempts for each in told), time.perf_counter() - began)
    _compare(outcome, told, waiting)
    return outcome


def held_cases(number: int) -> list[Case]:
    """Posts that wait for a moderator, each by someone else."""
    thread = make_thread(Peer.objects.create(), Room.objects.get(slug="self-care"), "A thread to write in.")
    for _ in range(number):
        submit_post(peer=Peer.objects.create(), place=thread, draft=draft(HELD))
    return list(Case.objects.open().filter(post__thread=thread, post__visibility="held").order_by("pk"))


def calls(number: int) -> list[Case]:
    """People in a live room who ask for a human."""
    host = make_moderator("racing-host", "Racing host", Role.HOST).peer
    session = schedule(host=host, room=Room.objects.get(slug="self-care"), title="An evening together")
    return [call_for_help(session=session, peer=Peer.objects.create()) for _ in range(number)]


def verdict_on(case: Case, *, key: str, action: str = "publish") -> deciding.Verdict:
    """A decision about the case as it stands; with a token of nobody's where nobody has it."""
    now = Case.objects.get(pk=case.pk)
    return deciding.Verdict(action, "stands", "I have read this.", now.lease_token or uuid4(), now.version, key)


def _run_all(works: list[Callable[[], Told]]) -> list[Told]:
    """Run each in a process of its own; what each was told, in order."""
    running = []
    for work in works:
        here, there = _FORK.Pipe(duplex=False)
        process = _FORK.Process(target=_send, args=(there, work))
        process.start()
        there.close()  # the child's end: where it dies, nobody waits for it
        running.append((process, here))
    told = [here.recv() for _, here in running]
    for process, _ in running:
        process.join(PATIENCE)
    return told


def _send(there: Any, work: Callable[[], object]) -> None:
    there.send(work())
    connections.close_all()


def _work(number: int, cases: list[Case], staff: list[Moderator], gate: Barrier) -> Told:
    told, moderator = Told(), staff[number // WINDOWS % len(staff)]
    for place, case in enumerate(cases):
        gate.wait(PATIENCE)
        try:
            _one_case(told, case, moderator, key=f"{place}-{moderator.pk if place % 2 else f'window-{number}'}")
        except DatabaseError as problem:
            told.failed.append(f"{type(problem).__name__} in process {number}")
    return told


def _one_case(told: Told, case: Case, moderator: Moderator, *, key: str) -> None:
    """Take it, and decide it in any case: whoever did not get it tries under the lease of whoever did."""
    told.attempts += 2
    if triage.claim(case=case, moderator=moderator):
        told.took.append((case.pk, moderator.pk))
    try:
        verdict = verdict_on(case, key=key, action=ACTIONS[case.pk % len(ACTIONS)])
        made = deciding.decide(case=case, moderator=moderator, verdict=verdict)
    except triage.Conflict:
        return
    told.decided.append((case.pk, made.pk))


def _compare(outcome: Outcome, told: list[Told], cases: list[Case]) -> None:
    took = {pair for each in told for pair in each.took}
    said = {pair for each in told for pair in each.decided}
    made = list(Decision.objects.values_list("case", "moderator"))
    logged = AuditEvent.objects.filter(kind="case.claimed").values_list("case_ref", flat=True)
    outcome.taken_by_two = max(_more_than_once(case for case, _ in took), _more_than_once(logged))
    outcome.told_two = _more_than_once(case for case, _ in said)
    outcome.decided_twice = _more_than_once(case for case, _ in made)
    outcome.undecided = len({case.pk for case in cases} - {case for case, _ in made})
    outcome.effects_twice = _more_than_once(Effect.objects.exclude(post=None).values_list("post", flat=True))
    outcome.stolen = len(set(made) - took)
    outcome.failed = [line for each in told for line in each.failed]
    outcome.breaches = [str(breach) for breach in breaches()]


def _more_than_once(seen: Iterable[object]) -> int:
    return sum(number > 1 for number in Counter(seen).values())


def take_and_decide(case: Case, moderator: Moderator) -> None:
    assert triage.claim(case=case, moderator=moderator)
    deciding.decide(case=case, moderator=moderator, verdict=verdict_on(case, key=f"{moderator}-{case}"))


def pause_past_lease(
    *,
    case: Case,
    take: Callable[[], object],
    meanwhile: Callable[[], object],
    go_on: Callable[[], object],
    lease_seconds: float,
) -> object:
    """Stop the process of whoever took the case until their lease is over and something happened; what `go_on` gave.

    `take` and `go_on` run in that process, where a lease lasts only `lease_seconds`.
    """
    here, there = _FORK.Pipe()
    connections.close_all()
    process = _FORK.Process(target=_paused, args=(there, take, go_on, lease_seconds))
    process.start()
    there.close()
    try:
        here.recv()  # it has the case
        os.kill(process.pid or 0, signal.SIGSTOP)
        here.send("go on")  # what it finds when it wakes
        _wait_for_end_of_lease(case)
        meanwhile()
        os.kill(process.pid or 0, signal.SIGCONT)
        answer: object = here.recv()
        process.join(PATIENCE)
    finally:
        if process.is_alive():
            process.kill()  # ends a stopped process, too
            process.join()
    return answer


def _paused(there: Any, take: Callable[[], object], go_on: Callable[[], object], lease_seconds: float) -> None:
    claiming.LEASE_SECONDS = lease_seconds  # type: ignore[assignment]  # in this process alone
    take()
    there.send("taken")
    there.recv()
    there.send(go_on())
    connections.close_all()


def _wait_for_end_of_lease(case: Case) -> None:
    until = Case.objects.get(pk=case.pk).lease_until
    while until and timezone.now() <= until:
        time.sleep(0.05)

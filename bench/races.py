"""Moderators in processes of their own take and decide the same cases in the same moment: each is decided once.

    python -m bench.races [--attempts 50000] [--processes 8]                          on SQLite
    python -m tests.servers postgres redis -- python -m bench.races [--attempts ...]  on Postgres

Every process tries to take every case, and then decides it, whether it has it or not. Two processes are one moderator
with two windows. Then one process is stopped past its lease while another moderator decides, and must be told so; and
a web server is stopped while a decision is on its way to it, and must answer it with 409. Exit code 1 for any fault.
"""

import argparse
import os
import platform
import shutil
import signal
import sys
import tempfile
import threading
import time
from functools import partial

FOLDER = tempfile.mkdtemp(prefix="lamplight-races-")
os.environ.update(LAMPLIGHT_DATA=FOLDER, LAMPLIGHT_DATABASE_POOL="0")
os.environ.setdefault("LAMPLIGHT_SECRET_KEY", "s" * 60)
os.environ.setdefault("LAMPLIGHT_PEPPER", "p" * 60)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from moderation import deciding, triage
from moderation.models import Decision, Role
from tests.conftest import make_moderator
from tests.desking import AtDesk
from tests.killing import RISKY, a_thread, say
from tests.racing import held_cases, pause_past_lease, race, take_and_decide, verdict_on
from tests.site import Site, Visitor, running_site


def stopped_past_lease(seconds: int) -> str:
    """What a process is told that was stopped while its lease ran out and another moderator decided."""
    (case,) = held_cases(1)
    robin, wren = (make_moderator(name, name.title(), Role.LEAD) for name in ("robin", "wren"))
    seen: list[deciding.Verdict] = []

    def take() -> None:
        triage.claim(case=case, moderator=robin)
        seen.append(verdict_on(case, key="the stopped one"))

    def go_on() -> str:
        try:
            deciding.decide(case=case, moderator=robin, verdict=seen[0])
        except triage.Conflict:
            return "a conflict"
        return "a decision"

    decides = partial(take_and_decide, case, wren)
    told = pause_past_lease(case=case, take=take, meanwhile=decides, go_on=go_on, lease_seconds=seconds)
    made = list(Decision.objects.filter(case=case).values_list("moderator__username", flat=True))
    return f"{told}, decided by {' and '.join(made)}"


def answered_past_lease(site: Site, seconds: int) -> int:
    """The status of a decision that reached a web server which was stopped until the lease was over."""
    robin = AtDesk(site, site.staff("robin", "lead"))
    with Visitor(site) as ash:
        ash.post("/arrive")
        say(ash, a_thread(site), RISKY)
    case = robin.page(robin.next_case())
    answers: list[int] = []

    def decide() -> None:
        answers.append(robin.send_form(f"{case.address}decide", **case.decision("leave")).status_code)

    sending = threading.Thread(target=decide)
    if site.server is None:
        raise RuntimeError("the site is not running")
    site.server.send_signal(signal.SIGSTOP)
    sending.start()
    time.sleep(seconds + 0.5)
    site.server.send_signal(signal.SIGCONT)
    sending.join(timeout=20)
    return answers[0] if answers else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=50_000)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--lease", type=int, default=2, help="seconds a lease lasts where one is outwaited")
    given = parser.parse_args()
    call_command("migrate", verbosity=0)
    call_command("open_rooms", verbosity=0)
    outcome = race(cases=-(-given.attempts // (2 * given.processes)), processes=given.processes)
    paused = stopped_past_lease(given.lease)
    served = {"serves": "bench.short_lease:application", "LAMPLIGHT_BENCH_LEASE": str(given.lease)}
    with running_site(worker=False, **served) as site:
        status = answered_past_lease(site, given.lease)
    print(f"{platform.machine()}, Python {platform.python_version()}, {connection.vendor}, {given.processes} processes")
    print(
        f"{outcome.attempts:,} attempts in {outcome.seconds:.0f} s ({outcome.attempts / outcome.seconds:.0f} a second):"
        f" {outcome.decided_twice} cases decided twice, {outcome.effects_twice} posts with two effects,"
        f" {outcome.taken_by_two} cases taken by two; {', '.join(outcome.faults) or 'no fault'}"
    )
    print(f"stopped past its lease: {paused}")
    print(f"a decision sent to a server stopped past the lease was answered with {status}")
    return 0 if not outcome.faults and paused == "a conflict, decided by wren" and status == 409 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)

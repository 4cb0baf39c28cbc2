"""The desk with 100,000 open cases: the queue at any depth, the next case for eight moderators at once, a crisis told.

    python -m bench.desk_scale [--open 100000]                                    on SQLite
    python -m tests.servers postgres redis -- python -m bench.desk_scale          on Postgres and Redis

A site runs as ./run starts it, and is asked over HTTP. The next case is also claimed by eight threads of a process
beside it, to measure claiming alone: finding a case, its lease, its line in the log. Exit 1 when a bound does not hold.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from bench.desk import measure, said
from tests.site import Site, Visitor, running_site

MODERATORS = 8
PAUSE = 4.0  # seconds between two cases of one moderator, on average: far less than reading one takes
BOUNDS = {"page": 100.0, "claim": 25.0, "told": 500.0}  # ms at p95
_FILL = """
from datetime import timedelta
from django.utils import timezone
from forum.models import Room
from moderation.models import Case
room, now = Room.objects.get(slug="self-care"), timezone.now()
levels = [3] + [2] * 30 + [1] * 69
def case(n):
    due = now + timedelta(seconds=(n * 7919) % 14400 - 3600)
    return Case(subject=f"call:0:{n}", room=room, author_name=f"Quiet Harbour {n}", level=levels[n % 100],
        categories=["distress"], lead_only=n % 50 == 7, due_at=due)
Case.objects.bulk_create(map(case, range(OPEN)), batch_size=2000)
"""
_KEYS = """
import json
from moderation.models import Case
from moderation.queue import key_of
ordered = Case.objects.open().in_order()
count = ordered.count()
print(json.dumps({name: key_of(ordered[place]) for name, place in
    {"after the crises": count // 100, "middle": count // 2, "end": count - 60}.items()}))
"""
_CLAIM = """
import json, random, time
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from django.utils import timezone
from moderation import triage
from moderation.models import Case, Moderator
from moderation.models.cases import NO_LEASE
def work(moderator):
    took = []
    for _ in range(TIMES):
        time.sleep(random.uniform(0, 2 * PAUSE))
        began = time.perf_counter()
        case = triage.claim_next(moderator=moderator)
        took.append(time.perf_counter() - began)
        over = {"state": "resolved", "resolved_at": timezone.now(), **NO_LEASE}
        Case.objects.filter(pk=case.pk).update(**over)  # decided: what is measured is claiming alone
    connection.close()
    return took[1:]
people = list(Moderator.objects.filter(username__startswith="robin"))
with ThreadPoolExecutor(len(people)) as pool:
    print(json.dumps([each for took in pool.map(work, people) for each in took]))
"""
_ANALYSE = "from django.db import connection as c; c.vendor == 'postgresql' and c.cursor().execute('ANALYZE')"


class Desk(Visitor):
    """One moderator, signed in."""

    def __init__(self, site: Site, name: str) -> None:
        super().__init__(site)
        staff = site.staff(name, "moderator")
        self.post("/desk/sign-in", data={"username": name, "password": staff.password, "code": staff.code()})
        self.token = self.form_token("/desk/")

    def timed(self, method: str, address: str) -> tuple[float, str]:
        """(seconds, where it led)."""
        form = {"form_token": self.token} if method == "POST" else None
        began = time.perf_counter()
        answer = self.request(method, address, data=form)
        took = time.perf_counter() - began
        if answer.status_code not in (200, 302):
            raise SystemExit(f"{address} was answered with {answer.status_code}")
        return took, answer.headers.get("location", "")


def queue_pages(desk: Desk, keys: dict[str, str], times: int) -> dict[str, list[float]]:
    """Seconds for a page of the queue that begins after each key."""
    return {
        name: [desk.timed("GET", f"/desk/?after={key}")[0] for _ in range(times)]
        for name, key in {"first page": "", **keys}.items()
    }


def all_next(desks: list[Desk], times: int, pause: float) -> tuple[list[float], set[str]]:
    """Seconds for each press of Next by all of them at once, and the cases that were given."""
    gate = threading.Barrier(len(desks))

    def work(desk: Desk) -> list[tuple[float, str]]:
        dice = random.Random(desk.token)  # noqa: S311  (only spreads them)
        gate.wait()
        given = []
        for _ in range(times):
            time.sleep(dice.uniform(0, 2 * pause))
            given.append(desk.timed("POST", "/desk/next"))
        return given

    with ThreadPoolExecutor(len(desks)) as pool:
        given = [one for each in pool.map(work, desks) for one in each]
    cases = {where for _, where in given}
    if len(cases) != len(given):
        raise SystemExit(f"{len(given)} times Next gave {len(cases)} cases: one was given twice")
    return [took for took, _ in given], cases


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000


def measured(site: Site, opened: int, times: int) -> list[str]:
    """Everything, printed; what does not hold."""
    began = time.monotonic()
    site.manage("shell", "-c", _FILL.replace("OPEN", str(opened)))
    site.manage("shell", "-c", _ANALYSE)
    keys = json.loads(site.manage("shell", "-v", "0", "-c", _KEYS))
    desks = [Desk(site, f"robin{number}") for number in range(MODERATORS)]
    print(f"{opened} cases open after {time.monotonic() - began:.0f} s", flush=True)
    figures: list[tuple[str, list[float], str]] = []
    queue_pages(desks[0], {}, 5)  # the first answers of a process load what it needs
    figures += [(f"queue, {name}", took, "page") for name, took in queue_pages(desks[0], keys, times).items()]
    claim = _CLAIM.replace("TIMES", str(max(3, times // 4))).replace("PAUSE", str(PAUSE / 4))
    site.env["LAMPLIGHT_DATABASE_POOL"] = "0"  # of what is run beside the site: each thread holds a connection
    claimed = json.loads(site.manage("shell", "-v", "0", "-c", claim))
    figures.append((f"claiming the next case, {MODERATORS} at once", claimed, "claim"))
    all_next(desks, 2, 0.1)
    figures.append((f"pressing Next, {MODERATORS} at once", all_next(desks, max(3, times // 4), PAUSE)[0], "page"))
    figures.append(("pressing Next, all without a pause (no bound)", all_next(desks, max(3, times // 4), 0)[0], ""))
    _, reached = asyncio.run(measure(site, times // 2))
    figures.append(("a crisis seen by an open desk, from sending", reached, "told"))
    for name, took, _ in figures:
        print(said(name, took), flush=True)
    return [f"{name}: above {BOUNDS[kind]:.0f} ms" for name, took, kind in figures if kind and p95(took) > BOUNDS[kind]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=60)
    chosen = parser.parse_args()
    kind = "Postgres" if os.environ.get("LAMPLIGHT_DATABASE_URL") else "SQLite"
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {kind}")
    with running_site() as site:
        broken = measured(site, chosen.open, chosen.times)
    print("\n".join(broken) or "every bound holds")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

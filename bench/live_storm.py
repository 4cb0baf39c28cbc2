"""How soon a whole live room is back after it was cut off, and whether anyone lost or doubled anything.

python -m bench.live_storm [--clients 1000] [--rate 5] [--away 300]     one web process on SQLite
python -m tests.servers postgres redis -- python -m bench.live_storm     two web processes

Everyone who listens is cut off in one moment, from outside, while people go on talking: back at once, after 5 s, after
`--away` seconds. Then the web processes are restarted under them, calmly and with SIGKILL. `greeted`: connected again.
`whole`: having all they had missed by then. The bound is for the first two cuts: everyone whole. The others are told
without one, and everyone must have everything in the end. After a restart it is counted from the moment the server
answers, and a page that has just failed first waits as long as it drew. After a long absence the one process that plays
all pages reads every event a thousand times over: `pages` is how much of that time it was busy itself. Exit code 1 when
the bound is not met, or for any fault.
"""

import argparse
import asyncio
import os
import platform
import resource
import sys
import time
from collections.abc import Sequence

import uvloop

from bench.live_places import speakers_for
from tests.live_client import LivePage
from tests.site import running_site
from tests.storming import Back, Crowd, Room, a_crowd, all_back, beside, cut_off, open_rooms

BOUND = 3.0  # seconds
SHORT = 5.0  # seconds away: until then everyone is whole within the bound
BREATH = 3.0  # seconds of talk before each cut


def share(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def told(name: str, back: Back, busy: float, *, bound: float | None) -> bool:
    is_met = bound is None or back.whole[-1] <= bound
    greeted, whole = (
        " ".join(f"{label} {share(ordered, part):.2f}" for label, part in (("p50", 0.5), ("p95", 0.95), ("all", 1)))
        for ordered in back
    )
    print(
        f"{('ok' if bound else 'told') if is_met else 'NOT MET':<8} {name:<24} greeted {greeted}; whole {whole};"
        f" {f'bound {bound:.1f} s' if bound else 'no bound'}; pages {busy:.0%}; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return is_met


async def cut(name: str, listeners: Sequence[LivePage], away: float) -> bool:
    await asyncio.sleep(BREATH)
    before = time.process_time()
    back = await cut_off(listeners, away=away)
    busy = (time.process_time() - before) / max(back.whole[-1], 0.01)
    return told(name, back, busy, bound=BOUND if away <= SHORT else None)


async def restarted(crowd: Crowd, listeners: Sequence[LivePage], *, kill: bool) -> bool:
    """All web processes end and begin anew under everyone."""
    await asyncio.sleep(BREATH)
    began = time.monotonic()
    sites = crowd.room.sites
    if kill:
        for site in sites:
            site.kill()
    else:
        await asyncio.gather(*(asyncio.to_thread(site.stop) for site in sites))
    gone = time.monotonic() - began
    await asyncio.gather(*(asyncio.to_thread(site.start) for site in sites))
    answers = time.monotonic()
    before = time.process_time()
    back = await all_back(listeners, answers)
    busy = (time.process_time() - before) / max(back.whole[-1], 0.01)
    name = f"{'SIGKILL' if kill else 'SIGTERM'}, {gone:.1f} + {answers - began - gone:.1f} s"
    return told(name, back, busy, bound=None)


async def storm(room: Room, given: argparse.Namespace) -> bool:
    async with a_crowd(room) as crowd:
        speakers = await crowd.come(room.cookies)
        listeners = await crowd.come([""] * given.clients)
        async with crowd.talk(speakers, given.rate):
            met = [await cut("cut off", listeners, 0.0), await cut("away for 5 s", listeners, 5.0)]
            met += [await restarted(crowd, listeners, kill=kill) for kill in (False, True)]
            met.append(await cut(f"away for {given.away:g} s", listeners, given.away))
        outcome = await crowd.settle()
    print(
        f"{outcome.said} messages, {outcome.acknowledged} acknowledged, refused {dict(outcome.refused)};"
        f" {outcome.heard:,} events heard; connections ended {dict(outcome.codes)}"
    )
    print("\n".join(outcome.faults[:20]) or "nothing lost, nothing twice, all in order")
    return all(met) and not outcome.faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=5.0, help="messages a second")
    parser.add_argument("--away", type=float, default=300.0, help="seconds of the long absence")
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    several = bool(os.environ.get("LAMPLIGHT_REDIS_URL"))
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}: {given.clients:,} pages,"
        f" {given.rate:g} messages a second, {1 + several} web processes",
        flush=True,
    )
    with running_site(worker=False) as site:
        others = [beside(site)] if several else []
        try:
            for other in others:
                other.start()
            (room,) = open_rooms([site, *others], 1, speakers=speakers_for(given.rate))
            return 0 if uvloop.run(storm(room, given)) else 1
        finally:
            for other in others:
                other.stop()


if __name__ == "__main__":
    sys.exit(main())

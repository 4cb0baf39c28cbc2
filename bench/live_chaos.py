"""Everything that can happen to a live room in an evening, at once and one after the other; then it is counted.

python -m bench.live_chaos [--clients 5] [--drops 50]                 one web process on SQLite
python -m tests.servers postgres redis -- python -m bench.live_chaos  two, and a Redis of this run's own

1. A page stops reading. What the others hear is as quick as without it: p99 within a fifth, or within 5 ms.
2. Each of `--clients` is dropped `--drops` times at random moments, half of them just after saying something, while
   others talk, a web process gets SIGKILL again and again, and Redis (where there is one) goes and comes back.
3. The same words are sent 50 times over three sockets and HTTP at once: one message, and one answer to all.
4. Host and co-host race over the room while peers speak: never two hosts, nobody speaks while none is present.

Exit code 1 when an acknowledged message is lost or doubled, a page heard anything not once and in order, numbers have a
gap, or a bound is not met.
"""

import argparse
import asyncio
import contextlib
import os
import platform
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

import uvloop

from bench.live_storm import share
from tests import servers
from tests.live_client import LivePage
from tests.site import Site, running_site
from tests.storming import (
    Crowd,
    Race,
    Room,
    a_crowd,
    beside,
    drop_often,
    kill_and_start,
    open_rooms,
    overstepped,
    same_send,
    to_its_end,
    until_all,
)

EVENING, QUIET = 16, 60  # speakers of the evening, and of the page that stops reading
RATE = 4.0  # messages a second: nobody says 20 a minute
QUICK = 20.0  # messages a second of the first part, said by many
LONG = "\N{TEACUP WITHOUT HANDLE}" * 420  # twelve bytes each on the wire
STRETCHES, STRETCH = 5, 2.0  # the p99 is the median of so many stretches of so many seconds
FILLING = 26.0  # seconds until nothing more fits between the server and a page that does not read
FIFTH, LEAST = 0.2, 5.0  # how much slower others may hear: a fifth, or so many ms
LONGEST = 2.0  # seconds between two drops of one page
KILL_EVERY, REDIS_EVERY, REDIS_AWAY = 20.0, 15.0, 3.0  # seconds, the first two at most
SENDS = 50
RACING = 20.0  # seconds


class OwnRedis:
    """A Redis that can be stopped and begun again on the same port."""

    def __init__(self) -> None:
        self.port = servers.free_port()
        self._running = contextlib.ExitStack()
        self.restarts = 0

    def start(self) -> str:
        return self._running.enter_context(servers.redis(self.port))

    def stop(self) -> None:
        self._running.close()

    def restart(self) -> None:
        self.stop()
        time.sleep(REDIS_AWAY)
        self.start()
        self.restarts += 1


async def p99(crowd: Crowd, speakers: Sequence[LivePage], listeners: Sequence[LivePage]) -> float:
    """Milliseconds from handing a message to its socket to its arrival at these pages."""
    found = []
    for _ in range(STRETCHES):
        before = {client_id for page in speakers for client_id in page.words}
        async with crowd.talk(speakers, QUICK, LONG):
            await asyncio.sleep(STRETCH)
        await until_all(lambda: not any(page.waiting for page in speakers), "answering")
        words = [page.words[client_id] for page in speakers for client_id in page.words if client_id not in before]
        sent = {each.acks[0][0]: each.sent_at for each in words if each.acks and each.acks[0][0]}
        await until_all(partial(_heard, listeners, max(sent)), "hearing")
        ms = sorted((page.heard_at[seq - 1] - at) * 1000 for seq, at in sent.items() for page in listeners)
        found.append(share(ms, 0.99))
    return statistics.median(found)


def _heard(pages: Sequence[LivePage], seq: int) -> bool:
    return all(page.after >= seq for page in pages)


async def one_stops_reading(room: Room) -> list[str]:
    async with a_crowd(room) as crowd:
        speakers = await crowd.come(room.cookies)
        without = await p99(crowd, speakers, speakers)
        (deaf,) = await crowd.come([""], narrow=True)
        deaf.reads.clear()
        async with crowd.talk(speakers, QUICK, LONG):
            await asyncio.sleep(FILLING)
        beside_it = await p99(crowd, speakers, speakers)
        behind = speakers[0].after - deaf.after
        deaf.reads.set()
        outcome = await crowd.settle()
    print(
        f"one stops reading, and is {behind} events behind: others' p99 {without:.1f} ms without it, {beside_it:.1f} ms"
        f" beside it (load {os.getloadavg()[0]:.1f}); its connections ended {dict(deaf.codes)}, then it had everything;"
        f" refused {dict(outcome.refused)}",
        flush=True,
    )
    slower = beside_it - without
    if slower > max(FIFTH * without, LEAST):
        outcome.faults.append(f"others hear {slower:.1f} ms later beside a page that does not read")
    return outcome.faults


async def drops_and_kills(crowd: Crowd, speakers: Sequence[LivePage], dropped: Sequence[LivePage], drops: int) -> int:
    """How often a web process was killed."""
    kills = 0

    async def kill_on_and_on() -> None:
        nonlocal kills
        while True:
            await asyncio.sleep(random.uniform(0, KILL_EVERY))  # noqa: S311  (not secret)
            kills += 1
            await to_its_end(partial(kill_and_start, random.choice(crowd.room.sites)))  # noqa: S311

    async with crowd.talk(speakers, RATE):
        dropping = asyncio.gather(*(drop_often(page, drops, LONGEST) for page in dropped))
        killing = asyncio.create_task(kill_on_and_on())
        await dropping
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
    return kills


async def evening(room: Room, given: argparse.Namespace, redis: OwnRedis | None) -> list[str]:
    async with a_crowd(room) as crowd:
        speakers = await crowd.come(room.cookies[:EVENING])
        dropped = await crowd.come(room.cookies[EVENING : EVENING + given.clients])
        restarts = asyncio.create_task(_redis_comes_and_goes(redis))
        kills = await drops_and_kills(crowd, speakers, dropped, given.drops)
        restarts.cancel()
        await asyncio.gather(restarts, return_exceptions=True)
        outcome = await crowd.settle()
        print(
            f"{given.drops} drops x {given.clients}, {kills} SIGKILLs, Redis restarted {redis.restarts if redis else 0}"
            f" times: {outcome.said} messages, {outcome.acknowledged} acknowledged, refused {dict(outcome.refused)};"
            f" {outcome.heard} events heard; connections ended {dict(outcome.codes)}",
            flush=True,
        )
        same = await crowd.come([room.cookies[-1]] * 3)
        statuses = await same_send(crowd, same, SENDS)
        (words,) = same[0].words.values()
        print(
            f"the same send {SENDS} times: over sockets acknowledged {len(words.acks)} times"
            f" as {len(set(words.acks))} message, HTTP answered {sorted(statuses)}",
            flush=True,
        )
        faults = [] if set(statuses) == {303} else [f"the same words over HTTP: {statuses}"]
        faults += await race(crowd, speakers)
        return faults + (await crowd.settle()).faults


async def _redis_comes_and_goes(redis: OwnRedis | None) -> None:
    while redis:
        await asyncio.sleep(random.uniform(0, REDIS_EVERY))  # noqa: S311  (not secret)
        await to_its_end(redis.restart)


async def race(crowd: Crowd, speakers: Sequence[LivePage]) -> list[str]:
    first = time.time()
    async with crowd.talk(speakers, RATE):
        hosts = Race(crowd.room)
        await hosts.run(RACING)
    await until_all(lambda: not any(page.waiting for page in speakers), "answering")
    found = await asyncio.to_thread(crowd.room.found)
    said = sum(row[1] == "said" and row[4] > first for row in found["events"])
    acts = Counter(each.act for each in hosts.done)
    print(f"two hosts over HTTP: {dict(acts)} done, {said} messages said meanwhile", flush=True)
    return overstepped(hosts, found["events"], first=first)


@contextlib.contextmanager
def the_site(redis: OwnRedis | None) -> Iterator[list[Site]]:
    """One web process on SQLite; two with Redis."""
    named = {"LAMPLIGHT_REDIS_URL": redis.start()} if redis else {}
    with running_site(worker=False, **named) as site:
        sites = [site, beside(site)] if redis else [site]
        try:
            for other in sites[1:]:
                other.start()
            yield sites
        finally:
            for other in sites[1:]:
                other.stop()
            if redis:
                redis.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=5)
    parser.add_argument("--drops", type=int, default=50)
    given = parser.parse_args()
    redis = OwnRedis() if os.environ.get("LAMPLIGHT_REDIS_URL") else None
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python"
        f" {platform.python_version()}: {1 + bool(redis)} web processes",
        flush=True,
    )
    with the_site(redis) as sites:
        quiet, room = open_rooms(sites, 2, speakers=max(QUIET, EVENING + given.clients + 1))
        faults = uvloop.run(one_stops_reading(quiet)) + uvloop.run(evening(room, given, redis))
    print("\n".join(faults[:20]) or "nothing lost, nothing twice, all in order")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""One run against one server: what came, how soon, and what it cost."""

import asyncio
import gc
import os
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.live_load import Crowd
from bench.live_places import SERVES, Place

TICK = os.sysconf("SC_CLK_TCK")
SETTLE = 3.0  # seconds after which idle sockets are counted
WARM = 2.0  # seconds of talk before anything is timed


@dataclass(frozen=True, slots=True)
class Run:
    """Figures of one run, or the medians of several."""

    delivered: float
    expected: float
    partly: float  # messages that some socket did not hear, or not once
    disorder: float  # deliveries out of order
    closed: float  # sockets closed by the server
    refused: float  # messages that were not said
    p50: float
    p95: float
    p99: float
    cpu: float  # seconds of the server for 1,000 deliveries
    kilobytes: float  # resident, for one idle connection
    size: float  # bytes of one delivery on the wire
    load: float  # per cent of its core that the load generator used
    others: float  # per cent of the server's core that was used by others

    @property
    def faults(self) -> str:
        """Everything that must not be, in words."""
        kinds = ("partly", "disorder", "closed", "refused")
        return ", ".join(f"{getattr(self, kind):g} {kind}" for kind in kinds if getattr(self, kind))


def median(runs: list[Run]) -> Run:
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in Run.__slots__))


async def measure(place: Place, *, listeners: int, rate: float, seconds: float, patience: float = 5.0) -> Run:
    await warm_up(place)
    crowd = Crowd(place.mark, greets=place.greets)
    empty = resident(place)
    await crowd.come(place.doors(listeners), place.speakers)
    await asyncio.sleep(SETTLE)
    full = resident(place)
    warm = await crowd.talk(rate, WARM)
    await crowd.hear_all(warm, patience)
    gc.collect()
    gc.disable()  # in this process only, so that its pauses are not taken for the server's
    began, at_first, own, core, told = time.monotonic(), used(place), time.process_time(), busy(), crowd.heard.received
    said = await crowd.talk(rate, seconds)
    await crowd.hear_all(said, patience)
    took, cpu, load = time.monotonic() - began, used(place) - at_first, time.process_time() - own
    others = max(0.0, busy() - core - cpu)
    gc.enable()
    heard, delivered = crowd.heard, crowd.heard.delivered(said)
    if heard.refused:
        print(f"refused: {dict(Counter(heard.refused))}")
    ms = heard.latencies(said) or [float("nan")]
    crowd.go()
    await asyncio.sleep(0.5)
    everything = len(said) * listeners
    times = [len(heard.arrivals[heard.acked[name]]) for name in [*warm, *said] if name in heard.acked]
    return Run(
        delivered=delivered,
        expected=everything,
        partly=sum(each != listeners for each in times),
        disorder=heard.out_of_order,
        closed=heard.closed,
        refused=len(heard.refused),
        p50=share(ms, 0.5),
        p95=share(ms, 0.95),
        p99=share(ms, 0.99),
        cpu=cpu / max(delivered, 1) * 1000,
        kilobytes=(full - empty) / listeners,
        size=(heard.received - told) / max(delivered, 1),
        load=load / took * 100,
        others=others / took * 100,
    )


async def warm_up(place: Place) -> None:
    """Let the server load what it needs, so that this is not counted as memory of connections."""
    crowd = Crowd(place.mark, greets=place.greets)
    await crowd.come(place.doors(8), min(place.speakers, 8))
    await crowd.hear_all(await crowd.talk(5, 1), patience=2)
    crowd.go()
    await asyncio.sleep(0.5)


def share(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def used(place: Place) -> float:
    """CPU seconds of the server so far, with all its threads."""
    total = 0
    for pid in place.pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def busy() -> float:
    """Seconds the server's core has worked so far, for whomever."""
    line = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith(f"cpu{SERVES} "))
    user, nice, system, _idle, _waits, *interrupts = map(int, line.split()[1:])
    return (user + nice + system + sum(interrupts[:3])) / TICK


def resident(place: Place) -> float:
    """Kilobytes of memory the server holds."""
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in place.pids]
    return sum(float(text.partition("VmRSS:")[2].split()[0]) for text in statuses)

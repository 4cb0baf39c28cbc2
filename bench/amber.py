"""How long amber waits: the desk played through event by event, in the order it serves and in two others.

    python -m bench.amber            the tables, and docs/img/amber.svg drawn anew; exit 1 when a bound does not hold
    python -m bench.amber --days 3   quicker, and nothing drawn

The same seeds give the same figures on every machine: it is arithmetic, not a measurement. Moderators take the first
case of the order whenever they are free, and finish what they began.
"""

import argparse
import heapq
import platform
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bench.amber_chart import drawn
from moderation.ordering import place_of

CHART = Path(__file__).resolve().parent.parent / "docs" / "img" / "amber.svg"
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86400.0
MODERATORS = 6
WAVE = 0.8  # of the desk that red and crisis alone need in a wave: with amber more comes than can be done
DAYS, SEEDS = 30, (1, 2, 3, 4, 5)
UTILISATIONS = (0.5, 0.6, 0.7, 0.8, 0.9)
TIMES_TARGET = 2.0  # the bound: amber's longest wait, in targets
RED_LATER = 300.0  # seconds that red's p95 may be later than when red always goes first, where it is past its target
CRISIS_LATER = 60.0  # seconds by which its p95 may differ: whoever is busy finishes, with one thing or another
BURST, BURST_OVER, BURSTS_A_DAY = 12, 600.0, 2  # so many crises within so many seconds
WAVE_FROM, WAVE_TO = 2 * 3600.0, 6 * 3600.0  # of each day: when most people cannot sleep


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of case: its level, its target, how long one takes (seconds, on average), its share of steady work."""

    name: str
    level: int
    target: float
    handling: float
    share: float


KINDS = (
    Kind("crisis", 3, 120, 480, 0.08),
    Kind("red, 15 min", 2, 900, 240, 0.50),
    Kind("red, 1 h", 2, 3600, 180, 0.10),
    Kind("amber, 1 h", 1, 3600, 150, 0.10),
    Kind("amber, 4 h", 1, 14400, 120, 0.22),
)
CRISIS, RED = KINDS[:2]
AMBER = tuple(kind for kind in KINDS if kind.level == 1)


@dataclass(frozen=True, slots=True)
class Load:
    """What comes to the desk: `utilisation` of all moderators' time on average, bursts and waves counted in.

    With a wave, red and crisis alone need that part of the desk for four hours of every night.
    """

    utilisation: float
    moderators: int = MODERATORS
    wave: float = 0.0

    def rates(self) -> tuple[float, float]:
        """Work offered in each second, in moderators: (steady, red that comes on top in the wave)."""
        bursts = BURST * BURSTS_A_DAY * CRISIS.handling / DAY
        free = self.utilisation * self.moderators - bursts
        if not self.wave:
            return free, 0.0
        part = (WAVE_TO - WAVE_FROM) / DAY
        urgent = sum(kind.share for kind in KINDS if kind.level > 1)
        steady = (free - part * self.wave * self.moderators) / (1 - part * urgent)
        return steady, self.wave * self.moderators - urgent * steady


class Arrival(NamedTuple):
    at: float
    kind: Kind
    takes: float


Order = Callable[[Arrival, int], Any]


def as_served(arrival: Arrival, number: int) -> Any:
    """The order of the desk itself."""
    due = MIDNIGHT + timedelta(seconds=arrival.at + arrival.kind.target)
    return place_of(level=arrival.kind.level, due_at=due, pk=number)


def by_level(arrival: Arrival, number: int) -> Any:
    """Every red before every amber, then by deadline."""
    return -arrival.kind.level, arrival.at + arrival.kind.target, number


def by_age(arrival: Arrival, number: int) -> Any:
    """First come, first served."""
    return arrival.at, number


ORDERS: Mapping[str, Order] = {"as served": as_served, "by level": by_level, "by age": by_age}


def arrivals(load: Load, *, days: float, seed: int) -> list[Arrival]:
    """A run of the desk's inbox, in the order of time."""
    dice = random.Random(seed)  # noqa: S311  (the same on every machine; nothing is secret)
    return sorted(_come(load, days * DAY, dice), key=lambda each: each.at)


def _come(load: Load, until: float, dice: random.Random) -> Iterator[Arrival]:
    steady, wave = load.rates()
    for kind in KINDS:
        yield from (_one(at, kind, dice) for at in _times(steady * kind.share / kind.handling, until, dice))
    in_wave = (at for at in _times(wave / RED.handling, until, dice) if WAVE_FROM <= at % DAY < WAVE_TO)
    yield from (_one(at, RED, dice) for at in in_wave)
    for began in _times(BURSTS_A_DAY / DAY, until, dice):
        yield from (_one(began + dice.random() * BURST_OVER, CRISIS, dice) for _ in range(BURST))


def _times(rate: float, until: float, dice: random.Random) -> Iterator[float]:
    at = dice.expovariate(rate) if rate else until
    while at < until:
        yield at
        at += dice.expovariate(rate)


def _one(at: float, kind: Kind, dice: random.Random) -> Arrival:
    return Arrival(at, kind, dice.expovariate(1 / kind.handling))


def waits(come: Sequence[Arrival], moderators: int, order: Order) -> dict[str, list[float]]:
    """Seconds from arriving to being taken, by kind: whoever is free takes the first of the order."""
    free = [0.0] * moderators
    queue: list[tuple[Any, int]] = []
    waited: dict[str, list[float]] = {kind.name: [] for kind in KINDS}
    seen = 0
    while seen < len(come) or queue:
        now = free[0] if queue else max(free[0], come[seen].at)
        while seen < len(come) and come[seen].at <= now:
            heapq.heappush(queue, (order(come[seen], seen), seen))
            seen += 1
        _, number = heapq.heappop(queue)
        one = come[number]
        waited[one.kind.name].append(now - one.at)
        heapq.heapreplace(free, now + one.takes)
    return waited


def played(load: Load, order: Order, *, days: float, seeds: Sequence[int] = SEEDS) -> dict[str, list[float]]:
    """Every wait of every seed, sorted, by kind."""
    together: dict[str, list[float]] = {kind.name: [] for kind in KINDS}
    for seed in seeds:
        for name, waited in waits(arrivals(load, days=days, seed=seed), load.moderators, order).items():
            together[name] += waited
    return {name: sorted(waited) for name, waited in together.items()}


def in_targets(found: Mapping[str, Sequence[float]]) -> float:
    """Amber's longest wait, in targets: the worse of the two kinds."""
    return max(found[kind.name][-1] / kind.target for kind in AMBER)


def p95(waited: Sequence[float]) -> float:
    return waited[int(len(waited) * 0.95)]


def faults(found: Mapping[str, Mapping[str, Sequence[float]]]) -> list[str]:
    """What does not hold of one load, played in every order."""
    ours, level = found["as served"], found["by level"]
    said = []
    if in_targets(ours) > TIMES_TARGET:
        said.append(f"amber waited {in_targets(ours):.1f} targets")
    if p95(ours["crisis"]) > p95(level["crisis"]) + CRISIS_LATER:
        said.append("crisis waits longer than if nothing aged")
    said += [
        f"{kind.name}: p95 is {p95(ours[kind.name]) - p95(level[kind.name]):.0f} s later"
        for kind in KINDS
        if kind.level == 2 and p95(ours[kind.name]) > max(kind.target, p95(level[kind.name]) + RED_LATER)
    ]
    return said


def row(name: str, found: Mapping[str, Sequence[float]]) -> str:
    """One line of the table: minutes at p50 / p95 / the longest, by kind."""
    cells = [
        " / ".join(f"{seconds / 60:.0f}" for seconds in (waited[len(waited) // 2], p95(waited), waited[-1]))
        for waited in found.values()
    ]
    return f"| {name} | {' | '.join(cells)} |"


def compared(load: Load, days: float) -> tuple[list[str], list[str]]:
    """(lines of the table for this load, what does not hold)."""
    found = {name: played(load, order, days=days) for name, order in ORDERS.items()}
    kind = "with a wave" if load.wave else "steady"
    title = f"{kind}, {load.utilisation:.0%}"
    return [row(f"{title}, {name}", each) for name, each in found.items()], [f"{title}: {s}" for s in faults(found)]


def limits(days: float) -> list[str]:
    """Where it ends: amber's longest wait in targets, by moderators and utilisation, with the wave."""
    columns = (0.7, 0.8, 0.9, 1.0, 1.1)
    lines = [f"| moderators | {' | '.join(f'{each:.0%}' for each in columns)} |", "|---|---|---|---|---|---|"]
    for moderators in (2, 3, 4, 6, 8):
        loads = [Load(each, moderators, wave=WAVE) for each in columns]
        cells = [f"{in_targets(played(load, as_served, days=days)):.1f}" for load in loads]
        lines.append(f"| {moderators} | {' | '.join(cells)} |")
    return lines


def chart(days: float) -> str:
    """The drawing: by order, amber's longest wait in targets as the desk gets busier, and what it costs crisis."""
    curves: dict[str, list[tuple[float, float]]] = {name: [] for name in ORDERS}
    notes: dict[str, str] = {}
    for utilisation in UTILISATIONS:
        for name, order in ORDERS.items():
            found = played(Load(utilisation, wave=WAVE), order, days=days)
            curves[name].append((utilisation, in_targets(found)))
            notes[name] = f"crisis: p95 {p95(found['crisis']) / 60:.0f} min"
    return drawn(curves, notes, bound=TIMES_TARGET)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=DAYS)
    days = parser.parse_args().days
    print(f"{platform.machine()}, Python {platform.python_version()}")
    print(f"{len(SEEDS)} runs of {days:g} days, {MODERATORS} moderators")
    print(f"\n| minutes waited: p50 / p95 / longest | {' | '.join(kind.name for kind in KINDS)} |")
    print(f"|---|{'---|' * len(KINDS)}")
    broken = []
    base = Load(0.9)
    for load in (*(replace(base, utilisation=each) for each in (0.5, 0.7, 0.9)), Load(0.9, wave=WAVE)):
        lines, said = compared(load, days)
        print("\n".join(lines), flush=True)
        broken += said
    print("\nAmber's longest wait in targets, as served, with the wave:\n")
    print("\n".join(limits(days)))
    if days == DAYS:
        CHART.write_text(chart(days), encoding="utf-8")
    print("\n" + ("\n".join(broken) or f"held: amber at most {TIMES_TARGET:g} targets, crisis first, red hardly later"))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

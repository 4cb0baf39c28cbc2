"""What it costs to tell a live room what was said, beside bare sockets below and the textbook's chat above.

python -m bench.live [--listeners 1000] [--rate 10] [--seconds 30] [--runs 3]
python -m tests.servers postgres redis -- python -m bench.live --redis     two web processes

The server has the first core, whoever listens the last one. `raw` is the websockets library alone: it broadcasts and
keeps nothing. `textbook` is a consumer of Channels with a group and a saved row. `lamplight` is the site as it is: each
message is judged, stored and rendered, the host is present. Latency is from handing a message to its socket to its
arrival at each listener. Exit code 1 when a bound is not met.
"""

import argparse
import os
import platform
import resource
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

import uvloop

from bench import live_places
from bench.live_measure import Run, measure, median
from bench.live_places import LISTENS, Place

TIMES_RAW, TIMES_TEXTBOOK, MOST_KILOBYTES = 2.5, 10, 35
TEXTBOOK_SECONDS = 3.0  # its queue grows without end; in so long it does not yet throw anything away
TEXTBOOK_PATIENCE = 30.0


def run(place: Place, given: argparse.Namespace, *, seconds: float, patience: float = 5.0) -> Run:
    return uvloop.run(measure(place, listeners=given.listeners, rate=given.rate, seconds=seconds, patience=patience))


def runs_of(
    name: str, opens: Callable[[], AbstractContextManager[Place]], given: argparse.Namespace, **how: float
) -> Run:
    """Several runs, each with a server begun anew; their medians, printed."""
    runs = []
    for _ in range(given.runs):
        with opens() as place:
            runs.append(run(place, given, **how))
    found = median(runs)
    print(
        f"{name:<10} {found.delivered:>9,.0f} of {found.expected:,.0f}, {found.faults or 'no faults'};"
        f" ms p50 {found.p50:.1f}, p95 {found.p95:.1f}, p99 {found.p99:.1f};"
        f" CPU s per 1,000 {found.cpu:.4f}; KB a connection {found.kilobytes:.1f}; bytes {found.size:.0f};"
        f" load generator {found.load:.0f} %, others on the server's core {found.others:.0f} %",
        flush=True,
    )
    print(
        f"{'':<10} each run: " + "; ".join(f"p50 {r.p50:.1f} p95 {r.p95:.1f} CPU {r.cpu:.4f}" for r in runs), flush=True
    )
    return found


def verdict(raw: Run, textbook: Run, lamplight: Run) -> bool:
    """Print each bound, and whether all are met."""
    bounds = [complete(lamplight)]
    for name in ("p50", "p95", "cpu"):
        times = getattr(lamplight, name) / getattr(raw, name)
        bounds.append((times <= TIMES_RAW, f"{name}: {times:.2f} times raw, at most {TIMES_RAW}"))
    times = textbook.cpu / lamplight.cpu
    bounds.append(
        (times >= TIMES_TEXTBOOK, f"cpu: textbook costs {times:.1f} times as much, at least {TIMES_TEXTBOOK}")
    )
    bounds.append((lamplight.kilobytes <= MOST_KILOBYTES, f"{lamplight.kilobytes:.1f} KB a connection, at most 35"))
    return told(bounds)


def complete(lamplight: Run) -> tuple[bool, str]:
    whole = lamplight.delivered == lamplight.expected and not lamplight.faults
    return whole, f"{lamplight.delivered:,.0f} of {lamplight.expected:,.0f} delivered, once and in order"


def told(bounds: list[tuple[bool, str]]) -> bool:
    for is_met, sentence in bounds:
        print(f"{'ok' if is_met else 'NOT MET':<8} {sentence}")
    return all(is_met for is_met, _ in bounds)


def beside_others(given: argparse.Namespace) -> bool:
    raw = runs_of("raw", lambda: live_places.raw(given.rate), given, seconds=given.seconds)
    seconds = min(given.seconds, TEXTBOOK_SECONDS)
    textbook = runs_of(
        f"textbook, {seconds:.0f} s",
        lambda: live_places.textbook(given.rate),
        given,
        seconds=seconds,
        patience=TEXTBOOK_PATIENCE,
    )
    with live_places.lamplight(given.rate) as site:
        lamplight = runs_of("lamplight", site.open, given, seconds=given.seconds)
    return verdict(raw, textbook, lamplight)


def over_redis(given: argparse.Namespace) -> bool:
    with live_places.lamplight(given.rate, processes=2) as site:
        return told([complete(runs_of("two processes", site.open, given, seconds=given.seconds))])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=10.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--redis", action="store_true")
    given = parser.parse_args()
    if given.redis and not os.environ.get("LAMPLIGHT_REDIS_URL"):
        parser.error("two processes need Redis: python -m tests.servers postgres redis -- python -m bench.live --redis")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.sched_setaffinity(0, {LISTENS})
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python"
        f" {platform.python_version()}: {given.listeners:,} listeners, {given.rate:g} messages a second,"
        f" {given.seconds:g} s, {given.runs} runs",
        flush=True,
    )
    return 0 if (over_redis if given.redis else beside_others)(given) else 1


if __name__ == "__main__":
    sys.exit(main())

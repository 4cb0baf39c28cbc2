"""Simulated crises under workers killed in the middle of their rounds: each step once, in time, and none silent.

python -m bench.crises [--crises 10000] [--kills 60]                  on SQLite
python -m tests.servers postgres redis -- python -m bench.crises      on Postgres

What is simulated, and how, stands in tests/crises.py.
"""

import argparse
import platform
import sys
import time
from datetime import UTC, datetime, timedelta

from bench.simulated import CLOCK, make_database
from tests.clock import EPOCH
from tests.crises import BOUND, WORKERS, Simulation, faults, look

AFTERWARDS = 600.0  # simulated seconds after the last crisis: steps at 2 and 4 minutes, and the first that comes again


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crises", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=60, help="about how many")
    parser.add_argument("--minutes", type=float, default=15.0, help="simulated minutes in which the crises come")
    parser.add_argument("--afterwards", type=float, default=AFTERWARDS, help="simulated seconds after the last one")
    parser.add_argument("--rest", type=float, default=1.0, help="simulated seconds between two rounds")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    make_database()
    lasts = (given.minutes * 60, given.afterwards)
    tally = Simulation(
        CLOCK, crises=given.crises, kills=given.kills, rest=given.rest, lasts=lasts, seed=given.seed
    ).run()
    found = look(CLOCK)
    wrong = faults(found, tally, crises=given.crises)
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {WORKERS} workers, {tally.kills} kills,"
        f" {tally.in_a_round} of them in the middle of a round"
    )
    print(
        f"{found.crises} crises ({tally.decided} decided, {tally.vanished} times someone vanished, {tally.given_back}"
        f" times given back) in {CLOCK.now() - datetime.fromtimestamp(EPOCH, UTC)} simulated,"
        f" {timedelta(seconds=round(time.monotonic() - began))} real"
    )
    print(
        f"{found.steps} steps: {found.twice} twice, {found.unannounced} unannounced, the latest {found.late:.1f} s late"
        f" (bound {BOUND:.0f}); longest round {tally.longest_round:.2f} s; silent crises: {found.silent}"
    )
    for words in wrong:
        print(f"BROKEN: {words}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""SIGKILLs of the web process under write load: what was acknowledged must be there, and every risky post has its case.

python -m bench.kills [--kills 50]                                   on SQLite
python -m tests.servers postgres redis -- python -m bench.kills      on Postgres and Redis

Nobody is at the desk here; bench/desk_kills.py kills while moderators work, too.
"""

import argparse
import platform
import sys
import time

from tests.killing import kill_under_load
from tests.site import running_site


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    kills = parser.parse_args().kills
    began = time.monotonic()
    with running_site(worker=True) as site:
        outcome = kill_under_load(site, kills=kills, moderators=0, worker_each=kills + 1)
    print(
        f"{platform.machine()}, Python {platform.python_version()}: {outcome.kills} kills in"
        f" {time.monotonic() - began:.0f} s; {len(outcome.acknowledged)} posts acknowledged, {len(outcome.lost)} lost,"
        f" {outcome.risky_without_case} risky without a case; {', '.join(outcome.faults) or 'no fault'}"
    )
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())

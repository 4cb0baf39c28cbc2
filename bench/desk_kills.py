"""SIGKILLs of web process and worker while people post and moderators claim, reveal, decide and undo over HTTP.

python -m bench.desk_kills [--kills 200]                              on SQLite
python -m tests.servers postgres redis -- python -m bench.desk_kills  on Postgres and Redis

Every second kill takes the worker, too. Afterwards everything that was acknowledged must be there, no decision twice,
and every invariant must hold. Exit code 1 for any fault.
"""

import argparse
import platform
import sys
import time

from tests.killing import kill_under_load
from tests.site import running_site


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--moderators", type=int, default=2)
    given = parser.parse_args()
    began = time.monotonic()
    with running_site(worker=True) as site:
        outcome = kill_under_load(site, kills=given.kills, moderators=given.moderators, worker_each=2)
    print(
        f"{platform.machine()}, Python {platform.python_version()}: {outcome.kills} kills of the web process and"
        f" {outcome.kills // 2} of the worker in {time.monotonic() - began:.0f} s"
    )
    print(
        f"acknowledged: {len(outcome.acknowledged)} posts ({len(outcome.lost)} lost), {len(outcome.decided)} decisions"
        f" ({len(outcome.lost_decisions)} lost, {outcome.doubled} doubled), {len(outcome.undone)} undoings"
        f" ({len(outcome.lost_undoings)} lost)"
    )
    print("\n".join(outcome.faults) or "check_invariants reports nothing")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())

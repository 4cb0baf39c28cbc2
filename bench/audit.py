"""How fast the audit log is verified: events a second, every hash made anew, all chains, on all cores.

    python -m bench.audit [--events 1000000]                               on SQLite
    python -m tests.servers postgres -- python -m bench.audit [...]        on Postgres

Fills a temporary database with events as the desk writes them, then runs what `manage.py audit verify` runs. Also says
what an archive of all of them costs, and for how long of that nobody can write to the log. Exit code 1 below 100,000
events a second, or when the log does not add up.
"""

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

FASTEST_ALLOWED = 100_000  # events a second
BATCH = 10_000
TABLE = "moderation_auditevent"
COLUMNS = ("shard", "seq", "at", "actor", "kind", "case_ref", "data", "before_hash", "hash")
# What a case leaves behind, from its opening to its decision.
COURSE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("rules", "case.opened", {"level": 3, "categories": ["suicide", "distress"]}),
    ("rules", "case.joined", {"level": 3, "raised": False}),
    ("worker", "case.escalated", {"step": 1}),
    ("robin", "case.claimed", {}),
    ("robin", "case.revealed", {}),
    ("robin", "outreach.written", {}),
    ("robin", "case.decided", {"action": "leave", "reason": "pain-stands"}),
)


def prepare(folder: str) -> None:
    """Django, over a database of our own. Not at the top: the reading processes load this file and need none of it."""
    os.environ["LAMPLIGHT_DATA"] = folder
    os.environ.setdefault("LAMPLIGHT_SECRET_KEY", "s" * 60)
    os.environ.setdefault("LAMPLIGHT_PEPPER", "p" * 60)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)


def course(events: int) -> Iterator[tuple[Any, ...]]:
    """Rows of a log of this many events, three years ago, one second apart."""
    from forum.tokens import new_token  # noqa: PLC0415
    from moderation.audit import digest_of  # noqa: PLC0415
    from moderation.audit_chain import BEGINNING, SHARDS  # noqa: PLC0415

    ends = [(0, BEGINNING)] * SHARDS
    at, made = datetime.now(UTC) - timedelta(days=3 * 365), 0
    while made < events:
        shard, ref = random.randrange(SHARDS), new_token()  # noqa: S311  (spread, not secret)
        for actor, kind, data in COURSE[: events - made]:
            at += timedelta(seconds=1, microseconds=1)
            seq, before = ends[shard][0] + 1, ends[shard][1]
            told = {**data, "revision": made} if kind == "case.joined" else data
            fresh = digest_of(before=before, at=at, facts=[shard, seq, actor, kind, ref, told])
            ends[shard] = (seq, fresh)
            yield shard, seq, at.replace(tzinfo=None).isoformat(" "), actor, kind, ref, json.dumps(told), before, fresh
            made += 1
    _heads(ends)


def _heads(ends: list[tuple[int, str]]) -> None:
    from moderation.models import AuditHead  # noqa: PLC0415

    AuditHead.objects.bulk_create(
        AuditHead(shard=shard, last_seq=seq, last_hash=last) for shard, (seq, last) in enumerate(ends) if seq
    )


def fill(events: int) -> None:
    from django.db import connection, transaction  # noqa: PLC0415

    names, rows = ", ".join(COLUMNS), course(events)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {TABLE} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((*row[:2], f"{row[2]}+00", *row[3:]))
            return
        places = ", ".join(["%s"] * len(COLUMNS))
        while batch := list(islice(rows, BATCH)):
            cursor.executemany(f"INSERT INTO {TABLE} ({names}) VALUES ({places})", batch)  # noqa: S608


def two_leads() -> None:
    from moderation.staffing import add_moderator  # noqa: PLC0415

    for name in ("robin", "wren"):
        add_moderator(username=name, staff_name=name.title(), role="lead")


def archived(folder: Path) -> tuple[int, float, float]:
    """Archive all of it: bytes of the file, seconds to write and read it back, seconds of the transaction."""
    from moderation import audit_archiving as archiving  # noqa: PLC0415

    two_leads()
    planned = archiving.plan(by="robin", second="wren", before=date.today() - timedelta(days=400), to=folder / "old")  # noqa: DTZ011
    began = time.perf_counter()
    seals = archiving._written(planned)  # noqa: SLF001  (the two halves are timed apart)
    written = time.perf_counter()
    archiving._seal_and_drop(planned, seals)  # noqa: SLF001
    return planned.to.stat().st_size, written - began, time.perf_counter() - written


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    events = parser.parse_args().events
    with tempfile.TemporaryDirectory(prefix="lamplight-audit-") as folder:
        prepare(folder)
        return measure(events, Path(folder))


def measure(events: int, folder: Path) -> int:
    """Fill, verify, archive, verify; what each took. The exit code."""
    from django.db import connection  # noqa: PLC0415

    from moderation.audit_verifying import verify  # noqa: PLC0415

    began = time.perf_counter()
    fill(events)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}")
    print(f"filled: {events:,} events in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    read = verify()
    took = time.perf_counter() - began
    speed = read.events / took
    print(f"verified: {read.events:,} events in {took:.1f} s, {speed:,.0f} events/s, {len(read.faults)} faults")
    size, writing, dropping = archived(folder)
    print(f"archived: {size / 1e6:,.0f} MB, written and read back in {writing:.0f} s, dropped in {dropping:.1f} s")
    left = verify()
    print(f"verified behind the seals: {left.events:,} events, {len(left.faults)} faults")
    return 1 if speed < FASTEST_ALLOWED or read.events != events or read.faults or left.faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether the audit log adds up: every chain read, by several processes where there is much to read."""

import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum

from moderation.audit_chain import BEGINNING, SHARDS, Chain
from moderation.audit_reading import Address, Exported, Log, read_chain, snapshot
from moderation.models import AuditHead

WORTH_PROCESSES = 50_000  # events; fewer are read before another process has started
# What only Django's own connections have; a driver alone would not know it, or not be able to hand it on.
_DJANGOS = {"cursor_factory", "context", "pool", "detect_types", "init_command", "transaction_mode"}


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read, and everything that was wrong with it, a sentence each."""

    chains: int
    events: int
    faults: list[str]


def verify(*, exported: Mapping[int, Exported] | None = None, processes: int | None = None) -> Verified:
    """Read the whole log. Inside a caller's transaction it is what that one sees; else a snapshot of each chain.

    `exported` are heads kept elsewhere: without them a log that was rewritten whole, heads and all,
    or cut off together with its heads, adds up.
    """
    heads = [(exported or {}).get(shard) for shard in range(SHARDS)]
    with seen_here() as log:
        strays = log.strays()
        if connection.in_atomic_block:
            return _verified([log.chain(shard, heads[shard]) for shard in range(SHARDS)], strays)
    return _verified(_read(heads, processes or _processes()), strays)


def first_fault() -> str:
    """Where the log does not add up, in words; empty when every chain is whole."""
    return next(iter(verify().faults), "")


def address() -> Address:
    """Where this site's database is, for a process that knows no Django."""
    parameters = connection.get_connection_params()
    return Address(connection.vendor, {name: value for name, value in parameters.items() if name not in _DJANGOS})


@contextmanager
def seen_here() -> Iterator[Log]:
    """The log as the transaction sees it that is open here, or a snapshot of it."""
    if connection.in_atomic_block:
        yield Log(connection.connection, connection.vendor)
    else:
        with snapshot(address()) as log:
            yield log


def _processes() -> int:
    events = AuditHead.objects.aggregate(all=Sum("last_seq"))["all"] or 0
    return (os.cpu_count() or 1) if events >= WORTH_PROCESSES else 1


def _read(heads: Sequence[Exported | None], processes: int) -> list[Chain]:
    places = [address()] * SHARDS
    if processes == 1:
        return list(map(read_chain, places, range(SHARDS), heads))
    # Started anew, not forked: a fork would share this process's connections to the database.
    with ProcessPoolExecutor(min(processes, SHARDS), multiprocessing.get_context("spawn")) as workers:
        return list(workers.map(read_chain, places, range(SHARDS), heads))


def _verified(chains: list[Chain], strays: list[str]) -> Verified:
    faults = [fault for chain in chains for fault in chain.faults]
    return Verified(sum(chain.read > 0 for chain in chains), sum(chain.read for chain in chains), [*faults, *strays])


def heads() -> list[tuple[int, int, str]]:
    """(shard, last_seq, last_hash) of every chain; one that has not begun ends at 0."""
    known = {head.shard: (head.shard, head.last_seq, head.last_hash) for head in AuditHead.objects.all()}
    return [known.get(shard, (shard, 0, BEGINNING)) for shard in range(SHARDS)]

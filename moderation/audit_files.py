"""Files of the audit log: exported heads and archives.

A file is never written over, can be read by its owner alone, and is on the disk before anything relies on it.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from moderation.audit_chain import SHARDS, Row, canonical
from moderation.audit_reading import Exported

_COLUMNS = ("shard", "seq", "at", "actor", "kind", "case_ref", "data", "before_hash", "hash")
_KINDS = (int, int, str, str, str, str, dict, str, str)


class BadFile(Exception):
    """This is not a file of the audit log, or not a whole one; the message says where."""


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that was not there before (FileExistsError), for its owner alone; on the disk when this ends."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)  # its name in the folder, too
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_heads(path: Path, heads: Iterable[tuple[int, int, str]], *, at: str) -> None:
    """(shard, last_seq, last_hash) of every chain, as they were at this time. Raises FileExistsError."""
    rows = [{"shard": shard, "last_seq": seq, "last_hash": last_hash, "time": at} for shard, seq, last_hash in heads]
    with new_file(path) as file:
        file.write(json.dumps(rows, indent=1).encode() + b"\n")


def read_heads(path: Path) -> dict[int, Exported]:
    """Every chain's head as it was exported. Raises OSError or BadFile."""
    try:
        rows = json.loads(path.read_bytes())
        heads = {
            int(row["shard"]): Exported(int(row["last_seq"]), str(row["last_hash"]), str(row["time"])) for row in rows
        }
    except (ValueError, KeyError, TypeError):
        raise BadFile(f"{path} is not a file of exported heads.") from None
    if sorted(heads) != list(range(SHARDS)):
        raise BadFile(f"{path} does not hold the heads of all {SHARDS} chains.")
    return heads


def write_events(file: BinaryIO, shard: int, events: Iterable[Row]) -> None:
    """Events of one chain, a line of JSON each, with their hashes."""
    for _, seq, at, actor, kind, case_ref, data, before, kept in events:
        values = (shard, seq, at, actor, kind, case_ref, json.loads(data), before, kept)
        file.write(json.dumps(dict(zip(_COLUMNS, values, strict=True))).encode() + b"\n")


def read_events(path: Path) -> Iterator[tuple[int, Row]]:
    """(shard, event) of every line. Raises OSError, or BadFile with the number of a line that is no event."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                values = tuple(map(json.loads(line).__getitem__, _COLUMNS))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                values = ()
            if tuple(map(type, values)) != _KINDS:
                raise BadFile(f"{path} holds no event in line {number}, and is not read beyond it.")
            yield _event(values)


def _event(values: tuple[Any, ...]) -> tuple[int, Row]:
    shard, seq, at, actor, kind, case_ref, data, before, kept = values
    return shard, (seq, seq, at, actor, kind, case_ref, canonical(data), before, kept)

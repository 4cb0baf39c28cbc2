"""Checks: who on this site confirmed which line, and when. One small file that outlives the database."""

import fcntl
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType
from typing import Any

GOOD_FOR = timedelta(days=180)
"""How long a check counts; after that the line is as unconfirmed as before."""

_AHEAD = timedelta(days=1)  # a colleague east of Greenwich may write tomorrow's date
_NONE: Mapping[str, "Check"] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Check:
    """One person dialled or looked up one line. `checked_by` is the public staff name, never who they are."""

    line_id: str
    checked_on: date
    checked_by: str
    hours_confirmed: bool

    def is_fresh(self, now: datetime) -> bool:
        """True on the day of the check and for 180 days after it; a date in the future counts for nothing."""
        age = now.astimezone(UTC).date() - self.checked_on
        return -_AHEAD <= age <= GOOD_FOR


def read_checks(path: Path) -> Mapping[str, Check]:
    """The checks in a file, by line id. Never raises: missing or broken means that nothing is confirmed.

    Rows that make no sense are left out. Reading again is cheap: the file is parsed only when it has changed.
    """
    try:
        stat = path.stat()
        return _parsed(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except (OSError, ValueError, RecursionError):
        return _NONE


def write_check(path: Path, check: Check) -> None:
    """Add a check, or replace the earlier one of the same line; readers see the old file or the new one.

    A file that cannot be read is set aside as `<name>.broken` before a new one takes its place.

    Raises:
        OSError: the folder cannot be written to; the file is as it was.
    """
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two people checking at once: neither is lost
        _set_aside_if_broken(path)
        checks = {**read_checks(path), check.line_id: check}
        _replace(path, [_row(each) for _, each in sorted(checks.items())])


def _set_aside_if_broken(path: Path) -> None:
    try:
        broken = not isinstance(json.loads(path.read_bytes()), list)
    except FileNotFoundError:
        return
    except (ValueError, RecursionError):
        broken = True
    if broken:
        path.replace(path.with_name(f"{path.name}.broken"))


def _replace(path: Path, rows: list[dict[str, Any]]) -> None:
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as new:
        try:
            json.dump(rows, new, ensure_ascii=False, indent=1)
            new.flush()
            os.fsync(new.fileno())
            os.replace(new.name, path)  # noqa: PTH105 - the promise is this call: atomic within one folder
        except BaseException:
            with suppress(OSError):
                Path(new.name).unlink()
            raise


@lru_cache(maxsize=4)
def _parsed(path: Path, mtime_ns: int, size: int, inode: int) -> Mapping[str, Check]:  # noqa: ARG001 - they are the cache key
    rows = json.loads(path.read_bytes())
    found = [_check(row) for row in rows] if isinstance(rows, list) else []
    return MappingProxyType({check.line_id: check for check in found if check is not None})


def _row(check: Check) -> dict[str, Any]:
    return {
        "line": check.line_id,
        "checked_on": check.checked_on.isoformat(),
        "checked_by": check.checked_by,
        "hours_confirmed": check.hours_confirmed,
    }


def _check(row: Any) -> Check | None:
    """One row as a check, or None. Confirmed is only what says so exactly: `true`."""
    if not isinstance(row, dict):
        return None
    line, day, who = (str(row.get(key, "")) for key in ("line", "checked_on", "checked_by"))
    if not line or not who or not re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.ASCII):
        return None
    with suppress(ValueError):
        return Check(line, date.fromisoformat(day), who, row.get("hours_confirmed") is True)
    return None

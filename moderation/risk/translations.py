"""What an earlier process worked out from the rules, kept beside the bytecode: a start takes half as long.

What is kept is good for exactly these rules, these word lists and this program; for anything else it does not exist.
It is trusted as the bytecode in the same folder is. Where it cannot be read or written all is worked out anew: only
time is lost.
"""

import contextlib
import hashlib
import importlib.util
import logging
import marshal
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from moderation.risk.phrases import Phrase

KEPT = Path(importlib.util.cache_from_source(__file__)).parent
Row = tuple[str, str, frozenset[str], frozenset[str], tuple[frozenset[str], ...], bool, frozenset[str]]
Kept = TypeVar("Kept")
_SEAL = hashlib.sha256
_SEAL_LENGTH = _SEAL().digest_size
_log = logging.getLogger(__name__)


def _program() -> str:
    """What the program is by its source; nothing where there is none to read."""
    try:
        sources = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    except OSError:
        return ""
    return _SEAL(b"".join(sources)).hexdigest()[:16] if sources else ""


_RUNNING = _program()


def name_of(part: str, version: str) -> str:
    """The file of a part of the rules in the version that all their files make together."""
    return f"rules-{part}.{sys.implementation.cache_tag}.{version}-{_RUNNING}"


def read(name: str, folder: Path = KEPT) -> Any:
    """What is kept under a name; nothing where there is none, or where a byte of it is wrong."""
    try:
        kept = (folder / name).read_bytes() if _RUNNING else b""
        seal, packed = kept[:_SEAL_LENGTH], kept[_SEAL_LENGTH:]
        return marshal.loads(packed) if _SEAL(packed).digest() == seal else None  # noqa: S302 - trusted as bytecode is
    except (OSError, EOFError, ValueError, TypeError):
        return None


def write(name: str, value: object, folder: Path = KEPT) -> None:
    """Keep a value under a name, in place of those of other versions. Where that fails, nothing is kept.

    Nor is anything where the source has been changed since this process began: it would be taken for the work of the
    new program.
    """
    if not _RUNNING or _program() != _RUNNING:
        return
    unfinished = folder / f".{name}.{os.getpid()}"
    part = f"{name.partition('.')[0]}.{sys.implementation.cache_tag}."
    try:
        packed = marshal.dumps(value)  # type: ignore[arg-type]  # what texts, numbers and collections of them make up
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(_SEAL(packed).digest() + packed)
        unfinished.replace(folder / name)
        for other in {*folder.glob(f"{part}*"), *folder.glob(f".{part}*")} - {folder / name}:
            other.unlink(missing_ok=True)  # where another process is still at it, it will keep nothing
    except (OSError, ValueError) as error:  # no place for it, or a date in a file, which cannot be kept
        _log.debug("what was worked out from the rules is not kept (%s)", type(error).__name__)
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def kept(name: str, work: Callable[[], Kept], *, keep: bool) -> Kept:
    """What is kept under a name, or else what the work comes to, which the next process finds then.

    Without `keep` nothing is looked for and nothing kept.
    """
    found: Kept | None = read(name) if keep else None
    if found is None:
        found = work()
        if keep:
            write(name, found)
    return found


def rows(phrases: Iterable[Phrase]) -> list[Row]:
    """Phrases as what can be kept."""
    return [(p.source, p.pattern, p.anchors, p.words, p.required, p.wide, p.first) for p in phrases]


def phrases(kept: list[Row] | None) -> dict[str, Phrase]:
    """The phrases of what was kept, by their source."""
    return {row[0]: Phrase(*row) for row in kept or ()}

"""What an earlier process worked out from the rules, kept beside the bytecode: a start takes half as long.

What is kept is good for exactly these rules, these word lists and this program; for anything else it does not exist.
It is trusted as the bytecode in the same folder is. Where it cannot be read or written all is worked out anew: only
time is lost.
"""

import hashlib
import logging
import marshal
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from moderation.risk.phrases import Phrase

KEPT = Path(__file__).parent / "__pycache__"
Row = tuple[str, str, frozenset[str], frozenset[str], tuple[frozenset[str], ...], bool, frozenset[str]]
_SEAL = hashlib.sha256
_SEAL_LENGTH = _SEAL().digest_size
_log = logging.getLogger(__name__)


def name_of(part: str, version: str) -> str:
    """The file of a part of the rules in the version that all their files make together."""
    program = _SEAL(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()
    return f"rules-{part}.{sys.implementation.cache_tag}.{version}-{program[:16]}"


def read(name: str, folder: Path = KEPT) -> Any:
    """What is kept under a name; nothing where there is none, or where a byte of it is wrong."""
    try:
        kept = (folder / name).read_bytes()
    except OSError:
        return None
    seal, packed = kept[:_SEAL_LENGTH], kept[_SEAL_LENGTH:]
    return marshal.loads(packed) if _SEAL(packed).digest() == seal else None  # noqa: S302 - trusted as bytecode is


def write(name: str, value: Any, folder: Path = KEPT) -> None:
    """Keep a value under a name, in place of those of other versions. Where that fails, nothing is kept."""
    packed = marshal.dumps(value)
    unfinished = folder / f".{name}.{os.getpid()}"
    try:
        folder.mkdir(exist_ok=True)
        unfinished.write_bytes(_SEAL(packed).digest() + packed)
        unfinished.replace(folder / name)
        for other in folder.glob(f"{name.partition('.')[0]}.{sys.implementation.cache_tag}.*"):
            if other.name != name:
                other.unlink(missing_ok=True)
    except OSError as error:
        _log.debug("what was worked out from the rules is not kept (%s)", type(error).__name__)


def rows(phrases: Iterable[Phrase]) -> list[Row]:
    """Phrases as what can be kept."""
    return [(p.source, p.pattern, p.anchors, p.words, p.required, p.wide, p.first) for p in phrases]


def phrases(kept: list[Row] | None) -> dict[str, Phrase]:
    """The phrases of what was kept, by their source."""
    return {row[0]: Phrase(*row) for row in kept or ()}

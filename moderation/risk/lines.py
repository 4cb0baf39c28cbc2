"""Judging texts line by line, for other programs: JSON lines in, JSON lines out, in the same order."""

import json
from typing import Any, TextIO

from moderation.risk.detector import assess
from moderation.risk.findings import Context


def judge_lines(stdin: TextIO, stdout: TextIO) -> int:
    """Judge each line `{"id", "text"[, "context"]}`; each answer is flushed before the next line is read.

    An answer is `{"id", "level", "score", "categories", "spans"}` with spans as `[start, end, category]`
    in code points. A line that cannot be read, an empty one included, is answered by `{"id", "error"}` and the
    next one follows; its id is null where none could be read. So the n-th answer always belongs to the n-th line.
    Returns the number of lines that could not be read.
    """
    bad = 0
    for line in stdin:
        entry = None
        try:
            entry = json.loads(line)
            answer = _judged(entry)
        except (ValueError, TypeError, RecursionError) as error:
            answer = {"id": entry.get("id") if isinstance(entry, dict) else None, "error": str(error)}
            bad += 1
        stdout.write(json.dumps(answer) + "\n")
        stdout.flush()
    return bad


def _judged(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
        raise TypeError("a line must be an object with a text")
    found = assess(entry["text"], _context(entry.get("context")))
    spans = [[start, end, f.category.value] for f in found.findings for start, end in f.spans]
    return {
        "id": entry.get("id"),
        "level": found.level.word,
        "score": found.score,
        "categories": list(found.categories),
        "spans": sorted(spans),
    }


def _context(given: Any) -> Context:
    if given is None:
        return Context()
    if not isinstance(given, dict):
        raise TypeError("context must be an object")
    earlier, around = given.get("earlier") or (), given.get("around") or ()
    known = {
        "place": given.get("place", "thread"),
        "parent": given.get("parent") or "",
        "room": given.get("room") or "",
        "cry": given.get("cry") or "",
    }
    lists = isinstance(earlier, list | tuple) and isinstance(around, list | tuple)
    if not lists or not all(isinstance(part, str) for part in (*earlier, *around, *known.values())):
        raise TypeError("context holds place, parent, room and cry as text, earlier and around as lists of texts")
    return Context(earlier=tuple(earlier), around=tuple(around), **known)

"""Choosing the parts of a post to hide. Pure: words and spans in, parts and spans out, all in code points."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
MOST_PARTS = 60


class NotInTheWords(ValueError):
    """What was to be hidden is not in the words as they stand."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that could be hidden: one that was noticed, or one that is hidden now."""

    key: str  # "start-end"
    text: str
    hidden: bool

    @property
    def span(self) -> Span:
        return span_of(self.key)


def parts(words: str, noticed: Iterable[Sequence[int]], hidden: Iterable[Sequence[int]]) -> list[Part]:
    """Every distinct part, in the order of the words; spans outside the words are left out."""
    now = {(start, end) for start, end in hidden}
    spans = sorted(now | {(start, end) for start, end in noticed})
    inside = [(start, end) for start, end in spans if 0 <= start < end <= len(words)]
    return [Part(f"{start}-{end}", words[start:end], (start, end) in now) for start, end in inside[:MOST_PARTS]]


def span_of(key: str) -> Span:
    """Raises NotInTheWords for what is no "start-end" of plain digits."""
    start, _, end = key.partition("-")
    if not all(number.isascii() and number.isdigit() and len(number) < 8 for number in (start, end)):
        raise NotInTheWords(key)
    return int(start), int(end)


def find(words: str, typed: str) -> list[Span]:
    """Where each typed line stands in the words, everywhere it does, exactly as it is written.

    Raises:
        NotInTheWords: a line is not there; its number comes with it.
    """
    found: set[Span] = set()
    for number, line in enumerate(typed.splitlines(), start=1):
        part = line.strip()
        if not part:
            continue
        here = places(words, part)
        if not here:
            raise NotInTheWords(str(number))
        found |= here
    return sorted(found)


def places(words: str, part: str) -> set[Span]:
    """Everywhere this part stands in the words; nowhere for an empty one."""
    found: set[Span] = set()
    start = words.find(part) if part else -1
    while start >= 0:
        found.add((start, start + len(part)))
        start = words.find(part, start + len(part))
    return found

"""A plain text with its sentences, clauses and cues: what stands around a match."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cached_property, reduce
from itertools import chain
from operator import or_

from moderation.risk.normalise import Plain, normalise
from moderation.risk.rulebook import Rulebook
from moderation.risk.sieve import Cues, Places, Sentence, Sieve

_CLAUSE_ENDS = re.compile(r" (?:[.?,]|but|though|although|however|whereas|because)(?= )")
_REACH = 5
_SHORT = 8  # words of a sentence whose phrases are looked for once only
_SENTENCES_BESIDE = {"near": 1, "around": 3}
_WORDS = {
    "negating": "not never no without nor nobody none neither",
    "negating elsewhere": "no nunca jamas sin nao sem ne pas jamais nicht nie niemals kein keine 不 没 别",
    # A negation does not cross these words ...
    "stopping": "and but because so until unless if when except , . ?",
    # ... and does not deny when these stand between: "I can not stop thinking of it", "not sure", "not only".
    "affirming": """
        stop stopped stopping help only just sure know shake control wait promise trust guarantee resist fight tell
        told anyone anybody escape rid sleep cope why see wake mind ashamed safe afraid scared enough avoid
        surprise wonder doubt
    """,
}
_NEGATORS, _NEGATORS_ELSEWHERE, _STOPS, _AFFIRMING = (frozenset(words.split()) for words in _WORDS.values())
_EMPTY = Sentence("", 0, 0, [], 0)  # stands for each sentence in which no phrase can stand


class Scene:
    """Sentence and clause bounds, and where each cue stands. Cues are looked for only when asked for, and near by."""

    def __init__(self, plain: Plain, sieve: Sieve, cues: Cues) -> None:
        self.plain = plain
        self.words = plain.words
        self._sieve, self._cues = sieve, cues
        self._found: dict[str, Places] = {}
        self._nearby: dict[tuple[int, int], dict[str, int]] = {}
        self._passing_of: dict[tuple[str, ...], int] = {}
        self._clauses: list[int] = []
        self._bounds = [0]
        self.sentences: list[Sentence] = []
        self._needed = 0
        for first, last in plain.sentences():
            self._add(plain.row[first:last])
        self._bounds[-1] = len(plain.text)
        self.whole = Sentence(plain.text, 0, len(plain.text), plain.row, sieve.passing(self._needed))

    def _add(self, row: list[str]) -> None:
        start, text = self._bounds[-1], self.plain.text
        end = start + sum(map(len, row)) + len(row)
        self._bounds.append(end)
        passing = self._passing(row)
        self.sentences.append(Sentence(text, start, min(end + 1, len(text)), row, passing) if passing else _EMPTY)

    def _passing(self, row: list[str]) -> int:
        """The bits of the phrases that may stand in a sentence. The same short one may stand there many times."""
        key = tuple(row) if len(row) <= _SHORT else ()
        found = self._passing_of.get(key)
        if found is None or not key:
            needed = self._sieve.needed_by(row)
            self._needed |= needed
            found = self._passing_of[key] = self._sieve.passing(needed)
        return found

    def cue(self, name: str) -> Places:
        """Where the cue stands in the plain text, in order."""
        found = self._found.get(name)
        if found is None:
            bits, wide = self._cues.of_name[name], self._cues.wide_bits
            found = self.whole.places(bits & wide, self._sieve) if bits & wide else []
            found = sorted(chain(found, *(each.places(bits & ~wide, self._sieve) for each in self.sentences)))
            self._found[name] = found
        return found

    @cached_property
    def _likely(self) -> list[int]:
        """The bits of the phrases that may stand in each sentence, or over its end."""
        wide = self.whole.passing & self._cues.wide_bits
        return [sentence.passing | wide for sentence in self.sentences]

    @cached_property
    def _likely_anywhere(self) -> int:
        return reduce(or_, self._likely)

    def likely(self, start: int, end: int) -> Mapping[str, int]:
        """The bits of the phrases that may stand within each scope of a match at `[start, end)`."""
        there = _between(self._bounds, start, end, 0)
        found = self._nearby.get(there)
        if found is None:
            first, last = there
            beside = {more: self._likely[max(0, first - more) : last + more] for more in (0, 1, 3)}
            here, near, around = (reduce(or_, bits, 0) for bits in beside.values())
            found = dict.fromkeys(("overlap", "clause", "before", "sentence"), here)
            found |= {"near": near, "quoted": near, "around": around, "text": self._likely_anywhere}
            self._nearby[there] = found
        return found

    def stretch(self, scope: str, start: int, end: int) -> tuple[int, int]:
        """The stretch of plain text a scope means for a match at `[start, end)`."""
        if scope == "text":
            return 0, len(self.plain.text)
        if scope == "overlap":
            return start, end
        if scope == "clause":
            return _around(self._clause_bounds(), start, end, 0)
        if scope == "before":
            return _around(self._clause_bounds(), start, start, 0)[0], start
        return _around(self._bounds, start, end, _SENTENCES_BESIDE.get(scope, 0))

    def _clause_bounds(self) -> list[int]:
        if not self._clauses:
            ends = (mark.end() for mark in _CLAUSE_ENDS.finditer(self.plain.text))
            self._clauses = [0, *ends, len(self.plain.text)]
        return self._clauses

    def has(self, cues: tuple[str, ...], scope: str, start: int, end: int) -> bool:
        """Whether one of the cues stands within the scope (for "overlap": shares a word with the match)."""
        likely = self._cues.bits[cues] & self.likely(start, end)[scope]
        return bool(likely) and self.has_indeed(cues, scope, start, end)

    def has_indeed(self, cues: tuple[str, ...], scope: str, start: int, end: int) -> bool:
        """The same, where the bits have told that it is likely."""
        if scope == "text":
            return any(map(self.cue, cues))
        first, last = _between(self._bounds, start, end, _SENTENCES_BESIDE.get(scope, 0))
        found = [places for name in cues for places in self._places(name, first, last) if places]
        if not found:
            return False
        low, high = self.stretch(scope, start, end)
        within = _shares if scope == "overlap" else _lies
        return any(within(places, low, high) for places in found)

    def _places(self, name: str, first: int, last: int) -> list[Places]:
        """Where the cue stands in each of these sentences; one that may stand over their ends, in the whole text."""
        bits = self._cues.of_name[name]
        if bits & self._cues.wide_bits:
            return [self.cue(name)]
        sieve = self._sieve
        return [each.places(bits, sieve) for each in self.sentences[first:last] if bits & each.passing]

    def is_negated(self, start: int) -> bool:
        """Whether a negation in the same clause reaches the match and really denies it."""
        before = self.plain.text[max(0, start - 80) : start].split(" ")
        for word in reversed(before[-_REACH - 1 :]):
            if word in _NEGATORS:
                return " not that i am not " not in f"{self.plain.text[max(0, start - 18) : start]} "
            if word in _STOPS or word in _AFFIRMING:
                return False
        return False

    def is_negated_closely(self, start: int) -> bool:
        """Whether one of the two words before the match negates it in one of the other languages."""
        before = self.plain.text[max(0, start - 30) : start].split(" ")[-2:]
        return not _NEGATORS_ELSEWHERE.isdisjoint(before)

    def is_quoted(self, start: int, end: int) -> bool:
        """Whether the match lies between quotation marks."""
        at = bisect_right(self.plain.quotes, (start + 1, len(self.plain.text))) - 1
        return at >= 0 and self.plain.quotes[at][0] <= start + 1 and end <= self.plain.quotes[at][1]


def scene_of(book: Rulebook, text: str) -> Scene:
    """The scene of a text under a rulebook."""
    return Scene(normalise(text, book.reader), book.sieve, book.cue_bits)


def _between(bounds: list[int], start: int, end: int, more: int) -> tuple[int, int]:
    """The number of the bound before `start` and of the one behind `end`, and so many more on each side."""
    return max(0, bisect_right(bounds, start) - 1 - more), min(len(bounds) - 1, bisect_left(bounds, end) + more)


def _around(bounds: list[int], start: int, end: int, more: int) -> tuple[int, int]:
    first, last = _between(bounds, start, end, more)
    return bounds[first], bounds[last]


def _shares(places: Places, low: int, high: int) -> bool:
    """Whether a cue shares a word with the stretch."""
    return any(b > low + 1 for _, b in _reaching(places, low, high))


def _lies(places: Places, low: int, high: int) -> bool:
    """Whether a cue lies in the stretch."""
    return any(a >= low - 1 and b <= high for a, b in _reaching(places, low, high))


def _reaching(places: Places, low: int, high: int) -> Places:
    """The places before `high`, from about `low` on: cues hold a dozen words, so few from before reach into it."""
    return places[max(0, bisect_left(places, (low, 0)) - 3) : bisect_left(places, (high, 0))]

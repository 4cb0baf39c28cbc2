"""A plain text with its sentences, clauses and cues: what stands around a match."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from moderation.risk.normalise import Plain, normalise
from moderation.risk.phrases import Phrase, Prefilter
from moderation.risk.rulebook import Rulebook

_SENTENCE_ENDS = re.compile(r" [.?](?= )")
_CLAUSE_ENDS = re.compile(r" (?:[.?,]|but|though|although|however|whereas|because)(?= )")
_REACH = 5
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
    """,
}
_NEGATORS, _NEGATORS_ELSEWHERE, _STOPS, _AFFIRMING = (frozenset(words.split()) for words in _WORDS.values())


class Sentence(NamedTuple):
    """Where a sentence begins and ends in the plain text (with the space behind it), its words, and their bits."""

    start: int
    end: int
    words: frozenset[str]
    bits: int


class Scene:
    """Sentence and clause bounds, and where each cue stands. Cues are looked up once and only when asked for."""

    def __init__(self, plain: Plain, cues: dict[str, tuple[Phrase, ...]], prefilter: Prefilter) -> None:
        self.plain = plain
        self.words = plain.words
        self._cues = cues
        self._found: dict[str, list[tuple[int, int]]] = {}
        self._matched: dict[Phrase, list[re.Match[str]]] = {}
        text = plain.text
        ends = [mark.end() for mark in _SENTENCE_ENDS.finditer(text)]
        self._bounds = [0, *ends, len(text)]
        self._clauses: list[int] = []
        self.sentences: list[Sentence] = []
        self.bits = 0
        for start, end in zip((0, *ends), (*(end + 1 for end in ends), len(text)), strict=True):
            words = frozenset(text[start:end].split())
            bits = prefilter.bits(words)
            self.bits |= bits
            self.sentences.append(Sentence(start, end, words, bits))
        self.whole = Sentence(0, len(text), self.words, self.bits)

    def matches(self, phrase: Phrase, among: Iterable[Sentence] = ()) -> list[re.Match[str]]:
        """Where the pattern stands in the plain text; rules and cues of the same words share the search.

        `among` are the sentences that hold what the phrase needs, where they are known.
        """
        found = self._matched.get(phrase)
        if found is None:
            text, search = self.plain.text, phrase.regex.finditer
            found = [m for start, end, _, _ in among or self._holding(phrase) for m in search(text, start, end)]
            self._matched[phrase] = found
        return found

    def _holding(self, phrase: Phrase) -> list[Sentence]:
        need = phrase.need
        if need & self.bits != need:
            return []
        return [self.whole] if phrase.wide else [each for each in self.sentences if need & each.bits == need]

    def cue(self, name: str) -> list[tuple[int, int]]:
        """Where the cue stands in the plain text, in order."""
        found = self._found.get(name)
        if found is None:
            bits = self.bits
            found = [m.span() for p in self._cues[name] if p.need & bits == p.need for m in self.matches(p)]
            found.sort()
            self._found[name] = found
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
        standing = [places for name in cues if (places := self.cue(name))]
        if not standing:
            return False  # most often; finding the stretch would be the dearer question
        low, high = self.stretch(scope, start, end)
        for places in standing:
            # A cue holds a dozen words at most, so only those beginning just before `low` can reach into it.
            for a, b in places[max(0, bisect_left(places, (low, 0)) - 3) :]:
                if a >= high:
                    break
                if (a < high and b > low + 1) if scope == "overlap" else (a >= low - 1 and b <= high):
                    return True
        return False

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
    return Scene(normalise(text, book.reader), book.cues, book.prefilter)


def _around(bounds: list[int], start: int, end: int, more: int) -> tuple[int, int]:
    first = max(0, bisect_right(bounds, start) - 1 - more)
    last = min(len(bounds) - 1, bisect_left(bounds, end) + more)
    return bounds[first], bounds[last]

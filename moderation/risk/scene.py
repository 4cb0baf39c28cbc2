"""A plain text with its sentences, clauses and cues: what stands around a match."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property, reduce
from operator import or_

from moderation.risk.normalise import Plain, normalise
from moderation.risk.phrases import Phrase, Prefilter
from moderation.risk.rulebook import Rulebook
from moderation.risk.sieve import Cues, Places, Sentence

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


class Scene:
    """Sentence and clause bounds, and where each cue stands. Cues are looked for only when asked for, and near by."""

    def __init__(self, plain: Plain, prefilter: Prefilter, cues: Cues) -> None:
        self.plain = plain
        self.words = plain.words
        self._cues = cues
        self._found: dict[str, Places] = {}
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
            self.sentences.append(Sentence(text, start, end, words, bits))
        self.whole = Sentence(text, 0, len(text), self.words, self.bits)

    def cue(self, name: str) -> Places:
        """Where the cue stands in the plain text, in order."""
        found = self._found.get(name)
        if found is None:
            passing = self._cues.sieves[name].passing(self.words, self.bits)
            found = sorted(match.span() for phrase in passing for match in self._matches(phrase))
            self._found[name] = found
        return found

    def _matches(self, phrase: Phrase) -> Iterator[re.Match[str]]:
        need = phrase.need
        holding = [self.whole] if phrase.wide else [each for each in self.sentences if need & each.bits == need]
        return (match for sentence in holding for match in sentence.matches(phrase))

    @cached_property
    def _likely(self) -> list[int]:
        """The bits of the cues that may stand in each sentence, and at last those of all."""
        each = [self._cues.likely(sentence.words) for sentence in self.sentences]
        every = reduce(or_, each)
        wide = every & self._cues.wide_bits
        return [*(bits | wide for bits in each), every]

    def may_have(self, cues: tuple[str, ...]) -> bool:
        """Whether one of the cues may stand anywhere; many times cheaper than looking where."""
        return bool(self._cues.bits(cues) & self._likely[-1])

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
        wanted, likely = self._cues.bits(cues), self._likely
        if not wanted & likely[-1]:
            return False
        near = [self.sentences[at] for at in self._near(scope, start, end) if wanted & likely[at]]
        if not near:
            return False  # most often; finding the stretch would be the dearer question
        low, high = self.stretch(scope, start, end)
        within = _shares if scope == "overlap" else _lies
        return any(within(places, low, high) for name in cues for places in self._places(name, near))

    def _near(self, scope: str, start: int, end: int) -> range:
        """The sentences that hold all of a scope."""
        if scope == "text":
            return range(len(self.sentences))
        return range(*_between(self._bounds, start, end, _SENTENCES_BESIDE.get(scope, 0)))

    def _places(self, name: str, near: Iterable[Sentence]) -> Iterator[Places]:
        if name in self._cues.wide:
            return iter((self.cue(name),))
        sieve = self._cues.sieves[name]
        return (sentence.places(name, sieve) for sentence in near)

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
    return Scene(normalise(text, book.reader), book.prefilter, book.cue_sieve)


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

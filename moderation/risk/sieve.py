"""Which phrases stand in a sentence: first a test of words and bits, then the patterns of the few that pass."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from itertools import accumulate, compress
from operator import or_

from moderation.risk.memory import Memory
from moderation.risk.phrases import Phrase

Places = list[tuple[int, int]]
_NONE: frozenset[Phrase] = frozenset()
_ASKED = 8_192  # groups of cues that rules and guards ask for together


class Sieve:
    """Some phrases by their anchor words. Their bits must be set before (see `phrases.Prefilter`)."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        index: dict[str, list[tuple[int, Phrase]]] = {}
        for phrase in dict.fromkeys(phrases):
            for anchor in phrase.anchors:
                index.setdefault(anchor, []).append((phrase.need, phrase))
        self._index = {anchor: tuple(entries) for anchor, entries in index.items()}
        self.anchors = frozenset(index)

    def passing(self, words: frozenset[str], bits: int) -> AbstractSet[Phrase]:
        """The phrases of which all that they need is among the words; `bits` are those of the words."""
        anchors = self.anchors
        if words.isdisjoint(anchors):
            return _NONE
        index = self._index
        return {phrase for word in words & anchors for need, phrase in index[word] if need & bits == need}


class Cues:
    """The cues of a book by name. One bit for each tells in which sentences it is worth looking for it."""

    def __init__(self, cues: Mapping[str, Sequence[Phrase]]) -> None:
        self.sieves = {name: Sieve(phrases) for name, phrases in cues.items()}
        self._bit = {name: 1 << at for at, name in enumerate(cues)}
        self._far = len(cues)  # by so much are the bits moved that say: a word beside the anchor is there, too
        self._of_words: dict[str, int] = {}
        self._alone = 0  # cues of which a phrase needs nothing beside its anchor
        for name, phrases in cues.items():
            for phrase in phrases:
                self._note(phrase, self._bit[name])
        # Cues that may stand over the end of a sentence are looked for in the whole text.
        self.wide = frozenset(name for name, phrases in cues.items() if any(phrase.wide for phrase in phrases))
        self.bits = Memory(self._bits_of, _ASKED)
        self.wide_bits = self.bits[tuple(self.wide)]

    def _note(self, phrase: Phrase, bit: int) -> None:
        anchors, *beside = phrase.required
        for word in anchors:
            self._of_words[word] = self._of_words.get(word, 0) | bit
        for word in beside[0] if beside else ():
            self._of_words[word] = self._of_words.get(word, 0) | bit << self._far
        if not beside:
            self._alone |= bit

    def _bits_of(self, names: tuple[str, ...]) -> int:
        return reduce(or_, map(self._bit.__getitem__, names), 0)

    def likely(self, words: Iterable[str]) -> int:
        """The bits of the cues of which an anchor is among the words, and of what they need beside it a word, too."""
        bits = reduce(or_, filter(None, map(self._of_words.get, words)), 0)
        return bits & (bits >> self._far | self._alone)


class Sentence:
    """A stretch of the plain text with the space behind it: its words as they stand, each one once, and their bits."""

    __slots__ = ("_heads", "_matched", "_places", "_row", "_text", "bits", "end", "start", "words")

    def __init__(self, text: str, start: int, row: Sequence[str], words: frozenset[str], bits: int, end: int) -> None:
        self.start, self.end, self.words, self.bits = start, end, words, bits
        self._text, self._row = text, row
        self._heads: list[int] = []
        self._matched: dict[Phrase, list[re.Match[str]]] = {}
        self._places: dict[str, Places] = {}

    def matches(self, phrase: Phrase) -> list[re.Match[str]]:
        """Where the pattern stands here; rules and cues of the same words share the search."""
        found = self._matched.get(phrase)
        if found is None:
            search = self._matches if phrase.first else self._matches_anywhere
            found = self._matched[phrase] = search(phrase)
        return found

    def _matches_anywhere(self, phrase: Phrase) -> list[re.Match[str]]:
        return list(phrase.regex.finditer(self._text, self.start, self.end))

    def _matches(self, phrase: Phrase) -> list[re.Match[str]]:
        """What `_matches_anywhere` finds, tried only where one of the words stands that the phrase begins with."""
        heads = self._heads
        if not heads:  # where the space before each word is
            heads = self._heads = list(accumulate((len(word) + 1 for word in self._row[:-1]), initial=self.start))
        found = []
        text, after, match_at = self._text, self.end, phrase.regex.match
        free = self.start
        for at in compress(heads, map(phrase.first.__contains__, self._row)):
            if at >= free and (match := match_at(text, at, after)):
                found.append(match)
                free = match.end()
        return found

    def places(self, cue: str, sieve: Sieve) -> Places:
        """Where the cue stands here, in order."""
        found = self._places.get(cue)
        if found is None:
            passing = sieve.passing(self.words, self.bits)
            found = sorted(match.span() for phrase in passing for match in self.matches(phrase)) if passing else []
            self._places[cue] = found
        return found

"""Which phrases stand in a sentence: first a test of words and bits, then the patterns of the few that pass."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import or_

from moderation.risk.phrases import Phrase

Places = list[tuple[int, int]]
_NONE: frozenset[Phrase] = frozenset()


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
        self._of_words: dict[str, int] = {}
        for name, sieve in self.sieves.items():
            for word in sieve.anchors:
                self._of_words[word] = self._of_words.get(word, 0) | self._bit[name]
        # Cues that may stand over the end of a sentence are looked for in the whole text.
        self.wide = frozenset(name for name, phrases in cues.items() if any(phrase.wide for phrase in phrases))
        self._bits: dict[tuple[str, ...], int] = {}  # as many as there are guards and rules that ask
        self.wide_bits = self.bits(tuple(self.wide))

    def bits(self, names: tuple[str, ...]) -> int:
        """The bits of these cues."""
        found = self._bits.get(names)
        if found is None:
            found = self._bits[names] = reduce(or_, map(self._bit.__getitem__, names), 0)
        return found

    def likely(self, words: Iterable[str]) -> int:
        """The bits of all cues of which an anchor is among the words."""
        return reduce(or_, filter(None, map(self._of_words.get, words)), 0)


class Sentence:
    """Where a sentence begins and ends in the plain text (with the space behind it), its words, and their bits."""

    __slots__ = ("_matched", "_places", "_text", "bits", "end", "start", "words")

    def __init__(self, text: str, start: int, end: int, words: frozenset[str], bits: int) -> None:
        self.start, self.end, self.words, self.bits = start, end, words, bits
        self._text = text
        self._matched: dict[Phrase, list[re.Match[str]]] = {}
        self._places: dict[str, Places] = {}

    def matches(self, phrase: Phrase) -> list[re.Match[str]]:
        """Where the pattern stands here; rules and cues of the same words share the search."""
        found = self._matched.get(phrase)
        if found is None:
            found = self._matched[phrase] = list(phrase.regex.finditer(self._text, self.start, self.end))
        return found

    def places(self, cue: str, sieve: Sieve) -> Places:
        """Where the cue stands here, in order."""
        found = self._places.get(cue)
        if found is None:
            passing = sieve.passing(self.words, self.bits)
            found = sorted(match.span() for phrase in passing for match in self.matches(phrase)) if passing else []
            self._places[cue] = found
        return found

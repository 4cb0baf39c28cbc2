"""Which phrases stand in a sentence: first a test of words and bits, then the patterns of the few that pass."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import accumulate, compress
from operator import or_
from typing import TypeVar

from moderation.risk.memory import Memory
from moderation.risk.phrases import Phrase

Owner = TypeVar("Owner")
Places = list[tuple[int, int]]
_PARTS = 3  # of what a phrase needs, as many are told by bits
_ASKED = 8_192  # groups of cues that rules and guards ask for together


def owners(owned: Iterable[tuple[Owner, Iterable[Phrase]]]) -> dict[Phrase, tuple[Owner, ...]]:
    """Whose each phrase is: rules may share one."""
    found: dict[Phrase, tuple[Owner, ...]] = {}
    for owner, phrases in owned:
        for phrase in dict.fromkeys(phrases):
            found[phrase] = (*found.get(phrase, ()), owner)
    return found


class Sieve:
    """The phrases of a book, one bit for each, so that a few operations on whole numbers set aside nearly all of them.

    A word has the bits of the phrases it is an anchor of, and farther up those of which it is among what they need
    second and third. What they need beyond is left to the pattern. One number for each word lies together in memory;
    going to thousands of phrases in turn costs more by waiting for memory than by work.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        # Those that need most have the lowest bits, so that the numbers for what is needed second and third are short.
        self._phrases = sorted(dict.fromkeys(phrases), key=lambda phrase: -len(phrase.required))
        self._at = {phrase: at for at, phrase in enumerate(self._phrases)}
        counts = [sum(len(phrase.required) > part for phrase in self._phrases) for part in range(_PARTS)]
        self._shifts = (0, counts[0], counts[0] + counts[1])
        whole = (1 << counts[0]) - 1
        self._no_second, self._no_third = (whole >> count << count for count in counts[1:])
        self._of_words = self._bits_of_words()

    def _bits_of_words(self) -> dict[str, int]:
        bits: dict[str, int] = {}
        for phrase, at in self._at.items():
            for words, shift in zip(phrase.required, self._shifts, strict=False):
                bit = 1 << at + shift
                for word in words:
                    bits[word] = bits.get(word, 0) | bit
        return bits

    def needed_by(self, words: Iterable[str]) -> int:
        """What the words have of the phrases, for `passing`; that of several stretches can be put together."""
        return reduce(or_, filter(None, map(self._of_words.get, words)), 0)

    def passing(self, bits: int) -> int:
        """The bits of the phrases of which the first three parts that they need are among the words."""
        if not bits:
            return 0
        _, second, third = self._shifts
        return bits & (bits >> second | self._no_second) & (bits >> third | self._no_third)

    def bits(self, phrases: Iterable[Phrase]) -> int:
        """The bits of these phrases."""
        return reduce(or_, (1 << self._at[phrase] for phrase in phrases), 0)

    def phrases(self, bits: int) -> list[Phrase]:
        """The phrases of these bits."""
        found = []
        while bits:
            last = bits.bit_length() - 1
            found.append(self._phrases[last])
            bits ^= 1 << last
        return found


class Cues:
    """The cues of a book by name, with the bits of their phrases in its sieve."""

    def __init__(self, cues: Mapping[str, Sequence[Phrase]], sieve: Sieve) -> None:
        self.of_name = {name: sieve.bits(phrases) for name, phrases in cues.items()}
        # Cues that may stand over the end of a sentence are looked for in the whole text.
        self.wide_bits = sieve.bits(phrase for phrases in cues.values() for phrase in phrases if phrase.wide)
        self.bits = Memory(self._bits_of, _ASKED)

    def _bits_of(self, names: tuple[str, ...]) -> int:
        return reduce(or_, map(self.of_name.__getitem__, names), 0)


class Sentence:
    """A stretch of the plain text with the space behind it, its words, and the bits of what may stand in it."""

    __slots__ = ("_heads", "_matched", "_places", "_row", "_text", "end", "passing", "start")

    def __init__(self, text: str, start: int, end: int, row: Sequence[str], passing: int) -> None:
        self.start, self.end, self.passing = start, end, passing
        self._text, self._row = text, row
        self._heads: list[int] = []
        self._matched: dict[Phrase, list[re.Match[str]]] = {}
        self._places: dict[int, Places] = {}

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

    def places(self, cue: int, sieve: Sieve) -> Places:
        """Where the phrases of these bits stand here, in order."""
        here = cue & self.passing
        if not here:
            return []
        found = self._places.get(here)
        if found is None:
            found = sorted(match.span() for phrase in sieve.phrases(here) for match in self.matches(phrase))
            self._places[here] = found
        return found

"""How many words of a text each language has, counted in one go."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from moderation.risk.memory import Memory

_WIDTH = 32  # bits of one count
_MASK = (1 << _WIDTH) - 1
_REMEMBERED = 32_768  # words; each holds about two hundred bytes
Words = Mapping[str, frozenset[str]]  # by language


class Tally:
    """How many different words each language has, by its name; of those in letters alone where it says so."""

    def __init__(self, total: int, names: tuple[str, ...]) -> None:
        self._total, self._names = total, names

    @cached_property
    def known(self) -> dict[str, int]:
        """Small words and those of the thesaurus."""
        return self._part(0)

    @cached_property
    def telling(self) -> dict[str, int]:
        """Small words that are not English, too."""
        return self._part(1)

    @cached_property
    def spelled(self) -> dict[str, int]:
        """Known words, in letters alone."""
        return self._part(2)

    @cached_property
    def small(self) -> dict[str, int]:
        """Small words, in letters alone."""
        return self._part(3)

    @cached_property
    def letters(self) -> int:
        """All words in letters alone, whatever the language."""
        return self._total >> 4 * len(self._names) * _WIDTH

    def _part(self, part: int) -> dict[str, int]:
        total = self._total >> part * len(self._names) * _WIDTH
        return {name: total >> at * _WIDTH & _MASK for at, name in enumerate(self._names)}


class Counter:
    """Counts words by language. What is known of a word is one number with a place for each count."""

    def __init__(self, knows: Mapping[str, Callable[[str], bool]], telling: Words, small: Words) -> None:
        """`knows` says by language of a word whether the thesaurus has it; known are these and the small words."""
        self._knows, self._telling, self._small = knows, telling, small
        self._names = tuple(small)
        self._marks = Memory(self._mark, _REMEMBERED)

    def tally(self, words: Iterable[str]) -> Tally:
        """The counts of these words, each of which is given once."""
        return Tally(sum(map(self._marks.__getitem__, words)), self._names)

    def _mark(self, word: str) -> int:
        spelled = word.isalpha()
        known = [word in self._small[name] or self._knows[name](word) for name in self._names]
        telling = [word in self._telling[name] for name in self._names]
        small = [spelled and word in self._small[name] for name in self._names]
        flags = [*known, *telling, *(spelled and each for each in known), *small, spelled]
        return sum(1 << at * _WIDTH for at, flag in enumerate(flags) if flag)

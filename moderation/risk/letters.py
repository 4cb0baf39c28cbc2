"""Words written letter by letter, put together again: `k i l l`, `s.u.i.c.i.d.e`, whole lines with wider gaps."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from string import ascii_lowercase

from moderation.risk.fold import Folded
from moderation.risk.tokens import Token
from moderation.risk.vocabulary import Vocabulary

_BETWEEN = ("my", "me", "end")  # short words that stand between longer ones in a spelled-out line
_MOST = 0.7  # of the pieces between wide gaps that must be words for the gaps to part words
_ALONE = frozenset('ia.,?"0123456789')  # single signs that are read as they stand
_LETTERS = frozenset(ascii_lowercase)
_LONELY = _LETTERS - _ALONE
_PAUSES = frozenset(".,")  # single marks between the letters of a word
_SPELLED = re.compile(r"(?<![^\n ])[^\n ](?: +[^\n ]){3,}(?![^\n ])")  # signs that stand alone, one after the other
_GAP = re.compile(" +")
_SIGNS = re.compile(r"\W+")
_LETTERS_TOGETHER = re.compile(r" [a-z](?: [.,])? [a-z](?= )")
SHORTEST = 4  # letters of a word that is looked for among others
SHORT = frozenset({"die", "kms", "kys", "cut", "to"})  # shorter, and worth reading all the same


class Letters:
    """Reads runs of single letters, knowing the words that may hide in them."""

    def __init__(self, vocabulary: Vocabulary, known: frozenset[str], ordinary: frozenset[str]) -> None:
        """`known` are the words of the rules and the thesaurus, `ordinary` others that are right as they stand."""
        self._vocabulary = vocabulary
        self._known, self._ordinary = known, ordinary

    @cached_property
    def lengths(self) -> dict[str, list[int]]:
        """The lengths of the words that are looked for and begin with these two letters, the longest first."""
        hidden = chain(SHORT, _BETWEEN, filter(self._is_hidden, self._known))
        lengths: dict[str, list[int]] = {}
        for begin, length in sorted({(word[:2], len(word)) for word in hidden}, reverse=True):
            lengths.setdefault(begin, []).append(length)
        return lengths

    def _is_hidden(self, word: str) -> bool:
        """Whether it is looked for among single letters."""
        return word in SHORT or word in _BETWEEN or (len(word) >= SHORTEST and word in self._known)

    def alone(self, letter: str) -> tuple[str, ...]:
        """What a letter that stands alone is read as: `u` is `you`."""
        return self._vocabulary.canonical(letter) if letter.isascii() and letter.isalpha() else (letter,)

    def stand_together(self, words: Sequence[str]) -> bool:
        """Whether letters stand side by side, so that they may spell a word."""
        return bool(_LETTERS_TOGETHER.search(" ".join(["", *words, ""])))

    def stand_alone(self, words: Sequence[str]) -> bool:
        """Whether there is a letter that is no word by itself."""
        return not _LONELY.isdisjoint(words)

    def closed_up(self, folded: Folded) -> Folded:
        """The text with its spelled-out words put together, where the gaps between words are wider than within them.

        Only where most of what that gives are words: else the gaps mean nothing, and words are looked for among the
        letters (`put_together`).
        """
        text = folded.text
        if "  " not in text:
            return folded
        gaps = [gap for line in _SPELLED.finditer(text) for gap in self._within_words(text, *line.span())]
        if not gaps:
            return folded
        bounds = [0, *chain.from_iterable(gaps), len(text)]
        kept = [slice(*bounds[at : at + 2]) for at in range(0, len(bounds), 2)]
        starts, ends = ([at for part in kept for at in places[part]] for places in (folded.starts, folded.ends))
        return Folded("".join(text[part] for part in kept), starts, ends)

    def _within_words(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """The gaps between the letters of words in a stretch of signs that stand alone."""
        gaps = [gap.span() for gap in _GAP.finditer(text, start, end)]
        narrow = min(b - a for a, b in gaps)
        within = [(a, b) for a, b in gaps if b - a == narrow]
        wide = [gap for gap in gaps if gap[1] - gap[0] > narrow]
        bounds = [start, *chain.from_iterable(wide), end]
        parts = [text[slice(*bounds[at : at + 2])] for at in range(0, len(bounds), 2)]
        words = [word for part in parts if (word := _SIGNS.sub("", part))]
        right = sum(self._is_word(word) for word in words)
        return within if len(words) > 1 and right >= _MOST * len(words) else []

    def put_together(self, tokens: list[Token]) -> list[Token]:
        """Words written letter by letter, put together again; the letters that stand alone, written out."""
        if not self.stand_alone([word for word, _, _ in tokens]):
            return tokens
        out: list[Token] = []
        at = 0
        while at < len(tokens):
            word, start, end = tokens[at]
            if word not in _LETTERS:
                out.append(tokens[at])
                at += 1
                continue
            letters, after = _letters(tokens, at)
            spelled = "".join([letter for letter, _, _ in letters])
            if len(letters) >= SHORTEST or spelled in SHORT:
                out.extend(self._words_in(letters))
                at = after
                continue
            out.extend((plain, start, end) for plain in self.alone(word))
            at += 1
        return out

    def _words_in(self, letters: list[Token]) -> Iterator[Token]:
        spelled = "".join([letter for letter, _, _ in letters])
        at = 0
        while at < len(letters):
            left = len(letters) - at
            for size in self.lengths.get(spelled[at : at + 2], ()):
                if size <= left and self._is_hidden(spelled[at : at + size]):
                    break
            else:
                size = 1
            start, end = letters[at][1], letters[at + size - 1][2]
            for word in self._vocabulary.canonical(spelled[at : at + size]):
                yield word, start, end
            at += size

    def _is_word(self, word: str) -> bool:
        if len(word) == 1:
            return word in _ALONE
        return word in self._known or word in self._vocabulary.plain or word in self._ordinary

    def hides(self, word: str) -> bool:
        """Whether a word is looked for among signs, too: one that is known and long enough, or worth it."""
        return self._is_hidden(word) and word not in _BETWEEN


def _letters(tokens: list[Token], at: int) -> tuple[list[Token], int]:
    """The run of single letters that begins with the one at `at`, single marks between them left out."""
    letters: list[Token] = []
    after = at
    while at < len(tokens):
        word = tokens[at][0]
        if word in _LETTERS:
            letters.append(tokens[at])
            after = at + 1
        elif word not in _PAUSES or tokens[at - 1][0] in _PAUSES:
            break
        at += 1
    return letters, after

"""Folded text to plain words: its chunks read one by one, then what stands side by side put together."""

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from operator import add
from typing import Any

from moderation.risk.chunks import LONGEST, Chunks, chunks_in, chunks_of
from moderation.risk.fold import Folded
from moderation.risk.letters import Letters
from moderation.risk.memory import Memory
from moderation.risk.spelling import ordinary_words
from moderation.risk.tokens import Token
from moderation.risk.vocabulary import Vocabulary

_PIECE = re.compile(r"\S+|\n")
_REMEMBERED = 32_768  # pieces as words; each holds a few hundred bytes
_TOKENS_REMEMBERED = 8_192  # pieces as tokens


Read = tuple[list[str], list[Token] | None]  # the words of a text; their places where some were put together


class Reader:
    """Reads folded text as plain tokens, knowing the words the rules are made of."""

    def __init__(self, vocabulary: Vocabulary, matter: frozenset[str], everyday: frozenset[str]) -> None:
        """`matter` are the words of the rules, `everyday` those of the thesaurus."""
        self._vocabulary = vocabulary
        self._matter = matter
        self._known = matter | everyday
        self._letters = Letters(vocabulary, self._known, ordinary_words())
        self._chunks = Chunks(vocabulary, matter, self._known, self._letters.hides)
        self._long = self._chunks.long
        self._halves = frozenset(word[:n] for word in self._long for n in range(1, len(word)))
        sayings = [spoken for found in vocabulary.runs.values() for spoken, _ in found]
        self._sayings_begin = frozenset(spoken[:2] for spoken in sayings if len(spoken) > 1)
        self._short_sayings = frozenset(spoken[0] for spoken in sayings if len(spoken) == 1)
        # The same few thousand pieces make up nearly every text; reading each anew would be the dearest part of all.
        self._words_of = Memory(self._words_in, _REMEMBERED)
        self._tokens_of = Memory(self._read_piece, _TOKENS_REMEMBERED)

    def prepare(self) -> None:
        """Make now what only some texts need, so that none of them pays for it."""
        _ = self._letters.lengths, self._chunks.speller  # each is made when it is first asked for

    def closed_up(self, folded: Folded) -> Folded:
        """The text with its spelled-out words put together (see `Letters.closed_up`), as all others here take it."""
        return self._letters.closed_up(folded)

    def words(self, folded: Folded) -> Read:
        """The words of `tokens`, many times faster where none is spelled out or written apart, as in most texts.

        Where one is, the tokens are returned, too.
        """
        text = folded.text.replace("\n", " . ") if "\n" in folded.text else folded.text  # it is read as a full stop
        pieces = text.split()
        if not self._may_keep(pieces):
            return self._slowly(folded)  # read once, with places: long pieces are not remembered
        words = list(chain.from_iterable(map(self._words_of.__getitem__, pieces)))
        letters = self._letters
        if letters.stand_alone(words):
            if letters.stand_together(words):
                return self._slowly(folded)
            words = [plain for word in words for plain in (letters.alone(word) if len(word) == 1 else (word,))]
        return self._slowly(folded) if self.has_parts(words) else (words, None)

    def has_parts(self, words: list[str]) -> bool:
        """Whether words stand side by side that make another one together."""
        return not self._long.isdisjoint(map(add, words, words[1:])) or self._has_run(words)

    @property
    def knows(self) -> tuple[Any, ...]:
        """All that decides how a text is read: readers that know the same read every text alike."""
        words = self._vocabulary
        return self._matter, self._known, words.plain, words.runs, words.emoji

    def by_itself(self, chunk: str) -> tuple[tuple[Token, tuple[str, ...]], ...]:
        """What a chunk is read as, each word with what it is read as where it is a letter that stands alone."""
        read = self._chunks.read(chunk)
        return tuple((token, self._letters.alone(token[0]) if len(token[0]) == 1 else ()) for token in read)

    def pieces(self, folded: Folded, read: Read) -> tuple[set[str], bool]:
        """Every word that the text, or a part of it, can be read as; and whether that is sure where it was cut.

        `read` is what this one gives. A word spelled out may go on where the text was cut, and be another one there.
        """
        words, together = read
        if together is None:
            return set(words), True
        chunks = [word for chunk in chunks_of(folded.text) for word, _, _ in self._chunks.read(chunk)]
        alone = [plain for word in chunks for plain in (self._letters.alone(word) if len(word) == 1 else (word,))]
        joined = {first + second for first, second in pairwise(alone) if first in self._halves} & self._long
        written = {plain for _, out in self._sayings(alone) for plain in out}
        sure = not self._letters.stand_together(chunks) and not (joined and written)
        return {*words, *chunks, *alone, *joined, *written}, sure

    def _sayings(self, words: list[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Every saying that stands in the words, also one that overlaps another, with what is written out for it."""
        runs = self._vocabulary.runs
        for at, word in enumerate(words):
            for spoken, plain in runs.get(word, ()):
                if tuple(words[at : at + len(spoken)]) == spoken:
                    yield spoken, plain

    @property
    def longest_run(self) -> int:
        """Characters of the longest saying that is written out."""
        return max((len(" ".join(spoken)) for runs in self._vocabulary.runs.values() for spoken, _ in runs), default=0)

    def _slowly(self, folded: Folded) -> tuple[list[str], list[Token]]:
        tokens = self.tokens(folded)
        return [word for word, _, _ in tokens], tokens

    def _has_run(self, words: list[str]) -> bool:
        may = not (self._sayings_begin.isdisjoint(pairwise(words)) and self._short_sayings.isdisjoint(words))
        return may and any(self._sayings(words))

    def tokens(self, folded: Folded) -> list[Token]:
        """All plain tokens of the text, in order."""
        found = self._letters.put_together(self._one_by_one(folded))
        found = self._runs(self._joined(found))
        return found if isinstance(folded.starts, range) else _as_written(found, folded)

    def places(self, folded: Folded) -> list[Token]:
        """The words with their places, many times faster, where `words` has found that nothing is put together."""
        return _as_written(self._letters.put_together(self._one_by_one(folded)), folded)

    def _one_by_one(self, folded: Folded) -> list[Token]:
        text = folded.text
        if not self._may_keep(text.split()):
            return list(self._read_piece(text))
        read = self._tokens_of.__getitem__
        return [
            (word, at + start, at + end)
            for piece in _PIECE.finditer(text)
            for at in (piece.start(),)
            for word, start, end in read(piece.group())
        ]

    def _may_keep(self, pieces: list[str]) -> bool:
        """Whether what these are read as may be remembered; long ones hold no word."""
        return max(map(len, pieces), default=0) <= LONGEST

    def _read_piece(self, text: str) -> tuple[Token, ...]:
        """The tokens of what stands between two blanks, or of a whole text, places counted from its beginning."""
        read = self._chunks.read
        return tuple(
            [
                (word, at + start, at + end)
                for chunk in chunks_in(text)
                for at in (chunk.start(),)
                for word, start, end in read(chunk.group())
            ]
        )

    def _words_in(self, text: str) -> tuple[str, ...]:
        return tuple(word for chunk in chunks_of(text) for word, _, _ in self._chunks.read(chunk))

    def _joined(self, tokens: list[Token]) -> list[Token]:
        """Two halves of a long known word, written apart, put together again."""
        halves, long = self._halves, self._long
        pairs = [
            at
            for at, (first, second) in enumerate(pairwise(tokens))
            if first[0] in halves and first[0] + second[0] in long
        ]
        for at in reversed([at for at in pairs if at - 1 not in pairs]):  # no word is half of two
            (first, start, _), (second, _, end) = tokens[at : at + 2]
            tokens[at : at + 2] = [(first + second, start, end)]
        return tokens

    def _runs(self, tokens: list[Token]) -> list[Token]:
        """Sayings of several words, written out."""
        runs = self._vocabulary.runs
        words = [word for word, _, _ in tokens]
        begins = [at for at, word in enumerate(words) if word in runs]
        out: list[Token] = []
        after = 0
        for at in begins:
            if at < after:
                continue
            for spoken, plain in runs[words[at]]:
                if tuple(words[at : at + len(spoken)]) == spoken:
                    start, end = tokens[at][1], tokens[at + len(spoken) - 1][2]
                    out += tokens[after:at]
                    out += [(word, start, end) for word in plain]
                    after = at + len(spoken)
                    break
        return out + tokens[after:] if after else tokens


def _as_written(found: list[Token], folded: Folded) -> list[Token]:
    """The words with their places in the original text."""
    if isinstance(folded.starts, range):
        return found
    starts, ends = folded.starts, folded.ends
    return [(word, starts[start], ends[end - 1]) for word, start, end in found]

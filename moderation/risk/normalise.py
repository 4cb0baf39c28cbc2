"""Text made plain once for all rules, with a way back to the code points it was written in."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate

from moderation.risk.fold import Folded, fold
from moderation.risk.spans import merged
from moderation.risk.tally import Tally
from moderation.risk.tokens import Token
from moderation.risk.words import Reader

_QUOTE = '"'
_SENTENCE_ENDS = frozenset({".", "?"})


class Plain:
    """Plain words with single spaces, one before the first and one after the last.

    `text` holds words, `,` `.` and `?`; quotation marks are taken out and kept in `quotes` as stretches of `text`, one
    that is not closed to the end of its sentence. `row` holds the words and marks in order, `words` the different ones.
    Where each came from is worked out only when somebody asks, as most texts give no reason to.
    """

    def __init__(self, folded: Folded, reader: Reader) -> None:
        self.folded, self._reader = folded, reader
        row, self._together = reader.words(folded)
        marks: list[int] = []
        if _QUOTE in row:
            row, marks = _unquoted(row)
        self.row = row
        self.words = frozenset(row)
        self.tally: Tally | None = None  # words of each language, when `language` has counted them
        self.text = f" {' '.join(row)} " if row else " "
        if len(marks) % 2:  # what is not closed goes to the end of its sentence
            ends = [at for mark in _SENTENCE_ENDS if (at := self.text.find(f" {mark} ", marks[-1])) >= 0]
            marks.append(min(ends, default=len(self.text)))
        self.quotes = tuple(zip(marks[::2], marks[1::2], strict=True))

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Where in the row each sentence begins and ends; at last what follows the last mark, which may be nothing."""
        first = 0
        for at, word in enumerate(self.row, start=1):
            if word in _SENTENCE_ENDS:
                yield first, at
                first = at
        yield first, len(self.row)

    def sentences_at(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The sentences that share a sign with one of these stretches; both are stretches of the original text."""
        apart = merged(spans)
        for first, last in self.sentences():
            if first < last:
                start, end = self.places[first][0], self.places[last - 1][1]
                before = bisect_left(apart, (end, end))  # those that begin before the sentence ends
                if before and apart[before - 1][1] > start:
                    yield start, end

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """The stretches of the original text that the words of `row` stand for."""
        placed = self._together or self._reader.places(self.folded)
        return [(start, end) for word, start, end in placed if word != _QUOTE]

    @cached_property
    def tokens(self) -> list[Token]:
        """The words with the stretches of the original text they stand for, read the slow way; the row is the same."""
        read = self._together or self._reader.tokens(self.folded)
        return [token for token in read if token[0] != _QUOTE]

    @cached_property
    def at(self) -> list[int]:
        """Where each word of `row` begins in `text`."""
        return list(accumulate((len(word) + 1 for word in self.row[:-1]), initial=1)) if self.row else []

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original text that `text[start:end]` stands for."""
        first = bisect_right(self.at, start) - 1
        last = bisect_left(self.at, end) - 1
        first, last = max(first, 0), max(last, first, 0)
        return self.places[first][0], max(end for _, end in self.places[first : last + 1])


def normalise(text: str, reader: Reader) -> Plain:
    """Fold, read and lay out `text`. Linear in its length."""
    return Plain(reader.closed_up(fold(text)), reader)


def _unquoted(row: Iterable[str]) -> tuple[list[str], list[int]]:
    """The words without quotation marks, and where in the plain text the marks stood."""
    kept: list[str] = []
    marks: list[int] = []
    position = 1
    for word in row:
        if word == _QUOTE:
            marks.append(position)
        else:
            kept.append(word)
            position += len(word) + 1
    return kept, marks

"""Text made plain once for all rules, with a way back to the code points it was written in."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate

from moderation.risk.fold import fold
from moderation.risk.words import Reader, Token


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain words with single spaces, one before the first and one after the last.

    `text` holds words, `,` `.` and `?`; quotation marks are taken out and kept in `quotes`
    as stretches of `text`. `at` holds where each token begins in `text`, `tokens` the tokens.
    """

    text: str
    at: tuple[int, ...]
    tokens: tuple[Token, ...]
    words: frozenset[str]
    quotes: tuple[tuple[int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original text that `text[start:end]` stands for."""
        first = bisect_right(self.at, start) - 1
        last = bisect_left(self.at, end) - 1
        first, last = max(first, 0), max(last, first, 0)
        return self.tokens[first].start, max(token.end for token in self.tokens[first : last + 1])


def normalise(text: str, reader: Reader) -> Plain:
    """Fold, read and lay out `text`. Linear in its length."""
    tokens = reader.tokens(fold(text))
    words = [token.word for token in tokens]
    quotes: list[int] = []
    if '"' in words:
        tokens, words, quotes = _unquoted(tokens)
    if not words:
        return Plain(" ", (), (), frozenset(), ())
    at = tuple(accumulate((len(word) + 1 for word in words[:-1]), initial=1))
    body = " " + " ".join(words) + " "
    return Plain(body, at, tuple(tokens), frozenset(words), tuple(zip(quotes[::2], quotes[1::2], strict=False)))


def _unquoted(tokens: list[Token]) -> tuple[list[Token], list[str], list[int]]:
    """The tokens without quotation marks, their words, and where in the plain text the marks stood."""
    kept: list[Token] = []
    quotes: list[int] = []
    position = 1
    for token in tokens:
        if token.word == '"':
            quotes.append(position)
        else:
            kept.append(token)
            position += len(token.word) + 1
    return kept, [token.word for token in kept], quotes

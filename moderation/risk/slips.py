"""Texts as hurried fingers write them: for learning, so that what is heard does not hang on the spelling."""

import random
from itertools import pairwise

_SHORTEST = 4  # letters of a word that gets a slip
_SHARE = 0.3  # of such words
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE: dict[str, str] = {}  # the keys beside a letter's
for _left, _right in (pair for row in _ROWS for pair in pairwise(row)):
    _BESIDE[_left] = _BESIDE.get(_left, "") + _right
    _BESIDE[_right] = _BESIDE.get(_right, "") + _left


def slipped(text: str) -> str:
    """The text with a slip in some of its words: a letter left out, doubled, changed over, or one of the keys beside.

    The same text always gets the same slips.
    """
    chance = random.Random(text)  # noqa: S311 - for repeatable learning, not secrets
    return " ".join(
        _slip(word, chance) if len(word) >= _SHORTEST and word.isalpha() and chance.random() < _SHARE else word
        for word in text.split(" ")
    )


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    ways = [before + after, before + letter + letter + after, before + after[0] + letter + after[1:]]
    beside = _BESIDE.get(letter.lower())
    return chance.choice([*ways, before + chance.choice(beside) + after] if beside else ways)

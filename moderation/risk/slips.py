"""Texts as hurried fingers write and send them: for learning, so that what is heard does not hang on such things."""

import random
from itertools import pairwise

_SHORTEST = 4  # letters of a word that gets a slip
_SHARE = 0.3  # of such words
_MARKED = 0.15  # of words behind which a mark is put or left out
_MARKS = (",", "...", " -", "!", ".", ";")
_FEWEST = 6  # words of a text that is sent in two
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE: dict[str, str] = {}  # the keys beside a letter's
for _left, _right in (pair for row in _ROWS for pair in pairwise(row)):
    _BESIDE[_left] = _BESIDE.get(_left, "") + _right
    _BESIDE[_right] = _BESIDE.get(_right, "") + _left


def slipped(text: str) -> str:
    """The text with a slip in some of its words: a letter left out, doubled, changed over, or one of the keys beside.

    Behind some words a mark is put or left out. The same text always gets the same slips.
    """
    chance = random.Random(text)  # noqa: S311 - for repeatable learning, not secrets
    slips = (
        _slip(word, chance) if len(word) >= _SHORTEST and word.isalpha() and chance.random() < _SHARE else word
        for word in text.split(" ")
    )
    return " ".join(_marked(word, chance) if chance.random() < _MARKED else word for word in slips)


def halved(text: str) -> tuple[str, ...]:
    """The two parts of a text sent in two messages; nothing where it is too short. The same text has the same parts."""
    words = text.split(" ")
    if len(words) < _FEWEST:
        return ()
    third = len(words) // 3
    at = random.Random(text).randrange(third, len(words) - third + 1)  # noqa: S311 - for repeatable learning
    return " ".join(words[:at]), " ".join(words[at:])


def _marked(word: str, chance: random.Random) -> str:
    return word.rstrip(".,!?") if word[-1:] in {".", ",", "!", "?"} else word + chance.choice(_MARKS)


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    ways = [before + after, before + letter + letter + after, before + after[0] + letter + after[1:]]
    beside = _BESIDE.get(letter.lower())
    return chance.choice([*ways, before + chance.choice(beside) + after] if beside else ways)

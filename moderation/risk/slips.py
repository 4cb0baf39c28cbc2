"""Texts as people write and send them, with slips, in two parts, with words for placeholders: for learning from."""

import random
import re
from itertools import pairwise

from moderation.risk.concepts import OF_PLACEHOLDERS
from moderation.risk.vocabulary import Vocabulary

_SHORTEST = 4  # letters of a word that gets a slip
_SHARE = 0.3  # of such words
_MARKED = 0.15  # of words behind which a mark is put or left out
_MARKS = (",", "...", " -", "!", ".", ";")
_FEWEST = 6  # words of a text that is sent in two
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE: dict[str, str] = {}  # the keys beside a letter's
_PLACEHOLDER = re.compile(r"\[[a-z]+\]")
_MOST = 60  # the largest number written for an amount
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


def named(text: str, lang: str, vocabulary: Vocabulary) -> str:
    """The text with words of the vocabulary where it holds placeholders, as a person would write it.

    Composed texts at risk name no means, and harmless ones seldom hold a placeholder: without this, the brackets would
    be what tells them apart. The words stay in memory. The same text always gets the same words.
    """
    chance = random.Random(text)  # noqa: S311 - for repeatable learning

    def word(placeholder: re.Match[str]) -> str:
        if placeholder.group() == "[amount]":
            return str(chance.randint(2, _MOST))
        ending = "" if lang == "en" else f"_{lang}"
        concept = OF_PLACEHOLDERS.get(placeholder.group(), "").removeprefix("@")
        lists = (vocabulary.classes.get(name + ending, ()) for name in vocabulary.concepts.get(concept, ()))
        words = sorted({word for each in lists for word in each if word[0] not in "@["})
        article = "the " if lang == "en" and placeholder.group() == "[place]" else ""
        return article + chance.choice(words) if words else placeholder.group()

    return _PLACEHOLDER.sub(word, text)


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

"""Slips of the finger in words that matter: one letter too many, too few, wrong, or two changed over."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ORDINARY = Path(__file__).parent / "ordinary_words.txt"
ENGLISH = Path(__file__).parent / "english_words.txt"
_SHORTEST = 5  # letters; shorter words have too many neighbours
_STEM = 5  # letters that two words have in common when it does not matter which of them was meant


class Speller:
    """Knows which words matter, and which others are right as they stand."""

    def __init__(self, matter: Iterable[str], ordinary: frozenset[str], english: frozenset[str]) -> None:
        """`ordinary` words are left alone; those of the `english` dictionary may still be forms of one that matters."""
        self._ordinary, self._english = ordinary, english
        self._matter = sorted({word for word in matter if len(word) >= _SHORTEST and word.isascii() and word.isalpha()})
        self._near: dict[str, list[str]] = {}
        for word in self._matter:
            for short in {word, *_shorter(word)}:
                self._near.setdefault(short, []).append(word)

    def meant(self, word: str) -> str | None:
        """The one word that matters which `word` is a slip of; nothing where it is a word, or could be two.

        Words that are known to the reader are not for it to mend: nobody asks about them.
        """
        if len(word) < _SHORTEST or word in self._ordinary:
            return None
        found = {
            near for short in (word, *_shorter(word)) for near in self._near.get(short, ()) if _one_slip(word, near)
        }
        first = {near for near in found if near[0] == word[0]} or found  # the first letter is rarely wrong
        alike = len({near[:_STEM] for near in first}) == 1
        meant = max(first, key=lambda near: (len(near), near)) if alike else None
        if meant and word in self._english and not (meant.startswith(word) or word.startswith(meant)):
            return None  # spelled as it was meant: "goats" are no goals, but two trolleys are a trolley
        return meant


@cache
def ordinary_words() -> frozenset[str]:
    """Words that are right as they stand, whatever they are near to."""
    return _words_of(ORDINARY)


@cache
def english_words() -> frozenset[str]:
    """The words of an English dictionary (NOTICE says which), but those of means: the vocabulary has them."""
    return _words_of(ENGLISH)


def _words_of(path: Path) -> frozenset[str]:
    return frozenset(path.read_text(encoding="utf-8").split())


def _shorter(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _one_slip(word: str, other: str) -> bool:
    """Whether one slip leads from one word to the other."""
    if abs(len(word) - len(other)) == 1:
        long, short = sorted((word, other), key=len, reverse=True)
        return short in _shorter(long)
    if len(word) != len(other) or word == other:
        return False
    wrong = [at for at in range(len(word)) if word[at] != other[at]]
    if len(wrong) == 1:
        return True
    return (
        len(wrong) == 2
        and wrong[1] == wrong[0] + 1
        and word[wrong[0]] + word[wrong[1]] == other[wrong[1]] + other[wrong[0]]
    )

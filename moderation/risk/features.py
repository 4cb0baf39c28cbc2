"""What the linear model sees of a text: words and the concepts they belong to, alone and in short rows, as numbers.

A feature is a row of a table of weights, found by hashing: single words, pairs, threes and pairs with a gap, the same
for concepts (see `concepts.py`), words beside concepts, and the letters of longer words. Training and judging share
every line of this file, so that a text is never read in two ways.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from moderation.risk.concepts import Thesaurus

BITS = 18  # 262,144 rows; with 2**21 the cross-validated figures were the same
FEWER = 150  # features that a text is counted as having more: a few words alone are never weighed as sure
KIND_SHIFT = 2  # categories are told apart by fewer rows: four of the levels' share one of theirs
Rows = NDArray[np.int64]
Hashes = NDArray[np.uint64]
IGNORED = frozenset({",", ".", '"'})  # marks are moved and dropped too easily to mean much
_SPREAD = 0x9E3779B97F4A7C15
_FACTORS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
_MIX, _HALF, _SHIFT = np.uint64(0xD6E8FEB86659FD93), np.uint64(31), np.uint64(64 - BITS)
_GRAMS = (3, 4, 5)
_SHORTEST = 4  # letters of a word that is also read by its letters
_LONGEST = 40  # letters of a word that are looked at; longer ones are no words
_GAP = 4  # the farthest that two concepts of one feature may stand apart
FIRST, LAST = "<s>", "</s>"


def words_of(tokens: Sequence[str]) -> list[str]:
    """The words the model reads: without marks, every number alike, with a sign for the beginning and the end."""
    return [FIRST, *("#" if word.isdigit() else word[:_LONGEST] for word in tokens if word not in IGNORED), LAST]


def hashed(name: str) -> int:
    """64 bits that stand for a name, the same in every process."""
    return zlib.crc32(name.encode()) * _SPREAD & 0xFFFFFFFFFFFFFFFF


_KINDS = ("w", "ww", "www", "w.w", "c", "cc", "ccc", "c.c", "wc", "cw", "l")  # words, concepts, letters
_SALTS = {kind: np.uint64(hashed(f"kind {kind}")) for kind in _KINDS}


def _combined(kind: str, *parts: Hashes) -> Hashes:
    """The hashes of rows of words, still to be mixed."""
    combined = parts[0] * _FACTORS[0] + _SALTS[kind]
    for factor, part in zip(_FACTORS[1:], parts[1:], strict=False):
        combined += part * factor
    return combined


def _mixed(combined: Hashes) -> Rows:
    combined ^= combined >> _HALF
    combined *= _MIX
    return (combined >> _SHIFT).astype(np.int64)


class Hasher:
    """Rows of the table for the words of one language."""

    def __init__(self, thesaurus: Thesaurus, language: str) -> None:
        self._concept: Callable[[str], str] = thesaurus.of(language)
        # The same letters can be another word in another language; concepts are shared by all.
        self._prefix = "" if language == "en" else f"{language}:"

    def word(self, word: str) -> int:
        """The hash of a word."""
        return hashed(self._prefix + word)

    def concept(self, word: str) -> int:
        """The hash of the concept of a word."""
        return hashed(self._concept(word))

    def single(self, word: str) -> Rows:
        """The rows of a word by itself: the word, its concept, its letters."""
        rows = [_combined("w", _array([self.word(word)])), _combined("c", _array([self.concept(word)]))]
        if len(word) >= _SHORTEST and word.isalpha():
            rows.append(_combined("l", _array([hashed(part) for part in _letters(word)])))
        return _mixed(np.concatenate(rows))


def joint(words: Hashes, concepts: Hashes) -> tuple[Rows, Rows, Rows]:
    """The features made of several words: their rows, where each begins, and where it ends, counted in words."""
    kinds = [
        (1, _combined("ww", words[:-1], words[1:])),
        (1, _combined("cc", concepts[:-1], concepts[1:])),
        (1, _combined("wc", words[:-1], concepts[1:])),
        (1, _combined("cw", concepts[:-1], words[1:])),
        (2, _combined("www", words[:-2], words[1:-1], words[2:])),
        (2, _combined("w.w", words[:-2], words[2:])),
        (2, _combined("ccc", concepts[:-2], concepts[1:-1], concepts[2:])),
    ]
    kinds += [(gap, _combined("c.c", concepts[:-gap], concepts[gap:])) for gap in range(2, _GAP + 1)]
    begins = np.concatenate([np.arange(len(combined)) for _, combined in kinds])
    return _mixed(np.concatenate([combined for _, combined in kinds])), begins, begins + np.repeat(*_reaches(kinds))


def _reaches(kinds: list[tuple[int, Hashes]]) -> tuple[list[int], list[int]]:
    return [reach for reach, _ in kinds], [len(combined) for _, combined in kinds]


def all_rows(hasher: Hasher, words: Sequence[str]) -> Rows:
    """Every row of some words (see `words_of`), each as often as it stands there."""
    hashes, concepts = _array(list(map(hasher.word, words))), _array(list(map(hasher.concept, words)))
    return np.concatenate([*map(hasher.single, words), joint(hashes, concepts)[0]])


def _letters(word: str) -> Iterator[str]:
    framed = f"<{word}>"
    return (framed[at : at + size] for size in _GRAMS for at in range(len(framed) - size + 1))


def _array(hashes: Sequence[int]) -> Hashes:
    return np.array(hashes, dtype=np.uint64)

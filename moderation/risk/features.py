"""What the linear model sees of a text: words and the concepts they belong to, alone and in short rows, as numbers.

A feature is a single word, a pair, three or a pair with a gap, the same for concepts (see `concepts.py`), words beside
concepts, and the letters of longer words. Hashing makes a number of it: the row of a table of weights, and farther down
a few bits more, by which the table tells the one feature that owns the row from all others that fall on it.
Training and judging share every line of this file, so that a text is never read in two ways.
"""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from moderation.risk.concepts import Thesaurus
from moderation.risk.memory import Memory
from moderation.risk.normalise import Plain

BITS = 18  # 262,144 rows
CHECK_BITS = 8  # of a feature's number, beside its row; as many as a byte has, which is what the table keeps of it
FEWER = 100  # features that a text is counted as having more: a few words alone are never weighed as sure
SIGN = 3  # how many features a sign counts as; chosen by cross-validation, as the next
KIND_SHIFT = 2  # categories are told apart by fewer rows: four of the levels' share one of theirs
Numbers = NDArray[np.int64]
Rows = NDArray[np.int64]
Hashes = NDArray[np.uint64]
EDGE = "<s>"  # where the text begins and ends, and where a sentence of a longer one begins
SHORT = 22  # words of a text that is always weighed as a whole
_READ_AS = {",": "", '"': "", ".": EDGE}  # other marks are moved and dropped too easily to mean much
_REMEMBERED = 16_384  # words; a long one is cut, so that each holds two hundred bytes at most
_SPREAD = 0x9E3779B97F4A7C15
_FACTORS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
_MIX, _HALF, _SHIFT = np.uint64(0xD6E8FEB86659FD93), np.uint64(31), np.uint64(64 - BITS - CHECK_BITS)
_GRAMS = (3, 4, 5)
_SHORTEST = 4  # letters of a word that is also read by its letters
_LONGEST = 40  # letters of a word that are looked at; longer ones are no words
_GAP = 4  # the farthest that two concepts of one feature may stand apart


def _as_read(word: str) -> str:
    if word in _READ_AS:
        return _READ_AS[word]
    return "#" if word.isdigit() else word[:_LONGEST]


_read_as = Memory(_as_read, _REMEMBERED)


def words_of(row: Sequence[str]) -> list[str]:
    """The words the model reads: without commas, every number alike, with a sign where the text begins and ends.

    In a text of more than `SHORT` words there is a sign where each sentence begins, too, so that a sentence of it is
    read as it would be alone. In short ones marks are put and left out too easily to mean much.
    """
    row = _with_stops(row)
    words = [EDGE, *filter(None, map(_read_as.__getitem__, row)), EDGE]
    return [words[at] for at in _kept(words)] if "." in row else words


def places_of(row: Sequence[str]) -> list[int]:
    """For each word of `words_of` which word of the row it is; the first sign stands before the row."""
    stopped = _with_stops(row)
    written = [at for at, word in enumerate(row) for _ in _with_stops([word])] if "?" in row else range(len(row))
    inside = [(at, read) for at, read in zip(written, map(_read_as.__getitem__, stopped), strict=True) if read]
    places, words = zip((-1, EDGE), *inside, (len(row), EDGE), strict=True)
    return [places[at] for at in _kept(words)] if "." in stopped else list(places)


def _with_stops(row: Sequence[str]) -> Sequence[str]:
    """The row with a full stop behind each question mark, which is a word and ends its sentence."""
    return [part for word in row for part in ((word, ".") if word == "?" else (word,))] if "?" in row else row


def _kept(words: Sequence[str]) -> list[int]:
    """Which of the words are read: no two signs side by side, and none inside a short text."""
    last = len(words) - 1
    if len(words) - words.count(EDGE) <= SHORT:
        return [at for at, word in enumerate(words) if word != EDGE or at in {0, last}]
    return [at for at, word in enumerate(words) if word != EDGE or at == last or words[at + 1] != EDGE]


def hashed(name: str) -> int:
    """64 bits that stand for a name, the same in every process."""
    return zlib.crc32(name.encode()) * _SPREAD & 0xFFFFFFFFFFFFFFFF


_KINDS = ("w", "ww", "www", "w.w", "c", "cc", "ccc", "c.c", "wc", "cw", "l", "s")  # words, concepts, letters, signs
_SALTS = {kind: np.uint64(hashed(f"kind {kind}")) for kind in _KINDS}
# The features of several words: their kind, and for each part whether it is a word (0) or a concept (1) and how far
# it stands behind the first.
_JOINT: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = (
    ("ww", ((0, 0), (0, 1))),
    ("cc", ((1, 0), (1, 1))),
    ("wc", ((0, 0), (1, 1))),
    ("cw", ((1, 0), (0, 1))),
    ("w.w", ((0, 0), (0, 2))),
    *(("c.c", ((1, 0), (1, gap))) for gap in range(2, _GAP + 1)),
    ("www", ((0, 0), (0, 1), (0, 2))),
    ("ccc", ((1, 0), (1, 1), (1, 2))),
)
REACHES = tuple(parts[-1][1] for _, parts in _JOINT)  # how far the last word of each stands behind the first
_THREES = 2  # the last of `_JOINT` have three parts
_JOINT_SALTS = np.array([[_SALTS[kind]] for kind, _ in _JOINT])
NOTHING = 1 << BITS  # the row that stands for no feature
NO_NUMBER = NOTHING << CHECK_BITS


def _combined(kind: str, part: Hashes) -> Hashes:
    """The hashes of single words, concepts or letters, still to be mixed."""
    return part * _FACTORS[0] + _SALTS[kind]


def _mixed(combined: Hashes) -> Numbers:
    combined ^= combined >> _HALF
    combined *= _MIX
    combined >>= _SHIFT
    return combined.view(np.int64)


class Hasher:
    """Numbers for the words of one language."""

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

    def single(self, word: str) -> Numbers:
        """The numbers of a word by itself: the word, its concept, its letters."""
        found = [_combined("w", _array([self.word(word)])), _combined("c", _array([self.concept(word)]))]
        if len(word) >= _SHORTEST and word.isalpha():
            found.append(_combined("l", _array([hashed(part) for part in _letters(word)])))
        return _mixed(np.concatenate(found))


@lru_cache(maxsize=256)
def _places(count: int) -> tuple[list[Rows], NDArray[np.bool_]]:
    """For texts of so many words: where each part of each feature stands in `joint`, and which would end behind it."""
    at = np.arange(count)
    firsts, seconds = (_part(_JOINT, part, at) for part in (0, 1))
    return [firsts, seconds, _part(_JOINT[-_THREES:], 2, at)], np.array([at + reach >= count for reach in REACHES])


def _part(features: Sequence[tuple[str, tuple[tuple[int, int], ...]]], part: int, at: Rows) -> Rows:
    places = [parts[part] for _, parts in features]
    return np.array([concept * len(at) + np.minimum(at + reach, len(at) - 1) for concept, reach in places])


def joint(words: Hashes) -> Numbers:
    """The numbers of the features made of several words, `NO_NUMBER` where one would end behind the text.

    `words` are the hashes of the words and below them those of their concepts, shape (2, n). In the result, shape
    (kinds, n), each feature stands under its first word; `REACHES` says how far its last one is.
    """
    (first, second, third), none = _places(words.shape[1])
    flat = words.ravel()
    combined = (flat * _FACTORS[0]).take(first)
    combined += (flat * _FACTORS[1]).take(second)
    combined[-_THREES:] += (flat * _FACTORS[2]).take(third)
    combined += _JOINT_SALTS
    numbers = _mixed(combined)
    numbers[none] = NO_NUMBER
    return numbers


def all_numbers(hasher: Hasher, words: Sequence[str], signs: Iterable[str] = ()) -> Numbers:
    """Every number of some words (see `words_of`) and of the signs among them, each as often as it stands there."""
    found = joint(np.array([list(map(hasher.word, words)), list(map(hasher.concept, words))], dtype=np.uint64))
    seen = [number for sign in signs for number in [sign_number(sign)] * SIGN]
    return np.concatenate([*map(hasher.single, words), found[found != NO_NUMBER], np.array(seen, dtype=np.int64)])


@lru_cache(maxsize=4096)
def sign_number(sign: str) -> int:
    """The number of something the rules saw, the same in every language."""
    return int(_mixed(_combined("s", _array([hashed(sign)])))[0])


def edges(words: Sequence[str]) -> list[int]:
    """At which words of `words_of` a sentence begins that is not the first: at the sign before it."""
    return [at for at, word in enumerate(words) if word == EDGE][1:-1]


def placed(signs: Mapping[str, int], plain: Plain, places: Sequence[int]) -> list[tuple[str, int]]:
    """Each sign with the word of `words_of` it is seen at, from its place in the plain text and `places_of` its row."""
    return [(sign, bisect_left(places, bisect_right(plain.at, place + 1) - 1)) for sign, place in signs.items()]


def _letters(word: str) -> Iterator[str]:
    framed = f"<{word}>"
    return (framed[at : at + size] for size in _GRAMS for at in range(len(framed) - size + 1))


def _array(hashes: Sequence[int]) -> Hashes:
    return np.array(hashes, dtype=np.uint64)

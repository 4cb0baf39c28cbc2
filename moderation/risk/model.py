"""The linear model: hears wording that no rule names. It raises levels, and takes nothing away.

What it weighs is in `features.py`, what it learned in `model.npz` (made by `manage.py train_risk`), and from which
score on it speaks in `rules/model.toml`, which is reviewed like every other rule.
"""

import hashlib
import math
import threading
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from moderation.risk.concepts import Thesaurus
from moderation.risk.features import (
    CHECK_BITS,
    FEWER,
    KIND_SHIFT,
    NOTHING,
    REACHES,
    SHORT,
    SIGN,
    Hasher,
    Numbers,
    Rows,
    joint,
    sign_number,
)
from moderation.risk.memory import Memory

MODEL = Path(__file__).parent / "model.npz"
_WORDS_KEPT = 20_000  # rows of the memory of words of one language; about 4 MB
_SIGNS_KEPT = 4_096
_MIDDLE, _LONG, _STEP, _LEAST = 60, 30, 8, 5  # words (see `stretches`)

_UNKNOWN = NOTHING + (1 << KIND_SHIFT)  # the row of features that own none: they weigh nothing, and count
_CHANCE, _MOST_CHANCE = 0.11, 3  # off for each doubling of the stretches, and how many doublings count
# Few words hold little evidence, so that the same score says more of them: each doubling of their number, from 8 to 64,
# costs so much. Chosen so that at every length texts as sure as the threshold, and not learned from, are urgent about
# as often; as many false alarms then go with fewer misses.
_DOUBLING = 0.35
DEARER = _DOUBLING * np.log2(np.arange(65).clip(8) / 16)

Rounded = NDArray[np.int8]
Sums = NDArray[np.int32]


class ModelFileError(ValueError):
    """The file of weights cannot be used."""


class Looked(NamedTuple):
    """Of each word of a text: its hash and its concept's (2, n), and the sums of the rows that are its alone."""

    hashes: NDArray[np.uint64]
    levels: Sums
    at: NDArray[np.intp]
    kinds: Sums  # of all words met so far; `at` says which are the text's


class _Words:
    """The words of one language met so far: their hashes and what they weigh by themselves."""

    def __init__(self, hasher: Hasher, owned: Callable[[Numbers], Rows], levels: Rounded, kinds: Rounded) -> None:
        self._hasher, self._owned, self._levels, self._kinds = hasher, owned, levels, kinds
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self._at: dict[str, int] = {}
        self.hashes = np.zeros((1024, 2), dtype=np.uint64)
        self.levels = np.zeros((1024, self._levels.shape[1]), dtype=np.int32)
        self.kinds = np.zeros((1024, self._kinds.shape[1]), dtype=np.int32)

    def looked_up(self, words: Sequence[str]) -> Looked:
        """What is known of each word. Threads judge side by side, and one may be learning words meanwhile."""
        with self._lock:
            try:
                at = np.fromiter(map(self._at.__getitem__, words), np.intp, len(words))
            except KeyError:
                at = self._learned(words)
            return Looked(self.hashes.take(at, axis=0).T, self.levels.take(at, axis=0), at, self.kinds)

    def _learned(self, words: Sequence[str]) -> NDArray[np.intp]:
        """Where the words stand, when those of them that are new have been learned."""
        new = {word for word in words if word not in self._at}  # a set less a view would walk the whole view
        if len(self._at) + len(new) > _WORDS_KEPT:
            self.clear()
            new = set(words)
        for word in new:
            self._learn(word)
        return np.fromiter(map(self._at.__getitem__, words), np.intp, len(words))

    def _learn(self, word: str) -> None:
        at = len(self._at)
        if at == len(self.hashes):
            for name in ("hashes", "levels", "kinds"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
        self.hashes[at] = self._hasher.word(word), self._hasher.concept(word)
        rows = self._owned(self._hasher.single(word))
        self.levels[at] = self._levels[rows].sum(axis=0, dtype=np.int32)
        self.kinds[at] = self._kinds[rows >> KIND_SHIFT].sum(axis=0, dtype=np.int32)
        self._at[word] = at


class Model:
    """Weights of the levels and of the categories, for every language of the thesaurus.

    Weights stay in the 8 bits they are stored in until they are summed: the table then fits into a processor's cache.
    """

    def __init__(self, file: Mapping[str, NDArray[np.generic]]) -> None:
        self.levels = _framed(file["levels"], NOTHING, _UNKNOWN)
        self.kinds = _framed(file["kinds"], NOTHING >> KIND_SHIFT, _UNKNOWN >> KIND_SHIFT)
        self._owners = _owners(file["owners"])
        self.level_scale, self.kind_scale = (np.append(file[f"{name}_scale"], 1) for name in ("levels", "kinds"))
        self.level_bias, self.kind_bias = file["levels_bias"], file["kinds_bias"]
        self.names = tuple(map(str, file["names"]))
        self.signs = frozenset(map(str, file["signs"]))  # others were never weighed
        if len(self.names) != len(self.kind_bias):
            raise ValueError("as many names as categories")
        self.version = ""
        self._words: dict[str, _Words] = {}
        self.of_sign = Memory(self._of_sign, _SIGNS_KEPT)

    def owned(self, numbers: Numbers) -> Rows:
        """The rows of features (see `features`), `_UNKNOWN` for those that own none."""
        rows = numbers >> CHECK_BITS
        np.copyto(rows, _UNKNOWN, where=self._owners.take(rows) != numbers.astype(np.uint8))  # its lower 8 bits
        return rows

    def _of_sign(self, sign: str) -> tuple[int, Sums]:
        """The row of a sign, and what it weighs for the levels."""
        row = int(self.owned(np.array([sign_number(sign)]))[0])
        return row, SIGN * self.levels[row].astype(np.int32)

    @property
    def languages(self) -> frozenset[str]:
        """The languages it has learned."""
        return frozenset(self._words)

    @classmethod
    def load(cls, thesaurus: Thesaurus, path: Path = MODEL) -> "Model":
        """Read a file of weights.

        Raises:
            ModelFileError: it cannot be read, or was made for another number of rows.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                made = cls(file)
        except (OSError, EOFError, KeyError, ValueError, BadZipFile, zlib.error) as error:
            raise ModelFileError(f"{path.name}: {error}") from error
        made.version = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        made.prepare(thesaurus)
        return made

    def prepare(self, thesaurus: Thesaurus) -> None:
        """Make room for what the words of every language of the thesaurus weigh."""
        for language in thesaurus.languages:
            self._words[language] = _Words(Hasher(thesaurus, language), self.owned, self.levels, self.kinds)

    def read(
        self, words: list[str], language: str, signs: Sequence[tuple[str, int]] = (), edges: Sequence[int] = ()
    ) -> "Reading":
        """The words of a text, the signs among them and where its sentences begin (see `features`), to be weighed."""
        return Reading(self, self._words[language], words, signs, edges)


def _owners(checks: NDArray[np.generic]) -> NDArray[np.uint8]:
    """By row the lower bits of the feature that owns it; behind them those of none."""
    if checks.shape != (NOTHING,) or checks.dtype != np.uint8:
        raise ValueError("made for another number of rows")
    return np.append(checks, np.uint8(0)).astype(np.uint8)


def _framed(weights: NDArray[np.generic], nothing: int, unknown: int) -> Rounded:
    """The weights with a last column of ones, which counts the features, and rows for none and for an unknown one."""
    if len(weights) != nothing:
        raise ValueError("made for another number of rows")
    framed = np.zeros((unknown + 1, weights.shape[1] + 1), dtype=np.int8)
    framed[:nothing, :-1] = weights
    framed[:nothing, -1] = framed[unknown, -1] = 1
    return framed


class Reading:
    """One text as the model reads it."""

    def __init__(
        self, model: Model, known: _Words, words: list[str], signs: Sequence[tuple[str, int]], edges: Sequence[int]
    ) -> None:
        self._edges = edges
        self._model, self._known, self._count = model, known.looked_up(words), len(words)
        self._rows = model.owned(joint(self._known.hashes))
        self._signs = [(*model.of_sign[sign], at) for sign, at in signs if sign in model.signs]

    def scores(self) -> tuple[list[float], list[tuple[int, int]]]:
        """Logits of "amber or above", "red or above" and "crisis", and the stretch of words where each is highest.

        A long text is weighed in stretches, of which the gravest counts, so that one sentence is not lost in many; one
        of middling length half by its gravest stretch and half as a whole.
        """
        sums = self._model.levels.take(self._rows, axis=0).sum(axis=0, dtype=np.int32)
        sums += self._known.levels
        for _, weights, at in self._signs:
            sums[at] += weights
        parts = stretches(self._count, self._edges)
        starts, ends = np.fromiter(chain.from_iterable(parts), np.intp, 2 * len(parts)).reshape(-1, 2).T
        if len(parts) == 1:
            totals = sums.sum(axis=0, keepdims=True) * self._model.level_scale
        else:
            running = np.zeros((self._count + 1, sums.shape[1]), dtype=np.int32)
            sums.cumsum(axis=0, out=running[1:])
            totals = (running[ends] - running[starts]) * self._model.level_scale
        scores = totals[:, :-1] / np.sqrt(totals[:, -1:] + FEWER) + self._model.level_bias
        scores -= DEARER.take(ends - starts, mode="clip")[:, None]
        gravest = scores.argmax(axis=0).tolist()
        highest = scores.max(axis=0)
        if self._count <= _MIDDLE:
            highest = (highest + scores[-1]) / 2
        else:  # of many stretches the gravest is often so by chance
            highest -= _CHANCE * min(math.log2(len(parts)), _MOST_CHANCE)
        return highest.tolist(), [parts[at] for at in gravest]

    def kinds(self, start: int, end: int) -> dict[str, float]:
        """How well each category fits a stretch of words, as logits."""
        rows = (self._rows[:, start:end] >> KIND_SHIFT).ravel()
        total = self._model.kinds.take(rows, axis=0).sum(axis=0, dtype=np.int32)
        signs = [row >> KIND_SHIFT for row, _, at in self._signs if start <= at < end]
        total += SIGN * self._model.kinds[signs].sum(axis=0, dtype=np.int32)
        total = (total + self._known.kinds[self._known.at[start:end]].sum(axis=0)) * self._model.kind_scale
        scores = total[:-1] / math.sqrt(total[-1] + FEWER) + self._model.kind_bias
        return dict(zip(self._model.names, scores.tolist(), strict=True))

    def weighed(self, level: int) -> list[float]:
        """How much each word added to a score (0 amber, 1 red, 2 crisis), alone and with its neighbours."""
        table = self._model.levels
        shares = table.reshape(-1).take(self._rows * table.shape[1] + level) / 2
        weights = self._known.levels[:, level] + shares.sum(axis=0)
        for _, weighs, at in self._signs:
            weights[at] += weighs[level]
        for reach, share in zip(REACHES, shares, strict=True):
            weights[reach:] += share[: self._count - reach]
        return cast("list[float]", (weights * self._model.level_scale[level]).tolist())


def stretches(words: int, edges: Sequence[int]) -> list[tuple[int, int]]:
    """Where the stretches of a text begin and end that are weighed apart; the last is the whole.

    `words` is their number and `edges` say at which of them a sentence begins. A text of more than `SHORT` is also
    weighed by rows of whole sentences with at most `_LONG` words, and a longer sentence in pieces that overlap.
    """
    whole = (0, words)
    if words <= SHORT + 2:  # the signs at its ends
        return [whole]
    bounds = sorted({0, words, *(edge for edge in edges if 0 < edge < words)})
    found: list[tuple[int, int]] = []
    for at, start in enumerate(bounds[:-1]):
        last = bisect_right(bounds, start + _LONG, at + 1)  # those at most so far away lie before it
        longer = [(start, end) for end in bounds[bisect_left(bounds, start + _LEAST, at + 1, last) : last]]
        if last == at + 1:
            end = bounds[last]
            longer = [(piece, min(piece + _LONG, end)) for piece in range(start, end - _LONG + _STEP, _STEP)]
        # A word or two alone are weighed with what follows them, or at the end with what precedes them.
        found += longer or [(max(0, min(start, words - _LONG)), min(start + _LONG, words))]
    return [*found, whole]

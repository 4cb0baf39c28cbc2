"""The linear model: hears wording that no rule names. It may raise a level and never lowers one.

What it weighs is in `features.py`, what it learned in `model.npz` (made by `manage.py train_risk`), and from which
score on it speaks in `rules/model.toml`, which is reviewed like every other rule.
"""

import hashlib
import math
import threading
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from moderation.risk.concepts import Thesaurus
from moderation.risk.features import BITS, FEWER, KIND_SHIFT, Hasher, joint

MODEL = Path(__file__).parent / "model.npz"
_WORDS_KEPT = 50_000  # rows of the memory of words; about 4 MB
_SHORT, _LONG, _STEP = 28, 30, 8  # words: longer texts are also read in stretches of 30 that begin every 8

Weights = NDArray[np.float32]


class ModelFileError(ValueError):
    """The file of weights cannot be used."""


class Looked(NamedTuple):
    """For each word of a text: its hash and its concept's, and the weights and number of its own features."""

    words: NDArray[np.uint64]
    concepts: NDArray[np.uint64]
    alone: Weights
    kinds: Weights
    counts: Weights


class _Words:
    """The words of one language met so far: their hashes and what they weigh by themselves."""

    def __init__(self, hasher: Hasher, levels: Weights, kinds: Weights) -> None:
        self._hasher, self._levels, self._kinds = hasher, levels, kinds
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self._at: dict[str, int] = {}
        self.words = np.zeros(1024, dtype=np.uint64)
        self.concepts = np.zeros(1024, dtype=np.uint64)
        self.alone = np.zeros((1024, self._levels.shape[1]), dtype=np.float32)
        self.kinds = np.zeros((1024, self._kinds.shape[1]), dtype=np.float32)
        self.counts = np.zeros(1024, dtype=np.float32)

    def looked_up(self, words: Sequence[str]) -> "Looked":
        """What is known of each word. Threads judge side by side, and one may be learning words meanwhile."""
        with self._lock:
            if len(self._at) + len(words) > _WORDS_KEPT:
                self.clear()
            for word in words:
                if word not in self._at:
                    self._learn(word)
            at = np.fromiter(map(self._at.__getitem__, words), np.intp, len(words))
            return Looked(self.words[at], self.concepts[at], self.alone[at], self.kinds[at], self.counts[at])

    def _learn(self, word: str) -> None:
        at = len(self._at)
        if at == len(self.words):
            for name in ("words", "concepts", "alone", "kinds", "counts"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
        self.words[at], self.concepts[at] = self._hasher.word(word), self._hasher.concept(word)
        rows = self._hasher.single(word)
        self.alone[at] = self._levels[rows].sum(axis=0)
        self.kinds[at] = self._kinds[rows >> KIND_SHIFT].sum(axis=0)
        self.counts[at] = len(rows)
        self._at[word] = at


class Model:
    """Weights of the levels and of the categories, for every language of the thesaurus."""

    def __init__(
        self, levels: Weights, bias: Weights, kinds: Weights, kind_bias: Weights, names: Sequence[str]
    ) -> None:
        self.levels, self.bias = levels, bias
        self.kinds, self.kind_bias = kinds, kind_bias
        self.names = tuple(names)
        self.version = ""
        self._words: dict[str, _Words] = {}

    @property
    def languages(self) -> frozenset[str]:
        """The languages it has learned."""
        return frozenset(self._words)

    @classmethod
    def load(cls, thesaurus: Thesaurus, path: Path = MODEL) -> "Model":
        """Read a file of weights.

        Raises:
            ModelFileError: it cannot be read or was made for another number of rows.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                levels = file["levels"].astype(np.float32) * file["levels_scale"]
                kinds = file["kinds"].astype(np.float32) * file["kinds_scale"]
                made = cls(levels, file["levels_bias"], kinds, file["kinds_bias"], [str(n) for n in file["names"]])
        except (OSError, EOFError, KeyError, ValueError, BadZipFile, zlib.error) as error:
            raise ModelFileError(f"{path.name}: {error}") from error
        if len(levels) != 1 << BITS:
            raise ModelFileError(f"{path.name}: made for another number of rows")
        made.version = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        for language in thesaurus.languages:
            made._words[language] = _Words(Hasher(thesaurus, language), levels, kinds)
        return made

    def read(self, words: list[str], language: str) -> "Reading":
        """The words of a text (see `words_of`), ready to be weighed."""
        return Reading(self, self._words[language], words)


class Reading:
    """One text as the model reads it."""

    def __init__(self, model: Model, known: _Words, words: list[str]) -> None:
        self._model, self._known, self._count = model, known.looked_up(words), len(words)
        self._rows, self._begins, self._ends = joint(self._known.words, self._known.concepts)

    def scores(self) -> tuple[tuple[float, float, float], list[tuple[int, int]]]:
        """Logits of "amber or above", "red or above" and "crisis", and the stretch of words where each is highest.

        A long text is weighed in stretches, of which the gravest counts, so that one sentence is not lost in many.
        """
        weights = self._model.levels[self._rows]
        sums = np.empty((self._count + 1, 4))
        sums[0] = 0
        for level in range(3):
            sums[1:, level] = np.bincount(self._begins, weights[:, level], self._count)
        sums[1:, :3] += self._known.alone
        sums[1:, 3] = np.bincount(self._begins, minlength=self._count)
        sums[1:, 3] += self._known.counts
        sums.cumsum(axis=0, out=sums)
        starts, ends = stretches(self._count)
        totals = sums[ends] - sums[starts]
        scores = totals[:, :3] / np.sqrt(totals[:, 3:] + FEWER) + self._model.bias
        gravest = scores.argmax(axis=0).tolist()
        amber, red, crisis = scores.max(axis=0).tolist()
        return (amber, red, crisis), [(int(starts[at]), int(ends[at])) for at in gravest]

    def kinds(self, start: int, end: int) -> dict[str, float]:
        """How well each category fits a stretch of words, as logits."""
        rows = self._rows[(self._begins >= start) & (self._begins < end)] >> KIND_SHIFT
        total = self._known.kinds[start:end].sum(axis=0) + self._model.kinds[rows].sum(axis=0)
        scores = total / math.sqrt(self._known.counts[start:end].sum() + len(rows) + FEWER) + self._model.kind_bias
        return dict(zip(self._model.names, scores.tolist(), strict=True))

    def weighed(self, level: int) -> list[float]:
        """How much each word added to a score (0 amber, 1 red, 2 crisis), alone and with its neighbours."""
        shares = self._model.levels[self._rows, level] / 2
        weights = self._known.alone[:, level] + np.bincount(self._begins, shares, self._count)
        weights += np.bincount(self._ends, shares, self._count)
        return cast("list[float]", weights.tolist())


def stretches(words: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the stretches of a text of so many words begin and end: the whole, and parts of a long one."""
    if words <= _SHORT:
        return np.array([0]), np.array([words])
    starts = np.arange(0, words - _LONG + _STEP, _STEP)
    return np.append(starts, 0), np.append(np.minimum(starts + _LONG, words), words)

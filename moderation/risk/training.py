"""Learning the linear model from labelled texts. Needs scikit-learn, which the running site does not.

Three yes-or-no questions are learned for the level (amber or above? red or above? crisis?) and one for each category.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from moderation.risk import corpus
from moderation.risk.corpus import Example
from moderation.risk.ear import Ear, signs_of
from moderation.risk.features import BITS, FEWER, KIND_SHIFT, Hasher, all_rows, placed, sentence_ends, words_of
from moderation.risk.findings import Category, Level
from moderation.risk.hearing import Thresholds
from moderation.risk.language import language_of
from moderation.risk.model import Model, stretches
from moderation.risk.rulebook import Rulebook
from moderation.risk.scene import scene_of

STRENGTH, KIND_STRENGTH = 20.0, 10.0  # inverse of the regularisation, chosen by cross-validation over groups
COMMENT, QUESTION = 1.0, 0.3  # weights of an everyday comment and of a stretch of a question to a counsellor
_FOLDS = 3  # for the scale of scores
UNSURE = 0.7  # weight of a text for which both answers are accepted
_PLACES = frozenset({"thread"})  # where the labelled texts are taken to stand
Rows = NDArray[np.int64]


NAMES = tuple(category.value for category in Category if category != Category.DETECTOR)


class Text(NamedTuple):
    """A text as the model reads it: its language, its words, and what the rules saw among them."""

    hasher: Hasher
    words: list[str]
    signs: Sequence[tuple[str, int]]
    ends: Sequence[int] = ()  # behind which words a sentence ends


@dataclass(frozen=True, slots=True)
class Everyday:
    """Texts nobody labelled, of which one thing is known: almost none of them is above a level."""

    features: sparse.csr_matrix
    most: Level  # the level that almost none is above
    weight: float  # of each, beside 1 for a labelled text


def everyday(read: Callable[[str], Text]) -> list[Everyday]:
    """Everyday comments, taken as green; questions to counsellors, long and sad, of which few are red."""
    comments, questions = corpus.everyday("goemotions"), corpus.everyday("counselchat")
    return [
        Everyday(matrix(map(read, comments)), Level.GREEN, COMMENT),
        Everyday(matrix(part for text in questions for part in in_stretches(read(text))), Level.AMBER, QUESTION),
    ]


def in_stretches(text: Text) -> Iterator[Text]:
    """A text as it is judged: whole, and where it is long in stretches."""
    for start, end in stretches(len(text.words), text.ends):
        signs = [(sign, at - start) for sign, at in text.signs if start <= at < end]
        yield Text(text.hasher, text.words[start:end], signs)


def train(book: Rulebook, examples: Sequence[Example], path: Path) -> None:
    """Learn from all the examples and write the weights to `path`."""
    read = reader_of(book)
    learner = Learner(read, examples, everyday(read))
    everything = np.arange(len(examples))
    save(path, learner.levels(everything), learner.kinds(everything, NAMES), NAMES, learner.signs(everything))


def reader_of(book: Rulebook) -> Callable[[str], Text]:
    """Reads a text as the judge does."""
    hashers = {language: Hasher(book.thesaurus, language) for language in book.thesaurus.languages}

    def read(text: str) -> Text:
        scene = scene_of(book, text)
        signs = placed(signs_of(book, scene, _PLACES), scene.plain)
        row = scene.plain.row
        hasher = hashers.get(language_of(scene.plain, book.thesaurus), hashers["en"])
        return Text(hasher, words_of(row), signs, sentence_ends(row))

    return read


@dataclass(frozen=True, slots=True)
class Learned:
    """One question answered by weights: a positive sum is a yes."""

    weights: NDArray[np.float64]
    bias: float

    def scores(self, features: sparse.csr_matrix) -> NDArray[np.float64]:
        """The logit of a yes for each row of features."""
        return cast("NDArray[np.float64]", features @ self.weights + self.bias)


class Learner:
    """Texts as rows of features, and the weights learned from some of them."""

    def __init__(
        self,
        read: Callable[[str], Text],
        examples: Sequence[Example],
        unlabelled: Sequence[Everyday] = (),
    ) -> None:
        self.examples = examples
        self.unlabelled = unlabelled
        self.texts = [read(example.text) for example in examples]
        self.features = matrix(self.texts)
        self.kind_features = _folded(self.features)

    def signs(self, chosen: NDArray[np.intp]) -> set[str]:
        """What the rules saw in the chosen examples."""
        return {sign for at in chosen for sign, _ in self.texts[at].signs}

    def levels(self, chosen: NDArray[np.intp]) -> list[Learned]:
        """One answer for each level above green, learned from the chosen examples."""
        return [self._level(level, chosen) for level in (Level.AMBER, Level.RED, Level.CRISIS)]

    def _level(self, level: Level, chosen: NDArray[np.intp]) -> Learned:
        examples = [self.examples[at] for at in chosen]
        answers = np.array([example.level >= level for example in examples])
        weights = np.array([UNSURE if len({ok >= level for ok in e.ok}) > 1 else 1.0 for e in examples])
        below = [each for each in self.unlabelled if each.most < level]
        return _learned(self.features[chosen], answers, weights, STRENGTH, below)

    def kinds(self, chosen: NDArray[np.intp], names: Sequence[str]) -> list[Learned]:
        """One answer for each category, learned from the chosen examples above green."""
        risky = np.array([at for at in chosen if self.examples[at].level > Level.GREEN])
        features, weights = self.kind_features[risky], np.ones(len(risky))
        answers = ([name in self.examples[at].cats for at in risky] for name in names)
        return [_learned(features, np.array(answer), weights, KIND_STRENGTH) for answer in answers]


def matrix(texts: Iterable[Text]) -> sparse.csr_matrix:
    """One row a text: how often it has each feature, over the square root of how many it has (and `FEWER`)."""
    columns, values, ends = [], [], [0]
    for text in texts:
        signs = [sign for sign, _ in text.signs]
        rows, counts = np.unique(all_rows(text.hasher, text.words, signs), return_counts=True)
        columns.append(rows)
        values.append(counts / np.sqrt(counts.sum() + FEWER))
        ends.append(ends[-1] + len(rows))
    shape = (len(ends) - 1, 1 << BITS)
    return sparse.csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=shape, dtype=np.float64)


def _folded(features: sparse.csr_matrix) -> sparse.csr_matrix:
    shape = (features.shape[0], features.shape[1] >> KIND_SHIFT)
    # Copies: adding up what fell together writes into the arrays.
    parts = (features.data.copy(), features.indices >> KIND_SHIFT, features.indptr.copy())
    folded = sparse.csr_matrix(parts, shape=shape)
    folded.sum_duplicates()
    return folded


def _learned(
    features: sparse.csr_matrix,
    answers: NDArray[np.bool_],
    weights: NDArray[np.float64],
    strength: float,
    below: Sequence[Everyday] = (),
) -> Learned:
    """Logistic regression in which yes and no weigh the same, however many there are of each.

    What many texts share tells little: each feature is scaled by its rarity (squared inverse document frequency; in
    cross-validation half a point to a point better in the area under the curve than no scale). The weights returned
    have the scale in them, so that judging needs none.
    """
    rarity = np.log((1 + features.shape[0]) / (1 + features.getnnz(axis=0))) ** 2 / 25
    yes, no = weights[answers].sum(), weights[~answers].sum()
    balanced = weights * np.where(answers, (yes + no) / (2 * yes), (yes + no) / (2 * no))
    for each in below:
        count = each.features.shape[0]
        features = sparse.vstack([features, each.features], format="csr")
        answers = np.concatenate([answers, np.zeros(count, dtype=bool)])
        balanced = np.concatenate([balanced, np.full(count, each.weight)])
    regression = LogisticRegression(C=strength, solver="newton-cg")
    with threadpool_limits(1):  # several threads get in each other's way: many times slower on sparse rows
        regression.fit(features @ sparse.diags(rarity), answers, sample_weight=balanced)
    return Learned(regression.coef_[0] * rarity, float(regression.intercept_[0]))


def scale(book: Rulebook, examples: Sequence[Example], thresholds: Thresholds) -> Iterator[str]:
    """The scale of scores, as lines for `rules/model.toml`: each text is judged by what was learned without it."""
    read = reader_of(book)
    learner = Learner(read, examples, everyday(read))
    answers = np.array([example.level for example in examples])
    levels, urgency = np.zeros(len(examples), dtype=np.intp), np.full(len(examples), np.nan)
    groups = [example.group for example in examples]
    for chosen, others in GroupKFold(_FOLDS).split(answers, answers, groups):
        learned = learner.levels(chosen)
        judge = Ear(book, Model(packed(learned, learner.signs(chosen))), thresholds)
        judge.model.prepare(book.thesaurus)
        for at in others:
            stages = list(judge.stages(scene_of(book, examples[at].text), _PLACES))
            levels[at] = max((finding.level for stage in stages for finding in stage.findings), default=Level.GREEN)
            urgency[at] = stages[-1].urgency if stages[-1].urgency is not None else np.nan
    yield from _scale(levels, urgency, answers >= Level.RED)


def _scale(levels: NDArray[np.intp], urgency: NDArray[np.float64], urgent: NDArray[np.bool_]) -> Iterator[str]:
    known = ~np.isnan(urgency)
    columns = np.column_stack([urgency, *(levels == level for level in Level)])[known]
    fitted = LogisticRegression(C=100, fit_intercept=False).fit(columns, urgent[known])
    likely = np.full(len(levels), np.nan)
    likely[known] = fitted.predict_proba(columns)[:, 1]
    by = [likely[known & (levels == level)] for level in Level]
    edges = [float(np.quantile(low, 0.9) + np.quantile(high, 0.1)) / 2 for low, high in pairwise(by)]
    yield f"slope = {fitted.coef_[0][0]:.2f}"
    for level, least, most in zip(Level, [0.0, *edges], [*edges, 1.0], strict=True):
        few = urgent[~known & (levels == level)]
        unheard = min(max(float(few.mean()) if len(few) else likely[levels == level].mean(), least), most)
        offset = fitted.coef_[0][1 + level]
        numbers = {"least": least, "most": most, "offset": offset, "unheard": unheard}
        yield f"{level.word} = {{ {', '.join(f'{name} = {number:.2f}' for name, number in numbers.items())} }}"


def save(
    path: Path, levels: Sequence[Learned], kinds: Sequence[Learned], names: Sequence[str], signs: Iterable[str]
) -> None:
    """Write the weights, rounded to 8 bits each, as `model.npz`; `signs` are those that were weighed."""
    weights = packed(levels, signs) | _packed_kinds(kinds, names)
    np.savez_compressed(path, **weights)  # type: ignore[arg-type]  # its other switches


def packed(levels: Sequence[Learned], signs: Iterable[str]) -> dict[str, NDArray[np.generic]]:
    """The parts of a file of weights, as `Model` takes them, for judging levels alone: every category is the first."""
    weights, level_scale = _rounded(np.stack([each.weights for each in levels], axis=1))
    none = Learned(np.zeros(len(weights) >> KIND_SHIFT), 0.0)
    made: dict[str, NDArray[np.generic]] = {
        "levels": weights,
        "levels_scale": level_scale,
        "levels_bias": np.array([each.bias for each in levels], dtype=np.float32),
        "signs": np.array(sorted(set(signs))),
    }
    return made | _packed_kinds([none], NAMES[:1])


def _packed_kinds(kinds: Sequence[Learned], names: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    weights, kind_scale = _rounded(np.stack([each.weights for each in kinds], axis=1))
    bias = np.array([each.bias for each in kinds], dtype=np.float32)
    return {"kinds": weights, "kinds_scale": kind_scale, "kinds_bias": bias, "names": np.array(names)}


def _rounded(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    # The few largest weights are cut so that the many small ones keep their shape.
    top = np.quantile(np.abs(weights), 0.9999, axis=0)
    scale = np.maximum(top, 1e-9) / 127
    return np.clip(np.round(weights / scale), -127, 127).astype(np.int8), scale.astype(np.float32)

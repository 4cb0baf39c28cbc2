"""Learning the linear model from labelled texts. Needs scikit-learn, which the running site does not.

Three yes-or-no questions are learned for the level (amber or above? red or above? crisis?) and one for each category.
The levels are learned twice: from all features, to see which of them tells most on each row of the table (`table.py`),
and then from these alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from moderation.risk import corpus
from moderation.risk.corpus import Example
from moderation.risk.ear import Ear, signs_of
from moderation.risk.features import Hasher, all_numbers, edges, placed, places_of, words_of
from moderation.risk.findings import Category, Level
from moderation.risk.hearing import Thresholds
from moderation.risk.language import language_of
from moderation.risk.model import Model, stretches
from moderation.risk.rulebook import Rulebook
from moderation.risk.scene import scene_of
from moderation.risk.slips import halved, named, slipped
from moderation.risk.table import Columns, Weights, checks, counted, folded, owners, rounded, spread
from moderation.risk.vocabulary import load_vocabulary

STRENGTH, KIND_STRENGTH = 10.0, 10.0  # inverse of the regularisation, chosen by cross-validation over groups
COMMENT, QUESTION = 3.0, 0.5  # weights of an everyday comment and of a stretch of a question to a counsellor
_PARTS = 3  # of which one is judged for the scale of scores
UNSURE = 0.7  # weight of a text for which both answers are accepted
SLIPPED = 0.6  # weight of a text written once more with slips of the finger
NAMED = 1.0  # weight of one that holds placeholders and is written once more with words for them, and without slips
HALF = 0.3  # weight of half a harmless text: sent in two parts, it is hardly ever grave
_PLACES = frozenset({"thread"})  # where the labelled texts are taken to stand
Arrays = dict[str, NDArray[np.generic]]
NAMES = tuple(category.value for category in Category if category != Category.DETECTOR)


class Text(NamedTuple):
    """A text as the model reads it: its language, its words, and what the rules saw among them."""

    hasher: Hasher
    words: list[str]
    signs: Sequence[tuple[str, int]]
    edges: Sequence[int] = ()  # where its sentences begin


@dataclass(frozen=True, slots=True)
class Everyday:
    """Texts of which one thing is known: almost none of them is above a level."""

    texts: Sequence[Text]
    most: Level  # the level that almost none is above
    weight: float  # of each, beside 1 for a labelled text


def everyday(read: Callable[[str], Text]) -> list[Everyday]:
    """Everyday comments and talk, taken as green; questions to counsellors, long and sad, of which few are red."""
    comments, questions = corpus.everyday("goemotions"), corpus.everyday("counselchat")
    talk = [example.text for example in corpus.ordinary_talk(held_out=False)]
    parts = [part for text in questions for part in in_stretches(read(text))]
    return [
        Everyday([*map(read, comments)], Level.GREEN, COMMENT),
        Everyday([*map(read, talk)], Level.GREEN, COMMENT),
        Everyday(parts, Level.AMBER, QUESTION),
    ]


def in_stretches(text: Text) -> Iterator[Text]:
    """A text as it is judged: whole, and where it is long in stretches."""
    for start, end in stretches(len(text.words), text.edges):
        signs = [(sign, at - start) for sign, at in text.signs if start <= at < end]
        yield Text(text.hasher, text.words[start:end], signs)


def train(book: Rulebook, examples: Sequence[Example], path: Path) -> None:
    """Learn from all the examples and write the weights to `path`."""
    read = reader_of(book)
    learned = Learner(read, examples, everyday(read)).learned(np.arange(len(examples)), NAMES)
    np.savez_compressed(path, **learned)  # type: ignore[arg-type]  # its other switches


def reader_of(book: Rulebook) -> Callable[[str], Text]:
    """Reads a text as the judge does."""
    hashers = {language: Hasher(book.thesaurus, language) for language in book.thesaurus.languages}

    def read(text: str) -> Text:
        scene = scene_of(book, text)
        row = scene.plain.row
        signs = placed(signs_of(book, scene, _PLACES), scene.plain, places_of(row))
        hasher = hashers.get(language_of(scene.plain, book.thesaurus), hashers["en"])
        words = words_of(row)
        return Text(hasher, words, signs, edges(words))

    return read


class Learned(NamedTuple):
    """One question answered by weights: a positive sum is a yes."""

    weights: Weights
    bias: float


class Learner:
    """Texts as rows of features, and the weights learned from some of them."""

    def __init__(
        self,
        read: Callable[[str], Text],
        examples: Sequence[Example],
        unlabelled: Sequence[Everyday] = (),
    ) -> None:
        self._examples = examples
        self._unlabelled = unlabelled
        self._texts = [read(example.text) for example in examples]
        vocabulary = load_vocabulary()
        worded = [named(example.text, example.lang, vocabulary) for example in examples]
        # Which texts hold placeholders: these are written once more with words, the others with slips.
        self._held = np.array([text != each.text for text, each in zip(worded, examples, strict=True)], dtype=bool)
        again = (read(text if held else slipped(text)) for text, held in zip(worded, self._held, strict=True))
        green = [at for at, example in enumerate(examples) if example.level == Level.GREEN]
        halves = [(at, half) for at in green for half in halved(examples[at].text)]
        self._half_of = np.array([at for at, _ in halves], dtype=np.intp)
        groups = [self._texts, again, (read(half) for _, half in halves), *(each.texts for each in unlabelled)]
        self._numbers, (self._features, self._again, self._halves, *self._below) = counted(
            (numbers_of(text) for text in group) for group in groups
        )

    def learned(self, chosen: NDArray[np.intp], names: Sequence[str] = ()) -> Arrays:
        """The parts of a file of weights, as `Model` takes them, learned from the chosen examples.

        Without names of categories every category is the first: for judging levels alone.
        """
        owning = owners(self._numbers, self._importance(chosen))
        numbers = self._numbers[owning]
        levels = self._levels(chosen, owning)
        weights, scale = rounded([spread(numbers, each.weights) for each in levels])
        made: Arrays = {"levels": weights, "levels_scale": scale, "owners": checks(numbers)}
        made["levels_bias"] = np.array([each.bias for each in levels], dtype=np.float32)
        made["signs"] = np.array(sorted({sign for at in chosen for sign, _ in self._texts[at].signs}))
        return made | self._kinds(chosen, owning, names)

    def _importance(self, chosen: NDArray[np.intp]) -> Weights:
        """How much each feature tells, over all texts: the square of its weight for each time it is met."""
        levels = self._levels(chosen, np.arange(len(self._numbers)))
        met: Weights = self._features[chosen].getnnz(axis=0) + sum(each.getnnz(axis=0) for each in self._below)
        told: Weights = np.sum([each.weights**2 for each in levels], axis=0)
        return met * told

    def _levels(self, chosen: NDArray[np.intp], columns: Columns) -> list[Learned]:
        """One answer for each level above green, from these features of the chosen examples."""
        examples = [self._examples[at] for at in chosen]
        features = sparse.vstack([self._features[chosen], self._again[chosen]], format="csr")[:, columns]
        halves = self._halves[np.isin(self._half_of, chosen)]
        most = [(each.most, each.weight) for each in self._unlabelled]
        below = [
            (each[:, columns], *known)
            for each, known in zip([halves, *self._below], [(Level.GREEN, HALF), *most], strict=True)
        ]
        again = np.where(self._held[chosen], NAMED, SLIPPED)
        return [
            self._level(level, examples, features, again, below) for level in (Level.AMBER, Level.RED, Level.CRISIS)
        ]

    def _level(
        self,
        level: Level,
        examples: Sequence[Example],
        features: sparse.csr_matrix,
        again: Weights,
        below: Sequence[tuple[sparse.csr_matrix, Level, float]],
    ) -> Learned:
        answers = np.tile([example.level >= level for example in examples], 2)
        weights = np.array([UNSURE if len({ok >= level for ok in e.ok}) > 1 else 1.0 for e in examples])
        weights = np.concatenate([weights, again * weights])
        known = [(more, weight) for more, most, weight in below if most < level]
        return _learned(features, answers, weights, STRENGTH, known)

    def _kinds(self, chosen: NDArray[np.intp], columns: Columns, names: Sequence[str]) -> Arrays:
        """One answer for each category, from these features of the chosen examples above green."""
        risky = np.array([at for at in chosen if self._examples[at].level > Level.GREEN])
        features = folded(self._numbers[columns], self._features[risky][:, columns])
        answers = ([name in self._examples[at].cats for at in risky] for name in names)
        kinds = [_learned(features, np.array(answer), np.ones(len(risky)), KIND_STRENGTH) for answer in answers]
        kinds = kinds or [Learned(np.zeros(features.shape[1]), 0.0)]
        weights, scale = rounded([each.weights for each in kinds])
        bias = np.array([each.bias for each in kinds], dtype=np.float32)
        return {"kinds": weights, "kinds_scale": scale, "kinds_bias": bias, "names": np.array(names or NAMES[:1])}


def numbers_of(text: Text) -> NDArray[np.int64]:
    """The numbers of all features of a text (see `features`)."""
    return all_numbers(text.hasher, text.words, [sign for sign, _ in text.signs])


def _learned(
    features: sparse.csr_matrix,
    answers: NDArray[np.bool_],
    weights: Weights,
    strength: float,
    below: Sequence[tuple[sparse.csr_matrix, float]] = (),
) -> Learned:
    """Logistic regression in which yes and no weigh the same, however many there are of each.

    What many texts share tells little: each feature is scaled by its rarity (squared inverse document frequency; in
    cross-validation half a point to a point better in the area under the curve than no scale). The weights returned
    have the scale in them, so that judging needs none. `below` are texts with a weight of which each answer is no.
    """
    rarity = np.log((1 + features.shape[0]) / (1 + features.getnnz(axis=0))) ** 2 / 25
    yes, no = weights[answers].sum(), weights[~answers].sum()
    balanced = weights * np.where(answers, (yes + no) / (2 * yes), (yes + no) / (2 * no))
    counts = [more.shape[0] for more, _ in below]
    features = sparse.vstack([features, *(more for more, _ in below)], format="csr")
    answers = np.concatenate([answers, np.zeros(sum(counts), dtype=bool)])
    balanced = np.concatenate([balanced, np.repeat([weight for _, weight in below], counts)])
    regression = LogisticRegression(C=strength, solver="newton-cg")
    with threadpool_limits(1):  # several threads get in each other's way: many times slower on sparse rows
        regression.fit(features @ sparse.diags(rarity), answers, sample_weight=balanced)
    return Learned(regression.coef_[0] * rarity, float(regression.intercept_[0]))


def scale(book: Rulebook, examples: Sequence[Example], thresholds: Thresholds) -> Iterator[str]:
    """The scale of scores, as lines for `rules/model.toml`: a third is judged by what was learned from the rest."""
    read = reader_of(book)
    learner = Learner(read, examples, everyday(read))
    answers = np.array([example.level for example in examples])
    chosen, others = next(GroupKFold(_PARTS).split(answers, answers, [example.group for example in examples]))
    judge = Ear(book, Model(learner.learned(chosen)), thresholds)
    judge.model.prepare(book.thesaurus)
    levels, urgency = np.zeros(len(others), dtype=np.intp), np.full(len(others), np.nan)
    for at, other in enumerate(others):
        stages = list(judge.stages(examples[other].text, scene_of(book, examples[other].text), _PLACES))
        levels[at] = max(stage.level for stage in stages)
        urgency[at] = stages[-1].urgency if stages[-1].urgency is not None else np.nan
    yield from _scale(levels, urgency, answers[others] >= Level.RED)


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

"""The figures hold: the quick form of `bench/risk.py` on part of the held-out texts. No text is ever printed.

The floors lie a little below what was measured when they were set (docs/risk-evaluation.md says what is asked for, and
what is not reached). A change that falls through one has made the judge worse.
"""

from functools import cache

import pytest

from bench.figures import functional, held_by_guess, judged, reliability
from bench.live_load import sentence
from bench.perturbations import PERTURBATIONS, perturbed
from moderation.risk import Level, assess, corpus
from moderation.risk.corpus import Example
from moderation.risk.slips import named
from moderation.risk.vocabulary import load_vocabulary
from tests.risk.labelled import labelled


def plain() -> list[Example]:
    """Held-out texts that are said outright, as most people do."""
    return [example for example in labelled("held_out", "en") if example.group.startswith("fn")]


@cache
def undisguised(*levels: Level) -> dict[str, bool]:
    """Some of these of some levels, each with whether it is judged red or above."""
    texts = [example.text for example in plain() if example.level in levels][::18]
    return {text: assess(text).level >= Level.RED for text in texts}


def test_the_functional_figures_do_not_fall() -> None:
    figures = functional([judged(example, assess(example.text)) for example in plain()[::4]])

    assert figures["harmonic mean of the two"] >= 81
    assert figures["crisis judged crisis"] >= 75
    assert figures["crisis below red"] <= 18
    assert figures["risky judged green"] <= 21
    assert figures["green judged red or above"] <= 9


@pytest.mark.parametrize("language", ["ar", "de", "es", "fr", "pt"])
def test_plain_cases_of_other_languages_are_heard(language: str) -> None:
    figures = functional([judged(example, assess(example.text)) for example in labelled("functional", language)])

    assert figures["harmonic mean of the two"] >= 80
    assert figures["crisis judged crisis"] >= 90
    assert figures["crisis below red"] <= 6
    assert figures["risky judged green"] <= 10
    assert figures["green judged red or above"] <= 11


def test_words_are_heard_as_well_as_the_placeholders_of_the_texts() -> None:
    vocabulary = load_vocabulary()
    urgent = [example for example in labelled("functional") if example.level >= Level.RED]
    worded = [(example.text, named(example.text, example.lang, vocabulary)) for example in urgent]
    heard = [[assess(text).level >= Level.RED for text in pair] for pair in worded if pair[0] != pair[1]]

    with_placeholders, with_words = (sum(column) / len(heard) for column in zip(*heard, strict=True))

    assert len(heard) > 200
    assert with_placeholders >= 0.95
    assert with_words >= 0.95


def test_everyday_talk_is_hardly_ever_held_by_a_guess() -> None:
    talk = [example.text for example in corpus.ordinary_talk(held_out=True)[::2]]
    live = [sentence(number) for number in range(1, 301)]  # what bench/live.py says: a held message reaches nobody

    held = [held_by_guess(assess(text)) for text in talk]

    assert sum(held) / len(held) <= 0.001
    assert not any(held_by_guess(assess(text)) for text in live)


def test_the_score_says_how_many_such_texts_are_urgent() -> None:
    every = [judged(example, assess(example.text)) for example in labelled("held_out")[::12]]

    rows = [row for row in reliability(every) if row[1] >= 60]

    assert len(rows) >= 5
    assert all(abs(told - true) <= 15 for _, _, told, true in rows)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_words_written_otherwise_are_heard_nearly_as_well(name: str) -> None:
    before = undisguised(Level.RED, Level.CRISIS)
    otherwise = [_heard(name, text) for text in before]

    # Letters spaced out lose apostrophes and ends of sentences with the gaps. Of 2,000 quiet words around a grave
    # sentence some always stand in the same stretch, and of many stretches the gravest counts a little less.
    assert sum(before.values()) - sum(otherwise) <= {"spacing": 0.2, "burying": 0.16}.get(name, 0.12) * len(before)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_a_disguise_alone_is_no_alarm(name: str) -> None:
    before = undisguised(Level.GREEN)
    otherwise = [_heard(name, text) for text in before]

    # Half a message may have lost its "not"; what came before adds and never takes away.
    assert sum(otherwise) - sum(before.values()) <= (0.16 if name == "two_messages" else 0.08) * len(before)


def _heard(name: str, text: str) -> bool:
    words, around = perturbed(name, text)
    first = assess(around.earlier[0]).level if around.earlier else Level.GREEN
    return max(first, assess(words, around).level) >= Level.RED


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_a_perturbation_is_the_same_in_every_run_and_changes_something(name: str) -> None:
    text = "I have decided that tonight is the end of everything for me."

    assert perturbed(name, text) == perturbed(name, text)
    assert perturbed(name, text)[0] != text

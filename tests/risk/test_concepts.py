"""The thesaurus: which concept a word belongs to."""

import pytest

from moderation.risk import corpus, detector
from moderation.risk.concepts import UNKNOWN
from moderation.risk.normalise import normalise

BOOK = detector.shipped().ear.book
THESAURUS, READER = BOOK.thesaurus, BOOK.reader


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("بالمطبخ", "مطبخ"),  # in the kitchen
        ("زوجتك", "زوجته"),  # your wife
        ("خطوبتي", "خطوبه"),  # my engagement: the ending takes the place of the feminine one
        ("كلموني", "كلم"),  # they spoke to me
        ("هيضربوني", "يضرب"),  # they will hit me
    ],
)
def test_an_arabic_word_has_the_concept_of_what_is_left_without_what_is_written_with_it(
    written: str, meant: str
) -> None:
    concept = THESAURUS.of("ar")

    assert written not in THESAURUS.words("ar")
    assert concept(written) == concept(meant) != UNKNOWN


@pytest.mark.parametrize(
    ("written", "concept"),
    [
        ("للشرطه", "@police"),  # to the police; with its ending taken for another it is a condition
        ("عالماتش", "@game"),  # at the match; no death
        ("الجماعه", "@peer_group"),  # the group; no sex
        ("بيحبها", "@love_words"),  # loves her; no medicine
        ("بيهددني", "@threat"),  # threatens me
        ("فاتت", "@time_past"),  # went by; nobody came
        ("حصلي", "@obtain"),  # happened to me; no prayer
        ("متموتش", "@death"),  # do not die
        ("مسكين", UNKNOWN),  # poor thing; no means
        ("عالم", UNKNOWN),  # a world; no pain
        ("حسام", UNKNOWN),  # a name; no overdose
    ],
)
def test_letters_of_the_root_stay(written: str, concept: str) -> None:
    assert THESAURUS.of("ar")(written) == concept


def test_the_language_is_told_by_what_is_left_of_a_word_too() -> None:
    tally = THESAURUS.counter.tally(["بالمطبخ", "كلموني", "قسطنطينيه"])

    assert tally.known["ar"] == tally.spelled["ar"] == 2
    assert tally.small["ar"] == 0
    small_alone = {name: sorted(words - THESAURUS.words(name)) for name, words in THESAURUS.small.items()}
    assert any(small_alone.values())
    assert all(THESAURUS.counter.tally(words).known[name] == len(words) for name, words in small_alone.items())


def test_an_arabic_word_that_stands_in_the_thesaurus_keeps_its_concept() -> None:
    concept = THESAURUS.of("ar")

    assert all(concept(word) == name for word, name in THESAURUS.pairs("ar"))


@pytest.mark.parametrize("language", ["ar", "de", "en", "es", "fr", "pt"])
def test_most_words_of_everyday_talk_are_known(language: str) -> None:
    """What the model learns of one language it knows in another by concepts alone."""
    knows = THESAURUS.knows(language)
    talk = [example.text for example in corpus.ordinary_talk(held_out=True) if example.lang == language]

    words = [word for text in talk for word in normalise(text, READER).row if word.isalpha()]

    assert len(words) > 1000
    assert sum(map(knows, words)) / len(words) > 0.9


def test_what_leaves_no_known_word_is_of_no_concept() -> None:
    assert THESAURUS.of("ar")("قسطنطينيه") == UNKNOWN
    assert THESAURUS.of("ar")("") == UNKNOWN
    assert THESAURUS.of("de")("بالمطبخ") == UNKNOWN
    assert THESAURUS.of("none")("word") == UNKNOWN

"""The thesaurus: which concept a word belongs to."""

import pytest

from moderation.risk import rulebook
from moderation.risk.concepts import UNKNOWN

THESAURUS = rulebook.load().thesaurus


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


def test_an_arabic_word_that_stands_in_the_thesaurus_keeps_its_concept() -> None:
    concept = THESAURUS.of("ar")

    assert all(concept(word) == name for word, name in THESAURUS.pairs("ar"))


def test_what_leaves_no_known_word_is_of_no_concept() -> None:
    assert THESAURUS.of("ar")("قسطنطينيه") == UNKNOWN
    assert THESAURUS.of("ar")("") == UNKNOWN
    assert THESAURUS.of("de")("بالمطبخ") == UNKNOWN
    assert THESAURUS.of("none")("word") == UNKNOWN

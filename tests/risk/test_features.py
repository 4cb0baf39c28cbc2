"""What the model reads of a text: its words, where its sentences begin, and the stretches it is weighed in."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moderation.risk import rulebook, training
from moderation.risk.features import EDGE, SHORT, Hasher, edges, placed, places_of, words_of
from moderation.risk.model import stretches
from moderation.risk.normalise import normalise
from moderation.risk.slips import halved, named, slipped
from moderation.risk.vocabulary import load_vocabulary
from tests.risk.labelled import labelled

BOOK = rulebook.load()
MARKS = ".,!;"


def test_a_text_is_read_with_its_edges_and_without_its_commas() -> None:
    assert words_of(["i", ",", "took", "14", "."]) == [EDGE, "i", "took", "#", EDGE]


def test_sentences_begin_at_the_sign_before_them() -> None:
    row = ["i", ",", "know", ".", ".", "what", "now", "?", '"', "so", *["quiet"] * SHORT]

    words = words_of(row)

    assert words[:10] == [EDGE, "i", "know", EDGE, "what", "now", "?", EDGE, "so", "quiet"]
    assert edges(words) == [3, 7]
    assert places_of(row)[:10] == [-1, 0, 2, 4, 5, 6, 7, 7, 9, 10]


def test_in_a_short_text_marks_part_nothing() -> None:
    row = ["do", "not", ".", "leave", ".", ".", "me", "."]

    assert words_of(row) == [EDGE, "do", "not", "leave", "me", EDGE]
    assert places_of(row) == [-1, 0, 1, 3, 6, 8]


def test_a_question_at_the_end_begins_no_sentence() -> None:
    row = ["why", "?", ".", *["so"] * SHORT, "?"]

    assert edges(words_of(row)) == [3]


@given(st.lists(st.sampled_from([",", ".", "?", '"', "i", "7", "know"]), max_size=60))
def test_every_word_read_has_its_place_in_the_row(row: list[str]) -> None:
    words, places = words_of(row), places_of(row)

    assert len(words) == len(places)
    assert places == sorted(places)
    read = {"7": {"#"}, ".": {EDGE}, "?": {"?", EDGE}}
    inside = [(word, row[at]) for word, at in zip(words, places, strict=True) if 0 <= at < len(row)]
    assert all(word in read.get(written, {written}) for word, written in inside)
    assert {at for at, word in enumerate(row) if word.isalnum()} <= set(places)
    assert len(words) > SHORT or EDGE not in words[1:-1]
    assert words == [EDGE, EDGE] or (EDGE, EDGE) not in set(pairwise(words))


def test_a_sign_behind_the_end_of_a_sentence_stands_at_its_word() -> None:
    plain = normalise("Well, I know.\n\nI want to die, you see.", BOOK.reader)

    signs = {"suicide 2": plain.text.index(" die")}

    assert placed(signs, plain, places_of(plain.row)) == [("suicide 2", words_of(plain.row).index("die"))]


@pytest.mark.parametrize("mark", [".", "?"])
def test_a_sentence_is_read_alike_wherever_it_stands(mark: str) -> None:
    alone = words_of(["i", "want", "to", "go"])
    among = words_of(["we", "had", "soup", mark, "i", "want", "to", "go", ".", *["it", "rained"] * SHORT])

    at = edges(among)[0]

    assert among[at : at + len(alone)] == alone


def test_a_long_text_is_learned_in_the_stretches_it_is_judged_in() -> None:
    row = [*(["quiet"] * 40), ".", *(["i", "want", "to", "die", "tonight"]), ".", *(["quiet"] * 40)]
    words = words_of(row)
    signs = [("suicide 2", words.index("die"))]

    parts = list(training.in_stretches(training.Text(Hasher(BOOK.thesaurus, "en"), words, signs, edges(words))))

    assert parts[-1].words == words
    grave = next(part for part in parts if part.words == [EDGE, "i", "want", "to", "die", "tonight"])
    assert grave.signs == [("suicide 2", 4)]
    assert not any(part.signs for part in parts if "die" not in part.words)


def _stretches(words: int, bounds: list[int]) -> Iterator[tuple[int, int]]:
    """The same said plainly: every row of whole sentences with 5 to 30 words, a longer sentence in pieces."""
    for at, start in enumerate(bounds[:-1] if words > SHORT + 2 else []):
        reached = [end for end in bounds[at + 1 :] if end - start <= 30]
        whole = [(start, end) for end in reached if end - start >= 5]
        longer = [] if reached else range(start, bounds[at + 1] - 30 + 8, 8)
        pieces = [(piece, min(piece + 30, bounds[at + 1])) for piece in longer]
        yield from whole or pieces or [(max(0, min(start, words - 30)), min(start + 30, words))]
    yield 0, words


@given(st.integers(3, 400), st.lists(st.integers(1, 400), max_size=40))
@example(25, [21])  # a short end, in a text no longer than a stretch
def test_every_word_of_a_text_lies_in_a_stretch_and_the_last_is_the_whole(words: int, edges: list[int]) -> None:
    found = stretches(words, edges)

    assert found[-1] == (0, words)
    assert all(0 <= start < end <= words for start, end in found)
    assert all(end - start <= 30 for start, end in found[:-1])
    assert found == list(_stretches(words, sorted({0, words, *(edge for edge in edges if edge < words)})))
    covered = {at for start, end in found[:-1] for at in range(start, end)}
    assert words <= 24 or covered == set(range(words))


def test_slips_of_the_finger_change_some_words_and_always_the_same() -> None:
    text = "Nothing tastes of anything now, and I go to bed hoping that the morning leaves me out."

    once, again = slipped(text), slipped(text)

    assert once == again != text
    pairs = list(zip(once.replace(" -", "").split(), text.split(), strict=True))
    assert all(one.strip(MARKS) == other.strip(MARKS) for one, other in pairs if len(other.strip(MARKS)) < 4)


def test_marks_are_put_and_left_out_where_texts_are_written_again() -> None:
    texts = [f"I was there on day {number}, and then it rained on us all the way home." for number in range(40)]

    again = [slipped(text) for text in texts]

    assert {sign for text in again for sign in text if not sign.isalnum()} >= {"!", ";", "-"}
    assert any("," not in text for text in again)


def test_a_text_is_halved_between_two_of_its_words() -> None:
    text = "Nothing tastes of anything now, and I go to bed."

    first, second = halved(text)

    assert f"{first} {second}" == text
    assert min(len(first.split()), len(second.split())) >= 3
    assert halved(text) == (first, second)
    assert halved("Too short for that") == ()


def test_placeholders_become_words_of_their_own_lists_and_nothing_else_changes() -> None:
    vocabulary = load_vocabulary()
    text = "I took [amount] of the [medication] and stand on [place], [name] is with me"

    words = named(text, "en", vocabulary)

    found = re.fullmatch(r"I took \d+ of the (.+) and stand on the (.+), \[name\] is with me", words)
    assert found is not None
    assert found.group(1) in {*vocabulary.classes["pill"], *vocabulary.classes["remedy"]}
    assert found.group(2) in vocabulary.classes["fall"]
    assert named(text, "en", vocabulary) == words
    assert named("je suis sur [place]", "fr", vocabulary).removeprefix("je suis sur ") in vocabulary.classes["fall_fr"]


@pytest.mark.parametrize("lang", ["en", "de", "es", "fr", "pt", "ar"])
def test_every_language_has_words_for_what_its_texts_leave_out(lang: str) -> None:
    vocabulary = load_vocabulary()
    left = {"[method]", "[medication]", "[substance]", "[place]", "[amount]"}

    texts = [named(example.text, lang, vocabulary) for example in labelled("train", lang)]

    assert not [text for text in texts if any(placeholder in text for placeholder in left)]

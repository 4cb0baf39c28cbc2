"""The labelled texts: enough of them, none twice, the held-out fifth untouched, and sober words."""

import hashlib
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import example, given
from hypothesis import strategies as st

from moderation.risk import Level, corpus
from moderation.risk.corpus import Example
from tests.risk.labelled import labelled
from tests.risk.test_sober_words import THINGS_ABROAD, named_means, plainly

TEN_NAMES = ("The cat", "My aunt", "Our boss", "A man", "The vet", "Your dog", "That bird", "A child", "She", "Nobody")


@cache
def composed() -> list[Example]:
    return [*labelled("train"), *labelled("held_out")]


def cases() -> list[Example]:
    return [*labelled("functional"), *labelled("thresholds")]


def test_there_are_more_than_six_thousand_in_every_language_and_half_of_them_harmless() -> None:
    green = sum(example.level == Level.GREEN for example in composed())

    assert len(composed()) >= 6000
    assert {example.lang for example in composed()} == {"en", "es", "fr", "de", "pt", "ar"}
    assert 0.4 < green / len(composed()) < 0.6


def test_the_held_out_fifth_is_the_one_that_was_sealed() -> None:
    sealed = (corpus.CORPUS / "held_out.sha256").read_text(encoding="utf-8").strip()

    assert corpus.seal() == sealed
    assert 0.18 < len(labelled("held_out")) / len(composed()) < 0.22


def test_the_name_of_a_group_alone_decides_its_side() -> None:
    assert all(corpus.is_held_out(example.group) for example in labelled("held_out"))
    assert not any(corpus.is_held_out(example.group) for example in labelled("train"))


def test_ordinary_talk_is_harmless_and_a_fifth_of_it_is_never_learned_from() -> None:
    measured_on, learned = (corpus.ordinary_talk(held_out=held_out) for held_out in (True, False))

    assert {example.lang for example in labelled("ordinary")} == {"en", "es", "fr", "de", "pt", "ar"}
    assert all(example.level == Level.GREEN for example in labelled("ordinary"))
    assert {example.id for example in measured_on}.isdisjoint(example.id for example in learned)
    assert 0.18 < len(measured_on) / len(labelled("ordinary")) < 0.22


def test_no_text_is_like_another_and_no_functional_case_like_a_text() -> None:
    everything = [*composed(), *labelled("ordinary"), *cases()]

    assert len(cases()) > 1_000
    assert len(list(corpus.without_near_duplicates(everything))) == len(everything)
    assert len({example.id for example in everything}) == len(everything)


def test_a_text_that_says_the_same_again_is_left_out() -> None:
    again = [example for example in labelled("train")[:50] for _ in range(2)]

    assert len(list(corpus.without_near_duplicates(again))) == 50


@example(["a b c d e f g h i", "a b c d e f g j k"])  # five rows of nine in common
@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=9).map(" ".join), max_size=14))
def test_a_text_is_left_out_where_it_is_too_like_one_that_is_kept(texts: list[str]) -> None:
    examples = [replace(labelled("train")[0], text=text) for text in texts]
    kept: list[str] = []
    for text in texts:
        rows = corpus.trigrams(text)
        others = [corpus.trigrams(other) for other in kept]
        if all(len(rows & other) / len(rows | other) <= corpus.TOO_LIKE for other in others):
            kept.append(text)

    assert [example.text for example in corpus.without_near_duplicates(examples)] == kept


def test_every_text_accepts_its_own_level_and_every_text_at_risk_has_a_category() -> None:
    assert all(example.level in example.ok for example in composed())
    assert all(example.cats for example in composed() if example.level > Level.AMBER)


@pytest.mark.parametrize("level", [Level.AMBER, Level.RED, Level.CRISIS])
def test_no_text_at_risk_names_a_means(level: Level) -> None:
    risky = [example for example in [*composed(), *cases()] if example.level == level]
    named = [named_means(e.text) if e.lang == "en" else THINGS_ABROAD[e.lang].findall(plainly(e.text)) for e in risky]

    assert not [words for words in named if words]


def test_an_independent_second_annotation_agrees_with_the_first() -> None:
    again = corpus.second_labels()
    by_id = {example.id: example for example in [*composed(), *cases()]}
    same = [second.level in by_id[name].ok for name, second in again.items()]

    assert len(again.keys() & {example.id for example in composed()}) > len(composed()) * 0.1
    assert sum(same) / len(same) > 0.8


def test_a_part_that_is_written_down_is_read_as_it_is_labelled(tmp_path: Path) -> None:
    part = tmp_path / "part.txt"
    part.write_text(
        "RC suicide,distress passive_si | I wish I were gone.\\nSorry\nG - everyday_chat | Tea\n\nA eating x | y\n"
    )

    first, twin, other = corpus.read_part(part, "en")

    assert (first.level, first.ok, first.cats) == (Level.RED, (Level.RED, Level.CRISIS), ("suicide", "distress"))
    assert (first.text, twin.cats, first.group == twin.group) == ("I wish I were gone.\nSorry", (), True)
    assert other.group != first.group
    assert first.id == hashlib.sha256(first.text.encode()).hexdigest()[:10]


def test_a_line_of_another_form_is_refused_with_its_number(tmp_path: Path) -> None:
    part = tmp_path / "part.txt"
    part.write_text("G - everyday_chat | Tea\nno label here\n")

    with pytest.raises(ValueError, match="line 2"):
        list(corpus.read_part(part, "en"))


def test_texts_are_added_once_to_the_side_of_their_group_and_sealed(tmp_path: Path) -> None:
    part = tmp_path / "more.txt"
    part.write_text("".join(f"GA - everyday_chat | {word} went by the river slowly\n\n" for word in "abcdefghij"))
    out = StringIO()

    call_command("add_texts", str(part), "--lang", "en", "--corpus", str(tmp_path), stdout=out)
    call_command("add_texts", str(part), "--lang", "en", "--corpus", str(tmp_path), stdout=StringIO())

    train, held_out = corpus.load("train", tmp_path), corpus.load("held_out", tmp_path)
    assert len(train) + len(held_out) == 1  # the others say the same
    assert all(corpus.is_held_out(example.group) for example in held_out)
    assert "left out: 9" in out.getvalue()
    assert (tmp_path / "held_out.sha256").read_text().strip() == corpus.seal(tmp_path)


def test_ordinary_talk_is_added_apart_and_only_if_it_is_harmless(tmp_path: Path) -> None:
    part = tmp_path / "talk.txt"
    part.write_text("".join(f"G - everyday_chat | {name} has my chair again\n" for name in TEN_NAMES))
    call_command("add_texts", str(part), "--lang", "en", "--corpus", str(tmp_path), "--ordinary", stdout=StringIO())
    part.write_text("A distress distress_no_risk | Everything is grey and slow this week\n")

    with pytest.raises(CommandError, match="green"):
        call_command("add_texts", str(part), "--lang", "en", "--corpus", str(tmp_path), "--ordinary")

    assert len({example.group for example in corpus.load("ordinary", tmp_path)}) == len(TEN_NAMES)  # no twins
    assert corpus.load("train", tmp_path) == []


def test_a_part_that_cannot_be_read_adds_nothing(tmp_path: Path) -> None:
    part = tmp_path / "more.txt"
    part.write_text("G - everyday_chat | Tea and cake with my aunt on Sunday\nno label here\n")

    with pytest.raises(CommandError, match="line 2"):
        call_command("add_texts", str(part), "--lang", "en", "--corpus", str(tmp_path))

    assert corpus.load("train", tmp_path) == corpus.load("held_out", tmp_path) == []


def test_no_group_of_texts_is_one_sentence_with_other_words_in_it() -> None:
    openings = Counter(tuple(re.findall(r"\w+", example.text.lower())[:5]) for example in composed())

    assert openings.most_common(1)[0][1] < len(composed()) * 0.003

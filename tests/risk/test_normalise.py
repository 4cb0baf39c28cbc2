# ruff: noqa: RUF001 - look-alike characters are what is tested
"""Disguised words are read, and every plain word knows where it came from."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moderation.risk import detector
from moderation.risk.fold import fold
from moderation.risk.minimal import minimal_level
from moderation.risk.normalise import normalise
from moderation.risk.phrases import compile_phrase
from moderation.risk.vocabulary import load_vocabulary

READER = detector._judge.ear.book.reader


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("SUICIDE", "suicide"),
        ("ｓｕｉｃｉｄｅ", "suicide"),
        ("𝓼𝓾𝓲𝓬𝓲𝓭𝓮", "suicide"),
        ("ѕuісіdе", "suicide"),
        ("su\u00adici\u200dde", "suicide"),
        ("s̶u̶i̶c̶i̶d̶e̶", "suicide"),
        ("su1c1d3", "suicide"),
        ("$uicide", "suicide"),
        ("&#115;u&#x69;cide", "suicide"),
        ("kill&nbsp;myself", "kill myself"),
        ("s.u.i.c.i.d.e", "suicide"),
        ("s-u-i-c-i-d-e", "suicide"),
        ("s u i c i d e", "suicide"),
        ("sui cide", "suicide"),
        ("suuuuicide", "suicide"),
        ("sucide", "suicide"),
        ("sewer slide", "suicide"),
        ("kms", "kill myself"),
        ("unalive myself", "kill myself"),
        ("k i l l m y s e l f", "kill myself"),
        ("i   c a n ' t   g o   o n ,   k i l l   m e", "i can not go on , kill me"),
        ("k  i  l  l    m  y  s  e  l  f", "kill myself"),
        ("k i  l l m  y s e l  f", "kill myself"),
        ("w a n t   t o   d i e", "want to die"),
        ("e n d m y l i f e", "end my life"),
        ("d-i-e", "die"),
        ("k!ll", "kill"),
        ("i dont wanna", "i do not want to"),
        ("I’m", "i am"),
        ("sooooo", "so"),
        ("urge to sh", "urge to self harm"),
        ("the [Method], the [amount]", "the [method] , the [amount]"),
        ("her name is [name]", "her name is , name ,"),
    ],
)
def test_a_disguise_is_undone(written: str, plain: str) -> None:
    assert normalise(written, READER).text.strip() == plain


def test_short_words_are_not_sought_in_disguise_but_for_a_few() -> None:
    assert normalise("b-u-s", READER).text.strip() != "bus"
    assert normalise("bus", READER).text.strip() == "bus"
    assert normalise("c-u-t", READER).text.strip() == "cut"


@pytest.mark.parametrize("word", ["b4ll3t", "w1f1", "class", "shh", "5pm", "covid-19"])
def test_what_is_no_known_word_is_not_made_one(word: str) -> None:
    plain = normalise(word, READER).text

    assert "suicid" not in plain
    assert "kill" not in plain


@pytest.mark.parametrize(
    "word",
    [
        *("goats", "farming", "heroic", "mattered", "peeling", "copying", "devon", "sweeping", "blind", "frowned"),
        *("curve", "clump", "needn"),  # ordinary words
        *("immer", "reste", "tratada"),  # everyday words of other languages
    ],
)
def test_a_word_of_the_dictionary_is_no_slip_of_another(word: str) -> None:
    assert normalise(word, READER).text.strip() == word


@pytest.mark.parametrize(("slip", "word"), [("sucide", "suicide"), ("overdoze", "overdose"), ("cuting", "cutting")])
def test_a_slip_in_a_grave_word_is_read_as_that_word(slip: str, word: str) -> None:
    assert normalise(slip, READER).text.strip() == word


@given(st.text())
def test_folded_characters_come_from_ordered_stretches_of_the_text(text: str) -> None:
    folded = fold(text)

    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))


@given(st.text())
def test_plain_words_come_from_ordered_stretches_of_the_text(text: str) -> None:
    plain = normalise(text, READER)

    assert all(0 <= start < end <= len(text) for _, start, end in plain.tokens)
    assert [start for _, start, _ in plain.tokens] == sorted(start for _, start, _ in plain.tokens)
    assert all(plain.text[at:].startswith(word) for at, (word, _, _) in zip(plain.at, plain.tokens, strict=True))
    assert [word for word, _, _ in plain.tokens] == plain.row


_WRITTEN = ["u", "i", "a", "r", "s u i c i d e", "sui", "cide", ",", ".", "her", "self", "1", "d o", "k.m", "the", '"']


_ELSEWHERE = [
    "forever nap",
    "going",
    "to",
    "x" * 50,
    "[amount]",
    "i m",
    "🙂",
    "💊💊",
    "我想死",
    "أنا",
    "\u200b",
    "  ",
    "\n\n",
    "é",
    "c'est",
]


@given(st.lists(st.sampled_from([*_WRITTEN, *_ELSEWHERE]), max_size=12))
@example(["i", "k i l l", "u"])
def test_the_quick_way_to_the_words_is_the_same_as_the_way_with_places(pieces: list[str]) -> None:
    plain = normalise(" ".join(pieces), READER)

    assert [word for word, _, _ in plain.tokens] == plain.row
    assert [(start, end) for _, start, end in plain.tokens] == plain.places


@given(st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), min_size=1, max_size=9), st.data())
def test_a_match_leads_back_to_the_words_as_written(words: list[str], data: st.DataObject) -> None:
    text = "  ".join(word.upper() for word in words)
    chosen = data.draw(st.integers(0, len(words) - 1))
    plain = normalise(text, READER)

    start, end = plain.original(plain.at[chosen], plain.at[chosen] + len(words[chosen]))

    assert text[start:end] == words[chosen].upper()


@pytest.mark.parametrize(
    ("text", "level"),
    [("I want to DIE", 2), ("going to kill\nmyself", 3), ("a fine day", 0), ("voy a matarme", 2)],
)
def test_the_last_net_needs_nothing_but_its_phrases(text: str, level: int) -> None:
    assert minimal_level(text) == level


@pytest.mark.parametrize(
    ("written", "quoted"),
    [
        ("Tell them 'I'm not well' and go", ["i am not well"]),
        ("She said \u2018no\u2019, then 'yes'", ["no", "yes"]),
        ("the dogs' food and the cats' bowls", []),
        ("'cause I can't, and the dogs' bowl", []),
        ("rock 'n' roll 'til dawn", []),
        ("I left 'cause of nothin' much", []),
        ("she said 'ave a bath, the kids' dad left", []),
        ("they said 'so what and I am in my parents' house", []),
    ],
)
def test_words_between_single_marks_are_quoted_and_apostrophes_quote_nothing(written: str, quoted: list[str]) -> None:
    plain = normalise(written, READER)

    assert [plain.text[start:end].strip(" ,") for start, end in plain.quotes] == quoted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أريد أن أموت الليلة", "اريد ان اموت الليله"),
        ("على السطح", "علي السطح"),
        ("وأريد أن أموت", "أريد أن أموت"),
        ("ومش قادر", "مش قادر"),
        ("ووزعت أغراضي", "وزعت أغراضي"),
    ],
)
def test_arabic_is_read_alike_however_its_letters_are_written_and_with_an_and_before_it(one: str, other: str) -> None:
    assert normalise(one, READER).row == normalise(other, READER).row


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("تعبت وأريد الموت", ["تعبت", "أريد", "الموت"]),
        ("تعبت وَأُريد الموت", ["تعبت", "أُريد", "الموت"]),
        ("والموت، ومات", ["الموت", "،", "مات"]),
        ("وهم ووو", ["وهم", "ووو"]),
    ],
)
def test_arabic_words_know_where_they_stand_without_their_and(text: str, words: list[str]) -> None:
    plain = normalise(text, READER)

    assert [text[start:end].lstrip("\u064e") for start, end in plain.places] == words
    assert len(plain.row) == len(words)


def test_a_word_of_a_rule_of_which_nothing_is_left_is_no_word() -> None:
    with pytest.raises(ValueError, match="nothing is left"):
        compile_phrase("die \u0301 now", load_vocabulary())


def test_rules_may_be_written_as_people_write() -> None:
    vocabulary = load_vocabulary()

    with_marks, without = (
        compile_phrase(words, vocabulary) for words in ("möchte nicht länger", "mochte nicht langer")
    )
    with_and, plain = (compile_phrase(words, vocabulary) for words in ("وأريد الليلة", "اريد الليله"))

    assert with_marks.pattern == without.pattern
    assert with_and.pattern == plain.pattern

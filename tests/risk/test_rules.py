"""Every rule is held to its own examples, and every rule file to its shape."""

import shutil
from pathlib import Path

import pytest

from moderation.risk import detector, rulebook, versions
from moderation.risk.entries import Rule
from moderation.risk.findings import Category, Level
from moderation.risk.matching import find
from moderation.risk.phrases import Prefilter, compile_phrase
from moderation.risk.scene import Scene, scene_of
from moderation.risk.vocabulary import RULES, RuleFileError, load_vocabulary
from tests.rule_files import FEW, few_with

BOOK = rulebook.load()
RULE = """[[rule]]
id = "x.y"
version = "1"
category = "distress"
level = "amber"
reason = "R."
phrases = ["sign"]
examples = ["e"]
"""


def fires(rule: Rule, text: str, pack: rulebook.Rulebook = BOOK) -> bool:
    places = frozenset(rule.places or {"thread"})
    scene = Scene(scene_of(BOOK, text).plain, pack.sieve, pack.cue_bits)
    return any(found.rule == rule.id for found in find(pack, scene, places).findings)


def test_a_rule_finds_its_examples() -> None:
    examples = [(rule, text) for rule in BOOK.rules for text in rule.examples]

    missed = [(rule.id, text) for rule, text in examples if not fires(rule, text)]

    assert {rule.id for rule, _ in examples} == {rule.id for rule in BOOK.rules}
    assert not missed


def test_a_rule_leaves_its_counter_examples_alone() -> None:
    counter_examples = [(rule, text) for rule in BOOK.rules for text in rule.counter_examples]

    found = [(rule.id, text) for rule, text in counter_examples if fires(rule, text)]

    assert len(counter_examples) > len(BOOK.rules)
    assert not found


@pytest.mark.parametrize("language", sorted(BOOK.packs))
def test_the_rules_of_another_language_find_their_examples_and_no_counter_example(language: str) -> None:
    pack = BOOK.packs[language]()
    rules = [(rule, text, True) for rule in pack.rules for text in rule.examples]
    rules += [(rule, text, False) for rule in pack.rules for text in rule.counter_examples]

    wrong = [(rule.id, text) for rule, text, fires_there in rules if fires(rule, text, pack) != fires_there]

    assert len(rules) > 2 * len(pack.rules)
    assert not wrong


def test_every_pattern_of_every_rule_and_cue_compiles() -> None:
    phrases = [phrase for rule in BOOK.rules for phrase in rule.phrases]
    phrases += [phrase for cue in BOOK.cues.values() for phrase in cue]

    compiled = [phrase.regex for phrase in phrases]

    assert len(compiled) > 500
    assert all(phrase.anchors for phrase in phrases)


def test_every_rule_has_a_counter_example_and_a_sentence_as_reason() -> None:
    for rule in BOOK.rules:
        assert rule.counter_examples, rule.id
        assert rule.reason.endswith("."), rule.id


def test_all_categories_can_be_found() -> None:
    by_rule = {rule.category for rule in BOOK.rules} | {kind for rule in BOOK.rules for kind in rule.also}

    assert by_rule | {Category.DETECTOR} == set(Category)


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        ("[[rule]\n", "line 1"),
        ('[[rule]]\nid = "x.y"\n', "x.y"),
        ('[[rule]]\nid = "x.y"\nsurprise = 1\n', "surprise"),
        (RULE + 'needs = ["now"]\nneeded = 2\n', "needed"),
        (RULE + "needed = 0\n", "needed"),
    ],
)
def test_a_rule_file_that_cannot_be_used_is_named_at_load(spoiled: str, told: str) -> None:
    with pytest.raises(RuleFileError, match=r"spoiled\.toml") as refused:
        rulebook.read({**FEW, "spoiled.toml": spoiled})

    assert told in str(refused.value)


@pytest.mark.parametrize("phrase", ["(open", "@no_such_class x", "<only|optional>", "a {b} {c}", "x ) y"])
def test_a_phrase_that_means_nothing_is_refused_with_its_rule(phrase: str) -> None:
    spoiled = RULE.replace('["sign"]', f'["{phrase}"]')
    assert spoiled != RULE

    with pytest.raises(RuleFileError, match=r"x\.y"):
        rulebook.read({**FEW, "spoiled.toml": spoiled})


def test_signs_that_are_counted_must_be_different_ones_and_near() -> None:
    counted = RULE + 'needs = ["sign_time", "sign_calm"]\nneeded = 2\n'
    book = rulebook.read({**FEW, "counted.toml": counted})

    def found(text: str) -> bool:
        ruled = find(book, scene_of(book, text), frozenset({"thread"}))
        return any(finding.rule == "x.y" for finding in ruled.findings)

    assert found("A sign. It is tonight. I feel calm.")
    assert not found("A sign. It is tonight, tomorrow, tonight.")
    assert not found("A sign. One. Two. Three. Four. It is tonight. I feel calm.")


def test_a_pattern_is_set_aside_when_a_part_it_needs_is_missing() -> None:
    phrase = compile_phrase("(left|gave) .. <spare> (key|keys) with", load_vocabulary())
    prefilter = Prefilter([phrase])

    assert prefilter.bits({"left", "keys", "with", "them"}) & phrase.need == phrase.need
    assert prefilter.bits({"left", "with"}) & phrase.need != phrase.need


def test_the_version_of_the_rules_changes_with_any_rule_file(tmp_path: Path) -> None:
    folder = shutil.copytree(RULES, tmp_path / "rules")
    with (folder / "suicide.toml").open("a") as file:
        file.write("# reviewed\n")

    assert detector.shipped().ear.book.version == BOOK.version
    assert rulebook.load(folder).version != BOOK.version


def test_words_that_move_from_one_file_to_the_next_make_another_version() -> None:
    assert versions.version_of({"a.toml": "x y", "b.toml": ""}) != versions.version_of({"a.toml": "x", "b.toml": " y"})


def test_a_group_of_guards_that_names_none_is_refused() -> None:
    with pytest.raises(RuleFileError, match=r"unknown guard 'no_such_guard'"):
        rulebook.read(few_with(guards=lambda text: text + 'everything = { all = ["no_such_guard"] }\n'))


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('The chorus goes "I want to die', Level.GREEN),
        ('The chorus goes "I want to dance. I want to die', Level.RED),
        ('The chorus goes "I want to dance" and on. I want to die', Level.RED),
    ],
)
def test_a_quotation_that_is_not_closed_ends_with_its_sentence(text: str, level: Level) -> None:
    found = find(BOOK, scene_of(BOOK, text), frozenset({"thread"})).findings

    assert max((finding.level for finding in found), default=Level.GREEN) == level

"""What a rule has found is red where the model bears it out; where the model reads only harmless words, it is amber."""

from dataclasses import replace
from typing import Any

import pytest

from moderation.planning import plan_for
from moderation.risk import Category, Context, Level, assess, detector
from moderation.risk.detector import Judge
from moderation.risk.slips import halved
from moderation.risk.vocabulary import RuleFileError
from tests.risk.labelled import labelled
from tests.rule_files import RULE, a_rule_more, few_with

JUDGE = detector.in_use()
PLEA = "My partner beats me every week"
CALM = "The new album is superb and the tour dates are out in March for all cities"
CRY = "I am going to kill myself tonight"


def with_thresholds(judge: Judge, **changes: Any) -> Judge:
    """The judge with other thresholds."""
    return replace(judge, ear=replace(judge.ear, thresholds=replace(judge.ear.thresholds, **changes)))


def in_doubt(judge: Judge) -> Judge:
    """The judge with a model that takes every text it reads for harmless."""
    return with_thresholds(judge, levels=(99.0, 99.0, 99.0), doubted=0.0)


RULES_ALONE, ALL_IN_DOUBT = with_thresholds(JUDGE, doubted=float("inf")), in_doubt(JUDGE)


def test_a_rule_the_model_does_not_bear_out_is_amber_and_says_so() -> None:
    before, after = (judge.assess(PLEA) for judge in (RULES_ALONE, ALL_IN_DOUBT))
    grave = {finding.rule for finding in before.findings if finding.level >= Level.RED and not finding.stands}

    assert grave
    told = [finding for finding in after.findings if finding.rule in grave]
    assert {finding.level for finding in told} == {Level.AMBER}
    assert all(finding.reason.endswith(JUDGE.ear.thresholds.doubt) for finding in told)
    assert all(finding.spans for finding in told)


def test_it_is_never_less_than_amber() -> None:
    urgent = [example.text for example in labelled("train")[::120] if example.level >= Level.RED]
    found = ((text, RULES_ALONE.assess(text).findings) for text in urgent)
    by_rules = [text for text, each in found if any(not finding.stands and finding.level for finding in each)]

    assert len(by_rules) > 100
    assert all(ALL_IN_DOUBT.assess(text).level >= Level.AMBER for text in by_rules)


def test_harmless_texts_are_what_it_quiets() -> None:
    """Of texts that were not learned from, those that fall are harmless several times as often as urgent."""
    every = labelled("held_out", "en")[::7]
    fallen = [
        example for example in every if RULES_ALONE.assess(example.text).level >= Level.RED > assess(example.text).level
    ]

    urgent = sum(example.level >= Level.RED for example in fallen)
    assert len(fallen) >= 10
    assert urgent * 4 <= len(fallen)
    assert not any(example.ok == (Level.CRISIS,) for example in fallen)


@pytest.mark.parametrize(
    "text",
    [
        "My partner beats me. We married 10 years ago",
        "I'm terrified of my dad. He started when we were little",
        "I ate well. I slept. I overdosed.",
        "We won the cup in 2019 and it was a lovely day. I want to kill myself.",
        f"{CALM}. daughter won't wake, [medication] everywhere",
        f"{CALM}. i want to d i e",
        f"{CALM}, and I want to die",
        f"{CALM}, and I have swallowed everything",
        f"{CALM} and my dad rapes me",
        "Welcome to the forum! Rules are pinned above. I overdosed earlier, feel free to ask about the badges.",
        "I'm 14, in the science club, and sleeping with my physics teacher who says it's a secret",
        "My dad beats me when he's angry but the new album is superb and the tour dates are out in March",
        "I'm pregnant and my partner kicked me but the garden centre had roses on offer",
        f"{CALM}, and I want to end it all",
        "The new phone is superb and the updates are out in March for all models, and I took an overdose",
        "Season two of the baking show is out on Friday with new judges and a bigger tent, and I am suicidal",
        "The garden centre had roses on offer and the café does a lovely scone with jam, and I want to end my life",
        "The garden centre had roses on offer and the café does a lovely scone with jam. I w@nt to d!e",
        "The garden centre had roses on offer and the café does a lovely scone with jam. This is the end, honestly",
        "Welcome to the forum! Rules are pinned above, badges are explained below. Took too much, fading fast.",
    ],
)
def test_what_is_said_beside_a_plea_does_not_make_it_doubtful(text: str) -> None:
    assert assess(text).level >= Level.RED


def test_where_very_much_is_grave_nothing_is_doubted() -> None:
    assert ALL_IN_DOUBT.assess(f"{PLEA}, " * 5).level == Level.AMBER
    assert ALL_IN_DOUBT.assess(f"{PLEA}, " * 60).level == RULES_ALONE.assess(f"{PLEA}, " * 60).level >= Level.RED


def test_a_text_the_model_does_not_read_is_left_to_the_rules() -> None:
    assert ALL_IN_DOUBT.assess("I overdosed").level == RULES_ALONE.assess("I overdosed").level == Level.CRISIS
    assert not ALL_IN_DOUBT.ear.thresholds.doubts(None, "en")


def test_what_stands_around_a_text_is_not_doubted() -> None:
    context = Context(parent=CRY)

    found = ALL_IN_DOUBT.assess("just do it then, nobody cares", context).findings

    assert any(f.category == Category.ENCOURAGEMENT and f.level >= Level.RED and f.stands for f in found)


def test_a_rule_of_a_sites_own_is_not_doubted() -> None:
    judge = in_doubt(detector.load(few_with(distress=a_rule_more(level="red"))))

    assert judge.assess("Today the lamp went out.").level == Level.RED


def test_every_shipped_rule_the_model_never_learned_with_says_that_it_stands() -> None:
    """So that learning anew changes for none of them unseen whether it can be doubted."""
    book, known = JUDGE.ear.book, JUDGE.ear.model.signs
    rules = [*book.rules, *(rule for pack in book.packs.values() for rule in pack().rules)]

    assert len(rules) > 400
    assert not [rule.id for rule in rules if rule.level >= Level.RED and not rule.stands and rule.id not in known]


def test_a_rule_may_say_that_it_stands() -> None:
    known = 'id = "voices.command"'
    files = few_with(voices_command=lambda text: text.replace(known, f"{known}\nstands = true", 1))
    assert files != few_with()
    text = "the voices tell me to hurt myself"

    judges = (in_doubt(detector.load(each)) for each in (files, few_with()))
    standing, doubted = (
        max(finding.level for finding in judge.assess(text).findings if finding.rule == "voices.command")
        for judge in judges
    )

    assert doubted == Level.AMBER
    assert standing >= Level.RED


def test_a_guess_at_an_attack_is_no_crisis() -> None:
    """A crisis of encouragement pauses its author: a rule has to find it."""
    texts = [example.text for example in labelled("train") if example.capability == "encouragement"][::12]
    capped = JUDGE.ear.thresholds.red_at_most
    halves = [(text, Context(earlier=(first,))) for whole in texts for first, text in [halved(whole) or (" ", whole)]]
    said = [*((text, Context()) for text in texts), *halves]

    levels = [
        {
            f.level
            for text, around in said
            for f in judge.assess(text, around).findings
            if f.rule == "model.encouragement"
        }
        for judge in (JUDGE, with_thresholds(JUDGE, red_at_most=frozenset()))
    ]

    assert Category.ENCOURAGEMENT in capped
    assert max(levels[0]) == Level.RED
    assert max(levels[1]) == Level.CRISIS
    by_rule = assess("anyone want to die together tonight").findings
    assert any(f.category == Category.ENCOURAGEMENT and f.level == Level.CRISIS for f in by_rule)


@pytest.mark.parametrize(
    "text", ["I want to die. dm me on telegram @bluefox22", "I can't stop cutting. dm me on telegram @bluefox22"]
)
def test_a_plea_that_is_doubted_still_lets_the_post_stand(text: str) -> None:
    """What is given away is hidden, and the post stays where people can answer it."""
    found, plea = (judge.assess(text) for judge in (ALL_IN_DOUBT, RULES_ALONE))

    assert max(f.level for f in found.findings if f.category != Category.CONTACT) == Level.AMBER
    assert any(finding.doubted for finding in found.findings)
    assert "hold" not in {plan_for(each, text).do for each in (found, plea)}


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("I want to die", "en"),
        ("ich will sterben", "de"),
        ("je veux mourir", "fr"),
    ],
)
def test_in_other_languages_less_is_doubted(text: str, spoken: str) -> None:
    """There the model learned from fewer texts: what is as far from red as may be in English is still borne out."""
    thresholds = JUDGE.ear.thresholds
    raw = thresholds.levels[1] - thresholds.doubted - thresholds.elsewhere / 2

    urgency = thresholds.over([0.0, raw, 0.0], spoken)[1]

    assert thresholds.doubts(urgency, spoken) == (spoken == "en")
    assert assess(text).level >= Level.RED


@pytest.mark.parametrize(
    "text",
    [
        "Der Kuchen war gut und die Kinder spielen im Garten mit dem Hund der Nachbarn, ich will sterben",
        "Le gâteau était bon et les enfants jouent dans le jardin, les billets du concert sont là, je veux mourir",
    ],
)
def test_a_plea_at_the_end_of_everyday_words_is_heard_in_other_languages(text: str) -> None:
    assert assess(text).level >= Level.RED


@pytest.mark.parametrize("stands", ['"false"', "1"])
def test_whether_a_rule_stands_is_true_or_false(stands: str) -> None:
    with pytest.raises(RuleFileError, match="stands"):
        detector.load(
            few_with(distress=lambda text: text + RULE.format(phrase="lamp", level="red") + f"stands = {stands}")
        )

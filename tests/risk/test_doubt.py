"""What a rule has found is red where the model bears it out; where the model reads only harmless words, it is amber."""

from dataclasses import replace

import pytest

from moderation.risk import Category, Context, Level, assess, corpus, detector
from moderation.risk.detector import Judge
from tests.rule_files import a_rule_more, few_with

JUDGE = detector.in_use()
PLEA = "My partner beats me every week"
CRY = "I am going to kill myself tonight"


def trusting(judge: Judge, below: float) -> Judge:
    """The judge with a model that is believed only so far: none below the threshold of red, or all that are not far."""
    return replace(judge, ear=replace(judge.ear, thresholds=replace(judge.ear.thresholds, doubted=below)))


RULES_ALONE, ALL_IN_DOUBT = trusting(JUDGE, float("inf")), trusting(JUDGE, -99.0)


def test_a_rule_the_model_does_not_bear_out_is_amber_and_says_so() -> None:
    before, after = (judge.assess(PLEA) for judge in (RULES_ALONE, ALL_IN_DOUBT))
    grave = {finding.rule for finding in before.findings if finding.level >= Level.RED and not finding.stands}

    assert grave
    told = [finding for finding in after.findings if finding.rule in grave]
    assert {finding.level for finding in told} == {Level.AMBER}
    assert all(finding.reason.endswith(JUDGE.ear.thresholds.doubt) for finding in told)
    assert all(finding.spans for finding in told)


def test_it_is_never_less_than_amber() -> None:
    urgent = [example.text for example in corpus.load("train")[::60] if example.level >= Level.RED]
    found = ((text, RULES_ALONE.assess(text).findings) for text in urgent)
    by_rules = [text for text, each in found if any(not finding.stands and finding.level for finding in each)]
    thresholds = replace(ALL_IN_DOUBT.ear.thresholds, levels=(99.0, 99.0, 99.0))
    silent = replace(ALL_IN_DOUBT, ear=replace(ALL_IN_DOUBT.ear, thresholds=thresholds))

    assert len(by_rules) > 100
    assert all(silent.assess(text).level >= Level.AMBER for text in by_rules)


def test_harmless_texts_are_what_it_quiets() -> None:
    """Of texts that were not learned from, those that fall are harmless several times as often as urgent."""
    texts = [example for example in corpus.load("held_out") if example.lang == "en"][::3]
    fallen = [
        example for example in texts if RULES_ALONE.assess(example.text).level >= Level.RED > assess(example.text).level
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
    ],
)
def test_what_is_said_beside_a_plea_does_not_make_it_doubtful(text: str) -> None:
    assert assess(text).level >= Level.RED


def test_a_text_the_model_does_not_read_is_left_to_the_rules() -> None:
    assert ALL_IN_DOUBT.assess("I overdosed").level == RULES_ALONE.assess("I overdosed").level == Level.CRISIS


def test_what_stands_around_a_text_is_not_doubted() -> None:
    context = Context(parent=CRY)

    found = ALL_IN_DOUBT.assess("just do it then, nobody cares", context).findings

    assert any(f.category == Category.ENCOURAGEMENT and f.level >= Level.RED and f.stands for f in found)


def test_a_rule_of_a_sites_own_is_not_doubted() -> None:
    judge = trusting(detector.load(few_with(distress=a_rule_more(level="red"))), -99.0)

    assert judge.assess("Today the lamp went out.").level == Level.RED


def test_a_rule_may_say_that_it_stands() -> None:
    known = 'id = "voices.command"'
    files = few_with(voices_command=lambda text: text.replace(known, f"{known}\nstands = true", 1))
    assert files != few_with()
    text = "the voices tell me to hurt myself"

    judges = (trusting(detector.load(each), -99.0) for each in (files, few_with()))
    standing, doubted = (
        max(finding.level for finding in judge.assess(text).findings if finding.rule == "voices.command")
        for judge in judges
    )

    assert doubted == Level.AMBER
    assert standing >= Level.RED


def test_a_guess_at_an_attack_is_no_crisis() -> None:
    """A crisis of encouragement pauses its author: a rule has to find it."""
    texts = [example.text for example in corpus.load("train") if example.capability == "encouragement"][::6]
    capped = JUDGE.ear.thresholds.red_at_most
    free = replace(JUDGE.ear, thresholds=replace(JUDGE.ear.thresholds, red_at_most=frozenset()))

    levels = [
        {f.level for text in texts for f in judge.assess(text).findings if f.rule == "model.encouragement"}
        for judge in (JUDGE, replace(JUDGE, ear=free))
    ]

    assert Category.ENCOURAGEMENT in capped
    assert max(levels[0]) == Level.RED
    assert max(levels[1]) == Level.CRISIS
    by_rule = assess("anyone want to die together tonight").findings
    assert any(f.category == Category.ENCOURAGEMENT and f.level == Level.CRISIS for f in by_rule)

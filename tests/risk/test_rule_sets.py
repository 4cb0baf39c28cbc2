"""Rule sets beside each other: several judges in one process, what of them may differ, and what no set may be."""

import gc
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from moderation import risk
from moderation.risk import checking, conversation, detector
from moderation.risk.checking import checked, fault_of
from moderation.risk.difference import Difference, changed_rules
from moderation.risk.ear import Ear
from moderation.risk.findings import Assessment, Context, Level
from moderation.risk.scene import Scene
from moderation.risk.vocabulary import RuleFileError
from tests.risk.labelled import labelled
from tests.rule_files import FEW, LAMP, RULE, Change, a_rule_more, few_with

SITE = detector.load(FEW)


CANDIDATES: dict[str, dict[str, Change]] = {
    "a rule more": {"distress": a_rule_more("lamp went out")},
    "a rule with common words": {"distress": a_rule_more("(the lamp went out|i want ... die|feel so)")},
    "a rule with a new word": {"distress": a_rule_more("lamp went (out|flumping)")},
    "a rule less": {"distress_burden": lambda text: text.replace("[[rule]]", "[[gone]]", 1)},
    "a cue changed": {
        "cues": lambda text: re.sub(r"^past = \[", 'past = ["lamp", "last year", ', text, flags=re.MULTILINE)
    },
    "a word of means more": {"vocabulary": lambda text: text.replace("[means]", '[means]\nlab = ["lamp"]', 1)},
    "an Arabic word of means more": {
        "vocabulary": lambda text: text.replace("gun_ar = [", 'gun_ar = ["زنبلك", ', 1)  # a spring
    },
    "a short form more": {"spellings": lambda text: text.replace("[plain.short]", '[plain.short]\nlmp = "lamp"', 1)},
    "a rule across sentences": {"distress": a_rule_more("lamp // out")},
    "a threshold": {"model": lambda text: re.sub(r"^red = [-.0-9]+$", "red = 2.0", text, flags=re.MULTILINE)},
    "contact details": {"contact": lambda text: text.replace('"tiktok"', '"tiktok", "lampchat"')},
}
EVERYWHERE = ("a threshold", "contact details")  # what every text meets
SPARING = [name for name in CANDIDATES if name not in {*EVERYWHERE, "a rule more"}]


@cache
def candidate(name: str) -> risk.Judge:
    changes = CANDIDATES[name]
    files = few_with(**changes)
    assert files != FEW, name
    return detector.load(files)


@cache
def texts() -> tuple[str, ...]:
    written = [example.text for example in labelled("train")[::4800]]
    odd = [
        "i am s u i c i d a l",
        "f e e l s o low",
        "t h e   l a m p   w e n t   o u t   s o   i   f e e l   l o w",
        "> the lamp went out\n\nand i feel so low",
        "l m p",
        "add me on lampchat: bluefox22",
        "su icide",
        "i want",
        "to die",
    ]
    return (*written, *odd, *(f"{one} {other}" for one, other in zip(written, written[9:], strict=False)))


def places() -> Iterator[tuple[str, Context]]:
    """Texts where they may stand: alone, answering, going on, and in a live room."""
    every = texts()
    for at, text in enumerate(every):
        before = every[max(0, at - 3) : at]
        yield text, Context(room="relapse")
        if at % 3 == 0:
            yield text, Context(parent=every[at - 1], earlier=before)
        if at % 5 == 0:
            yield text, Context(place="live", earlier=before[-1:], around=before, parent=every[at - 2])


@cache
def shipped(text: str, context: Context) -> Assessment:
    return SITE.assess(text, context)


def same(one: Assessment, other: Assessment) -> bool:
    return replace(one, version="") == replace(other, version="")


@pytest.mark.parametrize("name", SPARING)
def test_what_may_not_differ_is_judged_the_same(name) -> None:
    other = candidate(name)
    difference = Difference(SITE, other)
    spared = 0

    for text, context in places():
        if not difference.may_differ(text, context):
            spared += 1
            assert same(shipped(text, context), other.assess(text, context)), name

    assert spared > 15


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a rule more", LAMP),
        ("a rule more", "the l a m p went out"),
        ("a rule with a new word", "the lamp went flumping"),
        ("a rule across sentences", f"The lamp.\n> {'one more word ' * 5}.\nOut"),
        ("an Arabic word of means more", "اشتري زنبلكات بكره"),  # an ending is written together with it
        ("a short form more", "the lmp is on"),
        ("a short form more", "l m p   i s   o n"),
        ("contact details", "add me on lampchat: bluefox22"),
        ("a threshold", "anything at all"),
    ],
)
def test_what_a_change_can_reach_may_differ(name, text) -> None:
    difference = Difference(SITE, candidate(name))

    assert difference.may_differ(text, Context())


@pytest.mark.parametrize(
    "around",
    [
        Context(parent="the lamp went out"),
        Context(earlier=("the lamp went out", "hello")),
        Context(earlier=("so the lamp",)),
        Context(place="live", around=("the lamp went out",)),
    ],
)
def test_what_stands_around_a_text_may_make_it_differ_too(around) -> None:
    difference = Difference(SITE, candidate("a rule more"))

    assert difference.may_differ("went out again", around)


def test_a_word_in_spaced_letters_that_goes_on_in_the_next_message_may_make_it_differ() -> None:
    difference = Difference(SITE, candidate("a rule more"))
    goes_on = Context(earlier=("l a m",))

    assert difference.may_differ("p went out", goes_on)
    assert not difference.may_differ("p went out", Context())


def test_every_stretch_that_judging_reads_is_looked_at(monkeypatch) -> None:
    read: list[str] = []
    scene = Ear.scene

    def noted(ear: Ear, text: str) -> Scene:
        read.append(text)
        return scene(ear, text)

    monkeypatch.setattr(Ear, "scene", noted)

    doubting = replace(
        SITE, ear=replace(SITE.ear, thresholds=replace(SITE.ear.thresholds, levels=(99.0, 99.0, 99.0), doubted=0.0))
    )
    difference = Difference(SITE, candidate("a rule more"))
    voices = [f"{before}. At tea, the voices tell me to hurt myself. I listen." for before in ("It rains", "Tea first")]
    parts: list[str] = []

    for text, context in [*places(), *((text, Context()) for text in voices)]:
        looked_at = {*difference._stretches(text), *conversation.texts_read(text, context)}
        read.clear()
        doubting.assess(text, context)

        assert set(read) <= looked_at
        parts += [part for part in read if "the voices" in part and part != text]

    assert set(parts) == {"At tea, the voices tell me to hurt myself.", " the voices tell me to hurt myself"}


def test_a_rule_that_stands_from_now_on_is_a_changed_one() -> None:
    known = 'id = "voices.command"'
    other = detector.load(few_with(voices_command=lambda text: text.replace(known, f"{known}\nstands = true", 1)))

    assert [rule.id for _, rule in changed_rules(other.ear.book, SITE.ear.book)] == ["voices.command"]
    assert not list(changed_rules(SITE.ear.book, SITE.ear.book))


def test_two_sets_judge_side_by_side_and_neither_hears_the_other() -> None:
    other = checked(few_with(distress=a_rule_more("lamp went out")), SITE)
    before, beside, after = SITE.assess(LAMP), other.assess(LAMP), SITE.assess(LAMP)

    assert before == after
    assert before.level == Level.GREEN
    assert [finding.rule for finding in beside.findings] == ["distress.lab"]
    assert before.version != beside.version


def test_a_set_judges_by_its_own_contact_words() -> None:
    text = "add me on lampchat: bluefox22"

    found = [
        [finding.rule for finding in judge.assess(text).findings] for judge in (SITE, candidate("contact details"))
    ]

    assert found[1] == [*found[0], "contact.handle"]


@pytest.mark.parametrize("name", ["contact details", "a threshold", "a short form more"])
def test_a_set_beside_the_active_one_changes_nothing_in_it(name) -> None:
    before = [SITE.assess(text) for text in texts()[:40]]

    candidate(name).assess("lmp, add me on lampchat: bluefox22. Ich will nicht mehr leben.")

    assert [SITE.assess(text) for text in texts()[:40]] == before


def test_the_judge_in_use_can_be_another_and_keeps_the_names_of_this_site(monkeypatch) -> None:
    monkeypatch.setattr(detector, "_judge", detector._judge)  # put back afterwards
    risk.configure(["lamplight.example"])
    other = detector.load(few_with(distress=a_rule_more("lamp went out")))

    risk.use(other)
    found = risk.assess("the lamp went out, see https://lamplight.example/rooms/")
    risk.use(None)

    assert [finding.rule for finding in found.findings] == ["distress.lab"]
    assert risk.assess("the lamp went out").version == risk.RULES_VERSION


BROKEN = [
    ("distress", a_rule_more("lamp (went out"), "distress.toml", "distress.lab", True),
    ("distress", a_rule_more("@no_such_class lamp"), "distress.toml", "no_such_class", True),
    ("distress", a_rule_more("lamp went in"), "distress.toml", "example 1", True),
    ("distress", a_rule_more("lamp"), "distress.toml", "example 1", True),
    ("distress", lambda text: text + "[[rule]\n", "distress.toml", "Expected", True),
    (
        "distress",
        lambda text: text + RULE.format(phrase="lamp went out", level="amber") * 2,
        "distress.toml",
        "two rules",
        True,
    ),
    (
        "distress",
        lambda text: text + RULE.format(phrase="lamp went out", level="amber") + 'guards = ["nobody"]\n',
        "distress.toml",
        "nobody",
        True,
    ),
    ("model", lambda text: text.replace("eating =", "eatin ="), "model.toml", "eating", False),
    ("languages", lambda text: text.replace("\nar =", "\nxx ="), "languages.toml", "ar", False),
    ("contact", lambda text: text.replace("[reasons]", "[reason]"), "contact.toml", "reasons", False),
    ("contact", lambda text: text.replace('["his", "her"', '["", "her"'), "contact.toml", "list of words", False),
    ("vocabulary", lambda text: text.replace("[means]", "[meanings]"), "vocabulary.toml", "means", False),
]


@pytest.mark.parametrize(("name", "change", "file", "told", "has_line"), BROKEN)
def test_a_set_that_cannot_be_used_is_refused_with_file_line_and_reason(name, change, file, told, has_line) -> None:
    files = few_with(**{name: change})
    assert files != FEW

    with pytest.raises(RuleFileError) as refused:
        checked(files, SITE)
    fault = fault_of(refused.value, files)

    assert file in str(fault)
    assert told in fault.reason
    assert 0 < fault.line <= len(files[file].splitlines()) or not has_line


@pytest.mark.parametrize("text", ["rule = 3", "[[rule]]\nid = 5", "[guard]\nlab = 1", "cue = [1]"])
def test_files_of_no_shape_at_all_are_refused_and_nothing_breaks(text) -> None:
    with pytest.raises(RuleFileError):
        checked({**FEW, "lab.toml": text}, SITE)


@pytest.mark.parametrize("name", ["../distress.toml", "lab.txt", "Lab.toml", ""])
def test_a_file_is_named_as_rule_files_are(name) -> None:
    with pytest.raises(RuleFileError, match="named"):
        checked({**FEW, name: ""}, SITE)


def test_a_pattern_can_not_be_written_into_the_list_of_words() -> None:
    files = few_with(contact=lambda text: text.replace('["his", "her"', '["(a+)+", "her"'))

    judge = detector.load(files)

    assert judge.contacts.theirs.search("aaaa") is None


def test_what_comes_with_the_program_is_named_by_its_content() -> None:
    parts = checking.program_parts()

    assert {"model.npz", "en.toml", "ordinary_words.txt"} <= parts.keys()
    assert all(len(digest) == 64 for digest in parts.values())


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_is_as_it_was_whether_the_rules_can_be_read_or_not(*, collects: bool) -> None:
    try:
        gc.enable() if collects else gc.disable()
        with pytest.raises(RuleFileError):
            detector.load({"vocabulary.toml": "not [ toml"})
        assert gc.isenabled() == collects
    finally:
        gc.enable()

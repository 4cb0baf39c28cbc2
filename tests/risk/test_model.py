"""The linear model raises levels and takes nothing away, marks what weighed most, and is read as it was learned."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from moderation.risk import Category, Context, Level, assess, detector, table, training
from moderation.risk.corpus import Example
from moderation.risk.features import FEWER, placed, places_of, words_of
from moderation.risk.hearing import load_thresholds
from moderation.risk.model import DEARER, MODEL, Model, ModelFileError
from moderation.risk.normalise import normalise
from moderation.risk.slips import halved, named
from moderation.risk.vocabulary import RULES, RuleFileError, load_vocabulary
from tests.risk.labelled import labelled

JUDGE = detector._judge
EAR = JUDGE.ear
SILENT = replace(EAR.thresholds, levels=(99.0, 99.0, 99.0), doubted=float("inf"))
DEAF = replace(JUDGE, ear=replace(EAR, thresholds=SILENT))
EAGER = replace(JUDGE, ear=replace(EAR, thresholds=replace(EAR.thresholds, levels=(-99.0, -99.0, -99.0))))
THREAD = frozenset({"thread"})
READ = training.reader_of(EAR.book)
Scores = NDArray[np.float64]
WORDS = ("i", "want", "to", "die", "tonight", "not", "my", "friend", "goodbye", "again", "42", "sorry")
OTHERS = [example.text for lang in ("ar", "de", "es", "fr", "pt") for example in labelled("functional", lang)[::5]]
SAMPLE = [*(example.text for example in labelled("thresholds", "en")), *OTHERS]


def test_what_stands_is_never_lowered_and_nothing_that_was_found_is_lost() -> None:
    for text in SAMPLE[::11]:
        by_rules, by_both, by_an_eager_model = DEAF.assess(text), JUDGE.assess(text), EAGER.assess(text)

        assert by_rules.level <= by_an_eager_model.level, text
        assert by_both.level <= by_an_eager_model.level, text
        assert by_both.level >= min(by_rules.level, Level.AMBER), text
        assert {f for f in by_rules.findings if f.stands} <= set(by_both.findings), text
        assert {(f.rule, f.spans) for f in by_rules.findings} <= {(f.rule, f.spans) for f in by_both.findings}, text


def test_indirect_words_that_no_rule_names_are_heard() -> None:
    texts = SAMPLE[::3]

    heard = [text for text in texts if JUDGE.assess(text).level > DEAF.assess(text).level]

    assert len(heard) > len(texts) // 20


def test_its_finding_marks_the_words_that_weighed_most() -> None:
    text = "Nothing tastes of anything now, and I go to bed hoping that the morning leaves me out."

    found = [finding for finding in EAGER.assess(text).findings if finding.rule.startswith("model.")]

    assert len(found) == 1
    assert 1 <= len(found[0].spans) <= 4
    assert all(text[start:end].strip() for start, end in found[0].spans)
    assert found[0].reason.endswith("the marked words weighed most.")
    assert not any(text[start:end] in found[0].reason for start, end in found[0].spans)  # reasons outlive the words


def test_a_few_words_alone_are_left_to_the_rules() -> None:
    assert not any(finding.rule.startswith("model.") for finding in EAGER.assess("quiet evening").findings)


def test_a_category_whose_posts_are_held_asks_for_more() -> None:
    strict = replace(EAR.thresholds, levels=(-99.0, -99.0, -99.0), margin=999.0)
    unsure = replace(EAR, thresholds=strict)

    found = [finding for text in SAMPLE for finding in unsure.heard(unsure.scene(text), THREAD)]
    kinds = {finding.category for finding in found}

    assert kinds
    assert kinds.isdisjoint(EAR.thresholds.held)
    assert any("Close to threat, but not sure enough to hold the post." in finding.reason for finding in found)


def test_an_unsure_guess_at_contact_details_says_nothing() -> None:
    texts = ["write to me at ash@example.org", "here is my number, text me any time", "what is your snap, add me"]
    strict = replace(EAR.thresholds, levels=(-99.0, 99.0, 99.0), margin=999.0)
    unsure = replace(EAR, thresholds=strict)

    assert not [finding for text in texts for finding in unsure.heard(unsure.scene(text), THREAD)]
    assert unsure.heard(unsure.scene("i am so tired of all of it"), THREAD)


def test_the_weights_are_small_enough_to_ship() -> None:
    assert MODEL.stat().st_size <= 2_000_000


@settings(deadline=None, max_examples=40, phases=(Phase.generate,))  # shrinking takes minutes, and tells nothing
@given(st.lists(st.sampled_from(WORDS), min_size=4, max_size=24))
def test_judging_sees_the_features_that_learning_saw(tokens: list[str]) -> None:
    words = words_of(tokens)[:60]
    hasher = EAR.model._words["en"]._hasher

    signs = [(sign, 1) for sign in sorted(EAR.model.signs)]  # the weightiest are among them
    scores, _ = EAR.model.read(words, "en", signs).scores()

    rows = EAR.model.owned(training.numbers_of(training.Text(hasher, words, signs)))
    weights = (EAR.model.levels[rows] * EAR.model.level_scale)[:, :-1].sum(axis=0)
    length = DEARER[min(len(words), len(DEARER) - 1)]
    assert np.allclose(weights / np.sqrt(len(rows) + FEWER) + EAR.model.level_bias - length, scores, atol=1e-3)
    assert len(rows) > len(words)


def test_a_sign_stands_at_its_word_and_counts_only_if_it_was_learned() -> None:
    plain = normalise("Well, I know. I want to die, you see.", EAR.book.reader)
    known, place = "suicide 2", plain.text.index(" die")

    assert placed({known: place}, plain, places_of(plain.row)) == [(known, words_of(plain.row).index("die"))]
    with_it, without, unknown = (
        EAR.model.read(words_of(plain.row), "en", signs).scores()[0]
        for signs in ([(known, 3)], [], [("a rule never met", 3)])
    )
    assert with_it != without
    assert unknown == without


def test_of_the_features_that_fall_on_a_row_the_one_that_tells_most_owns_it() -> None:
    numbers = np.array([0x101, 0x102, 0x1FF, 0x200])  # three on the first row, one on the second

    owning = table.owners(numbers, np.array([1.0, 3.0, 2.0, 0.0]))

    assert numbers[owning].tolist() == [0x102, 0x200]
    assert table.checks(numbers[owning])[[1, 2]].tolist() == [0x02, 0x00]


def test_what_stands_in_a_single_text_of_its_kind_is_left_out() -> None:
    texts, others = [np.array([1, 2, 3]), np.array([2, 2, 4])], [np.array([3, 5]), np.array([5])]

    numbers, (one, other) = table.counted([texts, others])

    assert numbers.tolist() == [2, 5]
    assert (one > 0).toarray().tolist() == [[True, False], [True, False]]
    assert (other > 0).toarray().tolist() == [[False, True], [False, True]]
    assert one[1, 0] == pytest.approx(2 / np.sqrt(3 + FEWER))


def test_words_that_no_text_of_the_training_holds_weigh_little_and_alarm_nobody() -> None:
    row = ["we", "had", "soup", "and", "bread", "and", "went", "home"]
    alone = EAR.model.read(words_of(row), "en").weighed(1)
    weights = []
    for made in ("qx{}vvz", "zo{}rrik", "{}lumph", "blor{}n"):  # some share letters with words
        read = EAR.model.read(words_of([*row, *map(made.format, "abcdefgh")]), "en")
        assert read.weighed(1)[:7] == alone[:7]
        assert max(EAR.thresholds.over(read.scores()[0], "en")) < -3
        weights += np.abs(read.weighed(1)[10:-1]).tolist()

    assert np.mean(weights) < 0.7 * np.abs(alone).mean()


def test_what_somebody_quotes_does_not_drown_what_they_add() -> None:
    for text in SAMPLE[1::3]:
        quoting = f"> The meeting moved to the small room, bring a chair and a cup.\n> See you all there\n\n{text}"
        judged = assess(quoting)
        marked = {quoting[slice(*span)] for f in judged.findings if f.rule.startswith("model.") for span in f.spans}

        assert judged.level >= assess(text).level, text
        # Of two languages in one text the words of the quotation may be marked, too.
        assert text in OTHERS or marked.isdisjoint({"meeting", "room"}), text


@pytest.mark.parametrize("ending", ["\n", "\r", "\u2028"])
def test_a_quotation_ends_with_its_line_and_everything_stays_at_its_place(ending: str) -> None:
    text = f"Well{ending}> do you > want to{ending} >die?{ending}a > b, I want to die"

    own = detector.own_words(text)

    assert len(own) == len(text)
    assert own.split() == ["Well", "a", ">", "b,", "I", "want", "to", "die"]


def test_the_words_that_weigh_are_those_whose_weights_are_large() -> None:
    words = words_of(
        ["we", "had", "soup", "and", "then", "i", "wanted", "to", "kill", "myself", "tonight", "at", "the", "lake"]
    )

    weights = EAR.model.read(words, "en").weighed(2)

    assert {words[at] for at in sorted(range(len(words)), key=weights.__getitem__)[-4:]} & {"kill", "myself", "tonight"}


@pytest.mark.parametrize(
    "around",
    [
        Context(parent="Are you thinking about suicide?"),
        Context(earlier=("I want to kill myself.",)),
        Context(room="self-harm-recovery"),
        Context(place="live", around=("I want to die tonight.",)),
    ],
)
def test_what_stands_around_a_text_never_lowers_it(around: Context) -> None:
    lowered = [text for text in SAMPLE[::4] if assess(text, around).level < assess(text).level]

    assert not lowered


def test_learning_writes_a_model_that_judges(tmp_path: Path) -> None:
    examples = labelled("train", "en")[::320]
    path = tmp_path / "model.npz"

    learned = training.Learner(READ, examples).learned(np.arange(len(examples)), training.NAMES)
    np.savez_compressed(path, **learned)  # type: ignore[arg-type]

    model = Model.load(EAR.book.thesaurus, path)
    scores = np.array([model.read(READ(e.text).words, "en", READ(e.text).signs).scores()[0] for e in examples])
    urgent = np.array([example.level >= Level.RED for example in examples])
    assert scores[urgent, 1].mean() > scores[~urgent, 1].mean() + 0.5
    assert set(model.names) == {c.value for c in Category} - {"detector"}


def test_weights_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    broken = tmp_path / "model.npz"
    broken.write_bytes(b"not weights")

    with pytest.raises(ModelFileError, match=r"model\.npz"):
        Model.load(EAR.book.thesaurus, broken)
    with pytest.raises(ModelFileError):
        Model.load(EAR.book.thesaurus, tmp_path / "nowhere.npz")


@pytest.mark.parametrize("name", ["levels", "kinds", "owners"])
def test_weights_for_another_number_of_rows_stop_the_start(tmp_path: Path, name: str) -> None:
    with np.load(MODEL) as file:
        made = dict(file)
    path = tmp_path / "model.npz"
    np.savez(path, **made | {name: made[name][:-1]})

    with pytest.raises(ModelFileError, match="rows"):
        Model.load(EAR.book.thesaurus, path)


def test_a_category_without_a_reason_stops_the_start(tmp_path: Path) -> None:
    path = Path(shutil.copy(RULES / "model.toml", tmp_path))
    rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(row for row in rows if not row.startswith("eating = ")))

    with pytest.raises(RuleFileError, match="eating"):
        load_thresholds(path)


@pytest.mark.parametrize("line", ["red = ", 'red = "much"', ""])
def test_thresholds_that_cannot_be_used_stop_the_start(tmp_path: Path, line: str) -> None:
    path = Path(shutil.copy(RULES / "model.toml", tmp_path))
    text = path.read_text(encoding="utf-8")
    path.write_text("\n".join(line if row.startswith("red = ") else row for row in text.splitlines()))

    with pytest.raises(RuleFileError, match=r"model\.toml"):
        load_thresholds(path)


def test_the_level_can_be_told_again_from_the_findings() -> None:
    for text in SAMPLE:
        found = assess(text)

        assert found.level == max((finding.level for finding in found.findings), default=Level.GREEN)


def test_an_attack_stays_one_whatever_the_model_takes_it_for() -> None:
    unsure = replace(EAR, thresholds=replace(EAR.thresholds, levels=(-99.0, -99.0, -99.0), margin=999.0))
    text = "Everyone like you should be dead, coward, get on with it."

    found = replace(JUDGE, ear=unsure).assess(text).findings

    assert {finding.category for finding in found if finding.level >= Level.RED} <= EAR.thresholds.held


def test_a_plea_beside_an_insult_stays_a_plea() -> None:
    text = (
        "You are all pathetic. Tonight is when I stop being here, I have decided, nobody will have to carry me again."
    )

    found = assess(text)

    assert found.level >= Level.RED
    assert any(f.category not in EAR.thresholds.held and f.level >= Level.RED for f in found.findings)


def test_a_young_person_named_by_the_model_is_never_taken_for_the_other_party() -> None:
    told = [example.text for example in labelled("train") if example.capability == "minors_at_risk"][::6]

    found = [f for text in told for f in EAGER.ear.heard(EAGER.ear.scene(text), THREAD) if f.rule == "model.minor"]

    assert found
    assert all(finding.speaker == "young" for finding in found)


def learned_with_and_without(
    weight: str, examples: list[Example], texts: list[training.Text], monkeypatch: pytest.MonkeyPatch
) -> tuple[Scores, Scores]:
    """The mean scores of the texts for each level, learned with one of the weights of `training` and without it."""
    learner = training.Learner(READ, examples)
    means = []
    for each in (getattr(training, weight), 0.0):
        monkeypatch.setattr(training, weight, each)
        model = Model(learner.learned(np.arange(len(examples))))
        model.prepare(EAR.book.thesaurus)
        means.append(np.mean([model.read(text.words, "en", text.signs).scores()[0] for text in texts], axis=0))
    return means[0], means[1]


def test_half_a_harmless_text_is_learned_as_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = list(labelled("train", "en")[::180])
    halves = [READ(half) for example in examples if example.level == Level.GREEN for half in halved(example.text)]

    with_them, without = learned_with_and_without("HALF", examples, halves, monkeypatch)

    assert len(halves) > 100
    assert (with_them < without - 0.2).all()


def test_what_is_at_risk_is_learned_with_words_and_not_by_its_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    vocabulary = load_vocabulary()
    english = list(labelled("train", "en"))
    examples = [e for e in english if "[" in e.text][::30] + [e for e in english if e.level == Level.GREEN][::200]
    urgent = [e.text for e in labelled("held_out", "en") if e.level >= Level.RED and "[" in e.text][::8]
    worded = [READ(named(text, "en", vocabulary)) for text in urgent]

    with_them, without = learned_with_and_without("NAMED", examples, worded, monkeypatch)

    assert len(worded) > 100
    assert (with_them > without + 0.1).all()

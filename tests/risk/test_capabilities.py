"""The meaning of the levels, by example, over everything the judge is meant to be able to do."""

from pathlib import Path

from moderation.risk import Level, assess

FILES = sorted(Path(__file__).parent.glob("capabilities_*.txt"))
LINES = [line for file in FILES for line in file.read_text(encoding="utf-8").splitlines()]
CASES = [line.split(" | ", 2) for line in LINES if not line.startswith("#")]
LEVELS = {level.name[0]: level for level in Level}
LEAST = 0.97  # of the texts: wording moves on, and no rule is written for one sentence


def test_nearly_all_words_are_read_at_an_accepted_level_and_as_the_right_kind() -> None:
    met = [
        found.level in {LEVELS[letter] for letter in accepted}
        and (found.level == Level.GREEN or not kinds or not set(kinds.split(",")).isdisjoint(found.categories))
        for accepted, kinds, text in CASES
        for found in (assess(text),)
    ]

    assert len(met) > 400
    assert sum(met) / len(met) >= LEAST


def test_no_plain_crisis_is_judged_below_red() -> None:
    crises = [text for accepted, _, text in CASES if accepted == "C"]

    assert len(crises) > 30
    assert not [number for number, text in enumerate(crises) if assess(text).level < Level.RED]

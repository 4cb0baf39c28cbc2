"""The meaning of the levels, by example, over everything the judge is meant to be able to do."""

from pathlib import Path

import pytest

from moderation.risk import Level, assess

FILES = sorted(Path(__file__).parent.glob("capabilities_*.txt"))
LINES = [line for file in FILES for line in file.read_text(encoding="utf-8").splitlines()]
CASES = [line.split(" | ", 2) for line in LINES if not line.startswith("#")]
LEVELS = {level.name[0]: level for level in Level}


@pytest.mark.parametrize(("accepted", "kinds", "text"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_words_are_read_at_an_accepted_level(accepted: str, kinds: str, text: str) -> None:
    found = assess(text)

    assert found.level in {LEVELS[letter] for letter in accepted}, [f.rule for f in found.findings]
    assert found.level == Level.GREEN or not kinds or not set(kinds.split(",")).isdisjoint(found.categories)

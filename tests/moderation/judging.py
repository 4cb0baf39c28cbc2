"""Judgements made by hand, so that tests of what follows do not hang on the wording of the rules."""

from collections.abc import Callable

import pytest

from moderation import risk
from moderation.risk import Category, Finding, Level

Judged = Callable[..., None]


def finding(category: str, level: Level, *, spans: tuple[tuple[int, int], ...] = ((0, 5),), **more: object) -> Finding:
    return Finding(
        category=Category(category),
        level=level,
        rule=f"{category}.test",
        version="1",
        spans=spans,
        reason="Said so by a test",
        **more,  # type: ignore[arg-type]  # the tests name Finding's own fields
    )


def assessment(*findings: Finding) -> risk.Assessment:
    level = max((each.level for each in findings), default=Level.GREEN)
    return risk.Assessment(level=level, score=level / 4, findings=findings, version="test")


@pytest.fixture
def judged(monkeypatch) -> Judged:
    """judged(finding(...), ...): from now on every text is judged so."""

    def set_to(*findings: Finding) -> None:
        monkeypatch.setattr(risk, "assess", lambda *_: assessment(*findings))

    return set_to

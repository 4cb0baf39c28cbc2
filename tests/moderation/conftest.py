"""Fixtures of the moderation tests."""

from dataclasses import replace

import pytest

from moderation.demo import filling
from moderation.demo.texts import load_community
from tests.moderation.judging import judged

__all__ = ["judged"]


def make_small(patch: pytest.MonkeyPatch) -> None:
    """One thread of each room in the demo: the whole community takes longer than a test should."""
    patch.setattr(
        filling, "load_community", lambda name_of: replace(c := load_community(name_of), threads=c.threads[::10])
    )


@pytest.fixture
def few(monkeypatch) -> None:
    make_small(monkeypatch)

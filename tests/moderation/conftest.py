"""Fixtures of the moderation tests."""

from tests.moderation.judging import judged

__all__ = ["judged"]

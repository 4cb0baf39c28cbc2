"""Cases, decisions and second looks with their times set by hand, for tests of what is counted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from moderation.agreement import outcome
from moderation.models import Case, Decision, Moderator, Review
from tests.conftest import make_moderator

NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)  # a Wednesday
MIN = timedelta(minutes=1)
Made = Callable[..., Case]


@pytest.fixture
def kestrel(db) -> Moderator:
    return make_moderator("kestrel", "Kestrel", "lead")


@pytest.fixture
def case(room) -> Made:
    """case(level, opened=, given=, seen=): opened so long before NOW, with so long given, seen so long after."""

    def make(level: int = 1, *, now=NOW, opened=MIN, given=MIN * 15, seen=None, **more) -> Case:
        at = now - opened
        more.setdefault("subject", f"call:{Case.objects.count()}:0")
        return Case.objects.create(
            room=room,
            level=level,
            opened_at=at,
            due_at=at + given,
            first_human_at=None if seen is None else at + seen,
            categories=["distress"],
            **more,
        )

    return make


def decide(case: Case, moderator: Moderator, action: str = "leave", reason: str = "stands", **more) -> Decision:
    return Decision.objects.create(
        case=case,
        moderator=moderator,
        action=action,
        reason_code=reason,
        public_note="I have read this.",
        key=f"key-{Decision.objects.count()}",
        case_version=1,
        level_before=case.level,
        **more,
    )


def review_of(decision: Decision, reviewer: Moderator, action: str, reason: str, at: datetime) -> Review:
    return Review.objects.create(
        case=decision.case,
        decision=decision,
        decider=decision.moderator,
        revision=1,
        stood="published",
        drawn_at=at,
        reviewer=reviewer,
        action=action,
        reason_code=reason,
        at=at,
        agrees=outcome(action, "published") == outcome(decision.action, "published"),
    )

"""Second looks as they stand before a test begins, and a moderator at one."""

import pytest
from django.utils import timezone

from moderation import reviewing
from moderation.claiming import claim
from moderation.deciding import Verdict, decide
from moderation.models import Decision, Moderator, Review
from moderation.reviewing import draw_reviews
from tests.desk.staff import Browser, cry, sit_down

HERE = "/desk/reviews/next"
NOTE = "I took this away because it could hurt someone who reads it."


@pytest.fixture
def every(monkeypatch) -> None:
    """Every decision is drawn: chance has tests of its own."""
    monkeypatch.setattr(reviewing, "SHARE", 1.0)
    monkeypatch.setattr(reviewing, "is_drawn", lambda *_, **__: True)


@pytest.fixture
def decided(robin, ash, thread) -> Decision:
    """Robin removed what Ash wrote."""
    _, case = cry(ash, thread)
    assert claim(case=case, moderator=robin)
    case.refresh_from_db()
    verdict = Verdict("remove", "method-detail", NOTE, case.lease_token, case.version, "a-key")  # type: ignore[arg-type]  # claimed just now
    return decide(case=case, moderator=robin, verdict=verdict)


@pytest.fixture
def review(every, decided, wren) -> Review:
    """That decision, drawn for a second look."""
    assert draw_reviews(now=timezone.now()) == 1
    return Review.objects.get()


def at_it(moderator: Moderator, *, revealed: bool = True) -> tuple[Browser, dict[str, str]]:
    """A browser with the second look in hand, and the form that names it."""
    browser = sit_down(moderator)
    browser.post(HERE)
    form = {"review": Review.objects.get().public_id}
    if revealed:
        browser.post("/desk/reviews/reveal", form)
    return browser, form

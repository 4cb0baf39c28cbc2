"""Cases as they stand before a test begins. Threads write in some tests; those empty the database behind them."""

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache

import pytest
from django.utils import timezone

from forum.models import Post, Thread
from moderation import risk, rules_in_force, rules_kept
from moderation.models import Case, Moderator, Outreach, Role
from moderation.risk import checking, detector
from tests.conftest import make_moderator
from tests.desk.counted import case, kestrel
from tests.desk.looks import decided, every, review
from tests.desk.staff import KIND, Browser, cry, sit_down, take
from tests.rule_files import FEW

__all__ = ["case", "decided", "every", "kestrel", "review"]  # fixtures that stand in files of their own


@pytest.fixture
def held(ash, thread) -> tuple[Post, Case]:
    """A post that waits for a moderator."""
    post, case = cry(ash, thread)
    Post.objects.filter(pk=post.pk).update(visibility="held", hold_until=timezone.now() + timedelta(minutes=15))
    Thread.objects.filter(pk=thread.pk).update(replies=0)
    post.refresh_from_db()
    return post, case


@pytest.fixture
def talk(robin, ash, thread) -> tuple[Browser, Case, Outreach]:
    """Robin holds Ash's case and has written to them."""
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case, reveal=True)
    browser.post(f"{case.get_absolute_url()}message", {"body": KIND, "client_id": "one"})
    return browser, case, Outreach.objects.get()


@pytest.fixture(scope="session")
def few_rules() -> risk.Judge:
    """A judge of few rules: made once, as it never changes."""
    return _loaded(tuple(FEW.items()))


@lru_cache(maxsize=8)
def _loaded(files: tuple[tuple[str, str], ...]) -> risk.Judge:
    return detector.load(dict(files))


@pytest.fixture
def lab(db, monkeypatch, few_rules) -> Iterator[None]:
    """A site that ships few rules, so that sets load in no time, and whose processes look at each judgement."""
    monkeypatch.setattr(detector, "_shipped", few_rules)
    monkeypatch.setattr(detector, "_judge", few_rules)
    monkeypatch.setattr(rules_kept, "shipped_files", lambda: FEW)
    for module in (risk, checking):  # what the same files make is made once for all tests
        monkeypatch.setattr(module, "load", lambda files: _loaded(tuple(files.items())))
    monkeypatch.setattr(rules_in_force, "_known", rules_in_force.Known())
    monkeypatch.setattr(rules_in_force, "LOOK_EVERY", 0)
    rules_kept.shipped_hash.cache_clear()
    rules_kept._loaded.cache_clear()
    yield
    rules_kept.shipped_hash.cache_clear()


@pytest.fixture
def maren(db) -> Moderator:
    return make_moderator("maren", "Maren", Role.LEAD)


@pytest.fixture
def sorrel(db) -> Moderator:
    """A second lead."""
    return make_moderator("sorrel", "Sorrel", Role.ADMIN)

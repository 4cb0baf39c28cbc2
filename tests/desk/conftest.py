"""Cases as they stand before a test begins. Threads write in some tests; those empty the database behind them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from forum.models import Post
from moderation import triggers
from moderation.models import Case, Outreach
from tests.desk.counted import case, kestrel
from tests.desk.looks import decided, every, review
from tests.desk.staff import KIND, Browser, cry, sit_down, take

__all__ = ["case", "decided", "every", "kestrel", "review"]  # fixtures that stand in files of their own


@pytest.fixture
def emptied_afterwards(transactional_db):
    """The log refuses deletion; for emptying the test database its guards are lifted; the flush puts them back."""
    yield
    triggers.lift()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM forum_search")  # no model's table: a flush leaves it


@pytest.fixture
def held(ash, thread) -> tuple[Post, Case]:
    """A post that waits for a moderator."""
    post, case = cry(ash, thread)
    Post.objects.filter(pk=post.pk).update(visibility="held", hold_until=timezone.now() + timedelta(minutes=15))
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

"""What waits because of one part goes up once its author changes it; what a person must decide waits for them."""

import pytest

from forum.models import Post, Visibility
from forum.posting import edit_post, submit_post
from moderation.models import Case, CaseState, Level
from moderation.risk import Level as Found
from tests.conftest import draft
from tests.forum.doors import Browser
from tests.moderation import test_tags
from tests.moderation.judging import finding, judged

pytestmark = pytest.mark.django_db
__all__ = ["judged"]
PART = "[the part]"
WORDS = f"I made soup. {PART} And then I slept."
SPAN = ((WORDS.index(PART), WORDS.index(PART) + len(PART)),)
LIFTED = [("method", Found.RED), ("sourcing", Found.RED), ("sourcing", Found.CRISIS), ("contact", Found.AMBER)]
STAYS = ["encouragement", "threat", "minor", "harassment"]


@pytest.fixture
def waits(judged, blue, thread):
    def make(category: str, level: Found) -> Post:
        judged(finding(category, level, spans=SPAN, certain=False, targeted=True))
        return submit_post(peer=blue, place=thread, draft=draft(WORDS))

    return make


@pytest.mark.parametrize(("category", "level"), LIFTED)
def test_the_author_sees_which_part_and_changing_it_puts_the_rest_up(waits, judged, blue, category, level) -> None:
    post = waits(category, level)
    assert post.visibility == Visibility.HELD
    page = Browser(blue).read(f"/posts/{post.public_id}/edit")
    assert "This is the part that waits" in page
    judged()
    before = Case.objects.get(post=post).level

    Browser(blue).post(
        f"/posts/{post.public_id}/edit", {"body": "I made soup. And then I slept.", "client_id": "c" * 9}
    )

    post.refresh_from_db()
    assert (post.visibility, post.revision) == (Visibility.PUBLISHED, 2)
    case = Case.objects.get(post=post)
    assert (case.state, case.level) == (CaseState.OPEN, before)  # an edit never lowers a case


@pytest.mark.parametrize(("category", "level"), LIFTED)
def test_the_new_words_are_shown_by_their_own_judgement(waits, judged, blue, category, level) -> None:
    post = waits(category, level)
    judged(finding("suicide", Found.RED))

    edit_post(peer=blue, post=post, draft=draft("I made soup, and I want to be gone."))

    post.refresh_from_db()
    assert post.visibility == Visibility.NOTED
    assert Case.objects.get(post=post).level >= Level.RED


@pytest.mark.parametrize("category", STAYS)
def test_what_a_person_must_decide_waits_whatever_is_changed(waits, judged, blue, category) -> None:
    post = waits(category, Found.RED)
    page = Browser(blue).read(f"/posts/{post.public_id}/edit")
    judged()

    edit_post(peer=blue, post=post, draft=draft("I made soup."))

    post.refresh_from_db()
    assert post.visibility == Visibility.HELD
    assert "This is the part that waits" not in page


def test_nobody_else_is_shown_the_part(waits, blue, ash, thread) -> None:
    post = waits("method", Found.RED)

    assert PART not in Browser(ash).read(thread.get_absolute_url())
    assert PART not in Browser().read(thread.get_absolute_url())
    to_each = [test_tags.page("{% marked_parts post %}", peer=peer, post=post) for peer in (blue, ash, None)]
    assert [PART in page for page in to_each] == [True, False, False]

"""Hiding parts of a post: exactly the chosen code points, in every output, shown as a difference, taken back whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.models import Post, Visibility
from forum.text import redacted
from moderation import redacting
from moderation.models import Decision
from tests.conftest import make_post
from tests.desk.staff import Browser, decision, sit_down, take
from tests.forum.doors import thread_of

pytestmark = pytest.mark.django_db
WORDS = "I am so tired 🫂. Cafe\u0301 rooms have [means] in them, and I want to die."
HIDDEN = "[means] in them"
NOTE = "A part of this could hurt someone else who reads it. The rest stays."


def hide(browser: Browser, case, **chosen):
    form = decision(take(browser, case, reveal=True), action="redact", reason_code="method-detail", body=NOTE)
    return browser.post(f"{case.get_absolute_url()}decide", {**form, **chosen})


@pytest.fixture
def cry(ash, room):
    post = make_post(ash, room, WORDS)
    return post, post.cases.get()


def test_the_chosen_words_are_hidden_exactly_and_the_rest_stands(robin, blue, cry) -> None:
    post, case = cry

    answer = hide(sit_down(robin), case, more_parts=HIDDEN)

    assert answer.status_code == 302
    post.refresh_from_db()
    start = WORDS.index(HIDDEN)
    assert post.redactions == [[start, start + len(HIDDEN)]]
    page = Browser(blue).read(thread_of(post).get_absolute_url())
    assert HIDDEN not in page
    assert "🫂. Cafe\u0301 rooms have" in page


def test_a_part_written_twice_is_hidden_twice(robin, ash, blue, room) -> None:
    post = make_post(ash, room, "I want to die. [means], I said, and once more [means].")

    hide(sit_down(robin), post.cases.get(), more_parts="[means]")

    post.refresh_from_db()
    assert len(post.redactions) == 2
    assert "[means]" not in Browser(blue).read(thread_of(post).get_absolute_url())


def test_what_is_not_in_the_words_hides_nothing_and_the_form_keeps_everything(robin, cry) -> None:
    _, case = cry

    answer = hide(sit_down(robin), case, more_parts="[means] in them\nnever written")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2 is not in the words" in page
    assert "never written" in page
    assert NOTE in page
    assert not Decision.objects.exists()


def test_a_part_outside_the_words_is_refused(robin, cry) -> None:
    _, case = cry

    answer = hide(sit_down(robin), case, parts="5-900")

    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_hiding_is_taken_back_exactly(robin, cry) -> None:
    post, case = cry
    before = Post.objects.filter(pk=post.pk).values("visibility", "redactions", "shown_html").get()
    browser = sit_down(robin)
    hide(browser, case, more_parts=HIDDEN)

    browser.post(f"{case.get_absolute_url()}undo", {"decision": str(Decision.objects.get().pk)})

    assert Post.objects.filter(pk=post.pk).values("visibility", "redactions", "shown_html").get() == before


def test_the_desk_shows_what_is_hidden_as_a_difference_only_where_words_were_revealed(robin, wren, cry) -> None:
    post, case = cry
    Post.objects.filter(pk=post.pk).update(redactions=[[WORDS.index(HIDDEN), WORDS.index(HIDDEN) + len(HIDDEN)]])
    browser = sit_down(robin)

    covered = take(browser, case)
    shown = take(browser, case, reveal=True)

    assert HIDDEN not in covered
    assert f"{HIDDEN}</del><ins>[part hidden]</ins>" in shown


def test_a_preview_shows_the_difference_and_changes_nothing(robin, cry) -> None:
    post, case = cry
    browser = sit_down(robin)
    form = decision(take(browser, case, reveal=True), action="redact", body=NOTE)

    page = browser.post(f"{case.get_absolute_url()}preview", {**form, "more_parts": HIDDEN}).content.decode()

    assert f"{HIDDEN}</del>" in page
    assert NOTE in page
    post.refresh_from_db()
    assert post.redactions == []
    assert not Decision.objects.exists()


def test_a_preview_asks_for_nothing_but_the_parts(robin, cry) -> None:
    _, case = cry
    browser = sit_down(robin)
    form = decision(take(browser, case, reveal=True), action="redact", body="", reason_code="")

    page = browser.post(f"{case.get_absolute_url()}preview", {**form, "more_parts": HIDDEN}).content.decode()

    assert f"{HIDDEN}</del>" in page
    assert "Look again: " not in page


def test_a_held_post_goes_up_without_the_hidden_part(robin, blue, cry) -> None:
    post, case = cry
    Post.objects.filter(pk=post.pk).update(visibility="held", hold_until=post.created_at)

    hide(sit_down(robin), case, more_parts=HIDDEN)

    post.refresh_from_db()
    assert post.visibility in {Visibility.PUBLISHED, Visibility.NOTED}
    assert HIDDEN not in Browser(blue).read(thread_of(post).get_absolute_url())


letters = st.text(alphabet="ab é\u0301🫂👩‍👩‍👧ßﬁ\n", min_size=1, max_size=60)


@settings(max_examples=200, deadline=None)
@given(letters, st.data())
def test_whatever_is_found_is_exactly_what_was_typed(words, data) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    part = words[start:end].strip()
    if not part or "\n" in part or len(part.splitlines()) != 1:
        return

    spans = redacting.find(words, part)

    assert all(words[left:right] == part for left, right in spans)
    left_over = redacted(words, spans).replace("\ue000", "")
    assert len(left_over) == len(words) - sum(right - left for left, right in spans)

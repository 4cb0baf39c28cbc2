"""What moderation shows on forum pages, and that it can never take a page with it."""

import logging
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.db import OperationalError, connection
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from forum.models import Post, Visibility
from forum.posting import submit_post
from moderation.risk import Level
from peers.models import Peer
from peers.sessions import PEER, SessionStore
from tests.conftest import draft, make_post
from tests.moderation.judging import finding

TAGS = (
    "{% shift_line %}",
    "{% help_cards post %}",
    "{% safety_page post %}",
    "{% report_link post %}",
    "{% aftercare post %}",
    "{% my_messages %}",
    "{% help_for_search 'I want to die' %}",
)
CRISIS = "I am going to end my life tonight"


def page(tag: str, *, peer: Peer | None = None, post: Post | None = None, **asked: str) -> str:
    request = RequestFactory().get("/", asked)
    session: SessionBase = SessionStore()
    if peer:
        session[PEER] = str(peer.pk)
    request.session = session
    return Template(f"before {tag} after").render(Context({"request": request, "post": post}))


@pytest.fixture
def risky(blue, thread) -> Post:
    return submit_post(peer=blue, place=thread, draft=draft(CRISIS))


@pytest.mark.parametrize("tag", TAGS)
def test_a_lost_database_leaves_a_page_standing_and_no_words_in_the_log(tag, blue, risky, caplog) -> None:
    def lost(execute, sql, params, many, context):
        raise OperationalError(f"no connection while reading {risky.body}")

    with connection.execute_wrapper(lost), caplog.at_level(logging.WARNING):
        html = page(tag, peer=blue, post=risky, country="GB")

    assert html.startswith("before ")
    assert html.endswith(" after")
    assert CRISIS not in caplog.text


def test_a_failed_tag_logs_the_kind_of_failure(blue, risky, caplog) -> None:
    def lost(execute, sql, params, many, context):
        raise OperationalError("gone")

    with connection.execute_wrapper(lost):
        page("{% shift_line %}")

    assert "the tag shift_line failed: OperationalError" in caplog.text


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_needs_no_request(tag, risky) -> None:
    html = Template(f"before {tag} after").render(Context({"post": risky}))

    assert html.startswith("before ")


def test_the_author_gets_the_lines_of_their_country_and_readers_one_line(ash, blue, risky) -> None:
    own = page("{% help_cards post %}", peer=blue, post=risky, country="GB")
    other = page("{% help_cards post %}", peer=ash, post=risky, country="GB")
    stranger = page("{% help_cards post %}", post=risky)

    assert 'href="tel:116123"' in own
    assert "116 123" in own
    assert other == stranger
    assert "If this is close to home" in other
    assert "tel:" not in other


def test_a_frame_for_many_readers_never_carries_the_author_s_card(risky) -> None:
    html = Template("{% help_cards post %}").render(Context({"post": risky}))

    assert "If this is close to home" in html
    assert "tel:" not in html


def test_everyday_words_carry_no_help(blue, thread) -> None:
    calm = submit_post(peer=blue, place=thread, draft=draft("The cat slept on my feet."))

    assert page("{% help_cards post %}", peer=blue, post=calm) == "before  after"


def test_the_answer_to_a_cry_asks_about_safety_and_has_three_doors(blue, risky) -> None:
    html = page("{% safety_page post %}", peer=blue, post=risky, country="GB")

    assert "<h1>Your words are saved. Are you safe right now?</h1>" in html
    assert html.count('class="door"') == 3
    assert f'action="/posts/{risky.public_id}/withdraw"' in html
    assert "call 999 or 112" in html
    assert "so we cannot send anyone to you" in html
    assert "No moderator is on shift right now" in html


def test_a_low_mood_is_answered_more_quietly(blue, thread, judged) -> None:
    judged(finding("distress", Level.AMBER))
    low = submit_post(peer=blue, place=thread, draft=draft("It has been grey for weeks."))

    html = page("{% safety_page post %}", peer=blue, post=low)

    assert "Your words are saved. Thank you for saying it" in html
    assert "Are you safe" not in html


def test_only_the_author_gets_the_answer(ash, risky) -> None:
    assert page("{% safety_page post %}", peer=ash, post=risky) == "before  after"
    assert page("{% safety_page post %}", post=risky) == "before  after"


def test_the_line_of_the_shift_says_what_is_known(robin) -> None:
    nobody = page("{% shift_line %}")
    robin.on_shift_until = timezone.now() + timedelta(hours=1)
    robin.save()

    someone = page("{% shift_line %}")

    assert "No moderator is here right now" in nobody
    assert "A moderator is here until" in someone


def test_a_past_shift_and_a_host_are_not_a_moderator_on_shift(robin, host) -> None:
    robin.on_shift_until = timezone.now() - timedelta(minutes=1)
    robin.save()
    host.moderator.on_shift_until = timezone.now() + timedelta(hours=1)
    host.moderator.save()

    assert "No moderator is here right now" in page("{% shift_line %}")


def test_an_unattended_cry_makes_the_site_say_that_moderators_are_delayed(robin, blue, risky) -> None:
    robin.on_shift_until = timezone.now() + timedelta(hours=1)
    robin.save()
    risky.cases.update(tier=2)

    assert "Moderators are delayed right now" in page("{% shift_line %}")
    assert "Moderators are delayed" in page("{% safety_page post %}", peer=blue, post=risky)


def test_the_author_learns_why_a_post_waits_and_until_when(blue, thread) -> None:
    post = submit_post(peer=blue, place=thread, draft=draft("hello"))
    Post.objects.filter(pk=post.pk).update(visibility=Visibility.HELD, hold_until=timezone.now(), reason_key="threat")
    post.refresh_from_db()

    html = page("{% aftercare post %}", peer=blue, post=post)

    assert "Only you and moderators can see this post now" in html
    assert "It may read as a danger to somebody." in html
    assert "it stays hidden and we ask again" in html


def test_the_hidden_part_is_shown_to_its_author_with_a_way_to_edit(ash, blue, room) -> None:
    post = make_post(blue, room, "kind words [method] more words")
    Post.objects.filter(pk=post.pk).update(redactions=[[11, 19]], reason_key="method")
    post.refresh_from_db()

    own = page("{% aftercare post %}", peer=blue, post=post)

    assert "<blockquote>[method]</blockquote>" in own
    assert f"/posts/{post.public_id}/edit" in own
    assert page("{% aftercare post %}", peer=ash, post=post) == "before  after"


def test_one_s_own_post_has_no_report_link(ash, blue, risky) -> None:
    assert f'href="/report/{risky.public_id}"' in page("{% report_link post %}", peer=ash, post=risky)
    assert f'href="/report/{risky.public_id}"' in page("{% report_link post %}", post=risky)
    assert page("{% report_link post %}", peer=blue, post=risky) == "before  after"


def test_a_search_for_a_way_out_shows_help_and_keeps_nothing(db) -> None:
    html = page("{% help_for_search 'I want to die' %}", country="GB")

    assert "999 or 112" in html
    assert page("{% help_for_search 'soup recipes' %}") == "before  after"


def test_ten_posts_of_an_author_cost_a_page_four_more_queries(blue, thread, django_assert_num_queries) -> None:
    posts = [submit_post(peer=blue, place=thread, draft=draft(f"quiet words {n}")) for n in range(10)]
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.session[PEER] = str(blue.pk)
    whole = Template(
        "{% for post in posts %}{% help_cards post %}{% report_link post %}{% aftercare post %}{% endfor %}"
    )

    with django_assert_num_queries(5):  # who speaks; decisions, messages, statements and cases of this thread
        whole.render(Context({"request": request, "posts": posts}))

"""Someone who cries out again and again: every word is saved and answered, and one alert rings."""

from forum.models import Post, Visibility
from forum.posting import submit_post
from moderation.models import Case, Outbox, Statement
from moderation.risk import Level
from peers import limits
from tests.conftest import draft
from tests.moderation.judging import finding

MANY = limits.URGENT_POSTS.most + 2


def test_over_their_limit_cries_are_saved_and_answered_and_folded(blue, thread, judged) -> None:
    judged(finding("distress", Level.RED))

    posts = [submit_post(peer=blue, place=thread, draft=draft(f"Please, {n}.")) for n in range(MANY)]

    shown = [post.visibility for post in Post.objects.filter(peer=blue).order_by("pk")]
    assert shown == [Visibility.PUBLISHED] * limits.URGENT_POSTS.most + [Visibility.NOTED] * 2
    assert all(post.help_keys for post in posts)
    assert [each.ground for each in Statement.objects.in_force()] == ["many"] * 2  # its author is told why
    assert Case.objects.open().filter(post__in=posts).count() == MANY


def test_many_cries_ring_once_until_a_human_has_looked(blue, thread, judged) -> None:
    judged(finding("suicide", Level.CRISIS))

    for n in range(MANY):
        submit_post(peer=blue, place=thread, draft=draft(f"Please, {n}."))

    assert Case.objects.open().count() == MANY
    assert Outbox.objects.filter(kind="alert").count() == 1


def test_a_ring_that_only_leads_heard_stands_for_none_that_everyone_must_hear(blue, thread, judged) -> None:
    judged(finding("threat", Level.CRISIS))
    submit_post(peer=blue, place=thread, draft=draft("Some words."))
    judged(finding("suicide", Level.CRISIS))

    submit_post(peer=blue, place=thread, draft=draft("Some other words."))

    assert list(Case.objects.order_by("pk").values_list("lead_only", flat=True)) == [True, False]
    assert Outbox.objects.filter(kind="alert").count() == 2

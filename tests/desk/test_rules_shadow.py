"""Shadow: a candidate judges after the fact, each post once, and nobody sees anything of it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from forum.models import Post
from moderation import rules_kept, rules_shadow
from moderation.models import AuditEvent, Case, Outbox, Shadow, ShadowResult, Signal
from moderation.tending import tend
from tests.conftest import make_post
from tests.desk.lab import candidate, put_in_force
from tests.rule_files import LAMP

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lab")]
LATER = timedelta(minutes=1)


@pytest.fixture
def shadow(lab, maren) -> Shadow:
    return rules_shadow.begin(rule_set=candidate(level="crisis"), moderator=maren)


def test_what_the_candidate_makes_of_new_posts_is_kept_without_words(shadow, ash, room) -> None:
    post = make_post(ash, room, LAMP)

    tend(now=timezone.now() + LATER)

    result = ShadowResult.objects.get()
    assert (result.post, result.active_level, result.level, result.categories) == (post, 0, 3, ["distress"])
    assert [each.pk for each in rules_shadow.differing(shadow)] == [result.pk]


def test_nothing_that_anybody_sees_comes_of_it(shadow, ash, room) -> None:
    post = make_post(ash, room, LAMP)
    before = Post.objects.values().get(pk=post.pk)
    log = AuditEvent.objects.count()

    tend(now=timezone.now() + LATER)

    assert ShadowResult.objects.exists()
    assert Post.objects.values().get(pk=post.pk) == before
    assert not Case.objects.exists()
    assert not Signal.objects.exists()
    assert not Outbox.objects.exists()
    assert AuditEvent.objects.count() == log


def test_a_post_is_judged_once_and_none_is_left_out(shadow, ash, room) -> None:
    posts = [make_post(ash, room, f"{LAMP} {number}") for number in range(3)]
    seen_twice = Shadow.objects.get()

    with time_machine.travel(timezone.now() + LATER):
        first = rules_shadow.tend(shadow, now=timezone.now())
        same_again = rules_shadow.tend(seen_twice, now=timezone.now())

    assert (first, same_again) == (3, 0)
    assert sorted(ShadowResult.objects.values_list("post", flat=True)) == [post.pk for post in posts]


def test_posts_that_have_only_just_come_wait(shadow, ash, room) -> None:
    make_post(ash, room, LAMP)

    done = rules_shadow.tend(shadow, now=timezone.now())

    assert done == 0


def test_posts_from_before_the_shadow_are_for_the_replay(ash, room, maren) -> None:
    make_post(ash, room, LAMP)
    shadow = rules_shadow.begin(rule_set=candidate(), moderator=maren)

    assert rules_shadow.tend(shadow, now=timezone.now() + LATER) == 0


def test_beginning_twice_is_beginning_once_and_ending_ends_it(shadow, ash, room, maren) -> None:
    again = rules_shadow.begin(rule_set=shadow.rule_set, moderator=maren)
    ended = [rules_shadow.end(shadow=shadow, moderator=maren) for _ in range(2)]
    make_post(ash, room, LAMP)

    tend(now=timezone.now() + LATER)

    assert again == shadow
    assert ended == [True, False]
    assert not ShadowResult.objects.exists()


def test_the_set_in_force_has_no_shadow(maren, sorrel) -> None:
    rule_set = candidate()
    put_in_force(rule_set, maren, sorrel)

    with pytest.raises(rules_shadow.NotShadowed, match="in force"):
        rules_shadow.begin(rule_set=rule_set, moderator=maren)


def test_a_shadow_that_cannot_judge_any_more_ends(shadow, ash, room, monkeypatch) -> None:
    make_post(ash, room, LAMP)
    monkeypatch.setattr(rules_kept, "misfit", lambda _: "model.npz")

    tend(now=timezone.now() + LATER)

    assert Shadow.objects.get().ended_at is not None

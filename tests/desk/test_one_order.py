"""Editing, deciding, reporting, ending a hold and leaving meet at the same post: nobody's words or work are lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from forum.models import Post, Visibility
from forum.posting import MayNotSpeak, edit_post, submit_post
from moderation import deciding, triage
from moderation.deciding import Verdict
from moderation.holding import end_hold
from moderation.models import Case
from moderation.reporting import file_report
from moderation.triage import Conflict
from peers import limits
from peers.leaving import Way, leave
from peers.models import Peer
from tests.conftest import draft, make_post, make_thread

ROUNDS = 12
HARSH = "You are pathetic and everyone here laughs at you."
EXPECTED = (Conflict, MayNotSpeak, Post.DoesNotExist)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("emptied_afterwards")]


def at_once(*works: Any) -> list[Any]:
    """Run each on its own thread, all let go in the same moment. Only what may be told a person is caught."""
    gate = Barrier(len(works))

    def run(work: Any) -> Any:
        try:
            gate.wait(timeout=10)
            return work()
        except EXPECTED as told:
            return told
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def in_hands(post: Post, moderator) -> Case:
    case = Case.objects.open().get(post=post)
    triage.claim(case=case, moderator=moderator)
    return Case.objects.get(pk=case.pk)


def test_an_edit_a_decision_and_a_report_at_once_lose_nothing(ash, robin, room) -> None:
    for number in range(ROUNDS):
        limits.buckets.cache_clear()
        post = make_post(ash, room, f"I cannot go on like this {number}, I want to die.")
        case = in_hands(post, robin)
        verdict = Verdict(
            "fold", "stands", "I have read this.", case.lease_token or uuid4(), case.version, f"key-{number}"
        )

        edited, _, reported = at_once(
            partial(edit_post, peer=ash, post=post, draft=draft(f"I want to die, and I am so tired {number}.")),
            partial(deciding.decide, case=case, moderator=robin, verdict=verdict),
            partial(file_report, post=post, reason="worried", note="I am worried."),
        )

        post.refresh_from_db()
        assert post.body == edited.body
        assert reported.receipt
        assert Case.objects.open().filter(post=post).count() <= 1


def test_a_hold_that_ends_while_it_is_decided_and_edited_ends_once(ash, robin, room) -> None:
    for number in range(ROUNDS):
        limits.buckets.cache_clear()
        post = make_post(ash, room, f"{HARSH} {number}")
        Post.objects.filter(pk=post.pk).update(visibility=Visibility.HELD, hold_until=timezone.now())
        Case.objects.filter(post=post).delete()
        file_report(post=post, reason="unkind", note="")
        case = in_hands(post, robin)
        verdict = Verdict(
            "remove", "stands", "I have read this.", case.lease_token or uuid4(), case.version, f"end-{number}"
        )
        later = timezone.now() + timedelta(seconds=1)

        at_once(
            partial(end_hold, post.pk, now=later),
            partial(deciding.decide, case=case, moderator=robin, verdict=verdict),
            partial(edit_post, peer=ash, post=post, draft=draft(f"Sorry, that was harsh {number}.")),
        )

        post.refresh_from_db()
        assert post.body == f"Sorry, that was harsh {number}."


def test_who_leaves_while_posting_is_gone_and_nothing_of_theirs_is_left_in_between(blue, room) -> None:
    for number in range(ROUNDS):
        limits.buckets.cache_clear()
        peer = Peer.objects.create()
        on_another_device = Peer.objects.get(pk=peer.pk)
        key = peer.pk
        thread = make_thread(blue, room, f"Anyone awake {number}?")

        at_once(
            partial(submit_post, peer=peer, place=thread, draft=draft("I am, making tea.")),
            partial(leave, peer=on_another_device, way=Way.REMOVE),
        )

        assert not Peer.objects.filter(pk=key).exists()
        assert not Post.objects.filter(thread=thread, body="I am, making tea.").exists()

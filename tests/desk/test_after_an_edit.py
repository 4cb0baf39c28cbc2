"""An edit never slips past the desk: nobody decides on words they have not seen, and a fold stays a fold."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from forum.models import Pause, Post, Visibility
from forum.posting import edit_post, submit_post
from moderation import alerts, deciding, escalating, outreach, triage
from moderation.calling import call_for_help
from moderation.casework import Need, open_or_join, subject_of
from moderation.deciding import Verdict
from moderation.leaving import forget
from moderation.models import Case, CaseState, Decision, Escalation, Outbox, Signal, Snapshot, Statement
from moderation.triage import Conflict
from peers.leaving import Way
from tests.conftest import draft, make_post

HARM = "kill yourself, nobody will miss you"
SAD = "I want to die and nobody knows."


def in_hands(post: Post, moderator) -> Case:
    case = Case.objects.open().get(post=post)
    triage.claim(case=case, moderator=moderator)
    return Case.objects.get(pk=case.pk)


def decided(case: Case, moderator, action: str, key: str = "one") -> Decision:
    verdict = Verdict(action, "stands", "I have read this.", case.lease_token or uuid4(), case.version, key)
    return deciding.decide(case=case, moderator=moderator, verdict=verdict)


def test_calm_new_words_are_a_new_version_that_must_be_seen_first(ash, robin, room) -> None:
    post = make_post(ash, room, SAD)
    case = in_hands(post, robin)

    edit_post(peer=ash, post=post, draft=draft("The soup was good."))

    with pytest.raises(Conflict):
        decided(case, robin, "publish")
    assert [each.words for each in Snapshot.objects.filter(case=case).order_by("revision")] == [
        SAD,
        "The soup was good.",
    ]


def test_an_author_does_not_unfold_what_a_moderator_folded(ash, robin, room) -> None:
    post = make_post(ash, room, SAD)
    decision = decided(in_hands(post, robin), robin, "fold")

    edit_post(peer=ash, post=post, draft=draft("A nicer text today."))

    post.refresh_from_db()
    assert post.visibility == Visibility.NOTED
    deciding.undo(decision=decision, moderator=robin)
    edit_post(peer=ash, post=post, draft=draft("A nicer text tomorrow."))
    post.refresh_from_db()
    assert post.visibility == Visibility.PUBLISHED


@pytest.mark.parametrize("action", ["leave", "redact"])
def test_a_later_decision_that_says_nothing_of_the_fold_does_not_unfold(ash, robin, room, action) -> None:
    post = make_post(ash, room, SAD)
    decided(in_hands(post, robin), robin, "fold")
    open_or_join(subject_of(post), Need(level=1, categories=("distress",), within=900))
    decided(in_hands(post, robin), robin, action, key="two")

    edit_post(peer=ash, post=Post.objects.get(pk=post.pk), draft=draft("A nicer text today."))

    post.refresh_from_db()
    assert post.visibility == Visibility.NOTED


def test_an_answer_that_nobody_reads_escalates_too(ash, robin, room) -> None:
    post = make_post(ash, room, SAD)
    case = in_hands(post, robin)
    outreach.write_to_author(case=case, moderator=robin, body="I read it. How is tonight?", client_id="a")
    decided(Case.objects.get(pk=case.pk), robin, "leave")
    conversation = Case.objects.get(pk=case.pk).outreach
    outreach.answer(outreach=conversation, peer=ash, body="i cried all day, thank you", client_id="b")
    case.refresh_from_db()
    assert case.state == CaseState.FOLLOW_UP

    later = timezone.now() + timedelta(hours=30)
    for step in Escalation.objects.filter(case=case, done_at=None).order_by("step"):
        escalating.take_step(step.pk, now=later)

    case.refresh_from_db()
    assert case.tier >= 1


def test_a_call_for_help_names_no_person_that_could_be_linked_later(ash, session) -> None:
    case = call_for_help(session=session, peer=ash)

    forget(peer=ash, way=Way.REMOVE)

    kept = [*Case.objects.values_list("subject", flat=True), *Signal.objects.values_list("subject", flat=True)]
    assert case.subject in kept
    assert not any(str(ash.pk) in subject for subject in kept)


def test_a_case_that_never_rang_silences_no_other(ash, room) -> None:
    first = make_post(ash, room, "I am going to end my life tonight.")
    Outbox.objects.all().delete()  # as after an undo: open, unseen, and nobody was told
    second = make_post(ash, room, "I am going to end my life tonight, really.")

    assert Outbox.objects.filter(payload__level="crisis").count() == 1
    alerts.alert_on_call(Case.objects.get(post=first), step=0)
    assert Outbox.objects.count() == 1
    assert Case.objects.filter(post=second).exists()


@pytest.mark.parametrize("words", [HARM, "The soup was good."])
def test_the_statement_of_a_hold_names_the_time_that_an_edit_gave_it(blue, thread, words) -> None:
    post = submit_post(peer=blue, place=thread, draft=draft(HARM))
    Statement.objects.filter(post=post).update(until=timezone.now())
    Pause.objects.update(ended_at=timezone.now())  # or nothing could be edited

    edited = edit_post(peer=blue, post=post, draft=draft(words + " And tea."))

    assert edited.visibility == Visibility.HELD
    assert Statement.objects.in_force().get(post=post, restriction="held").until == edited.hold_until

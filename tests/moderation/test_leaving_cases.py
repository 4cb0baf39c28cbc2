"""What stays in cases of someone who left: category and digest, and words only while others may be in danger."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.models import Post
from forum.posting import submit_post
from moderation.complaining import complain
from moderation.leaving import erase_kept_words
from moderation.models import Case, CaseState, Outreach, OutreachMessage, Snapshot
from moderation.risk import Level
from peers.leaving import Way, leave
from tests.conftest import draft
from tests.moderation.judging import finding

WORDS = "First words here. Then a second sentence."


@pytest.fixture
def said(blue, thread, judged):
    def say(category: str, level: Level = Level.RED, **more) -> Case:
        judged(finding(category, level, **more))
        post = submit_post(peer=blue, place=thread, draft=draft(WORDS))
        return Case.objects.get(post=post)

    return say


@pytest.mark.parametrize("way", [Way.BLANK, Way.REMOVE])
@pytest.mark.parametrize("category", ["suicide", "self_harm", "method", "abuse", "distress"])
def test_words_that_go_go_from_their_cases_too(said, blue, way, category) -> None:
    case = said(category)

    leave(peer=blue, way=way)

    case.refresh_from_db()
    snapshot = case.snapshots.get()
    assert (snapshot.words, snapshot.salt) == ("", None)
    assert snapshot.digest
    assert (case.peer, case.author_name, case.categories) == (None, "", [category])


@pytest.mark.parametrize("way", [Way.BLANK, Way.REMOVE])
@pytest.mark.parametrize("category", ["encouragement", "sourcing", "threat", "minor", "harassment"])
def test_an_open_case_about_danger_to_others_keeps_its_words_until_decided(said, blue, way, category) -> None:
    case = said(category)
    leave(peer=blue, way=way)
    kept = case.snapshots.get().words

    Case.objects.filter(pk=case.pk).update(state=CaseState.RESOLVED, resolved_at=timezone.now())
    erased = erase_kept_words(now=timezone.now())

    assert kept == WORDS
    assert erased == 1
    assert case.snapshots.get().words == ""


def test_below_red_and_after_a_decision_nothing_is_kept(said, blue) -> None:
    amber = said("threat", Level.AMBER)
    decided = said("threat")
    Case.objects.filter(pk=decided.pk).update(state=CaseState.RESOLVED, resolved_at=timezone.now())

    leave(peer=blue, way=Way.BLANK)

    assert amber.snapshots.get().words == ""
    assert decided.snapshots.get().words == ""


def test_whom_they_complained_about_is_forgotten_with_what_they_said(blue, rooms) -> None:
    complaint = complain(words="They were short with me.", about="Robin, I think", peer=blue).complaint

    leave(peer=blue, way=Way.KEEP)

    complaint.refresh_from_db()
    assert (complaint.words, complaint.about) == ("", "")


def test_nothing_is_kept_longer_than_thirty_days(said, blue) -> None:
    case = said("threat")
    leave(peer=blue, way=Way.REMOVE)

    early = erase_kept_words(now=timezone.now() + timedelta(days=29))
    late = erase_kept_words(now=timezone.now() + timedelta(days=31))

    assert (early, late) == (0, 1)
    assert case.snapshots.get().words == ""


def test_words_kept_under_someone_stay_in_their_case_without_a_name(said, blue) -> None:
    case = said("suicide", Level.CRISIS)

    leave(peer=blue, way=Way.KEEP)
    Case.objects.update(state=CaseState.RESOLVED, resolved_at=timezone.now())
    erase_kept_words(now=timezone.now() + timedelta(days=60))

    case.refresh_from_db()
    assert case.snapshots.get().words == WORDS
    assert case.author_name == ""
    assert Post.objects.get(pk=case.post_id).body == WORDS


@pytest.mark.parametrize("way", list(Way))
def test_private_words_with_moderators_go_in_every_way(said, blue, way) -> None:
    case = said("suicide")
    outreach = Outreach.objects.create(case=case, peer=blue)
    OutreachMessage.objects.create(outreach=outreach, body="kind words", shown_html="kind words", client_id="1")

    leave(peer=blue, way=way)

    assert not Outreach.objects.exists()
    assert not OutreachMessage.objects.exists()
    assert Case.objects.filter(pk=case.pk).exists()


def test_one_person_leaving_leaves_the_cases_of_others_alone(said, ash) -> None:
    said("suicide")

    leave(peer=ash, way=Way.REMOVE)

    assert Snapshot.objects.get().words == WORDS

"""What goes by itself after its time: said words, drafts, sessions, identities, and what deletions leave behind."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from forum import search
from forum.models import LiveSession, LiveState, Post, SavedDraft
from forum.posting import submit_post
from forum.tending import drop_old_drafts, purge_files
from moderation.risk import Level
from moderation.tending import its_time, tend
from peers.models import Peer, Session
from peers.tending import drop_ended_sessions, let_unused_go
from tests.conftest import draft
from tests.moderation.judging import finding


def test_said_words_go_a_day_after_their_session_closes_unless_in_a_case(ash, session, judged) -> None:
    calm = submit_post(peer=ash, place=session, draft=draft("hello"))
    judged(finding("distress", Level.AMBER))
    heavy = submit_post(peer=ash, place=session, draft=draft("I feel low tonight."))
    now = timezone.now()

    LiveSession.objects.update(state=LiveState.CLOSED, closed_at=now - timedelta(hours=23))
    tend(now=now)
    kept = Post.objects.filter(session=session).count()
    tend(now=now + timedelta(hours=2))

    assert kept == 2
    assert list(Post.objects.filter(session=session)) == [heavy]
    assert session.events.filter(post=None, kind="said").count() == 1
    assert not Post.objects.filter(pk=calm.pk).exists()


def test_what_should_happen_hourly_happens_once_an_hour(db) -> None:
    now = timezone.now()

    done = [its_time("hourly", timedelta(hours=1), now + timedelta(minutes=m)) for m in (0, 0, 59, 60, 60, 119, 121)]

    assert done == [True, False, False, True, False, False, True]


def test_files_are_purged_without_losing_the_index(db, thread) -> None:
    done = purge_files()

    assert done == (connection.vendor == "sqlite")  # Postgres does it by itself
    assert search.find("slept four hours", before=10**9, limit=9) == [thread.opening_id]


def test_an_unused_identity_becomes_someone_after_a_year(blue, ash, thread) -> None:
    post = submit_post(peer=blue, place=thread, draft=draft("soup"))
    Peer.objects.filter(pk=blue.pk).update(last_seen_week=timezone.now().date() - timedelta(days=370))

    gone = let_unused_go(now=timezone.now())

    post.refresh_from_db()
    assert gone == 1
    assert (post.peer, post.persona, post.body) == (None, None, "soup")
    assert Peer.objects.filter(pk=ash.pk).exists()


def test_old_drafts_and_ended_sessions_go_and_others_stay(db) -> None:
    now = timezone.now()
    for days in (29, 31):
        SavedDraft.objects.create(owner=f"owner {days}", place="new", saved_at=now - timedelta(days=days))
        Session.objects.create(session_key=f"key {days}", session_data="", expire_date=now + timedelta(days=30 - days))

    assert drop_old_drafts(now=now) == 1
    assert drop_ended_sessions(now=now) == 1
    assert SavedDraft.objects.get().owner == "owner 29"
    assert Session.objects.get().session_key == "key 29"

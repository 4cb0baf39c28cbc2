"""Leaving for good, all three ways, entered by the page: what was asked to go is gone."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from forum import drafts, search
from forum.models import EventKind, LiveEvent, LiveSession, Post, SavedDraft, Thread, Visibility
from forum.posting import submit_post
from forum.tending import purge_files
from moderation.casework import Need, open_or_join, subject_of
from moderation.leaving import erase_kept_words
from moderation.models import Case, CaseState, Outreach, OutreachMessage, Snapshot
from peers import boundaries, signals
from peers.models import Block, Peer, Persona, Session, TopicFilter
from tests.conftest import draft, make_thread
from tests.peers.browser import OURS, arrive, everything_stored, send, speaks_as, token_on

CANARY = "marmalade"  # in every text Ash writes, and nowhere else
WAYS = ["keep", "blank", "remove"]
GOING = ["blank", "remove"]


@dataclass
class Life:
    """What Ash has left behind everywhere before leaving."""

    peer: Peer
    key: UUID
    answered: Thread
    alone: Thread
    reply: Post
    said: Post
    other_device: Client


@pytest.fixture
def life(client, blue, room, session) -> Life:
    """Threads, a reply, a live message, drafts, names, blocks, filters, a second device."""
    early = client.session
    drafts.save_draft(session=early, peer=None, place="new", words={"body": f"{CANARY} before a name"})
    early.save()
    client.cookies["__Host-lamplight"] = early.session_key
    send(client, "/arrive")
    ash = Peer.objects.get(pk=client.session["peer"])
    drafts.save_draft(session=client.session, peer=ash, place="room:self-care", words={"body": f"{CANARY} draft"})
    answered = make_thread(ash, room, f"I made {CANARY} today.", title=f"On {CANARY}")
    submit_post(peer=blue, place=answered, draft=draft("That sounds warm."))
    alone = make_thread(ash, room, f"More {CANARY}, and some toast.")
    theirs = make_thread(blue, room, "I read a book.")
    reply = submit_post(peer=ash, place=theirs, draft=draft(f"With {CANARY} beside it?"))
    said = submit_post(peer=ash, place=session, draft=draft(f"Good evening, I brought {CANARY}."))
    boundaries.block(peer=ash, other=blue, name_met="Mossy Lantern")
    boundaries.block(peer=blue, other=ash, name_met="Golden Fern")
    boundaries.set_topic_filters(peer=ash, ways={"alcohol": "hide"})
    return Life(ash, ash.pk, answered, alone, reply, said, speaks_as(Client(), ash))


def leave(client: Client, way: str):
    """Choose a way, then say it once more on the page that answers."""
    asked = send(client, "/my/leave", way=way)
    assert asked.status_code == 200
    return send(client, "/my/leave", way=way, sure="yes")


def case_about(post: Post, *categories: str, level: int = 2) -> Case:
    with transaction.atomic():
        return open_or_join(subject_of(post), Need(level=level, categories=categories, within=900))


@pytest.mark.parametrize("way", WAYS)
def test_names_sessions_drafts_and_boundaries_go_whichever_way(client, life, way) -> None:
    answer = leave(client, way)

    assert (answer.status_code, answer["Location"]) == (303, "/goodbye")
    assert not Peer.objects.filter(pk=life.key).exists()
    assert not Persona.objects.filter(peer_id=life.key).exists()
    assert not Session.objects.filter(peer_id=life.key).exists()
    assert not SavedDraft.objects.exists()
    assert not Block.objects.exists()
    assert not TopicFilter.objects.exists()
    assert not Post.objects.filter(peer_id=life.key).exists()
    assert life.key.hex not in everything_stored()


@pytest.mark.parametrize("way", WAYS)
def test_every_device_is_signed_out_and_sockets_are_told(client, life, way, django_capture_on_commit_callbacks) -> None:
    heard = []

    def listen(**what):
        heard.append((what["session"], what["peer"]))

    signals.voice_ended.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        leave(client, way)
    signals.voice_ended.disconnect(listen)

    assert (None, str(life.key)) in heard
    for device in (client, life.other_device):
        assert "Begin with a new name" in device.get("/my/").content.decode()


def test_kept_words_stand_under_someone(client, life) -> None:
    leave(client, "keep")

    page = client.get(life.answered.get_absolute_url()).content.decode()
    life.reply.refresh_from_db()
    assert CANARY in page
    assert "someone" in page
    assert (life.reply.peer, life.reply.persona, life.reply.visibility) == (None, None, Visibility.PUBLISHED)
    assert search.find(CANARY, before=10**9, limit=10)


@pytest.mark.parametrize("way", GOING)
def test_words_that_go_are_found_by_no_search_and_are_in_no_table_after_the_daily_round(client, life, way) -> None:
    leave(client, way)

    assert search.find(CANARY, before=10**9, limit=10) == []
    purge_files()
    assert CANARY not in everything_stored()
    assert "That sounds warm." in client.get(life.answered.get_absolute_url()).content.decode()


@pytest.mark.parametrize("way", GOING)
def test_open_live_rooms_hear_that_a_message_is_gone(client, life, way) -> None:
    said = LiveEvent.objects.get(kind=EventKind.SAID)

    leave(client, way)

    gone = LiveEvent.objects.get(kind=EventKind.REMOVED)
    assert gone.about == said.seq
    after = LiveEvent.objects.filter(seq__gt=gone.seq).values_list("kind", flat=True)
    assert set(after) <= {EventKind.ASIDE}
    assert LiveSession.objects.get().last_seq == gone.seq + len(after)


def test_blanked_places_stay(client, life) -> None:
    leave(client, "blank")

    assert Post.objects.filter(peer=None, body="", visibility=Visibility.WITHDRAWN).count() == 4
    assert Thread.objects.filter(pk=life.alone.pk).exists()


def test_removed_places_go_but_for_the_opening_others_answered(client, life) -> None:
    leave(client, "remove")

    assert not Thread.objects.filter(pk=life.alone.pk).exists()
    assert not Post.objects.filter(pk__in=[life.reply.pk, life.said.pk]).exists()
    life.answered.refresh_from_db()
    assert life.answered.opening.body == ""
    assert life.answered.replies == 1


@pytest.mark.parametrize("way", WAYS)
def test_private_words_with_moderators_go(client, life, robin, way) -> None:
    case = case_about(life.reply, "distress", level=1)
    talk = Outreach.objects.create(case=case, peer=life.peer)
    OutreachMessage.objects.create(outreach=talk, body=f"{CANARY}?", shown_html=CANARY, client_id="a")

    leave(client, way)

    assert not Outreach.objects.exists()
    assert not OutreachMessage.objects.exists()


@pytest.mark.parametrize("way", GOING)
def test_a_case_about_ones_own_pain_keeps_its_kind_only(client, life, way) -> None:
    case_about(life.reply, "suicide", "distress", level=3)

    leave(client, way)

    case, snapshot = Case.objects.get(), Snapshot.objects.get()
    assert case.categories == ["suicide", "distress"]
    assert (case.peer, case.author_name, snapshot.words, snapshot.salt) == (None, "", "", None)
    assert snapshot.digest


@pytest.mark.parametrize("category", ["encouragement", "sourcing", "threat", "minor", "harassment"])
def test_an_open_case_about_danger_to_others_keeps_its_words_until_decided(client, life, category) -> None:
    case = case_about(life.reply, "distress", category)

    leave(client, "remove")

    assert CANARY in Snapshot.objects.get().words
    Case.objects.filter(pk=case.pk).update(state=CaseState.RESOLVED, resolved_at=timezone.now())
    erase_kept_words(now=timezone.now() + timedelta(days=31))
    purge_files()
    assert CANARY not in everything_stored()


def test_nothing_is_kept_past_thirty_days_even_undecided(client, life) -> None:
    case_about(life.reply, "threat")
    leave(client, "remove")

    erase_kept_words(now=timezone.now() + timedelta(days=29))
    before = Snapshot.objects.get().words
    erase_kept_words(now=timezone.now() + timedelta(days=31))

    assert CANARY in before
    assert Snapshot.objects.get().words == ""


def test_below_red_nothing_is_kept(client, life) -> None:
    case_about(life.reply, "harassment", level=1)

    leave(client, "blank")

    purge_files()
    assert CANARY not in everything_stored()


@pytest.mark.parametrize("way", WAYS)
def test_choosing_a_way_only_asks_once_more(client, life, way) -> None:
    answer = send(client, "/my/leave", way=way)

    assert "Nothing has happened yet" in answer.content.decode()
    assert Peer.objects.filter(pk=life.key).exists()
    assert CANARY in everything_stored()


@pytest.mark.parametrize("way", ["", "everything", "KEEP", "\x00"])
def test_an_unknown_way_is_asked_again_and_nothing_goes(client, db, way) -> None:
    arrive(client)

    answer = send(client, "/my/leave", way=way, sure="yes")

    assert answer.status_code == 422
    assert "Choose one of the three" in answer.content.decode()
    assert Peer.objects.count() == 1


def test_leaving_says_beforehand_what_may_be_kept(client, db) -> None:
    arrive(client)

    page = client.get("/my/leave").content.decode()

    assert "What may stay for a while" in page
    assert "30 days at most" in page
    assert page.count('type="radio"') == 3


def test_without_an_identity_there_is_nothing_to_leave(client, db) -> None:
    assert client.get("/my/leave")["Location"] == "/sign-in?next=%2Fmy%2Fleave"
    assert client.post("/my/leave", {"way": "remove", "sure": "yes"}, headers=OURS).status_code == 303


def test_sending_the_last_step_twice_is_calm(client, db) -> None:
    arrive(client)
    last = {"form_token": token_on(client), "way": "remove", "sure": "yes"}
    cookie = client.cookies["__Host-lamplight"].value

    client.post("/my/leave", last, headers=OURS)
    client.cookies["__Host-lamplight"] = cookie
    again = client.post("/my/leave", last, headers=OURS)

    assert (again.status_code, again["Location"]) == (303, "/sign-in?next=%2Fmy%2Fleave")


def test_the_leaving_page_asks_for_session_person_and_shift(client, db, django_assert_num_queries) -> None:
    arrive(client)

    with django_assert_num_queries(3):
        client.get("/my/leave")

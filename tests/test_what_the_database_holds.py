"""What the database refuses by itself, whoever writes: the last wall, behind every function."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum.models import LiveEvent, Post, Visibility
from moderation.models import Alarm, Case, Decision, LiveNote, Report
from peers.models import Kind, Peer, Persona
from tests.conftest import make_post
from tests.desk.staff import cry

Change = Callable[[], Any]


def refuses(change: Change, name: str) -> None:
    """The change is refused, and it is this rule that refuses it (SQLite names only its checks)."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        change()

    said = str(refused.value)
    assert name in said or "UNIQUE" in said


def test_no_post_is_unjudged(thread) -> None:
    refuses(lambda: Post.objects.filter(pk=thread.opening_id).update(judged_by=""), "post_is_judged")


def test_no_hold_is_without_a_deadline(thread) -> None:
    held = {"visibility": Visibility.HELD, "hold_until": None}

    refuses(lambda: Post.objects.filter(pk=thread.opening_id).update(**held), "post_hold_has_deadline")


@pytest.mark.parametrize("place", ["both", "none"])
def test_a_post_stands_in_a_thread_or_in_a_session(thread, session, place) -> None:
    where = {"session": session} if place == "both" else {"thread": None}

    refuses(lambda: Post.objects.filter(pk=thread.opening_id).update(**where), "post_in_thread_or_session")


def test_nothing_is_sent_twice_under_one_client_id(ash, room, thread) -> None:
    other = make_post(ash, room, "Tea helped.")

    refuses(lambda: Post.objects.filter(pk=other.pk).update(client_id=thread.opening.client_id), "post_sent_once")


def test_a_subject_has_one_open_case(ash, thread) -> None:
    _, case = cry(ash, thread)
    again = {"subject": case.subject, "room": case.room, "level": 1, "due_at": timezone.now()}

    refuses(lambda: Case.objects.create(**again), "case_one_open_per_subject")


def test_no_case_is_green(ash, thread) -> None:
    _, case = cry(ash, thread)

    refuses(lambda: Case.objects.filter(pk=case.pk).update(level=0), "case_level_amber_or_above")


@pytest.mark.parametrize("part", ["token", "holder"])
def test_a_lease_is_whole_or_absent(robin, ash, thread, part) -> None:
    _, case = cry(ash, thread)
    half = {"lease_token": uuid.uuid4()} if part == "token" else {"lease_by": robin}

    refuses(lambda: Case.objects.filter(pk=case.pk).update(**half), "case_lease_whole")


@pytest.mark.parametrize("missing", ["reason_code", "public_note"])
def test_a_decision_has_a_reason_and_words_for_its_author(robin, ash, thread, missing) -> None:
    _, case = cry(ash, thread)
    whole = {"case": case, "moderator": robin, "action": "leave", "key": "a-key", "case_version": 1, "level_before": 3}
    said = {"reason_code": "stands", "public_note": "I have read this.", missing: ""}

    refuses(lambda: Decision.objects.create(**whole, **said), "decision_has_reason")


def test_a_report_has_a_reason(ash, thread) -> None:
    post, case = cry(ash, thread)

    refuses(lambda: Report.objects.create(case=case, post=post, reason=""), "report_has_reason")


def test_a_number_of_a_session_is_given_once(session) -> None:
    first = LiveEvent.objects.get(session=session, seq=1)

    refuses(lambda: LiveEvent.objects.create(session=session, seq=first.seq, kind="state"), "live_event_seq_once")


def test_a_name_is_one_persons_in_its_place(ash, blue) -> None:
    Persona.objects.create(peer=ash, scope="room:self-care", name="Quiet Fern")
    same = {"peer": blue, "scope": "room:self-care", "name": "Quiet Fern"}

    refuses(lambda: Persona.objects.create(**same), "persona_name_once_per_scope")


@pytest.mark.parametrize("named", [{"staff_name": "Robin"}, {"kind": Kind.STAFF}])
def test_only_staff_have_a_public_name_of_their_own(db, named) -> None:
    refuses(lambda: Peer.objects.create(**named), "peer_only_staff_named")


def test_an_absence_of_a_host_is_told_once_and_names_its_session(session) -> None:
    now = timezone.now()
    told = {"kind": "no_host", "at": now, "since": now}
    Alarm.objects.create(session=session, **told)

    refuses(lambda: Alarm.objects.create(session=session, **told), "alarm_once_an_absence")
    refuses(lambda: Alarm.objects.create(**told), "alarm_no_host_has_session")
    refuses(lambda: Alarm.objects.create(kind="silence", at=now, session=session), "alarm_no_host_has_session")


def test_a_note_about_a_live_room_has_words_and_is_kept_once(session, robin) -> None:
    note = {"session": session, "moderator": robin, "key": "one"}
    LiveNote.objects.create(body="Calm.", **note)

    refuses(lambda: LiveNote.objects.create(body="Calm.", **note), "live_note_left_once")
    refuses(lambda: LiveNote.objects.create(body="", **{**note, "key": "two"}), "live_note_has_words")

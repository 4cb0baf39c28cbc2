"""What the demo fills an empty site with, through the same doors people use. It is filled once for all of these."""

import contextlib
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from forum.models import LiveEvent, LiveSession, Post, Thread
from moderation import audit
from moderation.demo import filling
from moderation.invariants import breaches
from moderation.models import Case, Level, Moderator, Outbox
from peers.models import Peer, Persona
from tests.conftest import QUICK_HASHER
from tests.moderation.conftest import make_small


@pytest.fixture(scope="module")
def filled_once(django_db_setup, django_db_blocker) -> Iterator[str]:
    """What the command printed. The transaction around all these tests is rolled back after the last of them."""
    said = io.StringIO()
    quick = override_settings(PASSWORD_HASHERS=[QUICK_HASHER])
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch, quick:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM forum_search")  # no model's table: emptying passes it over
        make_small(patch)
        with contextlib.redirect_stdout(said):
            call_command("demo")
        yield said.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def filled(filled_once, db) -> str:
    return str(filled_once)


def test_an_empty_site_is_filled_with_threads_replies_and_one_live_room(filled) -> None:
    session = LiveSession.objects.get()

    assert Thread.objects.count() == 6
    assert session.posts.count() == 27
    assert session.may_speak(timezone.now())
    assert LiveEvent.objects.filter(session=session).count() == session.last_seq


def test_every_post_was_judged_and_every_case_has_its_post(filled) -> None:
    assert Post.objects.exclude(judged_by="").count() == Post.objects.count()
    assert not Case.objects.filter(post=None).exists()
    assert audit.first_fault() == ""


def test_nothing_in_it_is_otherwise_than_it_must_always_be(filled) -> None:
    assert [str(breach) for breach in breaches()] == []


def test_it_looks_lived_in_and_time_runs_forward(filled) -> None:
    now = timezone.now()

    assert Post.objects.filter(created_at__gt=now).count() == 0
    assert Post.objects.filter(thread__isnull=False, created_at__lt=now - timedelta(days=2)).exists()
    for thread in Thread.objects.all():
        times = list(thread.posts.order_by("pk").values_list("created_at", flat=True))
        assert times == sorted(times)
        assert thread.opened_at == times[0]
        assert thread.moved_at <= times[-1]


def test_three_staff_can_sign_in_with_what_was_printed_once(filled) -> None:
    assert sorted(Moderator.objects.values_list("role", flat=True)) == ["host", "lead", "moderator"]
    for moderator in Moderator.objects.all():
        line = next(line for line in filled.splitlines() if f"  {moderator.username} (" in line)
        assert moderator.check_password(line.split()[-1])
        assert moderator.totpdevice_set.count() == 1  # type: ignore[attr-defined]  # django-otp's own relation
    assert filled.count("otpauth://totp/") == 3


def test_no_alert_leaves_and_nobody_in_danger_waits_unseen(filled) -> None:
    assert not Outbox.objects.filter(sent_at=None).exists()
    assert all(told.payload["sent_to"] == filling.TOLD_NOBODY for told in Outbox.objects.all())
    assert not Case.objects.open().filter(level=Level.CRISIS, first_human_at=None).exists()


def test_voices_call_each_other_by_the_names_of_the_place(filled) -> None:
    assert not Post.objects.filter(body__regex=r"\{[a-z0-9-]+\}").exists()
    assert Persona.objects.filter(scope__startswith="live:", name="Lark").exists()


def test_filling_twice_changes_nothing(filled) -> None:
    before = (Post.objects.count(), Peer.objects.count(), Moderator.objects.count())

    with pytest.raises(CommandError, match="Someone is already here"):
        call_command("demo")

    assert (Post.objects.count(), Peer.objects.count(), Moderator.objects.count()) == before

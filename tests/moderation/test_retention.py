"""Words of cases that were closed long ago go; the cases, their signals and decisions stay, and the log says so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.models import Post
from forum.posting import edit_post
from moderation import invariants, lowering, retention
from moderation.complaining import complain
from moderation.models import (
    Appeal,
    AuditEvent,
    Case,
    Complaint,
    Linking,
    LiveNote,
    OutreachMessage,
    Report,
    Signal,
    Snapshot,
    Statement,
)
from moderation.reporting import file_report
from moderation.tending import tend
from tests.conftest import draft
from tests.desk.conftest import held  # noqa: F401  (a fixture)
from tests.desk.staff import CRY, KIND, cry, decision, resolve, sit_down, take

YEAR = timedelta(days=367)


@pytest.fixture
def closed(robin, ash, thread) -> Case:
    """A case with every kind of words in it, closed."""
    post, case = cry(ash, thread)
    file_report(post=post, reason="other", note="I worry about them.")
    browser = sit_down(robin)
    take(browser, case, reveal=True)
    browser.post(f"{case.get_absolute_url()}message", {"body": KIND, "client_id": "one"})
    case.refresh_from_db()
    assert case.lease_token
    lowering.lower(
        case=case, moderator=robin, level=2, reason="A friend came.", token=case.lease_token, version=case.version
    )
    resolve(browser, case)
    statement = Statement.objects.create(case=case, peer=ash, restriction="folded", ground="x", noticed_by_rules=True)
    Appeal.objects.create(
        statement=statement, case=case, words="I meant a song.", outcome="upheld", answered_at=timezone.now()
    )
    return Case.objects.get(pk=case.pk)


def left_of(case: Case) -> str:
    """Every free word that is kept with this case."""
    fields = ((Snapshot, "words"), (Report, "note"), (Appeal, "words"), (Complaint, "words"))
    kept = [each for model, name in fields for each in model.objects.filter(case=case).values_list(name, flat=True)]
    kept += OutreachMessage.objects.filter(outreach__case=case).values_list("body", flat=True)
    return "".join(kept + [each.reason for each in Signal.objects.filter(case=case, rule="human.lowered")])


def test_a_year_after_a_case_was_closed_its_words_go_and_the_case_stays(closed) -> None:
    signals, opened = closed.signals.count(), closed.opened_at

    early = retention.erase_old_words(now=timezone.now() + timedelta(days=364))
    before = left_of(closed)
    late = retention.erase_old_words(now=timezone.now() + YEAR)

    assert (early, late) == (0, 1)
    assert all(words in before for words in ("end my life", "I worry", "I read what", "A friend came", "a song"))
    assert left_of(closed) == "The reason was erased."
    kept = Case.objects.get(pk=closed.pk)
    assert (kept.signals.count(), kept.opened_at, kept.decisions.count()) == (signals, opened, 1)
    assert Snapshot.objects.filter(case=closed, salt=None).exclude(digest="").exists()
    assert list(invariants.breaches()) == []


def test_it_is_done_once_and_the_log_tells_how_many_and_of_nobody(closed, ash) -> None:
    for _ in range(2):
        retention.erase_old_words(now=timezone.now() + YEAR)

    event = AuditEvent.objects.get(kind="words.erased")
    assert (event.actor, event.case_ref, event.data["cases"]) == ("worker", "", 1)
    assert set(event.data) == {"cases", "before"}


def test_what_is_open_keeps_its_words_however_old(ash, thread) -> None:
    _, case = cry(ash, thread)
    said = complain(words="They were short with me.", about="", peer=ash)

    assert retention.erase_old_words(now=timezone.now() + 9 * YEAR) == 0
    assert "end my life" in left_of(case)
    assert "short" in left_of(said.complaint.case)


def test_a_post_that_still_stands_keeps_its_words(closed) -> None:
    retention.erase_old_words(now=timezone.now() + YEAR)

    assert "end my life" in Post.objects.get(pk=closed.post_id).body


def test_a_part_that_was_hidden_stays_hidden_after_an_edit_however_old_its_case(robin, ash, thread) -> None:
    post, case = cry(ash, thread, f"{CRY}. [means] are here.")
    browser = sit_down(robin)
    form = decision(
        take(browser, case, reveal=True), action="redact", reason_code="method-detail", more_parts="[means]"
    )
    assert browser.post(f"{case.get_absolute_url()}decide", form).status_code == 302

    retention.erase_old_words(now=timezone.now() + YEAR)
    edited = edit_post(peer=ash, post=Post.objects.get(pk=post.pk), draft=draft("I had tea, and [means] are here."))

    assert "[means]" not in edited.shown_html
    assert retention.erase_old_words(now=timezone.now() + YEAR) == 0
    Post.objects.filter(pk=post.pk).update(visibility="withdrawn", shown_title="", shown_html="")
    Case.objects.open().update(state="resolved", resolved_at=timezone.now())
    retention.erase_old_words(now=timezone.now() + YEAR)
    assert left_of(case) == ""


def test_why_names_were_asked_for_goes_and_whom_a_complaint_named(closed, robin) -> None:
    asked = Linking.objects.create(case=closed, requested_by=robin, reason="They said they know her.")
    about = Complaint.objects.create(case=closed, about="Robin")
    retention.erase_old_words(now=timezone.now() + YEAR)
    Linking.objects.update(reason="Written since.")

    assert [retention.erase_old_words(now=timezone.now() + YEAR) for _ in range(2)] == [1, 0]
    asked.refresh_from_db()
    about.refresh_from_db()
    assert (asked.reason, about.about) == ("The reason was erased.", "")


def test_a_conversation_goes_when_nothing_in_it_is_new_and_no_case_about_the_same_is_open(closed) -> None:
    newer = Case.objects.create(
        subject=closed.subject, post=closed.post, peer=closed.peer, room=closed.room, level=1, due_at=closed.due_at
    )
    left = []

    for _ in range(2):
        left.append(retention.erase_old_words(now=timezone.now() + YEAR))
        assert left_of(closed) == f"{KIND}The reason was erased."
    Case.objects.filter(pk=newer.pk).update(state="resolved", resolved_at=timezone.now())
    OutreachMessage.objects.update(at=timezone.now() + YEAR)
    left.append(retention.erase_old_words(now=timezone.now() + YEAR))
    left.append(retention.erase_old_words(now=timezone.now() + 2 * YEAR))

    assert left == [1, 0, 0, 1]
    assert left_of(closed) == "The reason was erased."


def test_many_go_batch_by_batch_each_with_an_event_of_its_own(closed, monkeypatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    other = Case.objects.create(
        subject="call:1", room=closed.room, level=1, due_at=closed.due_at, state="resolved", resolved_at=timezone.now()
    )
    Report.objects.create(case=other, reason="other", note="A note.")

    assert retention.erase_old_words(now=timezone.now() + YEAR) == 2
    assert AuditEvent.objects.filter(kind="words.erased").count() == 2


@pytest.mark.parametrize(("months", "is_kept"), [(0, True), (1, False), (12, True)])
def test_a_site_chooses_for_how_long_and_the_worker_does_it(closed, settings, months, is_kept) -> None:
    settings.CASE_MONTHS = months

    tend(now=timezone.now() + timedelta(days=40), messages=False)

    assert ("end my life" in left_of(closed)) is is_kept


def test_the_page_of_an_emptied_case_still_opens(closed, robin, wren) -> None:
    retention.erase_old_words(now=timezone.now() + YEAR)

    page = sit_down(wren).read(closed.get_absolute_url())

    assert "end my life" not in page
    assert closed.public_id in page


def test_notes_about_a_live_room_go_with_the_words_of_old_cases(robin, session) -> None:
    now = timezone.now()
    for number, at in enumerate((now - YEAR, now)):
        LiveNote.objects.create(session=session, moderator=robin, body=f"Note {number}", key=str(number), at=at)

    retention.erase_old_words(now=now)

    assert LiveNote.objects.get().body == "Note 1"
    assert AuditEvent.objects.get(kind="words.erased").data["notes"] == 1

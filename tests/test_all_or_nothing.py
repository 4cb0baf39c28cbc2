"""What belongs together is written together: whatever fails on the way, nothing half-done stays behind."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from forum.models import LiveEvent, Post, Thread, Visibility
from forum.posting import edit_post, open_thread, submit_post
from moderation import deciding, triage
from moderation.holding import end_hold
from moderation.models import AuditEvent, Case, Decision, Effect, Escalation, Outbox, Report, Signal, Snapshot
from moderation.reporting import file_report
from peers.leaving import Way, leave
from peers.models import Peer
from tests.conftest import draft
from tests.desk.staff import CRY, cry

KEPT: tuple[type[Any], ...] = (
    Thread,
    Post,
    LiveEvent,
    Case,
    Signal,
    Snapshot,
    Escalation,
    Outbox,
    AuditEvent,
    Report,
    Decision,
    Effect,
    Peer,
)
# Where a write can fail, from the first that follows the words to the last.
STEPS = (
    "moderation.casework.audit.write",
    "moderation.casework.alerts.alert_on_call",
    "moderation.casework._snapshot",
    "moderation.intake.keep_signals",
    "moderation.intake._attach",
    "forum.showing.search.index",
)


class DiskIsFullError(Exception):
    """Stands for whatever may go wrong."""


@pytest.fixture
def breaks(monkeypatch) -> Callable[[str], None]:
    def at(step: str) -> None:
        def fails(*_: Any, **__: Any) -> None:
            raise DiskIsFullError

        monkeypatch.setattr(step, fails)

    return at


def stand() -> list[list[dict[str, Any]]]:
    """Every row of what must stay together, as it stands."""
    return [list(model.objects.order_by("pk").values()) for model in KEPT]


@pytest.fixture
def sends(ash, blue, thread, session) -> dict[str, Callable[[], object]]:
    words = draft(CRY)
    return {
        "reply": lambda: submit_post(peer=blue, place=thread, draft=words),
        "opening": lambda: open_thread(peer=blue, room=thread.room, draft=words, contract="listen"),
        "live": lambda: submit_post(peer=blue, place=session, draft=words),
        "edit": lambda: edit_post(peer=ash, post=thread.opening, draft=words),
    }


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("where", ["reply", "opening", "live", "edit"])
def test_words_are_saved_with_all_that_follows_or_not_at_all(sends, breaks, where, step) -> None:
    if where == "live" and step == "forum.showing.search.index":
        step = "forum.showing.add_event"  # no word of a live room is ever searched for; it has events instead
    before = stand()
    breaks(step)

    with pytest.raises(DiskIsFullError):
        sends[where]()

    assert stand() == before


@pytest.fixture
def taken(robin, blue, thread) -> Case:
    """A case in Robin's hands."""
    _, case = cry(blue, thread)
    triage.claim(case=case, moderator=robin)
    case.refresh_from_db()
    return case


def verdict(case: Case) -> deciding.Verdict:
    assert case.lease_token
    return deciding.Verdict("remove", "stands", "I have read this.", case.lease_token, case.version, "a-key-of-its-own")


@pytest.mark.parametrize("act", ["claim", "reveal", "decide"])
def test_nothing_is_done_at_the_desk_that_the_log_does_not_hold(act, robin, wren, taken, breaks) -> None:
    if act == "claim":
        triage.let_go(case=taken, moderator=robin)
    acts = {
        "claim": lambda: triage.claim(case=taken, moderator=wren),
        "reveal": lambda: triage.reveal(case=taken, moderator=robin),
        "decide": lambda: deciding.decide(case=taken, moderator=robin, verdict=verdict(taken)),
    }
    before = stand()
    breaks("moderation.audit.write")

    with pytest.raises(DiskIsFullError):
        acts[act]()

    assert stand() == before


def test_a_decision_is_taken_back_whole_or_not_at_all(robin, taken, breaks) -> None:
    made = deciding.decide(case=taken, moderator=robin, verdict=verdict(taken))
    before = stand()
    breaks("moderation.audit.write")

    with pytest.raises(DiskIsFullError):
        deciding.undo(decision=made, moderator=robin)

    assert stand() == before


def test_a_report_without_its_case_or_a_case_without_its_report_cannot_be(thread, breaks) -> None:
    before = stand()
    breaks("moderation.reporting.Report.objects.create")

    with pytest.raises(DiskIsFullError):
        file_report(post=thread.opening, reason="other", note="")

    assert stand() == before


def test_a_hold_ends_with_its_line_in_the_log_or_goes_on(blue, thread, breaks) -> None:
    post, _ = cry(blue, thread)
    Post.objects.filter(pk=post.pk).update(visibility=Visibility.HELD, hold_until=timezone.now())
    before = stand()
    breaks("moderation.holding.audit.write")

    with pytest.raises(DiskIsFullError):
        end_hold(post.pk, now=timezone.now())

    assert stand() == before


def test_leaving_is_done_in_every_app_or_in_none(ash, thread, settings, breaks) -> None:
    settings.PEERS_LEAVING = ["moderation.leaving.forget", "forum.leaving.forget"]
    before = stand()
    breaks("peers.leaving.end_every_session")

    with pytest.raises(DiskIsFullError):
        leave(peer=ash, way=Way.REMOVE)

    assert stand() == before

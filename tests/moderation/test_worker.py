"""What time does: holds end, humans are called, messages leave, words go. Each once, however many workers run."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import OperationalError
from django.utils import timezone

from forum import search
from forum.models import Post, Visibility
from forum.posting import submit_post, withdraw
from moderation import deadlines
from moderation.beside import waiting
from moderation.escalating import due_steps, take_step
from moderation.holding import due_holds, end_hold
from moderation.management.commands import worker
from moderation.models import Case, CaseState, Decision, Escalation, Heartbeat, Outbox, Statement
from moderation.risk import Level
from moderation.tending import tend
from moderation.triage import claim
from tests.conftest import draft
from tests.forum.doors import Browser
from tests.moderation.judging import finding

WORDS = "First words here. Then a second sentence. And a third one."


@pytest.fixture
def held(blue, thread, judged, time_machine):
    """held(finding(...), ...): a post judged so, and the clock just after its deadline."""

    def make(*findings, late: bool = True) -> Post:
        judged(*findings)
        post = submit_post(peer=blue, place=thread, draft=draft(WORDS))
        assert post.visibility == Visibility.HELD
        if late and post.hold_until:
            time_machine.move_to(post.hold_until + timedelta(seconds=1), tick=False)
        return post

    return make


@pytest.mark.parametrize(
    ("found", "visibility", "shown"),
    [
        (finding("method", Level.RED, certain=False), Visibility.PUBLISHED, "Then a second sentence."),
        (finding("sourcing", Level.RED), Visibility.PUBLISHED, "Then a second sentence."),
        (finding("detector", Level.RED, spans=()), Visibility.NOTED, "First words here."),
    ],
)
def test_rows_4_8_and_16_go_up_redacted_or_folded_at_their_deadline(held, found, visibility, shown) -> None:
    post = held(found)

    tend()

    post.refresh_from_db()
    assert post.visibility == visibility
    assert post.hold_until is None
    assert shown in post.shown_html
    assert Case.objects.open().get().post == post


@pytest.mark.parametrize("category", ["method", "sourcing"])
def test_what_is_released_undecided_hides_the_whole_sentence_everywhere(held, category) -> None:
    post = held(finding(category, Level.RED, certain=False))

    tend()

    post.refresh_from_db()
    assert "First words" not in post.shown_html
    assert search.find("first words here", before=10**9, limit=9) == []
    assert search.find("second sentence", before=10**9, limit=9) == [post.pk]


@pytest.mark.parametrize("category", ["encouragement", "threat", "minor", "harassment", "contact"])
def test_rows_5_10_11_12_and_15_stay_held_and_keep_calling(held, category, time_machine) -> None:
    post = held(finding(category, Level.RED))
    tiers = []

    for _ in range(4):
        tend()
        post.refresh_from_db()
        tiers.append(Case.objects.get(post=post).tier)
        time_machine.move_to(post.hold_until + timedelta(seconds=1), tick=False)

    assert post.visibility == Visibility.HELD
    assert tiers == [1, 2, 3, 4]
    rang = Outbox.objects.exclude(key__endswith=":step:0").filter(key__startswith=f"case:{post.cases.get().pk}:")
    assert rang.count() == 4


def test_a_hold_is_prolonged_by_the_time_it_had_at_first(held) -> None:
    post = held(finding("threat", Level.RED))
    now = timezone.now()

    tend()

    post.refresh_from_db()
    assert post.hold_until - now == timedelta(minutes=15)


def test_the_statement_of_a_hold_says_until_when_it_is_prolonged(held, blue) -> None:
    post = held(finding("threat", Level.RED))

    tend()

    post.refresh_from_db()
    assert Statement.objects.in_force().get(post=post, restriction="held").until == post.hold_until
    assert f"until {post.hold_until:%-d %B, %H:%M} UTC" in Browser(blue).read("/my/")


def test_one_reason_to_stay_keeps_a_post_held(held) -> None:
    post = held(finding("method", Level.RED, certain=False), finding("threat", Level.RED))

    tend()

    post.refresh_from_db()
    assert post.visibility == Visibility.HELD


def test_what_a_human_removed_is_not_brought_back_by_an_edit_and_a_deadline(held, robin) -> None:
    post = held(finding("method", Level.RED, certain=False))
    Decision.objects.create(
        case=Case.objects.get(),
        moderator=robin,
        action="remove",
        reason_code="method",
        public_note="x",
        key="k",
        case_version=1,
        level_before=2,
    )

    tend()

    post.refresh_from_db()
    assert post.visibility == Visibility.HELD


def test_a_hold_nobody_answers_for_gets_a_case_again(held) -> None:
    post = held(finding("threat", Level.RED))
    Case.objects.update(state=CaseState.RESOLVED, resolved_at=timezone.now())

    tend()

    post.refresh_from_db()
    assert post.visibility == Visibility.HELD
    assert Case.objects.open().get().post == post


def test_before_its_deadline_a_hold_is_left_alone(held) -> None:
    post = held(finding("method", Level.RED, certain=False), late=False)

    tend()

    post.refresh_from_db()
    assert post.visibility == Visibility.HELD
    assert due_holds(timezone.now()) == []


def test_what_its_author_withdrew_is_not_released(held, blue) -> None:
    post = held(finding("method", Level.RED, certain=False))
    withdraw(peer=blue, post=post)

    assert end_hold(post.pk, now=timezone.now()) == ""
    post.refresh_from_db()
    assert post.visibility == Visibility.WITHDRAWN


def test_the_author_is_told_the_same_as_the_worker_does(held) -> None:
    released = held(finding("method", Level.RED, certain=False), late=False)
    stays = held(finding("threat", Level.RED), late=False)

    for case in Case.objects.all():
        assert case.post
        assert waiting(case.post, case)["releases"] == deadlines.releases(case.post, case) == (case.post == released)
    assert not deadlines.releases(stays, None)
    assert not waiting(stays, None)["releases"]


@pytest.fixture
def crisis(blue, thread, judged) -> Case:
    judged(finding("suicide", Level.CRISIS))
    submit_post(peer=blue, place=thread, draft=draft(WORDS))
    return Case.objects.get()


def test_a_cry_nobody_picks_up_rings_at_its_deadline_and_at_twice_that(crisis, time_machine) -> None:
    rung = [Outbox.objects.count()]

    for seconds in (121, 241, 500):
        time_machine.move_to(crisis.opened_at + timedelta(seconds=seconds), tick=False)
        tend()
        tend()
        rung.append(Outbox.objects.count())

    crisis.refresh_from_db()
    assert rung == [1, 2, 3, 3]
    assert crisis.tier == 2


def test_a_case_in_someone_s_hands_does_not_ring_until_the_lease_ends(crisis, robin, time_machine) -> None:
    time_machine.move_to(crisis.opened_at + timedelta(seconds=100), tick=False)
    claim(case=crisis, moderator=robin)
    time_machine.move_to(crisis.opened_at + timedelta(seconds=130), tick=False)
    tend()
    held_then = Case.objects.get().tier

    time_machine.move_to(crisis.opened_at + timedelta(seconds=221), tick=False)
    tend()

    assert held_then == 0
    assert Case.objects.get().tier == 1


def test_a_decided_case_rings_no_more(crisis, time_machine) -> None:
    Case.objects.update(state=CaseState.RESOLVED, resolved_at=timezone.now())
    time_machine.move_to(crisis.opened_at + timedelta(hours=1), tick=False)

    tend()

    assert Case.objects.get().tier == 0
    assert Outbox.objects.count() == 1
    assert not Escalation.objects.filter(done_at=None).exists()


def test_a_round_leaves_its_heartbeat_and_does_not_wear_the_disk(db, time_machine) -> None:
    now = timezone.now()
    tend(now=now)
    tend(now=now + timedelta(seconds=5))
    early = Heartbeat.objects.get(name="worker").at

    tend(now=now + timedelta(seconds=11))

    assert early == now
    assert Heartbeat.objects.get(name="worker").at == now + timedelta(seconds=11)


def test_one_row_that_fails_does_not_stop_the_others(held, monkeypatch, caplog) -> None:
    post = held(finding("method", Level.RED, certain=False))

    def broken(*_, **__):
        raise ValueError(WORDS)

    monkeypatch.setattr("moderation.holding.end_hold", broken)
    tend()

    assert Heartbeat.objects.filter(name="worker").exists()
    assert Escalation.objects.filter(done_at=None, case__post=post).count() == 1
    assert "tending a hold failed: ValueError" in caplog.text
    assert WORDS not in caplog.text


def test_a_step_counts_once_when_two_workers_hold_the_same_list(crisis, time_machine) -> None:
    time_machine.move_to(crisis.opened_at + timedelta(seconds=121), tick=False)
    (step,) = due_steps(timezone.now())

    done = [take_step(step, now=timezone.now()) for _ in range(2)]

    assert done == [True, False]
    assert Outbox.objects.count() == 2


def test_the_worker_outlives_a_lost_database(db, monkeypatch, caplog) -> None:
    stop, rounds = Event(), []

    def lost_then_back(**_: object) -> int:
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        if len(rounds) < 3:
            raise OperationalError("gone")
        return 0

    monkeypatch.setattr(worker, "tend", lost_then_back)
    monkeypatch.setattr(worker, "CHANNELS", ())
    monkeypatch.setattr(worker, "ROUND_SECONDS", 0.01)
    monkeypatch.setattr(worker, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(worker, "_forget_connections", lambda: None)
    monkeypatch.setattr(
        "moderation.management.commands.worker.connections.close_all", lambda: None
    )  # the test's own connection stays
    worker.run(stop)

    assert len(rounds) == 3
    assert "the database does not answer (OperationalError)" in caplog.text

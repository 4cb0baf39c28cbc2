"""The ladder of a crisis: those on shift, those on call, everyone, and then again and again until someone decides."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from forum.models import Post
from forum.posting import edit_post, submit_post
from moderation import claiming, deciding, seconding, staffing, triage
from moderation.casework import Need, open_or_join, subject_of
from moderation.escalating import AT_ONCE, REPEAT_EVERY, due_steps, end_lease, lapsed_leases, ring_for_the_silent
from moderation.models import AuditEvent, Case, Decision, Escalation, Moderator, Outbox, Role
from moderation.reopening import need_again, reopen
from moderation.risk import Level
from moderation.shift import shift_now
from moderation.staffing import start_shift
from moderation.tending import tend
from tests.conftest import draft, make_moderator
from tests.desk.staff import cry
from tests.forum.doors import Browser
from tests.moderation.judging import finding

LEASE = timedelta(seconds=claiming.LEASE_SECONDS)


@pytest.fixture
def crisis(blue, thread, judged) -> Case:
    judged(finding("suicide", Level.CRISIS))
    submit_post(peer=blue, place=thread, draft=draft("Some words."))
    return Case.objects.get()


@pytest.fixture
def low(blue, thread, judged) -> Case:
    judged(finding("distress", Level.AMBER))
    submit_post(peer=blue, place=thread, draft=draft("Some words."))
    return Case.objects.get()


def audiences() -> list[tuple[int, str]]:
    rows = Outbox.objects.filter(kind="alert").order_by("pk").values_list("payload", flat=True)
    return [(row["step"], row["audience"]) for row in rows]


def decide(case: Case, moderator: Moderator) -> None:
    triage.claim(case=case, moderator=moderator)
    case.refresh_from_db()
    assert case.lease_token
    verdict = deciding.Verdict("leave", "pain-stands", "I have read this.", case.lease_token, case.version, "key")
    deciding.decide(case=case, moderator=moderator, verdict=verdict)


def let_time_pass(time_machine, since: datetime, *seconds: int) -> None:
    for each in seconds:
        time_machine.move_to(since + timedelta(seconds=each), tick=False)
        tend()


@pytest.mark.parametrize(
    ("there", "audience"),
    [("here called", "on_shift"), ("here", "on_shift"), ("called", "on_call"), ("", "everyone")],
)
def test_the_first_step_addresses_whoever_is_there_to_be_addressed(robin, blue, thread, there, audience) -> None:
    if "here" in there:
        start_shift(moderator=robin, hours=1)
    staffing.be_on_call(moderator=robin, on_call="called" in there)

    cry(blue, thread)

    assert audiences() == [(0, audience)]


def test_each_step_reaches_further_and_the_last_one_comes_again(robin, wren, crisis, time_machine) -> None:
    start_shift(moderator=robin, hours=1)
    staffing.be_on_call(moderator=wren, on_call=True)
    Outbox.objects.all().delete()

    let_time_pass(time_machine, crisis.opened_at, 121, 241, 400, 542, 843)

    assert audiences() == [(1, "on_call"), (2, "everyone"), (3, "everyone"), (4, "everyone")]


def test_a_crisis_rings_on_at_a_bounded_interval_until_it_is_decided(robin, crisis, time_machine) -> None:
    for hour in range(1, 4):
        for minute in range(0, 60, 5):
            time_machine.move_to(crisis.opened_at + timedelta(hours=hour, minutes=minute, seconds=hour), tick=False)
            tend()
    rung = Outbox.objects.filter(kind="alert").count()
    decide(crisis, robin)
    let_time_pass(time_machine, timezone.now(), 600, 4000)

    assert rung > 3 * 12
    assert Outbox.objects.filter(kind="alert").count() == rung
    assert not Escalation.objects.filter(done_at=None).exists()


def test_after_a_lost_worker_a_crisis_does_not_ring_for_every_time_that_was_missed(crisis, time_machine) -> None:
    let_time_pass(time_machine, crisis.opened_at, 121, 241, 9 * 3600, 9 * 3600 + 1)

    assert Outbox.objects.filter(kind="alert").count() == 4


def test_amber_and_red_have_two_steps_and_no_more(low, time_machine) -> None:
    let_time_pass(time_machine, low.opened_at, 5 * 3600, 9 * 3600, 30 * 3600)

    assert audiences() == [(1, "everyone"), (2, "everyone")]


def test_only_a_lead_can_be_addressed_about_what_only_a_lead_may_take(robin, blue, thread, judged) -> None:
    start_shift(moderator=robin, hours=1)
    lead = make_moderator("kestrel", "Kestrel", Role.LEAD)
    staffing.be_on_call(moderator=lead, on_call=True)
    judged(finding("threat", Level.CRISIS))

    submit_post(peer=blue, place=thread, draft=draft("Some words."))

    assert Case.objects.get().lead_only
    assert audiences() == [(0, "on_call")]


def test_the_page_says_that_moderators_are_delayed_and_leads_to_lines(robin, crisis, time_machine) -> None:
    before = Browser().read("/")
    let_time_pass(time_machine, crisis.opened_at, 121, 241)
    page, lines = Browser().read("/"), Browser().read("/help?country=GB")

    assert "Moderators are delayed" not in before
    assert 'Moderators are delayed right now. <a href="/help">' in page
    assert 'href="tel:116123"' in lines


def test_the_banner_goes_while_someone_is_with_them_and_comes_back_when_they_vanish(
    robin, crisis, time_machine
) -> None:
    let_time_pass(time_machine, crisis.opened_at, 121, 241)
    triage.claim(case=crisis, moderator=robin)
    taken = shift_now().delayed
    triage.reveal(case=crisis, moderator=robin)
    looked_at = shift_now().delayed
    time_machine.shift(LEASE + timedelta(seconds=1))

    assert (taken, looked_at, shift_now().delayed) == (True, False, True)


def test_what_becomes_a_crisis_after_its_steps_were_done_rings_from_the_beginning(low, judged, time_machine) -> None:
    let_time_pass(time_machine, low.opened_at, 5 * 3600, 9 * 3600)
    Outbox.objects.all().delete()
    raised = timezone.now()
    assert low.post
    open_or_join(subject_of(low.post), Need(level=Level.CRISIS, categories=("suicide",), within=120, alert=True))

    let_time_pass(time_machine, raised, 121, 241, 542)

    assert [step for step, _ in audiences()] == [0, 1, 2, 3]


def test_a_case_opened_again_begins_its_ladder_anew(robin, crisis, time_machine) -> None:
    let_time_pass(time_machine, crisis.opened_at, 121, 241, 542)
    decide(crisis, robin)
    Outbox.objects.all().delete()
    again = timezone.now()
    crisis.refresh_from_db()
    reopen(crisis, need_again(crisis))

    let_time_pass(time_machine, again, 60, 121, 241, 400)

    assert [step for step, _ in audiences()] == [0, 1, 2]


def test_no_open_crisis_is_without_a_step_to_come(crisis) -> None:
    Escalation.objects.all().delete()

    found = ring_for_the_silent(timezone.now())

    assert (found, ring_for_the_silent(timezone.now())) == (1, 0)
    assert len(due_steps(timezone.now())) == 1


def test_the_worker_looks_for_silent_crises(crisis) -> None:
    Escalation.objects.all().delete()

    tend()

    assert due_steps(timezone.now()) != []


def test_whoever_takes_a_crisis_and_vanishes_makes_it_ring_again(robin, crisis, time_machine) -> None:
    time_machine.move_to(crisis.opened_at + timedelta(seconds=10), tick=False)
    triage.claim(case=crisis, moderator=robin)
    Escalation.objects.filter(case=crisis).update(done_at=timezone.now())
    Outbox.objects.all().delete()
    let_time_pass(time_machine, timezone.now(), 119)
    held = Outbox.objects.count()

    let_time_pass(time_machine, timezone.now(), 2, 3, 60)

    crisis.refresh_from_db()
    assert held == 0
    assert audiences() == [(3, "everyone")]
    assert crisis.lease_token is None
    assert AuditEvent.objects.filter(kind="case.lapsed").count() == 1


def test_a_lapse_moves_the_next_step_forward_at_every_level(robin, low, time_machine) -> None:
    triage.claim(case=low, moderator=robin)

    let_time_pass(time_machine, timezone.now(), 121)

    assert audiences() == [(1, "everyone")]
    assert Case.objects.get().tier == 1


def test_a_step_after_a_lapse_is_due_since_the_lease_ended(robin, crisis, time_machine) -> None:
    triage.claim(case=crisis, moderator=robin)
    crisis.refresh_from_db()
    ended = crisis.lease_until
    Escalation.objects.filter(case=crisis).update(done_at=timezone.now())

    let_time_pass(time_machine, timezone.now(), 150)

    assert Escalation.objects.get(step=3).due_at == ended


def test_each_lease_lapses_once_and_not_while_it_is_renewed(robin, crisis, time_machine) -> None:
    triage.claim(case=crisis, moderator=robin)
    (old,) = lapsed_leases(timezone.now() + LEASE + timedelta(seconds=1))
    time_machine.move_to(timezone.now(), tick=False)
    time_machine.shift(timedelta(seconds=100))
    triage.claim(case=crisis, moderator=robin)  # renewed in time
    time_machine.shift(timedelta(seconds=30))
    still_held = end_lease(old, now=timezone.now())
    time_machine.shift(timedelta(seconds=100))
    late = [end_lease(old, now=timezone.now()) for _ in range(2)]
    triage.claim(case=crisis, moderator=robin)

    assert still_held is False
    assert late == [True, False]
    assert end_lease(old, now=timezone.now() + timedelta(hours=1)) is False  # the new lease has a token of its own
    assert end_lease((crisis.pk, uuid.uuid4()), now=timezone.now() + timedelta(hours=1)) is False


def test_a_decision_is_no_lapse(robin, crisis, time_machine) -> None:
    decide(crisis, robin)

    let_time_pass(time_machine, timezone.now(), 121, 1000)

    assert not AuditEvent.objects.filter(kind="case.lapsed").exists()
    assert len(audiences()) == 1


@pytest.mark.parametrize("way", ["let_go", "break", "end"])
def test_a_crisis_given_back_rings_at_once(robin, crisis, way) -> None:
    triage.claim(case=crisis, moderator=robin)
    give = {
        "let_go": lambda: triage.let_go(case=crisis, moderator=robin),
        "break": lambda: staffing.take_break(moderator=robin),
        "end": lambda: staffing.end_shift(moderator=robin),
    }

    give[way]()
    tend()

    assert [step for step, _ in audiences()] == [0, 1]


def test_anything_calmer_given_back_keeps_its_steps(robin, low) -> None:
    triage.claim(case=low, moderator=robin)

    triage.let_go(case=low, moderator=robin)
    tend()

    assert audiences() == []


def test_a_round_does_every_step_that_is_due_however_many(room, time_machine) -> None:
    now = timezone.now()
    many = AT_ONCE + 3
    cases = [Case(subject=f"call:{n}", room=room, level=3, due_at=now, opened_at=now) for n in range(many)]
    made = Case.objects.bulk_create(cases)
    Escalation.objects.bulk_create(Escalation(case=case, step=1, due_at=now) for case in made)

    tend(now=now + timedelta(seconds=1))

    assert Outbox.objects.filter(kind="alert").count() == many


def test_steps_that_fail_hold_up_no_others(room, monkeypatch) -> None:
    now = timezone.now()
    cases = [Case(subject=f"call:{n}", room=room, level=3, due_at=now, opened_at=now) for n in range(AT_ONCE + 1)]
    made = Case.objects.bulk_create(cases)
    Escalation.objects.bulk_create(
        Escalation(case=case, step=1, due_at=now - timedelta(seconds=AT_ONCE - n)) for n, case in enumerate(made)
    )
    broken = {case.pk for case in made[:AT_ONCE]}  # the oldest, and as many as are looked at together
    real = Case.get_absolute_url
    monkeypatch.setattr(Case, "get_absolute_url", lambda self: 1 / 0 if self.pk in broken else real(self))

    tend(now=now)

    assert Outbox.objects.filter(kind="alert").count() == 1


def test_the_interval_is_short_enough_to_be_help() -> None:
    assert REPEAT_EVERY.total_seconds() <= 300


def propose(case: Case, moderator: Moderator) -> Decision:
    triage.claim(case=case, moderator=moderator)
    case.refresh_from_db()
    assert case.lease_token
    verdict = deciding.Verdict(
        "remove", "encouragement", "I have read this.", case.lease_token, case.version, "key", measure="ban"
    )
    return deciding.decide(case=case, moderator=moderator, verdict=verdict)


def test_what_waits_for_a_second_person_has_steps_of_its_own_and_then_rings_no_more(
    robin, wren, crisis, time_machine
) -> None:
    let_time_pass(time_machine, crisis.opened_at, 121, 241)
    propose(crisis, robin)
    proposed = timezone.now()
    rung = len(audiences())

    let_time_pass(time_machine, proposed, 60, 600, 3600)
    quiet, delayed = audiences()[rung:], shift_now().delayed
    let_time_pass(time_machine, proposed, 4 * 3600 + 1, 8 * 3600 + 1, 9 * 3600, 10 * 3600)

    assert (quiet, delayed, shift_now().delayed) == ([], False, False)
    assert [step for step, _ in audiences()][rung:] == [1, 2]
    assert ring_for_the_silent(timezone.now()) == 0


def test_a_proposal_given_back_by_the_second_person_keeps_its_steps(robin, wren, crisis) -> None:
    propose(crisis, robin)
    Outbox.objects.all().delete()
    triage.claim(case=crisis, moderator=wren)

    triage.let_go(case=crisis, moderator=wren)
    tend()

    assert audiences() == []


def test_a_cry_that_comes_after_a_proposal_rings_from_the_beginning(robin, wren, blue, crisis, time_machine) -> None:
    let_time_pass(time_machine, crisis.opened_at, 121, 241)
    propose(crisis, robin)
    Outbox.objects.all().delete()
    time_machine.shift(timedelta(hours=1))
    cried = timezone.now()

    edit_post(peer=blue, post=Post.objects.get(pk=crisis.post_id), draft=draft("Some other words."))
    let_time_pass(time_machine, cried, 60, 121, 241, 542)
    rung, delayed = [step for step, _ in audiences()], shift_now().delayed
    triage.claim(case=crisis, moderator=wren)
    triage.reveal(case=crisis, moderator=wren)

    assert (rung, delayed, shift_now().delayed) == ([0, 1, 2, 3], True, False)


@pytest.mark.parametrize("leaves", ["gives it back", "walks away"])
def test_such_a_cry_goes_on_ringing_though_somebody_opened_it(robin, wren, blue, crisis, time_machine, leaves) -> None:
    propose(crisis, robin)
    time_machine.move_to(timezone.now() + timedelta(hours=1), tick=False)
    edit_post(peer=blue, post=Post.objects.get(pk=crisis.post_id), draft=draft("Some other words."))
    Post.objects.filter(pk=crisis.post_id).update(hold_until=None, visibility="published")  # no hold calls again
    triage.claim(case=crisis, moderator=wren)
    triage.reveal(case=crisis, moderator=wren)
    if leaves == "gives it back":
        triage.let_go(case=crisis, moderator=wren)
    left = timezone.now()
    Outbox.objects.exclude(kind="alert").delete()

    let_time_pass(time_machine, left, 121, 242, 543, 844, 1145)
    early = len(audiences())
    let_time_pass(time_machine, left, 1446, 1747)

    assert len(audiences()) == early + 2
    assert shift_now().delayed


def test_what_a_second_person_declines_rings_like_a_new_crisis(robin, crisis, time_machine) -> None:
    let_time_pass(time_machine, crisis.opened_at, 121, 241, 542)
    made = propose(crisis, robin)
    Outbox.objects.exclude(kind="alert").delete()
    rung = len(audiences())
    declined = timezone.now()
    seconding.withdraw(decision=made, moderator=robin)

    let_time_pass(time_machine, declined, 60, 121, 241, 542)

    assert [step for step, _ in audiences()][rung:] == [0, 1, 2, 3]


def test_who_may_not_take_a_case_is_not_the_one_it_calls(robin, wren, crisis, time_machine) -> None:
    staffing.be_on_call(moderator=robin, on_call=True)
    propose(crisis, robin)
    Outbox.objects.all().delete()

    let_time_pass(time_machine, timezone.now(), 4 * 3600 + 1)

    assert audiences() == [(1, "everyone")]


@pytest.mark.parametrize("level", [2, 3])
def test_who_is_alone_is_called_for_what_they_proposed_once_they_may_agree(robin, crisis, time_machine, level) -> None:
    staffing.be_on_call(moderator=robin, on_call=True)
    Case.objects.filter(pk=crisis.pk).update(level=level)
    propose(crisis, robin)
    Outbox.objects.all().delete()
    proposed = timezone.now()

    let_time_pass(time_machine, proposed, 4 * 3600 + 1, 8 * 3600 + 1)
    before = audiences()
    let_time_pass(time_machine, proposed, 24 * 3600 + 1)

    assert (before, audiences()) == ([], [(1, "on_call")])

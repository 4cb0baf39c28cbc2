"""What a live room's team does about people and messages: with a case, a statement and a line in the log each, by
whoever looks after the room and nobody else, and taken back exactly."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from forum.live import hosting
from forum.live.states import Act
from forum.models import EventKind, LiveEvent, LiveSession, Pause, Post, Visibility
from forum.posting import Resting, submit_post
from moderation import (
    counting,
    deciding,
    live_care,
    restrictions,
    reviewing,
    rules_figures,
    rules_posts,
    seconding,
    triage,
)
from moderation.appealing import answer_appeal, file_appeal
from moderation.effects import NotPossible
from moderation.invariants import breaches
from moderation.live_care import MayNot, NothingToDo
from moderation.models import (
    Appeal,
    AuditEvent,
    Case,
    CaseState,
    Decision,
    LiveNote,
    Measure,
    Moderator,
    Outbox,
    Outreach,
    OutreachMessage,
    Restriction,
    Statement,
)
from moderation.outreach import answer
from moderation.overturning import overturn
from moderation.risk import Level
from moderation.statements import in_words
from peers.leaving import Way, leave
from tests.conftest import draft, make_moderator
from tests.desk.staff import CRY
from tests.moderation.judging import finding, judged

pytestmark = pytest.mark.django_db
__all__ = ["judged"]
WORDS = "You should all stop being so soft."
WHY = "unkind"
ACTS: dict[str, Callable[..., Any]] = {
    "remove": lambda by, post, **more: live_care.remove(moderator=by, post=post, reason=WHY, **more),
    "mute": lambda by, post, **more: live_care.mute(moderator=by, post=post, minutes=5, reason=WHY, **more),
    "speak": lambda by, post: live_care.let_speak(moderator=by, post=post),
    "word": lambda by, post: live_care.write(moderator=by, post=post, body="Are you well?", client_id=by.username),
    "ask": lambda by, post: live_care.ask_in(moderator=by, session=post.session),
    "note": lambda by, post: live_care.keep_note(moderator=by, session=post.session, body="A hard evening.", key="k"),
}


@pytest.fixture
def river(host) -> Moderator:
    return Moderator.objects.get(peer=host)


@pytest.fixture
def said(ash, session) -> Post:
    return submit_post(peer=ash, place=session, draft=draft(WORDS))


def drop(session) -> None:
    LiveSession.objects.filter(pk=session.pk).update(host_until=timezone.now() - timedelta(seconds=1))


def verdict(case: Case, action: str = "leave", **more: Any) -> deciding.Verdict:
    now = Case.objects.get(pk=case.pk)
    given = {"reason_code": "unkind", "public_note": "I have read this.", "key": uuid.uuid4().hex, **more}
    return deciding.Verdict(action=action, token=now.lease_token or uuid.uuid4(), version=now.version, **given)


def decided(case: Case, by: Moderator, action: str = "leave", **more: Any) -> Decision:
    assert triage.claim(case=case, moderator=by)
    return deciding.decide(case=case, moderator=by, verdict=verdict(case, action, **more))


# Who may


@pytest.mark.parametrize("act", ACTS)
def test_its_present_host_its_co_host_and_moderators_look_after_a_room(act, ash, river, robin, session) -> None:
    sage = make_moderator("sage", "Sage", "host")
    hosting.name_co_host(host=river.peer, session=session, peer=sage.peer)

    posts = [submit_post(peer=ash, place=session, draft=draft(f"Words {number}.")) for number in range(3)]
    for by, post in zip((river, sage, robin), posts, strict=True):
        ACTS[act](by, post)

    assert AuditEvent.objects.filter(actor__in=["river", "sage", "robin"]).exists() or act == "speak"


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_does(act, river, session, said) -> None:
    sage = make_moderator("sage", "Sage", "host")
    gone = make_moderator("gone", "Gone", "moderator")
    Moderator.objects.filter(pk=gone.pk).update(is_active=False)
    before = AuditEvent.objects.count()

    for by in (sage, gone):
        with pytest.raises(MayNot):
            ACTS[act](by, said)

    assert_untouched(said, before)


@pytest.mark.parametrize("act", ACTS)
def test_a_host_whose_lease_ran_out_does_nothing_more(act, river, session, said) -> None:
    drop(session)
    before = AuditEvent.objects.count()

    with pytest.raises(MayNot):
        ACTS[act](river, said)

    assert_untouched(said, before)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("was_named", [False, True])
def test_a_former_host_whom_nobody_named_co_host_does_nothing_more(act, was_named, river, session, said) -> None:
    sage = make_moderator("sage", "Sage", "host")
    if was_named:
        hosting.name_co_host(host=river.peer, session=session, peer=sage.peer)
    else:
        drop(session)
    hosting.take_over(host=sage.peer, session=session)
    before = AuditEvent.objects.count()

    with pytest.raises(MayNot):
        ACTS[act](river, said)

    assert_untouched(said, before)


def test_a_former_host_may_take_the_room_back_and_acts_again_then_or_once_they_are_named(river, session, said) -> None:
    sage = make_moderator("sage", "Sage", "host")
    drop(session)
    hosting.take_over(host=sage.peer, session=session)

    hosting.name_co_host(host=sage.peer, session=session, peer=river.peer)
    ACTS["mute"](river, said)
    hosting.take_over(host=river.peer, session=session)
    ACTS["remove"](river, said)

    with pytest.raises(MayNot):
        ACTS["speak"](sage, said)


@pytest.mark.parametrize("act", ACTS)
def test_in_a_closed_room_its_host_does_nothing_more(act, river, session, said) -> None:
    hosting.move(host=river.peer, session=session, act=Act.CLOSE)
    before = AuditEvent.objects.count()

    with pytest.raises(MayNot):
        ACTS[act](river, said)

    assert_untouched(said, before)


def assert_untouched(post: Post, events: int) -> None:
    assert AuditEvent.objects.count() == events
    assert Post.objects.get(pk=post.pk).is_open
    for model in (Case, Decision, Statement, Pause, Outreach, LiveNote):
        assert not model.objects.exists()


# Removing


def test_a_removed_message_leaves_a_place_a_case_a_statement_and_its_line_in_the_log(river, ash, said) -> None:
    made = live_care.remove(moderator=river, post=said, reason=WHY)

    said.refresh_from_db()
    case = Case.objects.open().get(post=said)
    statement = Statement.objects.in_force().get(post=said)
    assert said.visibility == Visibility.REMOVED
    assert said.shown_html == ""
    assert 3590 <= (case.due_at - timezone.now()).total_seconds() <= 3600
    assert (statement.restriction, statement.decision, statement.peer) == (Restriction.REMOVED, made, ash)
    reasons = in_words(statement, now=timezone.now())
    assert reasons.why == "Aimed at someone."
    assert "A person decided" in reasons.decided
    assert "aimed at another person" in reasons.words
    assert reasons.may_appeal
    event = AuditEvent.objects.get(case_ref=case.public_id, kind="case.decided")
    assert (event.actor, event.data["action"], event.data["reason"]) == ("river", "remove", WHY)
    assert event.data["live"] == said.session.public_id
    assert not list(breaches())


def test_everyone_is_told_that_it_is_gone_and_its_author_alone_to_look_again(river, ash, session, said) -> None:
    live_care.remove(moderator=river, post=said, reason=WHY)

    told = LiveEvent.objects.filter(session=session)
    assert told.get(kind=EventKind.REMOVED).post == said
    assert told.filter(kind=EventKind.ASIDE, peer=ash).exists()


def test_removing_it_twice_is_once(river, said) -> None:
    live_care.remove(moderator=river, post=said, reason=WHY)

    with pytest.raises(NothingToDo):
        live_care.remove(moderator=river, post=said, reason=WHY)

    assert Decision.objects.count() == 1


def test_a_reason_that_is_none_of_the_sites_removes_nothing(river, said) -> None:
    with pytest.raises(KeyError):
        live_care.remove(moderator=river, post=said, reason="because")

    assert Post.objects.get(pk=said.pk).is_open
    assert not Case.objects.exists()


def test_it_joins_the_case_that_is_open_and_takes_nobodys_lease_or_deadline(river, robin, ash, session) -> None:
    post = submit_post(peer=ash, place=session, draft=draft(CRY))
    case = Case.objects.get()
    assert triage.claim(case=case, moderator=robin)
    before = Case.objects.get()

    live_care.remove(moderator=river, post=post, reason="method-detail")

    after = Case.objects.get()
    assert (after.level, after.due_at, after.opened_at, after.lease_token) == (
        Level.CRISIS,
        before.due_at,
        before.opened_at,
        before.lease_token,
    )
    assert after.state == CaseState.OPEN
    assert after.version > before.version
    with pytest.raises(triage.Conflict):  # robin decided on what they had not seen
        deciding.decide(
            case=case,
            moderator=robin,
            verdict=deciding.Verdict("leave", WHY, "x", before.lease_token or uuid.uuid4(), before.version, "k" * 9),
        )
    assert not list(breaches())


@pytest.mark.parametrize("muted_since", [False, True])
def test_a_moderator_takes_it_back_exactly_and_the_case_goes_on(river, robin, session, said, muted_since) -> None:
    before = Post.objects.filter(pk=said.pk).values().get()
    made = live_care.remove(moderator=river, post=said, reason=WHY)
    if muted_since:
        live_care.mute(moderator=river, post=said, minutes=5, reason=WHY)

    deciding.undo(decision=made, moderator=robin)

    made.refresh_from_db()
    assert Post.objects.filter(pk=said.pk).values().get() == before
    assert made.undone_by == robin
    assert Case.objects.open().filter(post=said).exists()
    assert not Statement.objects.in_force().filter(post=said).exists()
    assert LiveEvent.objects.filter(session=session).exclude(kind="aside").order_by("-seq")[0].kind == "changed"
    assert not list(breaches())


def test_a_folded_message_comes_back_folded(river, robin, ash, session) -> None:
    post = submit_post(peer=ash, place=session, draft=draft(CRY))
    before = Post.objects.filter(pk=post.pk).values().get()
    made = live_care.remove(moderator=river, post=post, reason=WHY)

    deciding.undo(decision=made, moderator=robin)

    assert before["visibility"] == Visibility.NOTED
    assert Post.objects.filter(pk=post.pk).values().get() == before


def test_taking_it_back_twice_is_once(river, robin, wren, said) -> None:
    made = live_care.remove(moderator=river, post=said, reason=WHY)
    deciding.undo(decision=made, moderator=robin)

    with pytest.raises(triage.Conflict):
        deciding.undo(decision=made, moderator=wren)

    assert AuditEvent.objects.filter(kind="decision.undone").count() == 1


def test_a_moderator_who_agrees_closes_the_case_and_the_message_stays_away(river, robin, said) -> None:
    live_care.remove(moderator=river, post=said, reason=WHY)

    decided(Case.objects.get(), robin)

    said.refresh_from_db()
    assert said.visibility == Visibility.REMOVED
    assert Case.objects.get().state == CaseState.RESOLVED
    assert Statement.objects.in_force().get(post=said).restriction == Restriction.REMOVED
    assert not list(breaches())


def test_a_moderator_who_does_not_agree_publishes_it(river, robin, said) -> None:
    live_care.remove(moderator=river, post=said, reason=WHY)

    decided(Case.objects.get(), robin, "publish")

    said.refresh_from_db()
    assert said.is_open
    assert not Statement.objects.in_force().exists()
    assert not list(breaches())


def test_its_author_appeals_and_a_moderator_gives_it_back(river, robin, said) -> None:
    live_care.remove(moderator=river, post=said, reason=WHY)
    statement = Statement.objects.in_force().get()
    file_appeal(statement=statement, words="It was meant kindly.")
    case = Case.objects.get(subject=f"appeal:{statement.pk}")
    assert case.not_for == river
    assert triage.claim(case=case, moderator=robin)
    now = Case.objects.get(pk=case.pk)

    token = now.lease_token or uuid.uuid4()
    answer_appeal(case=now, moderator=robin, outcome="overturned", words="Yes.", token=token, version=now.version)

    said.refresh_from_db()
    assert said.is_open
    assert Appeal.objects.get().outcome == "overturned"
    assert not list(breaches())


def test_words_that_wait_for_a_moderator_are_not_the_rooms_to_remove(river, ash, session, judged) -> None:
    judged(finding("threat", Level.RED))
    post = submit_post(peer=ash, place=session, draft=draft("Words that wait."))

    with pytest.raises(NothingToDo):
        live_care.remove(moderator=river, post=post, reason=WHY)

    assert not Decision.objects.exists()


@pytest.mark.parametrize(("level", "seconds"), [(Level.AMBER, 3600), (Level.RED, 900), (Level.CRISIS, 120)])
def test_a_message_that_was_looked_at_before_is_looked_at_again_as_soon_as_it_is_urgent(
    river, robin, said, judged, level, seconds
) -> None:
    judged(finding("distress", level))
    post = submit_post(peer=said.peer, place=said.session, draft=draft("Words that ask."))
    decided(Case.objects.get(), robin)
    Outbox.objects.all().delete()

    made = live_care.remove(moderator=river, post=post, reason=WHY)

    case = Case.objects.open().get()
    assert case == made.case
    assert (case.level, case.categories) == (level, ["distress", "live"] if level > Level.AMBER else ["live"])
    assert seconds - 5 <= (case.due_at - timezone.now()).total_seconds() <= seconds
    assert Outbox.objects.filter(kind="alert").count() == (level == Level.CRISIS)


@pytest.mark.parametrize("looked", ["not yet", "and has it", "and let go"])
def test_a_cry_for_help_that_is_taken_down_while_it_waits_rings_anew(river, robin, ash, session, looked) -> None:
    post = submit_post(peer=ash, place=session, draft=draft(CRY))
    case = Case.objects.get()
    if looked != "not yet":
        triage.claim(case=case, moderator=robin)
        triage.reveal(case=case, moderator=robin)
    if looked == "and let go":
        triage.let_go(case=case, moderator=robin)
    before = Outbox.objects.filter(kind="alert").count()

    live_care.remove(moderator=river, post=post, reason=WHY)

    after = Case.objects.get()
    assert Outbox.objects.filter(kind="alert").count() - before == (looked != "and has it")
    assert (after.first_human_at is None) == (looked != "and has it")
    assert (after.due_at - timezone.now()).total_seconds() <= 120
    assert not list(breaches())


def decline(proposed: Decision, by: Moderator) -> None:
    case = proposed.case
    assert triage.claim(case=case, moderator=by)
    now = Case.objects.get(pk=case.pk)
    seconding.decline(case=now, moderator=by, token=now.lease_token or uuid.uuid4(), version=now.version)


BACK: dict[str, Callable[[Decision, Moderator], object]] = {
    "declined": decline,
    "withdrawn": lambda proposed, _: seconding.withdraw(decision=proposed, moderator=proposed.moderator),
    "overturned": overturn,
}


@pytest.mark.parametrize("way", BACK)
def test_a_proposal_that_comes_to_nothing_brings_back_no_message_the_room_removed_since(
    river, robin, wren, ash, session, way
) -> None:
    post = submit_post(peer=ash, place=session, draft=draft(CRY))
    proposed = decided(Case.objects.get(post=post), robin, "publish", measure=Measure.BAN, reason_code="encouragement")
    live_care.remove(moderator=river, post=post, reason=WHY)

    with transaction.atomic():
        BACK[way](proposed, wren)

    post.refresh_from_db()
    assert post.visibility == Visibility.REMOVED
    assert Statement.objects.in_force().get(post=post).restriction == Restriction.REMOVED
    assert not Pause.objects.filter(ended_at=None).exists()
    assert not list(breaches())


@pytest.mark.parametrize("act", ["remove", "mute"])
def test_no_case_is_closed_by_what_was_done_in_a_room(river, said, act) -> None:
    case, now = ACTS[act](river, said).case, timezone.now()
    Case.objects.filter(pk=case.pk).update(state=CaseState.RESOLVED, resolved_at=now, first_human_at=now)

    found = {breach.says for breach in breaches()}

    assert {"closed without a decision about it", "resolved by no decision that stands"} <= found


@pytest.mark.parametrize("act", ["remove", "mute"])
def test_what_was_done_in_a_room_counts_as_no_moderators_decision(river, robin, ash, session, act) -> None:
    post = submit_post(peer=ash, place=session, draft=draft(CRY))
    ACTS[act](river, post)
    now = timezone.now() + timedelta(minutes=1)
    span = counting.Span.before(now, timedelta(hours=1))

    assert counting.room_acts_in(span).count() == 1
    assert not counting.decisions_in(span).exists()
    assert not rules_posts.decided_since(span.start, now)
    assert {each.cases for each in rules_figures.rule_figures(span.start)} == {0}
    assert reviewing.draw_reviews(now=now + timedelta(days=1)) == 0
    assert restrictions.how_they_ended(span)["fold"] == {"waits": 1}
    decided(Case.objects.get(), robin)
    assert counting.decisions_in(span).count() == 1


# Muting


@pytest.mark.parametrize(("minutes", "seconds"), [(5, 300), (15, 900), (60, 3600), (None, 12 * 3600)])
def test_a_mute_lasts_as_long_as_was_chosen_and_says_so(river, said, minutes, seconds) -> None:
    live_care.mute(moderator=river, post=said, minutes=minutes, reason=WHY)

    pause = Pause.objects.get()
    assert abs((pause.until - timezone.now()).total_seconds() - seconds) < 5
    assert Statement.objects.in_force().get().until == pause.until


def test_a_muted_person_is_quiet_in_this_room_and_in_no_other(river, ash, room, session, said) -> None:
    made = live_care.mute(moderator=river, post=said, minutes=5, reason=WHY)

    pause = Pause.objects.get()
    statement = Statement.objects.in_force().get()
    assert (statement.restriction, statement.decision, statement.until) == (Restriction.LIVE_PAUSED, made, pause.until)
    assert "or when the live room closes" in in_words(statement, now=timezone.now()).how_long
    with pytest.raises(Resting):
        submit_post(peer=ash, place=session, draft=draft("And another thing."))
    other = hosting.schedule(host=river.peer, room=room, title="Tomorrow")
    hosting.move(host=river.peer, session=other, act=Act.OPEN)
    assert submit_post(peer=ash, place=other, draft=draft("A quieter evening.")).is_open
    assert Post.objects.get(pk=said.pk).is_open  # what was said stays
    assert LiveEvent.objects.filter(session=session, kind=EventKind.ASIDE, peer=ash).exists()
    assert AuditEvent.objects.get(kind="case.decided").data["measure"] == Measure.PAUSE_HERE
    assert Case.objects.open().filter(post=said).exists()
    assert not list(breaches())


@pytest.mark.parametrize("reason", live_care.removal_reasons(), ids=lambda reason: reason.code)
def test_a_mute_is_explained_as_a_mute_and_never_as_a_removal(river, said, reason) -> None:
    made = live_care.mute(moderator=river, post=said, minutes=5, reason=reason.code)

    told = in_words(Statement.objects.get(), now=timezone.now())
    assert told.words == made.public_note == reason.mute
    assert reason.mute.startswith("Your writing rests here")
    for false in ("cannot stay", "take that part out", "as it was written"):
        assert false not in f"{told.why} {told.words}"


def test_a_cry_for_help_of_a_muted_person_is_taken(river, ash, session, said) -> None:
    live_care.mute(moderator=river, post=said, minutes=None, reason=WHY)

    post = submit_post(peer=ash, place=session, draft=draft(CRY))

    assert post.visibility == Visibility.HELD
    assert "crisis" in post.help_keys
    assert Case.objects.open().get(post=post).level == Level.CRISIS


def test_they_speak_again_when_the_room_says_so(river, ash, session, said) -> None:
    live_care.mute(moderator=river, post=said, minutes=15, reason=WHY)
    live_care.mute(moderator=river, post=said, minutes=None, reason=WHY)

    ended = live_care.let_speak(moderator=river, post=said)

    assert ended == 2
    assert submit_post(peer=ash, place=session, draft=draft("Thank you.")).is_open
    assert not Statement.objects.in_force().exists()
    assert AuditEvent.objects.filter(kind="decision.undone").count() == 2
    assert LiveEvent.objects.filter(session=session, kind=EventKind.ASIDE, peer=ash).count() == 4
    assert not list(breaches())


@pytest.mark.parametrize("act", ["remove", "mute", "speak"])
def test_open_desks_are_told_of_what_is_done_in_a_room(
    act, river, said, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    if act == "speak":
        live_care.mute(moderator=river, post=said, minutes=15, reason=WHY)
    told: list[object] = []
    monkeypatch.setattr("moderation.signals.queue_moved.send_robust", lambda _, **what: told.append(what))

    with django_capture_on_commit_callbacks(execute=True):
        ACTS[act](river, said)

    case = Case.objects.get()
    assert {"case": case.public_id, "level": case.level} in told


def test_an_appeal_against_a_mute_is_granted_when_it_is_taken_back(river, said) -> None:
    live_care.mute(moderator=river, post=said, minutes=60, reason=WHY)
    file_appeal(statement=Statement.objects.get(), words="I only asked.")

    live_care.let_speak(moderator=river, post=said)

    assert Appeal.objects.get().outcome == "overturned"
    assert not Case.objects.open().filter(subject__startswith="appeal:").exists()


def test_a_moderator_takes_a_mute_back_at_the_desk(river, robin, ash, session, said) -> None:
    made = live_care.mute(moderator=river, post=said, minutes=None, reason=WHY)

    deciding.undo(decision=made, moderator=robin)

    assert submit_post(peer=ash, place=session, draft=draft("Thank you.")).is_open
    assert Case.objects.open().get().post == said
    assert not list(breaches())


def test_the_room_ends_no_pause_that_a_moderator_or_the_rules_made(river, robin, ash, session, said) -> None:
    until = timezone.now() + timedelta(hours=24)
    by_rules = Pause.objects.create(peer=ash, session=session, until=until, by_rules=True)
    live_care.remove(moderator=river, post=said, reason=WHY)
    decided(Case.objects.get(), robin, "leave", measure=Measure.PAUSE_HERE)

    assert live_care.let_speak(moderator=river, post=said) == 0

    by_rules.refresh_from_db()
    assert by_rules.ended_at is None
    assert Pause.objects.filter(ended_at=None).count() == 2


def test_a_mute_sent_twice_is_one(river, said) -> None:
    both = [live_care.mute(moderator=river, post=said, minutes=5, reason=WHY, key="the-same-page") for _ in range(2)]

    assert both[0] == both[1]
    assert Pause.objects.count() == 1


def test_after_it_was_taken_back_the_same_page_mutes_again(river, said) -> None:
    live_care.mute(moderator=river, post=said, minutes=5, reason=WHY, key="the-same-page")
    live_care.let_speak(moderator=river, post=said)

    live_care.mute(moderator=river, post=said, minutes=5, reason=WHY, key="the-same-page")

    assert Pause.objects.filter(ended_at=None).count() == 1


def test_staff_are_not_muted_and_nobody_who_left_is(river, robin, ash, session, said) -> None:
    own = submit_post(peer=river.peer, place=session, draft=draft("Good evening."))
    with pytest.raises(NothingToDo):
        live_care.mute(moderator=robin, post=own, minutes=5, reason=WHY)
    as_it_was = Post.objects.get(pk=said.pk)
    leave(peer=ash, way=Way.KEEP)

    for post in (as_it_was, Post.objects.get(pk=said.pk)):
        with pytest.raises(NothingToDo):
            live_care.mute(moderator=river, post=post, minutes=5, reason=WHY)
    assert not Pause.objects.exists()


def test_a_moderator_pauses_in_a_live_room_from_the_desk_and_not_in_a_thread(robin, ash, session, thread) -> None:
    post = submit_post(peer=ash, place=session, draft=draft(CRY))
    decided(Case.objects.get(post=post), robin, "leave", measure=Measure.PAUSE_HERE)
    other = submit_post(peer=ash, place=thread, draft=draft(CRY))

    with pytest.raises(NotPossible):
        decided(Case.objects.get(post=other), robin, "leave", measure=Measure.PAUSE_HERE)

    assert Pause.objects.get().session == session


@pytest.mark.parametrize("action", ["publish", "remove"])
def test_a_mute_is_taken_back_at_the_desk_whatever_was_decided_about_the_message_since(
    river, robin, ash, session, said, action
) -> None:
    made = live_care.mute(moderator=river, post=said, minutes=60, reason=WHY)
    decided(Case.objects.get(), robin, action)
    before = Post.objects.filter(pk=said.pk).values().get()

    deciding.undo(decision=made, moderator=robin)

    assert submit_post(peer=ash, place=session, draft=draft("Thank you.")).is_open
    assert Post.objects.filter(pk=said.pk).values().get() == before
    assert Case.objects.get(post=said).state == CaseState.RESOLVED
    assert not list(breaches())


@pytest.mark.parametrize("act", ["remove", "mute"])
def test_what_was_done_in_a_room_is_not_taken_back_out_of_a_colleagues_hands(river, robin, wren, said, act) -> None:
    made = ACTS[act](river, said)
    assert triage.claim(case=made.case, moderator=wren)

    with pytest.raises(triage.Conflict):
        deciding.undo(decision=made, moderator=robin)
    assert Decision.objects.get().undone_at is None
    deciding.undo(decision=made, moderator=wren)

    assert Decision.objects.get().undone_by == wren


# What rules do by themselves


def test_a_push_to_harm_in_a_live_room_pauses_its_author_there_until_a_moderator_decides(
    ash, blue, robin, session, judged
) -> None:
    submit_post(peer=ash, place=session, draft=draft(CRY))
    judged(finding("encouragement", Level.CRISIS))
    push = submit_post(peer=blue, place=session, draft=draft("Words that push."))
    judged()
    statement = Statement.objects.get(restriction=Restriction.LIVE_PAUSED)

    with pytest.raises(Resting):
        submit_post(peer=blue, place=session, draft=draft("And another."))
    decided(Case.objects.get(post=push), robin, "remove", reason_code="encouragement")

    assert (statement.decision, statement.peer) == (None, blue)
    assert not Statement.objects.in_force().filter(restriction=Restriction.LIVE_PAUSED).exists()
    assert submit_post(peer=blue, place=session, draft=draft("I am sorry.")).is_open


def test_rules_pause_nobody_in_a_live_room_who_is_in_danger(blue, session, judged) -> None:
    judged(finding("encouragement", Level.CRISIS), finding("suicide", Level.RED))

    submit_post(peer=blue, place=session, draft=draft("Words that push."))

    assert not Pause.objects.exists()


def test_a_hosts_few_minutes_do_not_keep_the_rules_from_pausing(river, blue, session, judged) -> None:
    judged()
    first = submit_post(peer=blue, place=session, draft=draft("Hm."))
    live_care.mute(moderator=river, post=first, minutes=5, reason=WHY)
    judged(finding("encouragement", Level.CRISIS))

    for number in range(2):
        submit_post(peer=blue, place=session, draft=draft(f"Words that push, {number}."))

    assert Pause.objects.filter(by_rules=True).count() == 1


# A moderator in, a private word, notes


def test_asking_calls_whoever_is_on_call_within_five_minutes(river, session) -> None:
    case = live_care.ask_in(moderator=river, session=session, note="Quiet Fern needs more than I can give.")

    assert (case.level, case.peer, case.author_name) == (Level.RED, None, "")
    assert 295 <= (case.due_at - timezone.now()).total_seconds() <= 300
    alert = Outbox.objects.get(kind="alert")
    assert alert.payload["level"] == "red"
    assert "Fern" not in str(alert.payload)
    assert LiveNote.objects.get().body == "Quiet Fern needs more than I can give."
    event = AuditEvent.objects.get(kind="live.asked")
    assert (event.actor, event.case_ref) == ("river", case.public_id)
    assert "Fern" not in str(event.data)
    assert not list(breaches())


def test_asking_again_while_it_is_open_joins_and_after_it_was_decided_calls_anew(river, robin, session) -> None:
    first = live_care.ask_in(moderator=river, session=session)
    again = live_care.ask_in(moderator=river, session=session)
    decided(first, robin, reason_code="stands")

    anew = live_care.ask_in(moderator=river, session=session)

    assert again.pk == first.pk
    assert anew.pk != first.pk
    assert Outbox.objects.filter(kind="alert").count() == 2
    assert not list(breaches())


@pytest.mark.parametrize(("looked", "rings"), [("not yet", 0), ("and has it", 0), ("and let go", 1)])
def test_asking_again_rings_again_where_somebody_looked_and_let_it_go(river, robin, session, looked, rings) -> None:
    case = live_care.ask_in(moderator=river, session=session)
    if looked != "not yet":
        triage.claim(case=case, moderator=robin)
        triage.reveal(case=case, moderator=robin)
    if looked == "and let go":
        triage.let_go(case=case, moderator=robin)
    before, alerts = Case.objects.get(), Outbox.objects.filter(kind="alert").count()

    live_care.ask_in(moderator=river, session=session)

    after = Case.objects.get()
    assert Outbox.objects.filter(kind="alert").count() - alerts == rings
    assert (after.opened_at > before.opened_at) == bool(rings)
    assert (after.first_human_at is None) == (looked != "and has it")
    assert after.escalations.filter(done_at=None).count() == 2
    assert (after.due_at - timezone.now()).total_seconds() <= 300
    assert not list(breaches())


def test_what_is_written_on_being_asked_in_has_its_line_in_the_log_once(river, session) -> None:
    for _ in range(2):
        live_care.ask_in(moderator=river, session=session, note="A hard evening.", key="the-same-page")

    assert LiveNote.objects.count() == 1
    assert AuditEvent.objects.get(kind="live.noted").data == {"live": session.public_id}


def test_a_private_word_is_a_conversation_with_its_reader_and_the_desk(river, ash, session, said) -> None:
    message = live_care.write(moderator=river, post=said, body="Are you all right?", client_id="one")

    outreach = Outreach.objects.get()
    assert outreach.peer == ash
    assert message.moderator == river
    assert outreach.case.state == CaseState.OPEN
    assert outreach.case.post is None
    assert outreach.case.author_name == said.persona.name
    assert AuditEvent.objects.get(kind="outreach.written").actor == "river"
    assert LiveEvent.objects.get(session=session, kind=EventKind.ASIDE).peer == ash
    answered = answer(outreach=outreach, peer=ash, body=CRY, client_id="two")
    assert "crisis" in answered.cards
    assert Case.objects.get(pk=outreach.case_id).level == Level.CRISIS
    assert not list(breaches())


def test_a_second_word_goes_on_in_the_same_conversation_and_the_same_one_twice_is_one(
    river, ash, session, said
) -> None:
    more = submit_post(peer=ash, place=session, draft=draft("Still here."))
    for post, body, key in ((said, "One.", "a"), (said, "One.", "a"), (more, "Two.", "b")):
        live_care.write(moderator=river, post=post, body=body, client_id=key)

    assert Outreach.objects.count() == 1
    assert list(OutreachMessage.objects.order_by("pk").values_list("body", flat=True)) == ["One.", "Two."]
    assert LiveEvent.objects.filter(kind=EventKind.ASIDE).count() == 2


def test_the_words_stand_in_no_event_no_log_and_no_message_to_anyone_outside(river, session, said) -> None:
    live_care.write(moderator=river, post=said, body="A lantern for you alone.", client_id="one")

    kept = [*LiveEvent.objects.values_list(), *AuditEvent.objects.values_list(), *Outbox.objects.values_list()]
    assert "lantern" not in str(kept)


def test_nobody_writes_to_staff_or_to_who_left(river, robin, ash, session, said) -> None:
    own = submit_post(peer=river.peer, place=session, draft=draft("Good evening."))
    with pytest.raises(NothingToDo):
        live_care.write(moderator=robin, post=own, body="Hello", client_id="one")
    leave(peer=ash, way=Way.KEEP)

    with pytest.raises(NothingToDo):
        live_care.write(moderator=river, post=Post.objects.get(pk=said.pk), body="Hello", client_id="one")
    assert not Outreach.objects.exists()


def test_a_note_is_kept_once_with_its_line_in_the_log(river, session) -> None:
    for _ in range(2):
        live_care.keep_note(moderator=river, session=session, body="A loud start, calm since.", key="the-same-page")

    assert LiveNote.objects.get().moderator == river
    event = AuditEvent.objects.get(kind="live.noted")
    assert event.data == {"live": session.public_id}


@pytest.mark.parametrize("act", ["remove", "mute", "ask", "note", "word"])
def test_nothing_is_done_without_its_line_in_the_log(river, said, act, monkeypatch) -> None:
    def fails(**_) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("moderation.audit.write", fails)

    with pytest.raises(OSError, match="full"):
        ACTS[act](river, said)

    assert_untouched(said, AuditEvent.objects.count())


def test_whoever_acts_has_the_role_they_have_now(river, said) -> None:
    robin = make_moderator("robyn", "Robyn", "moderator")
    as_it_was = Moderator.objects.get(pk=robin.pk)
    Moderator.objects.filter(pk=robin.pk).update(role="host")

    with pytest.raises(MayNot):
        live_care.remove(moderator=as_it_was, post=said, reason=WHY)

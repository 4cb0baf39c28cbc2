"""Whoever something was taken from is told what, how long and why, and can have someone else look, by a code alone."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.utils import timezone

from forum.models import Pause, Post, Visibility
from forum.posting import edit_post, submit_post
from moderation import appealing, risk, statements
from moderation.appealing import HAD_PART
from moderation.invariants import breaches
from moderation.models import (
    Appeal,
    AppealOutcome,
    AuditEvent,
    Case,
    CaseState,
    Complaint,
    Decision,
    Level,
    Restriction,
    Signal,
    Statement,
)
from moderation.overturning import ERASED
from peers import limits
from peers.models import State
from tests.conftest import draft, make_moderator, make_post
from tests.desk.staff import CRY, Browser, decision, field, left_when_hidden, resolve, sit_down, take, words_in
from tests.moderation.judging import finding, judged

pytestmark = pytest.mark.django_db
__all__ = ["judged"]
NOTE = "Someone reading this could take it as a push, so it cannot stay."
WHY_NOT = "I was quoting a song, and I said so in the line before."


@pytest.fixture
def at_desk(robin) -> Browser:
    """Robin, signed in."""
    return sit_down(robin)


@pytest.fixture
def removed(at_desk, held) -> tuple[Post, Decision]:
    post, case = held
    browser = at_desk
    form = decision(take(browser, case), action="remove", reason_code="encouragement", body=NOTE)
    assert browser.post(f"{case.get_absolute_url()}decide", form).status_code == 302
    return Post.objects.get(pk=post.pk), Decision.objects.get()


def appealed(statement: Statement, words: str = WHY_NOT) -> Appeal:
    answer = Browser().post(statement.get_absolute_url(), {"body": words})
    assert answer.status_code == 302, answer.content.decode()
    return Appeal.objects.get(statement=statement)


def propose_end(browser: Browser, case: Case, action: str = "remove", measure: str = "ban") -> Decision:
    form = decision(take(browser, case), action=action, measure=measure, reason_code="encouragement", body=NOTE)
    assert browser.post(f"{case.get_absolute_url()}decide", form).status_code == 302
    return Decision.objects.waiting().get()


def agree(browser: Browser, case: Case) -> None:
    page = take(browser, case)
    seen = {name: field(page, name) for name in ("token", "version")}
    assert browser.post(f"{case.get_absolute_url()}second", {**seen, "agrees": "yes"}).status_code == 302


def answer(browser: Browser, case: Case, outcome: str):
    page = take(browser, case, reveal=True)
    seen = {name: field(page, name) for name in ("token", "version")}
    return browser.post(f"{case.get_absolute_url()}appeal", {**seen, "outcome": outcome, "body": "I read it again."})


def test_a_removal_states_scope_duration_facts_automation_ground_and_redress(removed) -> None:
    statement = Statement.objects.in_force().get()

    page = Browser().read(statement.get_absolute_url())

    for part in ("Your post was removed", "Encourages harm", NOTE, "A program noticed it first", "A person decided"):
        assert part in page
    assert statement.shown_code in page
    assert "Ask another person to look" in page
    assert "end my life" not in page  # the statement holds none of the words


def test_automation_that_hides_or_holds_says_so_and_can_be_appealed_at_once(ash, room) -> None:
    make_post(ash, room, "You are worthless, go kill yourself.")

    told = Statement.objects.in_force()

    assert told
    for statement in told:
        assert "A program did this; no person has decided yet." in Browser().read(statement.get_absolute_url())
    assert all(statement.decision is None for statement in told)


def test_what_ran_out_stands_in_the_way_of_nothing_that_still_holds(ash, held) -> None:
    _, case = held
    about = {"case": case, "peer": ash, "ground": "threat", "noticed_by_rules": True}
    Statement.objects.all().delete()
    Statement.objects.create(restriction="removed", **about)
    past = timezone.now() - timedelta(minutes=1)
    Statement.objects.bulk_create(Statement(restriction="held", until=past, **about) for _ in range(20))

    page = Browser(ash).read("/my/")

    assert "Your post was removed" in page
    assert "Your post waits" not in page


def test_a_published_post_has_no_statement(ash, room) -> None:
    make_post(ash, room, "Tea helped.")

    assert not Statement.objects.exists()


def test_an_appeal_needs_no_session_and_is_not_for_who_decided(robin, wren, at_desk, removed) -> None:
    appeal = appealed(Statement.objects.in_force().get())

    assert appeal.case.not_for == robin
    assert appeal.case.public_id not in at_desk.read("/desk/")
    assert at_desk.post(f"{appeal.case.get_absolute_url()}claim").status_code == 404
    assert appeal.case.public_id in sit_down(wren).read("/desk/")


def test_an_overturned_decision_is_undone_exactly(wren, held, removed) -> None:
    post, made = removed
    appeal = appealed(Statement.objects.in_force().get())

    answer(sit_down(wren), appeal.case, AppealOutcome.OVERTURNED)

    post.refresh_from_db()
    assert post.visibility == Visibility.HELD  # as it was before the decision
    made.refresh_from_db()
    assert (made.undone_by, Decision.objects.standing_for(post)) == (wren, None)
    assert not Statement.objects.in_force().filter(decision=made).exists()
    assert "It was changed back" in Browser().read(appeal.statement.get_absolute_url())


def test_whoever_answers_reads_what_was_decided_about_and_only_once_revealed(wren, removed) -> None:
    appeal = appealed(Statement.objects.in_force().get())
    browser = sit_down(wren)

    covered = take(browser, appeal.case)
    revealed = take(browser, appeal.case, reveal=True)
    revealed += take(browser, appeal.case, reveal=True)

    assert "end my life" not in covered
    assert "What was written before" in revealed
    assert "end my life" in revealed


def test_an_upheld_decision_stands_and_its_author_reads_why(wren, removed) -> None:
    post, _ = removed
    appeal = appealed(Statement.objects.in_force().get())

    answer(sit_down(wren), appeal.case, AppealOutcome.UPHELD)

    post.refresh_from_db()
    assert post.visibility == Visibility.REMOVED
    page = Browser().read(appeal.statement.get_absolute_url())
    assert "It stays as it was decided" in page
    assert "I read it again." in page
    assert AuditEvent.objects.filter(kind="appeal.answered").count() == 1


def test_an_appeal_cannot_be_closed_without_an_answer(wren, removed) -> None:
    appeal = appealed(Statement.objects.in_force().get())
    browser = sit_down(wren)
    page = take(browser, appeal.case)
    seen = {name: field(page, name) for name in ("token", "version")}
    form = {**seen, "action": "leave", "reason_code": "stands", "body": "No.", "key": "k" * 12}

    refused = browser.post(f"{appeal.case.get_absolute_url()}decide", form)

    assert refused.status_code == 422
    appeal.case.refresh_from_db()
    assert appeal.case.state == CaseState.OPEN


def test_appealing_twice_is_one_appeal(removed) -> None:
    statement = Statement.objects.in_force().get()
    appealed(statement)

    appealed(statement, "And once more.")

    assert Appeal.objects.get().words == WHY_NOT


def test_an_appeal_against_automation_is_answered_by_the_decision_about_its_case(robin, ash, room) -> None:
    post = make_post(ash, room, CRY)
    statement = Statement.objects.in_force().filter(post=post).first()
    assert statement is not None
    appeal = appealed(statement)
    case = Case.objects.open().get(post=post)
    assert appeal.case == case
    browser = sit_down(robin)
    page = take(browser, case, reveal=True)
    assert WHY_NOT in page

    browser.post(f"{case.get_absolute_url()}decide", decision(page, action="publish"))

    appeal.refresh_from_db()
    assert (appeal.outcome, appeal.answered_by) == (AppealOutcome.OVERTURNED, robin)


def test_an_appeal_in_distress_is_answered_with_help_and_raises_its_case(removed) -> None:
    statement = Statement.objects.in_force().get()

    page = Browser().post(statement.get_absolute_url(), {"body": CRY}).content.decode()

    assert "Are you safe right now?" in page
    assert Appeal.objects.get().case.level == 1  # the appeal waits for another person
    cry = Case.objects.open().get(subject__startswith="cry:")
    assert (cry.level, cry.not_for, cry.lead_only) == (3, None, False)  # the danger waits for nobody


@pytest.mark.parametrize("level", [Level.AMBER, Level.RED])
def test_what_is_noticed_in_an_appeal_stands_in_no_case_but_the_one_of_its_cry(removed, judged, level) -> None:
    judged(finding("distress", level))

    Browser().post(Statement.objects.in_force().get().get_absolute_url(), {"body": WHY_NOT})

    noticed = Signal.objects.filter(rule="distress.test").values_list("case__subject", flat=True)
    cry = f"cry:appeal:{Appeal.objects.get().statement_id}"
    assert list(noticed) == ([cry] if level == Level.RED else [])
    assert [str(each) for each in breaches()] == []


def test_whoever_decided_reads_the_cry_in_an_appeal_though_not_the_appeal(at_desk, removed) -> None:
    statement = Statement.objects.in_force().get()
    Browser().post(statement.get_absolute_url(), {"body": CRY})

    cry = Case.objects.open().get(subject__startswith="cry:")

    assert CRY in words_in(take(at_desk, cry, reveal=True))
    assert at_desk.get(Appeal.objects.get().case.get_absolute_url()).status_code == 404


def test_distress_that_comes_too_late_to_appeal_is_heard_and_answered_with_help(removed) -> None:
    statement = Statement.objects.in_force().get()

    with time_machine.travel(timezone.now() + timedelta(days=31)):
        late = Browser().post(statement.get_absolute_url(), {"body": CRY})

    assert (late.status_code, "Are you safe right now?" in late.content.decode()) == (409, True)
    assert not Appeal.objects.exists()
    assert Case.objects.open().get(subject__startswith="cry:").level == 3


def test_after_thirty_days_or_once_changed_there_is_nothing_to_appeal(removed, ash) -> None:
    statement = Statement.objects.in_force().get()

    with time_machine.travel(timezone.now() + timedelta(days=31)):
        late = Browser().post(statement.get_absolute_url(), {"body": WHY_NOT})

    assert late.status_code == 409
    assert WHY_NOT in late.content.decode()
    assert not Appeal.objects.exists()


def test_what_a_program_paused_and_ran_out_ends_with_the_decision_and_is_not_appealed_before(robin, ash, held) -> None:
    _, case = held
    past = timezone.now() - timedelta(minutes=1)
    statements.by_rules(case=case, peer=ash, restriction=Restriction.THREAD_PAUSED, until=past)
    paused = Statement.objects.get(restriction=Restriction.THREAD_PAUSED)

    assert "Ask another person to look" not in Browser().read(paused.get_absolute_url())
    assert Browser().post(paused.get_absolute_url(), {"body": WHY_NOT}).status_code == 409
    resolve(sit_down(robin), case)

    paused.refresh_from_db()
    assert paused.ended_at is not None
    assert not Appeal.objects.exists()


def test_what_a_program_did_is_appealed_at_a_case_of_its_words_though_theirs_is_closed(removed, held) -> None:
    post, case = held
    statement = Statement.objects.create(
        case=case, post=post, peer=post.peer, restriction="held", ground="x", noticed_by_rules=True
    )

    appeal = appealed(statement)

    assert (appeal.case.subject, appeal.case.post, appeal.case.pk != case.pk) == (case.subject, post, True)
    assert [str(each) for each in breaches()] == []


def test_the_code_opens_it_however_it_is_typed_and_a_wrong_one_tells_nothing(removed) -> None:
    statement = Statement.objects.in_force().get()

    right = Browser().post("/appeal", {"code": f" {statement.shown_code.upper()} "})
    wrong = Browser().post("/appeal", {"code": "aaaa-aaaa-aaaa"})

    assert right["location"] == statement.get_absolute_url()
    assert wrong.status_code == 404


def test_undoing_a_decision_grants_its_appeal(at_desk, removed) -> None:
    _, made = removed
    appeal = appealed(Statement.objects.in_force().get())

    at_desk.post(f"{made.case.get_absolute_url()}undo", {"decision": str(made.pk)})

    appeal.refresh_from_db()
    assert appeal.outcome == AppealOutcome.OVERTURNED
    appeal.case.refresh_from_db()
    assert appeal.case.state == CaseState.RESOLVED


def test_words_that_no_longer_hold_what_was_hidden_end_the_statement(ash, room) -> None:
    post = make_post(ash, room, "You are pathetic and everyone here laughs at you.")
    Post.objects.filter(pk=post.pk).update(visibility="published", redactions=[])

    edit_post(peer=ash, post=post, draft=draft("That was unkind of me. I am sorry."))

    kinds = set(Statement.objects.in_force().filter(post=post).values_list("restriction", flat=True))
    post.refresh_from_db()
    assert kinds == (set() if post.is_open else {"held"})


def test_with_one_moderator_an_appeal_waits_a_day_and_says_that_it_was_the_same_person(robin, removed) -> None:
    appeal = appealed(Statement.objects.in_force().get())

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        answer(sit_down(robin), appeal.case, AppealOutcome.UPHELD)

    appeal.refresh_from_db()
    assert appeal.single is True


def test_a_complaint_reaches_a_lead_who_is_not_the_person_it_is_about(robin, rooms) -> None:
    lead = make_moderator("maren", "Maren", "lead")
    other = make_moderator("juno", "Juno", "admin")

    sent = Browser().post("/complain", {"about": "maren", "body": "They mocked what I wrote."})

    case = Case.objects.get()
    assert sent["location"].startswith("/complaints/")
    assert case.not_for == lead
    assert case.public_id not in sit_down(robin).read("/desk/")
    assert case.public_id not in sit_down(lead).read("/desk/")
    browser = sit_down(other)
    page = take(browser, case, reveal=True)
    assert "They mocked what I wrote." in page
    seen = {name: field(page, name) for name in ("token", "version")}
    browser.post(f"{case.get_absolute_url()}complaint", {**seen, "body": "I spoke with them. I am sorry."})
    assert "I spoke with them." in Browser().read(sent["location"])


def test_the_pages_say_who_reads_a_complaint_and_so_it_is_with_a_single_lead(rooms) -> None:
    lead = make_moderator("maren", "Maren", "lead")
    form = Browser().read("/complain")
    sent = Browser().post("/complain", {"about": "maren", "body": "They mocked what I wrote."})
    receipt = Browser().read(sent["location"])
    case = Case.objects.get(subject__startswith="complaint:")

    at_once = sit_down(lead).get(case.get_absolute_url()).status_code
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        a_day_later = sit_down(lead).get(case.get_absolute_url()).status_code

    assert (at_once, a_day_later) == (404, 200)
    for page in (form, receipt):
        assert "they see it after a day, and our log says that they did" in page
        assert "never the person" not in page


def test_distress_in_a_complaint_reaches_everyone_but_who_it_is_about(robin, wren, rooms) -> None:
    page = Browser().post("/complain", {"about": "Robin", "body": CRY}).content.decode()

    complaint, cry = Case.objects.open().order_by("level")
    assert "Are you safe right now?" in page
    assert (complaint.level, complaint.lead_only, complaint.not_for) == (1, True, robin)
    assert (cry.level, cry.lead_only) == (3, False)
    assert CRY in words_in(take(sit_down(wren), cry, reveal=True))
    assert sit_down(robin).get(cry.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("level", [3, 2])
def test_alone_here_whom_a_complaint_is_about_sees_the_danger_in_it_at_once(robin, rooms, level) -> None:
    Browser().post("/complain", {"about": "Robin", "body": CRY})
    Case.objects.update(level=level)

    cry = Case.objects.open().get(subject__startswith="cry:")

    assert CRY in words_in(take(sit_down(robin), cry, reveal=True))
    assert "where nobody else works here" in Browser().read("/complain")


def test_what_a_complaint_tells_beside_danger_stays_with_leads(robin, wren, rooms, judged) -> None:
    lead = make_moderator("maren", "Maren", "lead")
    judged(finding("threat", risk.Level.CRISIS), finding("minor", risk.Level.RED))

    Browser().post("/complain", {"about": "Robin", "body": "Someone here scares me, and I am fifteen."})

    case = Case.objects.open().get()
    assert (case.level, case.lead_only, case.not_for) == (3, True, robin)
    assert set(case.categories) == {"threat", "minor", "complaint"}
    for other in (robin, wren):
        assert sit_down(other).get(case.get_absolute_url()).status_code == 404
    assert sit_down(lead).get(case.get_absolute_url()).status_code == 200
    assert [str(each) for each in breaches()] == []


@pytest.mark.parametrize(
    ("about", "whom"),
    [
        ("Anna", "anna"),
        ("ann", "ann"),
        ("It was Anna, last night", "anna"),
        ("Ann, and I told Zoe", "zoe"),
        ("Zoe and Anna", "zoe"),
        ("someone called Annabel", None),
        ("", None),
    ],
)
def test_a_complaint_is_kept_from_whom_it_names(rooms, about, whom) -> None:
    for name, role in (("anna", "lead"), ("ann", "moderator"), ("zoe", "lead")):
        make_moderator(name, name.title(), role)

    Browser().post("/complain", {"about": about, "body": "They mocked what I wrote."})

    kept_from = Case.objects.get().not_for
    assert (kept_from and kept_from.username) == whom


def test_whom_a_complaint_names_is_covered_like_its_words(rooms) -> None:
    make_moderator("maren", "Maren", "lead")
    Browser().post("/complain", {"about": "the one called Quillfeather", "body": "They mocked what I wrote."})
    desk, case = sit_down(make_moderator("juno", "Juno", "admin")), Case.objects.get()

    assert "Quillfeather" not in take(desk, case)
    assert "Quillfeather" in take(desk, case, reveal=True)


def test_a_complaint_about_the_only_lead_calls_them_once_they_may_see_it(rooms) -> None:
    make_moderator("maren", "Maren", "lead")

    Browser().post("/complain", {"about": "Maren", "body": "They mocked what I wrote."})

    case = Case.objects.get()
    assert timedelta(hours=23, minutes=59) < case.due_at - timezone.now() <= timedelta(hours=24)


def test_a_second_cry_in_the_same_appeal_is_marked_in_its_own_words(wren, removed) -> None:
    statement = Statement.objects.in_force().get()
    Browser().post(statement.get_absolute_url(), {"body": CRY})
    desk = sit_down(wren)
    Case.objects.filter(subject__startswith="cry:").update(state=CaseState.RESOLVED, resolved_at=timezone.now())

    Browser().post(statement.get_absolute_url(), {"body": f"I had soup with my sister. But {CRY.lower()}."})

    cry = Case.objects.open().get(subject__startswith="cry:")
    assert cry.signals.filter(level=3).exists()
    desk.post(f"{cry.get_absolute_url()}claim")
    desk.post(f"{cry.get_absolute_url()}reveal", {"step": "1"})
    page = words_in(desk.read(cry.get_absolute_url()))
    assert (CRY.lower() in page, "soup with my sister" in page) == (True, False)


def test_who_agreed_does_not_answer_the_appeal_and_is_told_why(robin, wren, held) -> None:
    _, case = held
    propose_end(sit_down(robin), case)
    at_wrens = sit_down(wren)
    agree(at_wrens, case)
    appeal = appealed(Statement.objects.in_force().filter(decision__isnull=False).order_by("-pk")[0])

    refused = answer(at_wrens, appeal.case, AppealOutcome.OVERTURNED)

    assert (refused.status_code, HAD_PART in refused.content.decode()) == (422, True)
    assert "I read it again." in refused.content.decode()
    appeal.refresh_from_db()
    assert appeal.outcome == ""


def test_who_agrees_in_the_moment_of_answering_does_not_answer_either(robin, wren, held, monkeypatch) -> None:
    _, case = held
    proposed = propose_end(sit_down(robin), case)
    appeal = appealed(Statement.objects.in_force().filter(decision=proposed).order_by("-pk")[0])
    agreed = {"confirmed_at": timezone.now(), "confirmed_by": wren}

    def waits_meanwhile(**_: object) -> None:
        Decision.objects.filter(pk=proposed.pk).update(**agreed)

    monkeypatch.setattr(appealing, "lock_post", waits_meanwhile)

    assert answer(sit_down(wren), appeal.case, AppealOutcome.OVERTURNED).status_code == 422


def test_whoever_may_not_have_a_case_for_leads_keeps_no_appeal_waiting(maren, sorrel, robin, held) -> None:
    _, case = held
    Case.objects.filter(pk=case.pk).update(lead_only=True)
    propose_end(sit_down(maren), case)
    at_sorrels = sit_down(sorrel)
    agree(at_sorrels, case)
    appeal = appealed(Statement.objects.in_force().filter(decision__isnull=False).order_by("-pk")[0])
    assert answer(at_sorrels, appeal.case, AppealOutcome.UPHELD).status_code == 422

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert answer(sit_down(sorrel), appeal.case, AppealOutcome.UPHELD).status_code == 302

    appeal.refresh_from_db()
    assert (appeal.answered_by, appeal.single) == (sorrel, True)


def test_overturning_gives_back_a_voice_that_was_ended_with_its_erased_words(robin, wren, ash, held) -> None:
    _, case = held
    propose_end(sit_down(robin), case, action="erase")
    agree(sit_down(wren), case)
    heron = sit_down(make_moderator("heron", "Heron", "moderator"))
    appeal = appealed(Statement.objects.in_force().filter(decision__isnull=False).order_by("-pk")[0])

    assert answer(heron, appeal.case, AppealOutcome.OVERTURNED).status_code == 302

    ash.refresh_from_db()
    assert ash.state == State.ACTIVE
    assert not Pause.objects.filter(ended_at=None).exists()
    assert [str(each) for each in breaches()] == []


def test_a_voice_that_comes_back_answers_no_appeal_against_the_erasure(robin, wren, held) -> None:
    _, case = held
    propose_end(sit_down(robin), case, action="erase")
    agree(sit_down(wren), case)
    in_force = Statement.objects.in_force()
    of_voice, of_words = (appealed(in_force.get(restriction=each)) for each in ("banned", "erased"))
    herons = sit_down(make_moderator("heron", "Heron", "moderator"))

    assert answer(herons, of_voice.case, AppealOutcome.OVERTURNED).status_code == 302

    of_words.refresh_from_db()
    assert (of_words.outcome, of_words.case.state) == ("", CaseState.OPEN)
    assert answer(herons, of_words.case, AppealOutcome.OVERTURNED).status_code == 422  # nothing is left to give back
    assert answer(herons, of_words.case, AppealOutcome.UPHELD).status_code == 302
    assert [str(each) for each in breaches()] == []


def test_erased_words_alone_cannot_be_given_back_and_it_says_so(robin, wren, held) -> None:
    _, case = held
    propose_end(sit_down(robin), case, action="erase", measure="nothing")
    agree(sit_down(wren), case)
    heron = sit_down(make_moderator("heron", "Heron", "moderator"))
    appeal = appealed(Statement.objects.in_force().filter(decision__isnull=False).order_by("-pk")[0])

    refused = answer(heron, appeal.case, AppealOutcome.OVERTURNED)

    assert (refused.status_code, ERASED in refused.content.decode()) == (422, True)


def test_granting_an_appeal_against_a_proposal_calls_it_off(robin, wren, ash, held) -> None:
    _, case = held
    decision = propose_end(sit_down(robin), case)
    appeal = appealed(Statement.objects.in_force().filter(decision=decision).order_by("-pk")[0])

    assert answer(sit_down(wren), appeal.case, AppealOutcome.OVERTURNED).status_code == 302

    decision.refresh_from_db()
    case.refresh_from_db()
    assert decision.declined_at is not None
    assert (case.state, case.not_for) == (CaseState.OPEN, None)
    assert Case.objects.filter(pk=case.pk, due_at__gt=timezone.now()).exists()
    assert not Pause.objects.filter(ended_at=None).exists()
    assert submit_post(peer=ash, place=case.post.thread, draft=draft("I am here again.")).is_open


def test_an_answered_appeal_that_opens_again_is_decided_like_any_case(wren, removed) -> None:
    appeal = appealed(Statement.objects.in_force().get())
    desk = sit_down(wren)
    answer(desk, appeal.case, AppealOutcome.UPHELD)
    Case.objects.filter(pk=appeal.case_id).update(state=CaseState.OPEN, resolved_at=None)

    page = take(desk, appeal.case, reveal=True)
    desk.post(f"{appeal.case.get_absolute_url()}decide", decision(page, action="leave"))

    assert page.count('id="decision-title"') == 1
    assert Case.objects.get(pk=appeal.case_id).state == CaseState.RESOLVED


@pytest.mark.parametrize("door", ["reveal", "cover", "claim", "appeal"])
def test_an_answer_half_written_stays_in_its_form(wren, removed, door) -> None:
    appeal = appealed(Statement.objects.in_force().get())
    desk = sit_down(wren)
    page = take(desk, appeal.case)
    seen = {name: field(page, name) for name in ("token", "version")}
    Case.objects.filter(pk=appeal.case_id).update(version=99)
    half = {**seen, "outcome": "overturned", "body": "I read it a second time"}

    kept = desk.post(f"{appeal.case.get_absolute_url()}{door}", half).content.decode()

    assert "I read it a second time" in kept
    assert 'value="overturned"' in kept
    assert door == "appeal" or re.search(r'value="overturned"[^>]* checked', kept)


def test_one_key_hides_what_an_appeal_and_a_complaint_say(wren, removed) -> None:
    appeal = appealed(Statement.objects.in_force().get())
    maren = sit_down(make_moderator("maren", "Maren", "lead"))
    Browser().post("/complain", {"about": "the one called Quillfeather", "body": "They mocked what I wrote."})
    complaint = Case.objects.get(subject__startswith="complaint:")

    for case, words in ((appeal.case, [WHY_NOT]), (complaint, ["Quillfeather", "They mocked"])):
        page = take(maren, case, reveal=True)
        for said in words:
            assert said in page
            assert said not in left_when_hidden(page)


@pytest.mark.parametrize("door", ["appeal", "complaint"])
def test_the_title_tells_of_an_answer_that_needs_another_look(removed, door) -> None:
    appeal = appealed(Statement.objects.in_force().get())
    maren = sit_down(make_moderator("maren", "Maren", "lead"))
    Browser().post("/complain", {"body": "They mocked what I wrote."})
    case = appeal.case if door == "appeal" else Case.objects.get(subject__startswith="complaint:")
    page = take(maren, case)
    seen = {name: field(page, name) for name in ("token", "version")}

    refused = maren.post(f"{case.get_absolute_url()}{door}", {**seen, "outcome": "upheld", "body": ""})

    assert refused.status_code == 422
    assert "<title>Please look again: " in refused.content.decode()


def test_a_code_that_was_not_looked_for_is_not_called_wrong(removed, monkeypatch) -> None:
    right = Statement.objects.in_force().get().code
    wrong = Browser().post("/appeal", {"code": "abcdefghijkl"})
    monkeypatch.setattr(limits, "wait_for", lambda *_: 40.0)

    answer = Browser().post("/appeal", {"code": right})

    page = answer.content.decode()
    assert (wrong.status_code, answer.status_code) == (404, 429)
    assert "There is no statement" in wrong.content.decode()
    assert "There is no statement" not in page
    assert "Try this one again in 40 seconds." in page
    assert f'value="{right}"' in page
    assert 'aria-describedby="code-hint code-error" aria-invalid="true"' in page


def test_days_are_written_as_everywhere_else(removed) -> None:
    statement = Statement.objects.in_force().get()
    Statement.objects.filter(pk=statement.pk).update(until="2031-03-05T07:00Z", restriction="paused")

    page = Browser().read(statement.get_absolute_url())

    assert "It ends by itself on 5 March, 07:00 UTC." in page


def test_help_in_an_answer_stands_under_a_heading_of_its_own(rooms) -> None:
    page = Browser().post("/complain", {"body": CRY}).content.decode()

    levels = [int(each) for each in re.findall(r"<h(\d)", page)]
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_an_answered_complaint_does_not_ask_to_come_back_for_the_answer(rooms) -> None:
    receipt = Browser().post("/complain", {"body": "They mocked what I wrote."})["location"]
    waiting = Browser().read(receipt)
    Complaint.objects.update(answer="Thank you. I spoke with them.")

    answered = Browser().read(receipt)

    assert "Come back to this page" in waiting
    assert "Come back to this page" not in answered

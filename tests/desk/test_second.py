"""What cannot be undone needs two: proposed by one, agreed to by another, and held back meanwhile only as far as can be
taken back."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from forum.models import Pause, Post, Thread, Visibility
from forum.posting import Resting, edit_post, submit_post
from moderation import alerts, deadlines, seconding
from moderation.invariants import breaches
from moderation.models import (
    AuditEvent,
    Case,
    CaseState,
    Decision,
    Level,
    Outbox,
    Restriction,
    Snapshot,
    Statement,
)
from moderation.reopening import WITHIN
from moderation.tending import tend
from peers.models import Peer, State
from tests.conftest import draft, make_thread
from tests.desk.staff import CRY, Browser, cry, decision, field, sit_down, take

pytestmark = pytest.mark.django_db
FAREWELL = "We have ended your writing here. You can read on, and ask another person to look at this."


def propose(browser: Browser, case: Case, **chosen: str) -> Decision:
    page = take(browser, case)
    form = decision(page, reason_code="encouragement", body=FAREWELL, **chosen)
    answer = browser.post(f"{case.get_absolute_url()}decide", form)
    assert answer.status_code == 302, answer.content.decode()
    return Decision.objects.order_by("-pk")[0]


def second(browser: Browser, case: Case, agrees: str):
    page = take(browser, case)
    seen = {name: field(page, name) for name in ("token", "version")}
    return browser.post(f"{case.get_absolute_url()}second", {**seen, "agrees": agrees})


def test_ending_someones_writing_rests_until_a_second_person_agrees(robin, wren, ash, held) -> None:
    _, case = held

    propose(sit_down(robin), case, action="remove", measure="ban")

    case.refresh_from_db()
    ash.refresh_from_db()
    assert (case.state, ash.state) == (CaseState.PENDING_SECOND, State.ACTIVE)
    assert Pause.objects.get(peer=ash).thread is None
    assert second(sit_down(wren), case, "yes").status_code == 302
    ash.refresh_from_db()
    case.refresh_from_db()
    assert (case.state, ash.state) == (CaseState.RESOLVED, State.BANNED)
    assert Decision.objects.get().confirmed_by == wren


def test_who_proposed_cannot_agree_by_any_door(robin, wren, ash, held) -> None:
    _, case = held
    browser = sit_down(robin)
    propose(browser, case, action="remove", measure="ban")

    page = browser.get(case.get_absolute_url())
    claimed = browser.post(f"{case.get_absolute_url()}claim")

    assert (page.status_code, claimed.status_code) == (404, 404)
    assert case.public_id not in browser.read("/desk/")
    ash.refresh_from_db()
    assert ash.state == State.ACTIVE


def test_alone_on_the_site_the_same_person_may_agree_after_a_day_and_it_is_marked(robin, ash, held) -> None:
    _, case = held
    propose(sit_down(robin), case, action="remove", measure="ban")

    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        browser = sit_down(robin)
        page = take(browser, case)  # it is a crisis: alone, one sees it at once
        seen = {name: field(page, name) for name in ("token", "version")}
        assert "Agree: do it" not in page
        assert browser.post(f"{case.get_absolute_url()}second", {**seen, "agrees": "yes"}).status_code == 409
    assert Peer.objects.get(pk=ash.pk).state == State.ACTIVE
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        second(sit_down(robin), case, "yes")

    ash.refresh_from_db()
    assert ash.state == State.BANNED
    assert Decision.objects.get().single is True
    assert AuditEvent.objects.get(kind="decision.confirmed").data["single"] is True


def test_alone_with_what_is_no_crisis_one_does_not_meet_it_again_before_a_day(robin, held) -> None:
    _, case = held
    Case.objects.filter(pk=case.pk).update(level=2)
    propose(sit_down(robin), case, action="remove", measure="ban")

    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert sit_down(robin).get(case.get_absolute_url()).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert sit_down(robin).get(case.get_absolute_url()).status_code == 200


def test_with_a_second_person_on_the_site_waiting_a_day_changes_nothing(robin, wren, held) -> None:
    _, case = held
    propose(sit_down(robin), case, action="remove", measure="ban")

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert sit_down(robin).get(case.get_absolute_url()).status_code == 404


def test_a_proposal_nobody_agrees_to_is_taken_back_whole(robin, wren, ash, held) -> None:
    post, case = held
    before = Post.objects.filter(pk=post.pk).values("visibility", "redactions", "reason_key", "body").get()
    propose(sit_down(robin), case, action="erase", measure="ban")
    assert Post.objects.get(pk=post.pk).visibility == Visibility.REMOVED

    second(sit_down(wren), case, "no")

    case.refresh_from_db()
    assert case.state == CaseState.OPEN
    assert Post.objects.filter(pk=post.pk).values("visibility", "redactions", "reason_key", "body").get() == before
    assert not Pause.objects.filter(ended_at=None).exists()
    assert Decision.objects.standing_for(post) is None


def test_a_proposal_can_be_taken_back_by_whoever_made_it_and_by_nobody_else(robin, wren, ash, held) -> None:
    _, case = held
    at_robins = sit_down(robin)
    decision = propose(at_robins, case, action="remove", measure="ban")
    back = f"{case.get_absolute_url()}withdraw"

    page = at_robins.read("/desk/seconds")
    assert "Take it back" in page
    assert f'href="{case.get_absolute_url()}"' not in page  # it would not open
    assert sit_down(wren).post(back).status_code == 404
    assert at_robins.post(back)["location"] == "/desk/seconds"

    decision.refresh_from_db()
    case.refresh_from_db()
    assert (decision.declined_at is not None, case.state, case.not_for) == (True, CaseState.OPEN, None)
    assert case.due_at > timezone.now()
    assert not Pause.objects.filter(ended_at=None).exists()
    assert at_robins.post(back).status_code == 409


def test_after_a_proposal_that_was_taken_back_a_case_is_waited_for_as_one_that_is_opened_again(robin, held) -> None:
    _, case = held
    browser = sit_down(robin)
    propose(browser, case, action="remove", measure="ban")

    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        browser.post(f"{case.get_absolute_url()}withdraw")
        case.refresh_from_db()
        assert deadlines.period(case) == timedelta(seconds=WITHIN[Level.CRISIS])
        assert (case.first_human_at, case.human_due_at) == (None, None)
        assert Outbox.objects.filter(key=alerts.keys_of(case, step=0)[0]).exists()
        tend(now=timezone.now() + timedelta(minutes=5), messages=False)
    assert Outbox.objects.filter(kind="alert", payload__step=1).count() == 1
    assert [str(each) for each in breaches()] == []


def test_what_two_agreed_to_is_not_called_off_by_who_thought_that_it_still_waits(robin, wren, ash, held) -> None:
    _, case = held
    proposed = propose(sit_down(robin), case, action="remove", measure="ban")
    second(sit_down(wren), case, "yes")

    assert seconding.call_off(proposed, robin) is False  # as it was read before the second person agreed

    ash.refresh_from_db()
    proposed.refresh_from_db()
    assert (ash.state, proposed.declined_at) == (State.BANNED, None)


def test_erased_words_are_nowhere_and_only_after_two_agreed(robin, wren, held) -> None:
    post, case = held
    words = post.body
    propose(sit_down(robin), case, action="erase")
    assert Post.objects.get(pk=post.pk).body == words

    second(sit_down(wren), case, "yes")

    post.refresh_from_db()
    assert (post.body, post.shown_html, post.visibility) == ("", "", Visibility.REMOVED)
    assert set(Snapshot.objects.filter(case=case).values_list("words", "salt")) == {("", None)}


def test_what_comes_while_a_second_person_is_awaited_is_seen_by_them(robin, wren, ash, held) -> None:
    _, case = held
    propose(sit_down(robin), case, action="remove", measure="ban")
    browser = sit_down(wren)
    page = take(browser, case)
    seen = {name: field(page, name) for name in ("token", "version")}
    Case.objects.filter(pk=case.pk).update(version=case.version + 7)

    answer = browser.post(f"{case.get_absolute_url()}second", {**seen, "agrees": "yes"})

    assert answer.status_code == 409
    ash.refresh_from_db()
    assert ash.state == State.ACTIVE


def test_a_cry_from_someone_whose_writing_ended_still_reaches_a_human_with_help(ash, blue, thread) -> None:
    Peer.objects.filter(pk=ash.pk).update(state=State.BANNED)
    ash.refresh_from_db()

    post = submit_post(peer=ash, place=thread, draft=draft("I am going to end my life tonight"))

    assert (post.visibility, post.help_keys != []) == (Visibility.HELD, True)
    assert Case.objects.open().get(post=post).level == 3
    with pytest.raises(Resting):
        submit_post(peer=ash, place=thread, draft=draft("Good morning everyone."))


def test_a_pause_in_one_thread_leaves_every_other_place_open(robin, ash, blue, held, room) -> None:
    post, case = held
    elsewhere = make_thread(blue, room, "A walk in the park.")
    propose(sit_down(robin), case, action="remove", measure="pause_thread", hours="24")

    with pytest.raises(Resting):
        submit_post(peer=ash, place=post.thread, draft=draft("And another thing."))
    assert submit_post(peer=ash, place=elsewhere, draft=draft("That sounds lovely.")).is_open
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert submit_post(peer=ash, place=post.thread, draft=draft("I am back.")).is_open


def test_undoing_gives_the_voice_back(robin, ash, held) -> None:
    post, case = held
    browser = sit_down(robin)
    made = propose(browser, case, action="remove", measure="pause", hours="72")

    browser.post(f"{case.get_absolute_url()}undo", {"decision": str(made.pk)})

    assert not Pause.objects.filter(ended_at=None).exists()
    assert submit_post(peer=ash, place=post.thread, draft=draft("Thank you for looking again.")).is_open


def test_a_cry_in_a_closed_thread_reaches_moderators_and_nobody_else(blue, thread) -> None:
    Thread.objects.filter(pk=thread.pk).update(locked=True)

    page = Browser(blue).post(f"/threads/{thread.public_id}/reply", {"body": CRY, "client_id": "c" * 12})

    post = Post.objects.get(peer=blue)
    assert (post.visibility, Case.objects.open().get(post=post).level) == (Visibility.HELD, 3)
    assert "Are you safe right now?" in page.content.decode()
    assert CRY not in Browser().read(thread.get_absolute_url())


@pytest.mark.parametrize("calm", [CRY, "I had tea, and I am a little calmer."])
def test_no_edit_brings_words_into_a_closed_thread(blue, thread, calm) -> None:
    Thread.objects.filter(pk=thread.pk).update(locked=True)
    post = submit_post(peer=blue, place=thread, draft=draft(CRY))

    edited = edit_post(peer=blue, post=post, draft=draft(calm))

    assert (edited.visibility, edited.reason_key) == (Visibility.HELD, "closed")
    assert calm not in Browser().read(thread.get_absolute_url())


def test_what_is_kept_and_stated_of_words_is_how_they_are_shown_in_the_end(blue, thread) -> None:
    Thread.objects.filter(pk=thread.pk).update(locked=True)

    post = submit_post(peer=blue, place=thread, draft=draft(CRY))

    stated = Statement.objects.in_force().get(post=post)
    assert (stated.restriction, stated.ground, stated.until) == (Restriction.HELD, "closed", post.hold_until)
    assert Snapshot.objects.get(case__post=post).visibility == Visibility.HELD


def test_what_is_to_be_erased_is_not_brought_back_by_an_edit_and_a_deadline(robin, ash, held) -> None:
    post, case = held
    propose(sit_down(robin), case, action="erase")
    edit_post(peer=ash, post=post, draft=draft("The soup was good."))

    with time_machine.travel(timezone.now() + timedelta(hours=5)):
        tend()

    assert Post.objects.get(pk=post.pk).visibility == Visibility.HELD


def test_a_hold_whose_time_went_by_while_a_proposal_waited_gets_new_time(robin, held) -> None:
    post, case = held
    browser = sit_down(robin)
    propose(browser, case, action="erase")

    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        browser.post(f"{case.get_absolute_url()}withdraw")
        tend()
        post.refresh_from_db()
        assert post.visibility == Visibility.HELD
        assert post.hold_until > timezone.now()


def test_a_voice_that_two_decisions_ended_comes_back_when_both_are_taken_back(robin, wren, ash, thread, held) -> None:
    cases = [held[1], cry(ash, thread)[1]]
    robins, wrens = sit_down(robin), sit_down(wren)
    made = [propose(robins, case, action="remove", measure="ban") for case in cases]
    for case in cases:
        second(wrens, case, "yes")
    states = []

    for each in made:
        assert wrens.post(f"{each.case.get_absolute_url()}undo", {"decision": str(each.pk)}).status_code == 302
        states.append(Peer.objects.get(pk=ash.pk).state)

    assert states == [State.BANNED, State.ACTIVE]


def test_alone_with_a_crisis_whoever_proposed_still_keeps_it_and_reads_its_words(robin, held) -> None:
    _, case = held
    browser = sit_down(robin)
    propose(browser, case, action="remove", measure="ban")

    page = take(browser, case)

    assert "Agree: do it" not in page
    assert 'form="decision-form"' in page
    assert page.count('id="decision-form"') == 1  # what those buttons send


def test_no_single_key_does_what_cannot_be_undone(robin, wren, held) -> None:
    _, case = held
    propose(sit_down(robin), case, action="remove", measure="ban")

    page = take(sit_down(wren), case)

    assert "Agree: do it" in page
    assert re.findall(r'data-key="(?:[1-9]|Enter)"', page) == []


@pytest.mark.parametrize(("chosen", "taken_down", "rests"), [
    ({"action": "erase"}, True, False),
    ({"action": "publish", "measure": "ban"}, False, True),
    ({"action": "erase", "measure": "ban"}, True, True),
])  # fmt: skip
def test_a_proposal_tells_what_holds_until_then_and_nothing_else(robin, wren, held, chosen, taken_down, rests) -> None:
    post, case = held
    propose(sit_down(robin), case, **chosen)

    page = take(sit_down(wren), case)

    assert ("the post is taken down" in page, "their writing rests" in page) == (taken_down, rests)
    post.refresh_from_db()
    assert (post.visibility == Visibility.REMOVED) == taken_down
    assert Pause.objects.filter(peer=case.peer, ended_at=None).exists() == rests
    told = [Browser().read(each.get_absolute_url()) for each in Statement.objects.in_force().filter(case=case)]
    assert any(FAREWELL in each for each in told)
    assert "The author reads already" in page

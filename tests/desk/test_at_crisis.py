"""What the system does by itself at a crisis, beside showing help: doors are opened, a push to harm is stopped,
and whoever was aimed at is looked for."""

import pytest

from forum.models import Pause, Visibility
from forum.posting import Resting, submit_post
from moderation.models import Case, Outreach, Restriction, Signal, Statement
from moderation.risk import Level
from tests.conftest import draft, make_moderator, make_thread
from tests.desk.staff import CRY, Browser, decision, sit_down, take
from tests.forum.doors import thread_of
from tests.moderation.judging import finding, judged

pytestmark = pytest.mark.django_db
__all__ = ["judged"]
PUSH = "Words that push someone to harm themselves, at crisis."


@pytest.fixture
def pushed(ash, blue, room, judged):
    """Ash cried for help, and Blue answered with a push to harm."""
    thread = make_thread(ash, room, CRY)
    judged(finding("encouragement", Level.CRISIS))
    return thread, submit_post(peer=blue, place=thread, draft=draft(PUSH))


def test_someone_in_danger_can_write_to_moderators_before_one_writes_to_them(ash, room) -> None:
    thread = make_thread(ash, room, CRY)

    outreach = Outreach.objects.get()

    assert (outreach.case.post, outreach.peer) == (thread.opening, ash)
    page = Browser(ash).read(outreach.get_absolute_url())
    assert "Write to the moderators, privately" in page
    assert "Write to them privately" in Browser(ash).read("/my/")


def test_the_answer_to_a_crisis_leads_to_moderators(ash, thread) -> None:
    page = Browser(ash).post(f"/threads/{thread.public_id}/reply", {"body": CRY, "client_id": "c" * 12})

    assert Outreach.objects.get().get_absolute_url() in page.content.decode()


def test_a_push_to_harm_reaches_nobody_and_pauses_its_author_here_only(blue, room, pushed, judged) -> None:
    thread, post = pushed
    judged()

    with pytest.raises(Resting):
        submit_post(peer=blue, place=thread, draft=draft("And another."))

    assert post.visibility == Visibility.HELD
    other = make_thread(blue, room, "I made tea.")
    assert other.opening is not None
    assert other.opening.is_open
    statement = Statement.objects.get(restriction=Restriction.THREAD_PAUSED)
    assert (statement.decision, statement.peer) == (None, blue)


def test_someone_in_danger_is_never_paused_whatever_else_they_write(ash, blue, room, judged) -> None:
    thread = make_thread(ash, room, CRY)
    judged(finding("encouragement", Level.CRISIS), finding("suicide", Level.RED))

    submit_post(peer=blue, place=thread, draft=draft(PUSH))

    assert not Pause.objects.exists()
    assert Outreach.objects.filter(peer=blue).exists()


def test_whoever_pushes_in_words_of_danger_that_are_doubted_is_not_paused(ash, blue, room, judged) -> None:
    thread = make_thread(ash, room, CRY)
    judged(finding("encouragement", Level.CRISIS), finding("suicide", Level.AMBER, doubted=True))

    submit_post(peer=blue, place=thread, draft=draft(PUSH))

    assert not Pause.objects.exists()
    assert Outreach.objects.filter(peer=blue).exists()


@pytest.mark.parametrize(
    "push", ["Just do it, kill yourself, nobody would miss you.", "Nobody would miss you. Just die."]
)
def test_who_urges_someone_to_die_is_paused_and_not_taken_for_the_one_in_danger(ash, blue, room, push) -> None:
    thread = make_thread(ash, room, CRY)

    submit_post(peer=blue, place=thread, draft=draft(push))

    assert Pause.objects.get().peer == blue
    assert not Outreach.objects.filter(peer=blue).exists()


def test_who_offers_to_die_together_is_in_danger_and_never_paused(ash, blue, room) -> None:
    thread = make_thread(ash, room, CRY)

    submit_post(peer=blue, place=thread, draft=draft("I am going to kill myself. Do it with me."))

    assert not Pause.objects.exists()
    assert Outreach.objects.filter(peer=blue).exists()


def test_whoever_a_newcomer_attacks_is_looked_after(ash, blue, thread, judged) -> None:
    judged(finding("harassment", Level.RED, targeted=True))  # one more than red, from someone new

    post = submit_post(peer=blue, place=thread, draft=draft("Words that attack."))

    assert Case.objects.open().get(post=post).level == 3
    assert Case.objects.open().get(post=thread.opening).peer == ash


def test_whoever_was_aimed_at_gets_a_case_of_their_own(pushed) -> None:
    thread, _ = pushed

    target = Case.objects.open().get(post=thread.opening)

    assert target.level == 3  # their own cry; never lowered
    assert Signal.objects.filter(case=target, rule="beside.aimed-at").count() == 1


def test_in_a_quiet_thread_the_last_to_speak_is_looked_after(ash, blue, thread, judged) -> None:
    judged(finding("harassment", Level.CRISIS, targeted=True))

    submit_post(peer=blue, place=thread, draft=draft(PUSH))

    case = Case.objects.open().get(post=thread.opening)
    assert (case.level, case.peer) == (2, ash)


def test_the_pause_ends_with_a_human_decision_and_its_own_measures_stand(robin, blue, pushed, judged) -> None:
    thread, post = pushed
    case = Case.objects.open().get(post=post)
    browser = sit_down(robin)
    form = decision(take(browser, case), action="remove", reason_code="encouragement", body="This cannot stay.")
    browser.post(f"{case.get_absolute_url()}decide", form)
    judged()

    assert not Pause.objects.filter(ended_at=None).exists()
    assert not Statement.objects.in_force().filter(restriction=Restriction.THREAD_PAUSED).exists()
    assert submit_post(peer=blue, place=thread, draft=draft("I am sorry.")).is_open


def test_a_short_push_long_after_the_cry_is_still_judged_as_an_answer_to_it(ash, blue, room) -> None:
    thread = make_thread(ash, room, CRY)
    other = make_moderator("heron", "Heron", "host").peer
    for words in ("I am here.", "So am I.", "Tea is on.", "Sending warmth.", "It is raining here."):
        submit_post(peer=other, place=thread, draft=draft(words))

    post = submit_post(peer=blue, place=thread, draft=draft("just do it already"))

    assert post.visibility == Visibility.HELD
    assert thread_of(post) == thread

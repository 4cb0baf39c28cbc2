"""The console's buttons about people and messages, without JavaScript, and what the room shows of them to whom."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from forum.live import hosting
from forum.live.states import Act
from forum.models import LiveSession, Pause, Post, Visibility
from forum.posting import submit_post
from forum.showing import set_visibility
from moderation import live_care, triage
from moderation.models import (
    Action,
    AuditEvent,
    Case,
    Decision,
    Effect,
    LiveNote,
    Measure,
    Moderator,
    OutreachMessage,
    Statement,
)
from moderation.risk import Level
from tests.conftest import draft, make_moderator
from tests.desk.staff import CRY, Browser, decision, left_when_hidden, sit_down, take
from tests.moderation.judging import finding, judged

pytestmark = pytest.mark.django_db
__all__ = ["judged"]
WORDS = "You should all stop being so soft."
STEPS = ("remove", "mute", "speak", "word")


@pytest.fixture
def river(host) -> Moderator:
    return Moderator.objects.get(peer=host)


@pytest.fixture
def console(river) -> Browser:
    """River, signed in by the real door."""
    return sit_down(river)


@pytest.fixture
def said(ash, session) -> Post:
    return submit_post(peer=ash, place=session, draft=draft(WORDS))


def at(session, step: str = "") -> str:
    return f"/live/{session.public_id}/host/{step}"


def on(post: Post, step: str) -> str:
    return at(post.session, f"messages/{post.public_id}/{step}")


def part(page: str, name: str) -> str:
    """One region of the console."""
    return page.partition(f'data-part="{name}"')[2].partition("data-part=")[0]


def test_a_host_removes_a_message_with_one_of_the_sites_reasons(console, session, said) -> None:
    assert 'formaction="' + on(said, "remove") in console.read(at(session))

    answer = console.post(on(said, "remove"), {"reason": "unkind", "body": ""})

    said.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, at(session))
    assert said.visibility == Visibility.REMOVED
    assert WORDS not in console.read(at(session))
    assert WORDS not in Browser().read(session.get_absolute_url())
    assert "A moderator took this down" in Browser().read(session.get_absolute_url())


def test_without_a_reason_nothing_is_removed_and_the_words_come_back(console, said) -> None:
    answer = console.post(on(said, "remove"), {"reason": "", "body": "My own careful sentence."})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose a reason: the author reads it" in page
    assert "My own careful sentence." in page
    assert Post.objects.get(pk=said.pk).is_open


@pytest.mark.parametrize("reason", ["stands", "because", "hard-to-read"])
def test_a_reason_for_something_else_removes_nothing(console, said, reason) -> None:
    assert console.post(on(said, "remove"), {"reason": reason}).status_code == 422
    assert Post.objects.get(pk=said.pk).is_open


def test_its_author_reads_the_hosts_own_words_and_may_appeal(console, ash, session, said) -> None:
    console.post(on(said, "remove"), {"reason": "unkind", "body": "That hit someone here. Try it about yourself."})

    statement = Statement.objects.get()
    page = Browser(ash).read(statement.get_absolute_url())
    assert "That hit someone here. Try it about yourself." in page
    assert "Ask another person to look" in page


@pytest.mark.parametrize("path", ["", "mine"])
def test_its_author_reads_in_the_room_why_and_how_to_have_someone_else_look(console, ash, blue, said, path) -> None:
    gone = submit_post(peer=ash, place=said.session, draft=draft("Not meant so."))
    set_visibility(gone, Visibility.WITHDRAWN)
    console.post(on(said, "remove"), {"reason": "unkind", "body": "That hit someone here."})

    address = f"/live/{said.session.public_id}/{path}"
    own = Browser(ash).read(address)

    assert "That hit someone here." in own
    assert own.count(Statement.objects.get().get_absolute_url()) == 1
    for other in (Browser(), Browser(blue)):
        assert "That hit someone here." not in other.read(address)


def test_what_was_said_in_a_live_room_is_nowhere_offered_for_editing(console, ash, session, said, judged) -> None:
    console.post(on(said, "remove"), {"reason": "unkind"})
    judged(finding("threat", Level.RED))
    held = submit_post(peer=ash, place=session, draft=draft("Words that wait."))
    pages = [session.get_absolute_url(), f"{session.get_absolute_url()}mine"]
    pages += [each.get_absolute_url() for each in Statement.objects.all()]

    read = [Browser(ash).read(address) for address in pages]

    assert held.visibility == Visibility.HELD
    assert len(read) == 4
    for page in read:
        assert "/edit" not in page
        assert "change your words" not in page
    assert "cannot be changed" in read[0]
    assert "until someone changes the decision" in Browser(ash).read(
        Statement.objects.get(post=said).get_absolute_url()
    )


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("someone", ["reader", "peer", "author", "colleague"])
def test_nobody_else_acts_on_a_message(ash, blue, said, step, someone) -> None:
    sage = make_moderator("sage", "Sage", "host")
    browsers = {
        "reader": Browser,
        "peer": lambda: Browser(blue),
        "author": lambda: Browser(ash),
        "colleague": lambda: sit_down(sage),
    }
    form = {"reason": "unkind", "minutes": "5", "body": "Kept words."}

    answer = browsers[someone]().post(on(said, step), form)

    assert answer.status_code == 403
    assert "Kept words." in answer.content.decode() or step == "speak" or someone == "reader"
    assert Post.objects.get(pk=said.pk).is_open
    assert not Decision.objects.exists()
    assert not OutreachMessage.objects.exists()


def test_a_host_who_gave_a_name_but_no_code_acts_on_nothing(host, said) -> None:
    answer = Browser(host).post(on(said, "remove"), {"reason": "unkind"})

    assert answer.status_code == 403
    assert Post.objects.get(pk=said.pk).is_open


@pytest.mark.parametrize("step", ["messages/{}/remove", "messages/{}/mute", "ask", "note"])
def test_looking_changes_nothing(console, said, step) -> None:
    assert console.get(at(said.session, step.format(said.public_id))).status_code == 405


def test_a_message_of_another_room_is_not_there(console, host, room, said) -> None:
    other = hosting.schedule(host=host, room=room, title="Another")

    answer = console.post(at(other, f"messages/{said.public_id}/remove"), {"reason": "unkind"})

    assert answer.status_code == 404
    assert Post.objects.get(pk=said.pk).is_open


def test_a_former_host_is_told_who_has_the_room(console, session, said) -> None:
    sage = make_moderator("sage", "Sage", "host")
    LiveSession.objects.update(host_until=None)
    hosting.take_over(host=sage.peer, session=session)
    page = console.read(at(session))

    answer = console.post(on(said, "remove"), {"reason": "unkind", "body": "Kept words."})

    assert "Take the room over" in page
    assert on(said, "remove") not in page
    assert answer.status_code == 403
    assert "Sage has the room now" in answer.content.decode()
    assert "Kept words." in answer.content.decode()


@pytest.mark.parametrize("step", ["remove", "word", "ask", "note"])
def test_a_host_of_whom_the_room_lost_sight_has_every_word_again_and_sends_it_once_more(
    console, session, said, step
) -> None:
    LiveSession.objects.update(host_until=timezone.now() - timedelta(seconds=1))
    address = on(said, step) if step in STEPS else at(session, step)
    form = {"reason": "unkind", "body": "Kept words.", "client_id": "one"}

    answer = console.post(address, form)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "lost sight of you" in page
    assert "Kept words." in page
    assert 'name="back" value="1"' in page
    assert not Decision.objects.exists()
    assert console.post(address, form).status_code == 409  # not by itself
    assert console.post(address, {**form, "back": "1"}).status_code == 303
    assert LiveSession.objects.get().host_present(timezone.now())
    assert AuditEvent.objects.filter(actor="river").exists()


def test_nobody_comes_back_into_a_room_that_is_not_theirs_or_is_closed(console, session, said) -> None:
    sage = make_moderator("sage", "Sage", "host")
    LiveSession.objects.update(host_until=None)
    hosting.take_over(host=sage.peer, session=session)
    form = {"reason": "unkind", "body": "Kept words.", "back": "1"}

    answer = console.post(on(said, "remove"), form)
    hosting.move(host=sage.peer, session=session, act=Act.CLOSE)
    closed = sit_down(sage).post(on(said, "remove"), form)

    assert (answer.status_code, closed.status_code) == (403, 403)
    assert "Sage has the room now" in answer.content.decode()
    assert "This live room is closed" in closed.content.decode()
    assert Post.objects.get(pk=said.pk).is_open


def test_letting_someone_speak_asks_an_absent_host_to_come_first(console, session, said) -> None:
    LiveSession.objects.update(host_until=None)

    answer = console.post(on(said, "speak"))

    assert answer.status_code == 409
    assert "Press &quot;I am here&quot;, and do it again" in answer.content.decode()


def test_doing_something_keeps_the_host_here(console, session, said) -> None:
    LiveSession.objects.update(host_until=timezone.now() + timedelta(seconds=3))

    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "5"})

    left = LiveSession.objects.get().host_until - timezone.now()  # type: ignore[operator]  # it is set
    assert left.total_seconds() > 50


def test_a_page_that_renews_itself_goes_on_doing_so_after_an_act(console, session, said) -> None:
    stay = console.post(at(session, "act"), {"act": "stay"})["Location"]
    here = stay.partition("here=")[2]
    page = console.read(stay)

    answer = console.post(on(said, "mute"), {"reason": "unkind", "minutes": "5", "here": here})

    assert page.count(f'name="here" value="{here}"') > 5
    assert answer["Location"] == stay


# Muting


def test_a_muted_person_reads_why_and_until_when_and_what_they_write_comes_back(console, ash, session, said) -> None:
    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "15"})

    page = Browser(ash).read(session.get_absolute_url())
    answer = Browser(ash).post(f"{session.get_absolute_url()}say", {"body": "But I", "client_id": "c"})

    pause = Pause.objects.get()
    until = pause.until_words
    assert f"{pause.until:%H:%M} UTC" in until
    assert f"Your writing rests here {until}" in page
    assert "River (of this room's team) wrote" in unescape(page)
    assert "Aimed at someone" in page
    assert Statement.objects.get().get_absolute_url() in page
    assert answer.status_code == 403
    assert f"Your writing rests here {until}" in answer.content.decode()
    assert "But I" in answer.content.decode()
    for other in (Browser(), console):
        assert "Your writing rests" not in other.read(session.get_absolute_url())


def test_where_the_room_is_closed_nobody_is_told_to_write_in_it(console, ash, session, said) -> None:
    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "15"})
    console.post(at(session, "act"), {"act": "close"})

    page = Browser(ash).read(session.get_absolute_url())

    assert "Your writing rested here when the room closed" in page
    assert Statement.objects.get().get_absolute_url() in page
    assert "send that while the room is open" not in page


def test_the_desk_calls_a_mute_a_mute(console, robin, said) -> None:
    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "15"})

    page = sit_down(robin).read(Case.objects.get().get_absolute_url())

    assert f"<strong>{Measure.PAUSE_HERE.label}</strong>, River" in page
    assert f"<strong>{Action.LEAVE.label}</strong>, River" not in page


def test_who_answers_an_appeal_against_a_mute_reads_that_it_was_one(console, wren, said) -> None:
    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "15"})
    Browser().post(Statement.objects.get().get_absolute_url(), {"body": "I meant it kindly."})

    page = sit_down(wren).read(Case.objects.get(appeals__isnull=False).get_absolute_url())

    assert f"decided: <strong>{Measure.PAUSE_HERE.label}</strong>" in page
    assert Action.LEAVE.label not in page


def test_a_cry_for_help_of_a_muted_person_is_taken_on_the_page(console, ash, session, said) -> None:
    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "end"})

    answer = Browser(ash).post(f"{session.get_absolute_url()}say", {"body": CRY, "client_id": "c"})

    post = Post.objects.get(body=CRY)
    assert answer.status_code == 200
    assert "Are you safe right now?" in answer.content.decode()
    assert post.visibility == Visibility.HELD
    assert Case.objects.open().get(post=post).level == 3
    assert CRY not in Browser().read(session.get_absolute_url())
    assert "until this room closes" in Browser(ash).read(session.get_absolute_url())


def test_the_console_shows_who_is_muted_and_lets_them_speak_again(console, ash, session, said) -> None:
    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "60"})
    assert "Let them speak again" in part(console.read(at(session)), "said")

    console.post(on(said, "speak"))

    assert "Let them speak again" not in console.read(at(session))
    assert "Your writing rests" not in Browser(ash).read(session.get_absolute_url())


@pytest.mark.parametrize("minutes", ["", "0", "7", "forever", "-5"])
def test_only_the_lengths_that_are_offered(console, said, minutes) -> None:
    assert console.post(on(said, "mute"), {"reason": "unkind", "minutes": minutes}).status_code == 422
    assert not Pause.objects.exists()


def test_on_words_that_wait_a_host_acts_without_reading_them(console, session, blue, judged) -> None:
    judged()
    submit_post(peer=blue, place=session, draft=draft("I am here."))
    post = submit_post(peer=blue, place=session, draft=draft("I waited for you."))
    Post.objects.filter(pk=post.pk).update(visibility="held", hold_until=timezone.now())

    care = part(console.read(at(session)), "care")

    assert "I waited for you." not in care
    assert on(post, "mute") in care
    assert on(post, "remove") not in care


def test_nothing_is_offered_on_the_hosts_own_words(console, host, session) -> None:
    post = submit_post(peer=host, place=session, draft=draft("Good evening."))

    assert on(post, "remove") not in console.read(at(session))


def test_a_colleague_who_could_take_over_sees_no_acts_before(session, said) -> None:
    LiveSession.objects.update(host_until=None)

    page = sit_down(make_moderator("sage", "Sage", "host")).read(at(session))

    assert "Take the room over" in page
    assert "What to do" not in page
    assert "For the team" not in page


@pytest.mark.parametrize("is_away", [False, True])
def test_a_moderator_sees_the_console_and_acts_on_messages_beside_the_host(robin, blue, session, said, is_away) -> None:
    hosting.raise_hand(peer=blue, session=session)
    if is_away:
        LiveSession.objects.update(host_until=None)
    desk = sit_down(robin)

    page = desk.read(at(session))
    answer = desk.post(on(said, "remove"), {"reason": "unkind"})

    said.refresh_from_db()
    assert on(said, "remove") in part(page, "said")
    assert "For the team" in page
    assert ("Take the room over" in page) == is_away
    assert ("Raised hands" in page) == is_away
    assert (answer.status_code, answer["Location"]) == (303, at(session))
    assert said.visibility == Visibility.REMOVED
    assert "A hard evening." not in page
    desk.post(at(session, "note"), {"body": "A hard evening.", "client_id": "one"})
    assert "A hard evening." in part(desk.read(at(session)), "team")


@pytest.mark.parametrize("step", ["close", "wind_down", "step_out", "here", "still", "co_host", "take_over"])
def test_a_moderator_takes_no_step_of_a_room_whose_host_is_here(robin, session, step) -> None:
    before = LiveSession.objects.filter(pk=session.pk).values().get()

    answer = sit_down(robin).post(at(session, "act"), {"act": step, "name": "Robin"})

    assert answer.status_code == 409
    assert "River has the room now" in answer.content.decode()
    assert LiveSession.objects.filter(pk=session.pk).values().get() == before


@pytest.mark.parametrize("role", ["host", "moderator"])
def test_a_colleague_who_hosts_elsewhere_or_gave_no_code_finds_the_console_closed(session, said, role) -> None:
    sage = make_moderator("sage", "Sage", role)
    browser = sit_down(sage) if role == "host" else Browser(sage.peer)

    answer = browser.get(at(session))

    assert answer.status_code == 403
    assert "River has the room now" in answer.content.decode()


def test_the_desk_leads_a_moderator_who_was_asked_in_to_the_console(console, robin, session) -> None:
    console.post(at(session, "ask"), {"body": "", "client_id": "one"})
    desk = sit_down(robin)

    page = desk.read(Case.objects.get(subject=f"ask:{session.pk}").get_absolute_url())

    assert f'href="{at(session)}"' in page
    assert desk.get(at(session)).status_code == 200


# A private word


def test_a_private_word_is_in_one_persons_room_and_nowhere_else(console, ash, blue, session, said) -> None:
    submit_post(peer=blue, place=session, draft=draft("Evening all."))

    answer = console.post(on(said, "word"), {"body": "A lantern for you alone.", "client_id": "one"})

    assert answer.status_code == 303
    mine = Browser(ash).read(session.get_absolute_url())
    assert "A lantern for you alone." in mine.partition("data-live-mine")[2]
    conversation = re.search(r"/my/messages/\w+/", mine)
    assert conversation
    assert "A lantern for you alone." in Browser(ash).read(conversation[0])
    pages = [
        *(browser.read(session.get_absolute_url()) for browser in (Browser(), Browser(blue), console)),
        console.read(at(session)),
        Browser().read(f"{session.get_absolute_url()}events"),
        Browser().read("/search?q=lantern"),
    ]
    assert not any("A lantern for you alone." in page for page in pages)
    assert Browser(blue).get(conversation[0]).status_code == 404


def test_a_word_without_words_comes_back(console, said) -> None:
    for body in ("", "  ", "x" * 1001):
        assert console.post(on(said, "word"), {"body": body, "client_id": "one"}).status_code == 422
    assert not OutreachMessage.objects.exists()


def test_the_answer_is_read_at_the_desk(console, robin, ash, session, said) -> None:
    console.post(on(said, "word"), {"body": "Are you all right?", "client_id": "one"})
    conversation = re.search(r"/my/messages/\w+/", Browser(ash).read(session.get_absolute_url()))
    assert conversation
    Browser(ash).post(conversation[0], {"body": "Better now, thank you.", "client_id": "two"})
    case = Case.objects.get(subject__startswith="word:")

    desk = sit_down(robin)
    queue = desk.read("/desk/")
    page = take(desk, case, reveal=True)

    assert "A private word in a live room" in queue
    assert "wrote to a person there privately" in page
    assert "asked for help" not in page
    assert "Are you all right?" in page
    assert "Better now, thank you." in page
    assert session.title in page


# The team


def test_a_host_asks_a_moderator_in_and_the_desk_reads_the_note(console, robin, session) -> None:
    console.post(at(session, "ask"), {"body": "Quiet Fern needs more than I can give.", "client_id": "one"})

    case = Case.objects.get(subject=f"ask:{session.pk}")
    desk = sit_down(robin)
    covered = desk.read(case.get_absolute_url())
    page = take(desk, case, reveal=True)
    assert "Quiet Fern" not in covered
    assert "asks for a moderator" in covered
    assert "asked for help" not in covered
    assert "A moderator was asked in" in console.read(at(session))
    assert "A host asks you in" in desk.read("/desk/")
    assert "Quiet Fern needs more than I can give." in page
    assert "Quiet Fern" not in left_when_hidden(page)
    assert session.get_absolute_url() in page


def test_the_console_says_when_a_moderator_was_asked_in_and_what_asking_again_does(console, robin, session) -> None:
    told = [part(console.read(at(session)), "team")]
    case = live_care.ask_in(moderator=Moderator.objects.get(username="river"), session=session)
    told.append(part(console.read(at(session)), "team"))
    triage.claim(case=case, moderator=robin)
    triage.reveal(case=case, moderator=robin)
    told.append(part(console.read(at(session)), "team"))
    triage.let_go(case=case, moderator=robin)
    told.append(part(console.read(at(session)), "team"))

    assert "Whoever is on call is told at once" in told[0]
    assert f"It joins what you asked at {case.opened_at:%H:%M} UTC" in told[1]
    assert "Robin has it in hand" in told[2]
    assert "Whoever is on call is told again" in told[3]
    assert not any("is told at once" in each for each in told[1:])


def test_a_note_stands_in_the_console_and_in_the_cases_of_its_session_alone(
    console, robin, ash, session, thread, said
) -> None:
    for _ in range(2):
        console.post(at(session, "note"), {"body": "A loud start, calm since.", "client_id": "one"})
    here = live_care.remove(moderator=robin, post=said, reason="unkind").case
    elsewhere = Case.objects.get(post=submit_post(peer=ash, place=thread, draft=draft(CRY)))

    desk = sit_down(robin)

    assert LiveNote.objects.count() == 1
    assert "A loud start, calm since." in part(console.read(at(session)), "team")
    assert "A loud start, calm since." not in desk.read(here.get_absolute_url())
    page = take(desk, here, reveal=True)
    assert "A loud start, calm since." in page
    assert "A loud start" not in left_when_hidden(page)
    assert "A loud start, calm since." not in take(desk, elsewhere, reveal=True)
    assert "A loud start" not in Browser(ash).read(session.get_absolute_url())


def test_a_note_needs_words_and_asking_does_not(console, session) -> None:
    assert console.post(at(session, "note"), {"body": " "}).status_code == 422
    assert console.post(at(session, "ask"), {"body": ""}).status_code == 303


def test_a_moderator_takes_back_at_the_desk_what_a_host_removed(console, robin, session, said) -> None:
    console.post(on(said, "remove"), {"reason": "unkind"})
    case, made = Case.objects.open().get(post=said), Decision.objects.get()
    desk = sit_down(robin)
    page = desk.read(case.get_absolute_url())

    answer = desk.post(f"{case.get_absolute_url()}undo", {"decision": str(made.pk)})

    said.refresh_from_db()
    assert "River did this in the live room: Remove it" in page
    assert answer.status_code == 302
    assert said.is_open
    assert Case.objects.open().filter(pk=case.pk).exists()
    assert AuditEvent.objects.filter(kind="decision.undone", actor="robin").count() == 1
    assert "did this in the live room" not in desk.read(case.get_absolute_url())


def test_the_desk_takes_back_each_act_of_the_room_by_itself(console, robin, said) -> None:
    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "60"})
    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "end"})
    console.post(on(said, "remove"), {"reason": "unkind"})
    case, desk = Case.objects.get(), sit_down(robin)
    made = list(Decision.objects.order_by("pk"))
    for each in made[:2]:
        page = desk.read(case.get_absolute_url())
        assert f'name="decision" value="{each.pk}"' in page
        assert desk.post(f"{case.get_absolute_url()}undo", {"decision": str(each.pk)}).status_code == 302

    page = desk.read(case.get_absolute_url())

    assert not Pause.objects.filter(ended_at=None).exists()
    assert page.count('name="decision" value=') == 1
    assert f'name="decision" value="{made[2].pk}"' in page


def test_a_mute_that_ran_out_and_a_removal_that_was_decided_since_are_not_offered(console, robin, said) -> None:
    console.post(on(said, "mute"), {"reason": "unkind", "minutes": "5"})
    console.post(on(said, "remove"), {"reason": "unkind"})
    case, desk = Case.objects.get(), sit_down(robin)
    page = take(desk, case)
    desk.post(f"{case.get_absolute_url()}decide", decision(page, action="remove", reason_code="unkind"))
    newest = Decision.objects.order_by("-pk")[0]

    both = desk.read(case.get_absolute_url())
    Effect.objects.filter(kind="pause").update(until=timezone.now())
    one = desk.read(case.get_absolute_url())

    assert both.count('name="decision" value=') == 2
    assert one.count('name="decision" value=') == 1
    assert f'name="decision" value="{newest.pk}"' in one


def test_taking_back_is_offered_to_whoever_has_the_case_or_while_nobody_has(console, robin, wren, said) -> None:
    console.post(on(said, "remove"), {"reason": "unkind"})
    case, made = Case.objects.get(), Decision.objects.get()
    desk, other = sit_down(robin), sit_down(wren)
    free = other.read(case.get_absolute_url())
    mine = take(desk, case)

    held = other.read(case.get_absolute_url())
    answer = other.post(f"{case.get_absolute_url()}undo", {"decision": str(made.pk)})

    back = f'name="decision" value="{made.pk}"'
    assert (back in free, back in mine, back in held) == (True, True, False)
    assert "Robin has this case, and can take it back" in held
    assert answer.status_code == 409
    assert "Robin has this case now" in answer.content.decode()
    assert Decision.objects.get().undone_at is None


def test_one_own_act_in_a_room_is_named_so_and_comes_to_others_first(robin, wren, ash, session, said) -> None:
    live_care.remove(moderator=robin, post=said, reason="unkind")
    case = Case.objects.get()
    Moderator.objects.update(on_shift_until=timezone.now() + timedelta(hours=1))

    assert triage.claim_next(moderator=robin) is None
    assert "your own act in the room" in sit_down(robin).read(case.get_absolute_url())
    assert "your own act in the room" not in sit_down(wren).read(case.get_absolute_url())
    taken = triage.claim_next(moderator=wren)
    assert taken == case


@pytest.mark.parametrize("why", ["alone", "late", "crisis"])
def test_ones_own_act_comes_to_oneself_where_nobody_else_would_look_in_time(robin, wren, ash, session, why) -> None:
    post = submit_post(peer=ash, place=session, draft=draft(CRY if why == "crisis" else WORDS))
    live_care.remove(moderator=robin, post=post, reason="unkind")
    hour = timedelta(hours=1)
    Moderator.objects.filter(username="robin").update(on_shift_until=timezone.now() + hour)
    Moderator.objects.filter(username="wren").update(on_shift_until=None if why == "alone" else timezone.now() + hour)
    if why == "late":
        Case.objects.update(due_at=timezone.now())

    assert triage.claim_next(moderator=robin) == Case.objects.get()


def test_the_acts_of_a_full_console_cost_a_fixed_number_of_questions(
    console, ash, blue, session, said, django_assert_max_num_queries
) -> None:
    for number in range(12):
        for peer in (ash, blue):
            submit_post(peer=peer, place=session, draft=draft(f"Line {number}."))

    with django_assert_max_num_queries(20):
        console.read(at(session))

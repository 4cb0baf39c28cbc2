"""Open, careful, paused: it acts at once, by hand or by rota, and it never silences a cry for help."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum.models import Mode, Post, SavedDraft, SiteMode, Thread, Visibility
from forum.posting import edit_post, submit_post, withdraw
from forum.refusals import Paused
from moderation import site_mode, staffing
from moderation.holding import end_hold
from moderation.models import AuditEvent, Case, Moderator, Role, Rota
from moderation.tending import tend
from peers.models import Peer
from tests.conftest import draft, make_moderator, make_post
from tests.desk.staff import CRY, HEAVY, Browser, decision, sit_down, take

pytestmark = pytest.mark.django_db
RED = "I wish I was dead"
THREAT = "I will hurt him tonight, I know where he lives"


@pytest.fixture
def lou(db) -> Moderator:
    return make_moderator("lou", "Lou", Role.LEAD)


@pytest.fixture
def desk(lou) -> Browser:
    return sit_down(lou)


def choose(desk: Browser, mode: str, **form: str):
    return desk.post("/desk/mode", {"mode": mode, "hours": "", "reason": "nobody", "body": "", **form})


def pause() -> None:
    SiteMode.objects.update_or_create(pk=1, defaults={"mode": Mode.PAUSED, "by_hand": True, "reason": "Nobody"})


def careful() -> None:
    SiteMode.objects.update_or_create(pk=1, defaults={"mode": Mode.CAREFUL, "by_hand": True, "reason": "Nobody"})


def replies(browser: Browser, thread: Thread, words: str, client_id: str = "a-first-reply"):
    return browser.post(f"{thread.get_absolute_url()}reply", {"body": words, "client_id": client_id})


def known(peer: Peer, room) -> Peer:
    """Someone who has been here for a while."""
    for number in range(5):
        make_post(peer, room, f"I slept {number} hours.")
    Peer.objects.filter(pk=peer.pk).update(created_on="2026-01-01")
    peer.refresh_from_db()
    return peer


def test_a_pause_acts_with_the_very_next_words_and_is_in_the_log(desk, blue, thread) -> None:
    browser = Browser(blue)
    before = replies(browser, thread, "I hear you.").status_code

    choose(desk, "paused", hours="2", reason="disturbed", body="Since this evening.")
    during = replies(browser, thread, "And another thing.", "a-second-reply")

    assert (before, during.status_code) == (303, 423)
    row = SiteMode.objects.get()
    assert row.until is not None
    assert timedelta(hours=1, minutes=59) < row.until - timezone.now() <= timedelta(hours=2)
    assert row.reason == "Someone disturbs the site: Since this evening."
    event = AuditEvent.objects.get(kind="mode.changed")
    assert event.actor == "lou"
    assert event.data == {"before": "open", "after": "paused", "why": "disturbed", "until": row.until.isoformat()}


def test_words_that_were_not_taken_stand_in_the_form_are_saved_and_help_is_there(blue, thread) -> None:
    pause()
    browser = Browser(blue)

    answer = replies(browser, thread, "I hear you.")

    page = answer.content.decode()
    assert "Writing is paused on this site right now" in page
    assert "I hear you.</textarea>" in page
    assert '/help"' in page
    assert SavedDraft.objects.get().body == "I hear you."
    assert not Post.objects.filter(body="I hear you.").exists()


@pytest.mark.parametrize(
    "address", ["/", "/waiting", "/rooms/self-care/", "/new", "/search?q=slept", "/my/", "/help", "{}"]
)
def test_reading_help_and_ones_own_space_stay_open_while_paused(ash, thread, address) -> None:
    pause()

    page = Browser(ash).read(address.format(thread.get_absolute_url()))

    assert ("Writing is paused" in page) == (address != "/help")


def test_drafts_are_saved_while_paused(ash, thread) -> None:
    pause()

    answer = Browser(ash).post(f"/drafts/thread:{thread.public_id}", {"body": "For later."})

    assert answer.status_code == 200
    assert SavedDraft.objects.get().body == "For later."


def test_someone_new_gets_no_identity_for_words_that_are_not_taken(thread) -> None:
    pause()
    peers = Peer.objects.count()

    answer = replies(Browser(), thread, "I hear you.")

    assert answer.status_code == 423
    assert Peer.objects.count() == peers


@pytest.mark.parametrize("words", [CRY, RED])
@pytest.mark.parametrize("who", ["known", "new"])
def test_a_cry_for_help_is_saved_held_answered_with_help_and_brings_a_human(blue, thread, words, who) -> None:
    pause()
    browser = Browser(blue if who == "known" else None)

    answer = replies(browser, thread, words)

    page = answer.content.decode()
    post = Post.objects.get(body=words)
    case = Case.objects.get(post=post)
    assert answer.status_code == 200
    assert "Your words are saved" in page
    assert "help-card" in page
    assert "Only you and moderators can see this post now" in page
    assert "The site is paused" in page
    assert post.visibility == Visibility.HELD
    assert case.level >= 2
    assert words not in Browser().read(thread.get_absolute_url())
    assert words in browser.read(thread.get_absolute_url())


def test_a_cry_that_opens_a_thread_while_paused_is_saved_too(blue, rooms) -> None:
    pause()

    answer = Browser(blue).post("/rooms/self-care/new", {"body": CRY, "client_id": "a-new-thread", "room": "self-care"})

    assert answer.status_code == 200
    assert Case.objects.get().post == Post.objects.get(body=CRY)
    assert Post.objects.get().visibility == Visibility.HELD


def test_an_edit_to_a_cry_while_paused_is_saved_and_a_calm_edit_waits(ash, thread) -> None:
    pause()

    with pytest.raises(Paused):
        edit_post(peer=ash, post=thread.opening, draft=draft("I slept five hours."))
    edited = edit_post(peer=ash, post=thread.opening, draft=draft(CRY))

    assert edited.visibility == Visibility.HELD
    assert Case.objects.open().get().post == edited
    assert withdraw(peer=ash, post=edited)


def test_amber_words_come_back_with_a_way_to_help(blue, thread) -> None:
    pause()

    answer = replies(Browser(blue), thread, HEAVY)

    assert answer.status_code == 423
    assert '/help"' in answer.content.decode()


def test_what_is_held_for_a_reason_of_its_own_stays_so_for_that_reason(blue, thread) -> None:
    pause()

    replies(Browser(blue), thread, THREAT)

    post = Post.objects.get(body=THREAT)
    assert (post.visibility, post.reason_key) == (Visibility.HELD, "threat")


def test_a_moderator_decides_about_held_words_while_paused(desk, blue, thread) -> None:
    pause()
    replies(Browser(blue), thread, CRY)
    case = Case.objects.get()

    desk.post(f"{case.get_absolute_url()}decide", decision(take(desk, case), action="fold"))

    assert Post.objects.get(body=CRY).visibility == Visibility.NOTED


def test_held_words_wait_on_while_paused_and_go_up_as_ever_afterwards(blue, thread) -> None:
    pause()
    replies(Browser(blue), thread, CRY)
    post = Post.objects.get(body=CRY)

    during = end_hold(post.pk, now=timezone.now() + timedelta(hours=2))
    SiteMode.objects.update(mode=Mode.OPEN)
    afterwards = end_hold(post.pk, now=timezone.now() + timedelta(hours=9))

    post.refresh_from_db()
    assert (during, afterwards) == ("prolonged", "released")
    assert post.visibility == Visibility.NOTED


def test_staff_write_while_paused_because_somebody_has_to_say_what_is_going_on(robin, thread) -> None:
    pause()

    post = submit_post(peer=robin.peer, place=thread, draft=draft("We are back at eight."))

    assert post.visibility == Visibility.PUBLISHED


@pytest.mark.parametrize("newcomer", ["without a name", "of its first day", "with few posts"])
def test_while_careful_a_newcomers_thread_begins_in_arrivals_and_they_are_told_before(ash, rooms, newcomer) -> None:
    careful()
    if newcomer == "with few posts":
        Peer.objects.filter(pk=ash.pk).update(created_on="2026-01-01")
    browser = Browser(None if newcomer == "without a name" else ash)

    told = browser.read("/rooms/relapse/new")
    browser.post("/rooms/relapse/new", {"body": "Day one.", "client_id": "a-new-thread", "room": "relapse"})

    assert "Your words will go to Arrivals first" in told
    made = Thread.objects.get()
    assert made.room.is_arrivals
    page = Browser().read(made.get_absolute_url())
    assert f"Its author chose {rooms['relapse'].name}" in page
    assert made.opening is not None
    assert made.opening.persona is not None
    assert made.opening.persona.scope == rooms["arrivals"].scope


def test_while_careful_whoever_is_known_begins_where_they_choose(ash, rooms) -> None:
    known(ash, rooms["self-care"])
    careful()
    browser = Browser(ash)

    told = browser.read("/rooms/relapse/new")
    browser.post("/rooms/relapse/new", {"body": "Day one.", "client_id": "a-new-thread", "room": "relapse"})

    assert "Arrivals first" not in told
    assert Thread.objects.get(opening__body="Day one.").room == rooms["relapse"]


def test_while_careful_newcomers_reply_everywhere_and_harm_is_held_as_ever(blue, thread) -> None:
    careful()
    browser = Browser(blue)

    calm = replies(browser, thread, "I hear you.")
    replies(browser, thread, THREAT, "a-second-reply")

    assert calm.status_code == 303
    assert Post.objects.get(body=THREAT).visibility == Visibility.HELD


def test_while_open_no_page_speaks_of_modes(ash, rooms) -> None:
    browser = Browser(ash)

    pages = [browser.read(address) for address in ("/", "/new", "/rooms/relapse/new")]

    assert not any("site-mode" in page or "Arrivals first" in page for page in pages)


@pytest.mark.parametrize("mode", ["open", "careful", "paused"])
def test_the_mode_costs_a_page_no_question_of_its_own(lou, thread, mode, django_assert_num_queries) -> None:
    SiteMode.objects.create(mode=mode)

    for address, number in (("/", 3), (thread.get_absolute_url(), 3), ("/search", 1)):
        with django_assert_num_queries(number):
            Browser().read(address)


def test_the_page_of_the_mode_asks_a_fixed_number_of_questions(desk, django_assert_num_queries) -> None:
    choose(desk, "careful")

    with django_assert_num_queries(4):  # session, moderator, device; the mode
        desk.read("/desk/mode")


@pytest.mark.parametrize(
    "form", [{"mode": "closed"}, {"mode": ""}, {"reason": ""}, {"hours": "99"}, {"reason": "bored"}]
)
def test_a_mode_needs_a_reason_and_an_end_that_exist(desk, form) -> None:
    answer = desk.post("/desk/mode", {"mode": "paused", "hours": "", "reason": "nobody", "body": "", **form})

    assert answer.status_code == 422
    assert not SiteMode.objects.exists()
    assert not AuditEvent.objects.exists()


def on_shift(moderator: Moderator, *, hours: int = 1) -> None:
    Moderator.objects.filter(pk=moderator.pk).update(on_shift_until=timezone.now() + timedelta(hours=hours))


def test_while_nobody_is_on_shift_the_worker_switches_and_back_again_each_in_the_log(desk, lou, robin) -> None:
    desk.post("/desk/mode/unattended", {"unattended": "careful"})
    seen = []

    for act in (lambda: None, lambda: on_shift(robin), lambda: None):
        act()
        tend()
        seen.append(SiteMode.objects.now())
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        tend()
        seen.append(SiteMode.objects.now())

    assert seen == ["careful", "open", "open", "careful"]
    told = AuditEvent.objects.filter(actor="worker", kind="mode.changed").order_by("id").values_list("data", flat=True)
    assert [(each["before"], each["after"], each["why"]) for each in told] == [
        ("open", "careful", "rota"),
        ("careful", "open", "rota"),
        ("open", "careful", "rota"),
    ]
    assert AuditEvent.objects.get(kind="mode.unattended").data == {"before": "open", "after": "careful"}


def test_by_hand_wins_over_the_rota_until_its_end(desk, robin) -> None:
    desk.post("/desk/mode/unattended", {"unattended": "careful"})
    on_shift(robin, hours=12)
    choose(desk, "paused", hours="2")
    seen = []

    for hours in (0, 1, 3):
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            tend()
            seen.append(SiteMode.objects.now())

    assert seen == ["paused", "paused", "open"]
    row = SiteMode.objects.get()
    assert (row.by_hand, row.until, row.reason) == (False, None, "")
    assert AuditEvent.objects.get(actor="worker", kind="mode.changed").data["why"] == "its time is over"


def test_a_planned_shift_keeps_the_site_open_while_someone_in_danger_waits_too_long(desk, robin, room) -> None:
    desk.post("/desk/mode/unattended", {"unattended": "paused"})
    now = timezone.now()
    week = {"weekday": now.weekday(), "starts": 0, "ends": 1440, "valid_from": now.date()}
    Rota.objects.create(moderator=robin, duty="shift", **week)
    staffing.be_seen(moderator=robin)
    Case.objects.create(subject="call:1:0", room=room, level=3, tier=2, categories=["suicide"], due_at=now)

    tend(now=now)

    assert SiteMode.objects.now() == Mode.OPEN


def test_what_was_chosen_by_hand_can_be_ended_by_hand(desk) -> None:
    desk.post("/desk/mode/unattended", {"unattended": "careful"})
    choose(desk, "paused")

    desk.post("/desk/mode/rota")
    desk.post("/desk/mode/rota")

    row = SiteMode.objects.get()
    assert (row.mode, row.by_hand) == ("careful", False)
    assert AuditEvent.objects.filter(kind="mode.changed").count() == 2


def test_a_worker_that_looked_before_someone_chose_changes_nothing(lou, monkeypatch) -> None:
    site_mode.choose_unattended(moderator=lou, mode=Mode.CAREFUL)
    looked = SiteMode.objects.get()
    site_mode.choose(moderator=lou, mode=Mode.OPEN, reason="calm")
    monkeypatch.setattr(SiteMode.objects, "first", lambda: looked)

    assert not site_mode.tend(now=timezone.now())

    assert (SiteMode.objects.get().mode, SiteMode.objects.get().by_hand) == ("open", True)


def test_a_mode_is_never_changed_without_its_line_in_the_log(lou, monkeypatch) -> None:
    def fails(**_) -> None:
        raise OSError("the disk is full")

    site_mode.choose_unattended(moderator=lou, mode=Mode.CAREFUL)
    before = SiteMode.objects.values().get()
    monkeypatch.setattr("moderation.site_mode.audit.write", fails)
    acts = (
        lambda: site_mode.choose(moderator=lou, mode=Mode.PAUSED, reason="work"),
        lambda: site_mode.choose_unattended(moderator=lou, mode=Mode.PAUSED),
        lambda: site_mode.tend(now=timezone.now()),
    )

    for act in acts:
        with pytest.raises(OSError, match="full"):
            act()

    assert SiteMode.objects.values().get() == before


@pytest.mark.parametrize(
    "values", [{"pk": 2}, {"mode": "closed"}, {"unattended": "closed"}, {"by_hand": True}, {"until": timezone.now()}]
)
def test_the_database_holds_one_row_of_known_modes(db, values) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteMode.objects.create(**values)

    with pytest.raises(ObjectDoesNotExist):
        SiteMode.objects.get()

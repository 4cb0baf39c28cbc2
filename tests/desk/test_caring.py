"""Moderators are looked after, and never at the price of someone in danger."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum.posting import edit_post
from moderation import caring, staffing, triage
from moderation.demo import deciding
from moderation.exposure import measure
from moderation.models import Case, Exposure, HandoverNote, Moderator, Rota
from moderation.tending import tend
from tests.conftest import draft, make_moderator
from tests.desk.staff import CRY, HEAVY, Browser, cry, decision, field, sit_down, take

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=10)
ENOUGH = "You have read as much today as one person should"


def waiting(room, level: int, *categories: str, name: str = "Quiet Harbour", due: timedelta = SOON) -> Case:
    """A case in the queue."""
    return Case.objects.create(
        subject=f"call:{Case.objects.count()}:0",
        room=room,
        author_name=name,
        level=level,
        categories=list(categories or ["distress"]),
        due_at=timezone.now() + due,
    )


def has_read(moderator: Moderator, units: int, **more: object) -> Exposure:
    """What this moderator has read today, as their count says."""
    now = timezone.now()
    start = {"day": now.date(), "began_at": now, "last_at": now}
    return Exposure.objects.create(moderator=moderator, units=units, **{**start, **more})


def on_shift(*moderators: Moderator) -> None:
    keys = [each.pk for each in moderators]
    Moderator.objects.filter(pk__in=keys).update(on_shift_until=timezone.now() + timedelta(hours=2))


def served(browser: Browser) -> str:
    """Where "next" leads."""
    return str(browser.post("/desk/next")["Location"])


# Counting


def test_reading_is_counted_by_level_and_kind_once_for_the_same_words(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    Case.objects.update(level=3, categories=["suicide", "method"])
    browser = sit_down(robin)
    take(browser, case)

    for step in ("1", "2", "2"):
        browser.post(f"{case.get_absolute_url()}reveal", {"step": step})
    browser.post(f"{case.get_absolute_url()}let-go")
    take(browser, case, reveal=True)

    count = Exposure.objects.get()
    assert (count.moderator, count.units, count.crises, count.reds, count.ambers) == (robin, 4, 1, 0, 0)


def test_words_that_came_since_count_anew(robin, ash, thread) -> None:
    post, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case, reveal=True)
    before = Exposure.objects.get().units

    edit_post(peer=ash, post=post, draft=draft(f"{CRY}, I mean it"))
    browser.post(f"{case.get_absolute_url()}reveal", {"step": "2"})

    assert Exposure.objects.get().units == 2 * before


def test_each_reader_has_their_own_count(robin, wren, ash, thread) -> None:
    _, case = cry(ash, thread)
    first = sit_down(robin)
    take(first, case, reveal=True)
    first.post(f"{case.get_absolute_url()}let-go")

    take(sit_down(wren), case, reveal=True)

    robins, wrens = (Exposure.objects.get(moderator=each).units for each in (robin, wren))
    assert robins == wrens > 0


def test_taking_reading_facts_and_empty_words_count_nothing(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case)
    case.snapshots.update(words="")

    browser.post(f"{case.get_absolute_url()}reveal", {"step": "2"})

    assert Exposure.objects.get().units == 0


def test_a_night_shift_is_one_day_and_a_new_day_after_a_rest_begins_anew(robin, ash, blue, thread) -> None:
    _, first = cry(ash, thread)
    _, second = cry(blue, thread)
    _, third = cry(ash, thread, HEAVY)
    evening = timezone.now().replace(hour=23, minute=0)

    for hours, case in ((0, first), (2, second), (11, third)):
        with time_machine.travel(evening + timedelta(hours=hours), tick=False):
            triage.claim(case=case, moderator=robin)
            triage.reveal(case=case, moderator=robin)

    counts = list(Exposure.objects.order_by("day").values_list("crises", "ambers"))
    assert counts == [(2, 0), (0, 1)]


def test_ending_a_shift_and_beginning_another_does_not_begin_a_new_count(robin, room) -> None:
    has_read(robin, measure().hard)
    waiting(room, 1)
    browser = sit_down(robin)

    browser.post("/desk/shift", {"act": "end"})
    browser.post("/desk/shift", {"act": "start", "hours": "2"})

    assert served(browser) == "/desk/?nothing=1"


def test_a_rest_of_minutes_takes_nothing_off_the_count(robin) -> None:
    has_read(robin, measure().hard)

    sit_down(robin).post("/desk/shift", {"act": "break"})

    assert Exposure.objects.get().units == measure().hard


def test_a_reveal_that_is_not_logged_is_not_counted(robin, ash, thread, monkeypatch) -> None:
    _, case = cry(ash, thread)
    triage.claim(case=case, moderator=robin)
    monkeypatch.setattr("moderation.triage.audit.write", lambda **_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        triage.reveal(case=case, moderator=robin)

    assert not Exposure.objects.exists()


# The limits


def test_at_the_hard_limit_a_waiting_crisis_is_still_served_and_nothing_else_is(robin, room) -> None:
    has_read(robin, measure().hard)
    late_red = waiting(room, 2, due=-SOON)
    waiting(room, 1)
    browser = sit_down(robin)

    nothing, page = served(browser), browser.read("/desk/")
    before = browser.read(late_red.get_absolute_url())
    chosen = browser.post(f"{late_red.get_absolute_url()}claim")
    crisis = waiting(room, 3)
    last = served(browser)

    assert nothing == "/desk/?nothing=1"
    assert "That is enough for today" in page
    assert chosen.status_code == 409
    assert ENOUGH in before
    assert ENOUGH in chosen.content.decode()
    assert last == crisis.get_absolute_url()
    assert "Only a crisis that nobody holds still comes to you" in browser.read(last)


@pytest.mark.parametrize("units", [40, 41, 4000])
def test_no_count_keeps_anyone_from_a_crisis_they_choose_or_from_its_words(robin, ash, thread, units) -> None:
    has_read(robin, units)
    _, case = cry(ash, thread)

    page = take(sit_down(robin), case, reveal=True)

    assert CRY in page
    assert Exposure.objects.get().units > units


def test_a_crisis_in_other_hands_stays_there_whoever_is_at_the_limit(robin, wren, room) -> None:
    has_read(robin, measure().hard)
    crisis = waiting(room, 3)
    take(sit_down(wren), crisis)

    assert served(sit_down(robin)) == "/desk/?nothing=1"
    assert Case.objects.get().lease_by == wren


def test_a_case_that_became_a_crisis_is_served_though_it_began_as_less(robin, room) -> None:
    has_read(robin, measure().hard)
    case = waiting(room, 1)
    browser = sit_down(robin)
    before = served(browser)

    Case.objects.update(level=3)

    assert (before, served(browser)) == ("/desk/?nothing=1", case.get_absolute_url())


def test_what_was_read_already_may_be_finished_at_the_limit(robin, ash, thread) -> None:
    _, case = cry(ash, thread, HEAVY)
    browser = sit_down(robin)
    take(browser, case, reveal=True)
    Exposure.objects.update(units=measure().hard)

    kept = browser.post(f"{case.get_absolute_url()}claim")  # staying with it
    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=False):  # the lease ran out
        page = take(browser, case)
        decided = browser.post(f"{case.get_absolute_url()}decide", decision(page))

    assert (kept.status_code, decided.status_code) == (302, 302)
    assert Case.objects.get().state == "resolved"


def test_a_crisis_beyond_many_calmer_cases_is_found(robin, room) -> None:
    has_read(robin, measure().hard)
    Moderator.objects.update(opted_out=["distress"])
    for _ in range(25):
        waiting(room, 3, "distress", due=timedelta(hours=1))
    make_way = make_moderator("heron", "Heron", "moderator")
    on_shift(make_way)
    other = waiting(room, 3, "suicide", due=timedelta(hours=2))

    assert served(sit_down(robin)) == other.get_absolute_url()


def test_the_break_card_comes_at_the_soft_limit_goes_when_put_away_and_comes_back(robin) -> None:
    count = has_read(robin, measure().soft - 1)
    browser = sit_down(robin)
    before = browser.read("/desk/")

    Exposure.objects.filter(pk=count.pk).update(units=measure().soft)
    due = browser.read("/desk/")
    browser.post("/desk/me/later")
    away = browser.read("/desk/")
    Exposure.objects.filter(pk=count.pk).update(units=measure().soft + measure().again)
    back = browser.read("/desk/")
    browser.post("/desk/shift", {"act": "break"})
    rested = browser.read("/desk/")

    assert ["Time for a break" in page for page in (before, due, away, back, rested)] == [
        False,
        True,
        False,
        True,
        False,
    ]
    assert "Put both feet on the floor" in due


def test_at_the_hard_limit_the_card_cannot_be_put_away(robin) -> None:
    has_read(robin, measure().hard)
    browser = sit_down(robin)

    browser.post("/desk/me/later")

    assert "That is enough for today" in browser.read("/desk/")
    assert "Not now" not in browser.read("/desk/")


def test_the_card_waits_until_the_case_in_hand_is_done(robin, room) -> None:
    has_read(robin, measure().soft)
    case = waiting(room, 3)
    browser = sit_down(robin)

    page = take(browser, case)

    assert "A break is due after this case" in page
    assert "Time for a break" not in page


def test_the_shift_bar_tells_how_many_hard_texts_were_read_and_nothing_of_them(robin, ash, thread) -> None:
    post, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case, reveal=True)
    browser.post(f"{case.get_absolute_url()}let-go")

    page = browser.read("/desk/")

    assert "Hard texts read: 1 crisis" in page
    assert post.body not in page


# What they would rather not read


def test_kinds_a_moderator_keeps_away_from_are_not_served_but_can_be_chosen(robin, room) -> None:
    browser = sit_down(robin)
    browser.post("/desk/me", {"reveal": "steps", "opted_out": ["abuse", "eating"]})
    away = waiting(room, 2, "suicide", "abuse")
    other = waiting(room, 1, "distress", due=timedelta(hours=4))

    given = [served(browser), served(browser)]
    queue = browser.read("/desk/")
    chosen = browser.post(f"{away.get_absolute_url()}claim")

    assert given == [other.get_absolute_url(), "/desk/?nothing=1"]
    assert queue.count("Not for you today") == 1
    assert "Not for you today" in queue.split(f'data-case="{away.public_id}"')[1].split("</li>")[0]
    assert chosen.status_code == 302
    assert "Kinds you keep away from are not served" in browser.read("/desk/?nothing=1")


def test_a_crisis_that_nobody_else_on_shift_can_take_is_served_and_says_why(robin, wren, room) -> None:
    Moderator.objects.update(opted_out=["abuse"])
    on_shift(robin, wren)  # Wren keeps away from it, too
    crisis = waiting(room, 3, "abuse")
    browser = sit_down(robin)

    assert served(browser) == crisis.get_absolute_url()
    page = browser.read(crisis.get_absolute_url())
    assert "You keep away from this kind today: abuse told" in page
    assert "nobody else on shift can take it" in page


@pytest.mark.parametrize("why", ["off shift", "at the limit", "keeps away, too", "not a lead", "a host", "gone"])
def test_a_crisis_goes_to_who_keeps_away_when_the_other_could_not_be_served_it(robin, wren, room, why) -> None:
    Moderator.objects.filter(pk=robin.pk).update(opted_out=["abuse", "minor"], role="lead")
    on_shift(robin, wren)
    crisis = waiting(room, 3, "abuse")
    others = Moderator.objects.filter(pk=wren.pk)
    change = {
        "off shift": lambda: others.update(on_shift_until=timezone.now() - SOON),
        "at the limit": lambda: has_read(wren, measure().hard),
        "keeps away, too": lambda: others.update(opted_out=["abuse"]),
        "not a lead": lambda: Case.objects.update(lead_only=True),
        "a host": lambda: others.update(role="host"),
        "gone": lambda: others.update(is_active=False),
    }
    browser = sit_down(robin)
    before = served(browser)

    change[why]()

    assert (before, served(browser)) == ("/desk/?nothing=1", crisis.get_absolute_url())


def test_whoever_is_here_by_plan_can_be_served_a_crisis_that_another_keeps_away_from(robin, wren, room) -> None:
    Moderator.objects.filter(pk=robin.pk).update(opted_out=["abuse"])
    crisis = waiting(room, 3, "abuse")
    today = timezone.now().date()
    Rota.objects.create(moderator=wren, duty="shift", weekday=today.weekday(), starts=0, ends=1440, valid_from=today)
    browser = sit_down(robin)
    without = served(browser)
    browser.post(f"{crisis.get_absolute_url()}let-go")

    staffing.be_seen(moderator=wren)

    assert (without, served(browser)) == (crisis.get_absolute_url(), "/desk/?nothing=1")


def test_a_crisis_that_waited_past_its_time_is_served_to_anyone(robin, wren, room) -> None:
    Moderator.objects.filter(pk=robin.pk).update(opted_out=["abuse"])
    on_shift(robin, wren)
    crisis = waiting(room, 3, "abuse", due=timedelta(minutes=2))
    browser = sit_down(robin)
    in_time = served(browser)

    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=False):
        late = served(browser)

    assert (in_time, late) == ("/desk/?nothing=1", crisis.get_absolute_url())


def test_a_red_case_of_such_a_kind_is_never_forced_on_anyone(robin, room) -> None:
    Moderator.objects.update(opted_out=["abuse"])
    waiting(room, 2, "abuse", due=-SOON)

    assert served(sit_down(robin)) == "/desk/?nothing=1"


def test_a_kind_whose_name_is_part_of_another_keeps_nothing_away(robin, room) -> None:
    Moderator.objects.update(opted_out=["method"])
    case = waiting(room, 1, "method_x", "threat")

    assert served(sit_down(robin)) == case.get_absolute_url()


@pytest.mark.parametrize("form", [{}, {"reveal": "all"}, {"reveal": "steps", "opted_out": ["abuse", "mondays"]}])
def test_choices_that_are_none_change_nothing(robin, form) -> None:
    answer = sit_down(robin).post("/desk/me", form)

    robin.refresh_from_db()
    assert answer.status_code == 422
    assert (robin.opted_out, robin.whole_at_once) == ([], False)


def test_only_known_kinds_are_kept_however_they_come(robin) -> None:
    with pytest.raises(caring.UnknownCategory):
        caring.choose(moderator=robin, opted_out=["mondays"], whole_at_once=False)

    caring.choose(moderator=robin, opted_out=["eating", "abuse"], whole_at_once=True)

    robin.refresh_from_db()
    assert (robin.opted_out, robin.whole_at_once) == (["abuse", "eating"], True)


def test_ones_own_page_costs_the_same_whatever_stands_on_it(robin, django_assert_num_queries) -> None:
    browser = sit_down(robin)
    with django_assert_num_queries(5):  # session, moderator, device, in hand, read today
        empty = browser.read("/desk/me")
    has_read(robin, 34, crises=3, reds=9)
    Moderator.objects.update(opted_out=["abuse", "minor"], whole_at_once=True)

    with django_assert_num_queries(5):
        page = browser.read("/desk/me")

    assert "<dd>0</dd>" in empty
    assert "<dd>34</dd>" in page
    assert page.count(" checked") == 3
    assert "at 20 units" in page


# What a lead sees


@pytest.fixture
def crew(robin, wren) -> list[Moderator]:
    """Three moderators at work who have read, one of them beyond the soft limit; and Kestrel, who leads."""
    heron = make_moderator("heron", "Heron", "moderator")
    for moderator, units in ((robin, 5), (wren, 8), (heron, 21)):
        has_read(moderator, units)
    on_shift(robin, wren, heron)
    return [robin, wren, heron]


@pytest.fixture
def kestrel(db) -> Browser:
    return sit_down(make_moderator("kestrel", "Kestrel", "lead"))


def test_a_lead_sees_the_sum_of_three_and_nobodys_own_count(crew, kestrel) -> None:
    page = kestrel.read("/desk/")

    assert "Today: 34 units read across 3 people, 1 at the soft limit" in page
    for address in ("/desk/", "/desk/me"):
        bar = kestrel.read(address).split('class="desk-bar"')[1].split("</div>")[0]
        assert not any(name in bar for name in ("Robin", "Wren", "Heron", "robin", "wren", "heron"))
        assert "21 units" not in bar


def test_only_a_lead_sees_the_sum(crew) -> None:
    finch = make_moderator("finch", "Finch", "moderator")  # three others have read and are at work

    assert "units read across" not in sit_down(finch).read("/desk/")


@pytest.mark.parametrize("missing", ["has read nothing", "read another day", "is not at work", "is gone"])
def test_a_sum_that_would_tell_of_fewer_than_three_is_not_shown(crew, kestrel, missing) -> None:
    heron = crew[2]
    counts, person = Exposure.objects.filter(moderator=heron), Moderator.objects.filter(pk=heron.pk)
    long_ago = timezone.now() - timedelta(days=2)
    change = {
        "has read nothing": lambda: counts.update(units=0),
        "read another day": lambda: counts.update(day=long_ago.date(), began_at=long_ago, last_at=long_ago),
        "is not at work": lambda: person.update(on_shift_until=None),
        "is gone": lambda: person.update(is_active=False),
    }

    change[missing]()

    assert "units read across" not in kestrel.read("/desk/")


def test_a_lead_cannot_find_another_by_taking_their_own_count_away(robin, wren) -> None:
    kestrel = make_moderator("kestrel", "Kestrel", "lead")
    for moderator in (robin, wren, kestrel):
        has_read(moderator, 7)
    on_shift(robin, wren, kestrel)

    assert "units read across" not in sit_down(kestrel).read("/desk/")


def test_what_was_read_on_other_days_is_in_no_sum(crew, robin, kestrel) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    has_read(robin, 99, day=long_ago.date(), began_at=long_ago, last_at=long_ago)

    assert "34 units read across 3 people" in kestrel.read("/desk/")


# Notes between shifts


def test_ending_a_shift_gives_everything_back_first_and_then_asks_for_a_note(robin, room) -> None:
    case = waiting(room, 3)
    browser = sit_down(robin)
    take(browser, case)

    ended = browser.post("/desk/shift", {"act": "end"})
    page = browser.read(ended["Location"])

    assert Case.objects.get().lease_by is None
    assert "Your shift has ended" in page
    assert "No words of a peer, please" in page


def test_a_note_stands_at_the_top_of_the_desk_for_others_until_each_has_read_it(robin, wren) -> None:
    heron = sit_down(make_moderator("heron", "Heron", "moderator"))
    browser, other = sit_down(robin), sit_down(wren)
    key = field(browser.read("/desk/handover"), "key")
    note = {"body": "Two drafts wait. <b>Look</b> at the oldest red one first.", "key": key}

    for _ in range(2):  # a second press of the button
        browser.post("/desk/handover", note)
    seen = other.read("/desk/")
    other.post(f"/desk/handover/{HandoverNote.objects.get().public_id}/read")

    assert seen.count("Two drafts wait. &lt;b&gt;Look&lt;/b&gt;") == 1
    assert "Robin left a note" in seen
    assert [("Two drafts wait" in page.read("/desk/")) for page in (browser, other, heron)] == [False, False, True]


def test_a_note_is_shown_for_a_day_and_kept_for_a_week(robin, wren) -> None:
    note = caring.leave_note(moderator=robin, body="The line was bad tonight.", key="a-key-of-its-own")
    other = sit_down(wren)
    shown, kept = [], []

    for hours in (23, 25, 24 * 7 - 1, 24 * 7 + 1):
        HandoverNote.objects.filter(pk=note.pk).update(at=timezone.now() - timedelta(hours=hours))
        shown.append("The line was bad" in other.read("/desk/"))
        caring.drop_old(now=timezone.now())
        kept.append(HandoverNote.objects.exists())

    assert shown == [True, False, False, False]
    assert kept == [True, True, True, False]


@pytest.mark.parametrize("body", ["", " \u200b ", "a" * 2_001, "\ufffd broken"])
def test_a_note_that_cannot_be_kept_is_given_back(robin, body) -> None:
    browser = sit_down(robin)
    key = field(browser.read("/desk/handover"), "key")

    answer = browser.post("/desk/handover", {"body": body, "key": key})

    assert answer.status_code == 422
    assert body.strip(" \u200b")[:1000] in answer.content.decode()
    assert not HandoverNote.objects.exists()


def test_a_note_sent_after_the_session_ended_is_given_back(db) -> None:
    answer = Browser().post("/desk/handover", {"body": "Look at the oldest red one.", "key": "a-key-of-its-own"})

    assert answer.status_code == 403
    assert "Look at the oldest red one." in answer.content.decode()


def test_the_database_refuses_a_note_without_words_and_a_second_count_of_a_day(robin) -> None:
    has_read(robin, 1)

    for again in (lambda: has_read(robin, 2), lambda: HandoverNote.objects.create(moderator=robin, body="", key="k")):
        with pytest.raises(IntegrityError), transaction.atomic():
            again()

    assert (Exposure.objects.count(), HandoverNote.objects.count()) == (1, 0)


def test_the_worker_deletes_counts_after_thirty_days(robin) -> None:
    now = timezone.now()
    for days in (29, 30, 31):
        at = now - timedelta(days=days)
        has_read(robin, days, day=at.date(), began_at=at, last_at=at)

    tend(now=now)

    assert sorted(Exposure.objects.values_list("units", flat=True)) == [29, 30]


@pytest.mark.parametrize("address", ["/desk/me", "/desk/handover", "/desk/me/later"])
def test_these_pages_are_for_moderators(host, address) -> None:
    hosts = sit_down(Moderator.objects.get(username="river"))

    assert Browser().get(address).status_code in {302, 405}
    assert hosts.post(address, {"reveal": "steps"}).status_code == 403


def test_the_demo_counts_many_evenings_as_nobodys_one(robin, ash, blue, thread, monkeypatch) -> None:
    monkeypatch.setattr(caring, "measure", lambda: replace(measure(), soft=1, hard=2))
    posts = [cry(peer, thread, HEAVY)[0] for peer in (ash, blue)] + [cry(ash, thread)[0] for _ in range(3)]
    monkeypatch.setattr(deciding, "LEFT_OPEN", 0)

    deciding.decide_most([(post, timezone.now()) for post in posts], moderator=robin, lead=robin)

    assert not Exposure.objects.exists()
    assert Case.objects.filter(state="resolved").count() == 4

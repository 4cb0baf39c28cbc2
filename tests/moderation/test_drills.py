"""A drill goes the real way to a moderator and is timed; no peer sees it, nothing counts it, and it leaves nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from forum import reading, search, showing
from forum.models import Post, Thread, Visibility
from moderation import alarms, drilling, triage
from moderation.models import (
    Alarm,
    AuditEvent,
    Case,
    Decision,
    Drill,
    Escalation,
    Hearing,
    Moderator,
    Outbox,
    Role,
    Signal,
    Snapshot,
)
from moderation.risk import Level
from moderation.sending import send
from moderation.shift import shift_now
from moderation.tending import tend
from peers.models import Peer, Persona
from tests.conftest import make_moderator
from tests.desk.staff import cry, decision, sit_down, take
from tests.forum.doors import Browser
from tests.moderation.judging import finding
from tests.moderation.test_outbox import receiver  # noqa: F401  (a fixture)


@pytest.fixture
def kestrel(db) -> Moderator:
    return make_moderator("kestrel", "Kestrel", Role.LEAD)


@pytest.fixture
def drill(rooms, django_capture_on_commit_callbacks) -> Drill:
    with django_capture_on_commit_callbacks(execute=True):
        return drilling.start(by=None)


def drills_case() -> Case:
    return Case.objects.get(public_id=Drill.objects.get().case_ref)


def test_a_drill_opens_a_crisis_with_its_alert_and_both_say_that_it_is_one(drill, robin) -> None:
    case, alert = drills_case(), Outbox.objects.get(kind="alert")
    desk = sit_down(robin).read("/desk/")

    assert (case.level, case.categories) == (3, ["suicide"])
    assert alert.payload["drill"] is True
    assert alert.payload["level"] == "crisis"
    assert "Drill: suicide" in desk


def test_the_alert_of_someone_real_never_says_drill(ash, thread) -> None:
    cry(ash, thread)

    assert "drill" not in Outbox.objects.get().payload


def test_a_letter_of_a_drill_says_so_in_its_subject(rooms, robin, settings, mailoutbox) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    robin.alert_email = "robin@example.org"
    robin.save()

    drilling.start(by=None)
    tend()

    (letter,) = mailoutbox
    assert letter.subject.startswith("[Drill] Lamplight: crisis")


def test_no_page_for_peers_shows_a_drill(ash, thread, drill) -> None:
    case = drills_case()
    post = case.post
    assert post
    assert post.thread
    pages = [
        *("/", "/waiting", f"/rooms/{case.room.slug}/", "/my/"),
        *("/search?q=drill", "/search?q=tonight"),
    ]

    for reader in (Browser(), Browser(ash)):
        shown = " ".join(reader.get(page).content.decode() for page in pages)
        assert post.public_id not in shown
        assert post.thread.public_id not in shown
        assert "This is a drill" not in shown
        for address in (post.get_absolute_url(), post.thread.get_absolute_url(), f"/report/{post.public_id}"):
            assert reader.get(address).status_code == 404, address
    assert search.find("drill", before=10**9, limit=9) == []
    assert post.thread not in reading.newest(Thread.objects.seen_by(None))[0]


def test_no_moment_shows_it_to_a_peer(rooms, monkeypatch) -> None:
    """Whatever is committed of a drill's post is committed taken down: the two are one transaction."""

    class DiskIsFullError(Exception):
        pass

    real = showing.set_visibility

    def fails(post: Post, visibility: str, **how: Any) -> None:
        if visibility == Visibility.WITHDRAWN:
            raise DiskIsFullError
        real(post, Visibility(visibility), **how)

    monkeypatch.setattr(showing, "set_visibility", fails)

    with pytest.raises(DiskIsFullError):
        drilling.start(by=None)

    assert not Post.objects.exists()
    assert not Drill.objects.exists()


@pytest.mark.parametrize("action", ["publish", "fold", "remove", "leave"])
def test_no_decision_shows_it_to_a_peer(robin, drill, action) -> None:
    browser, case = sit_down(robin), drills_case()
    page = take(browser, case, reveal=True)

    answer = browser.post(f"{case.get_absolute_url()}decide", decision(page, action=action))

    assert answer.status_code == 302
    assert "This is a drill" in page
    assert Post.objects.get().visibility == "withdrawn"


def test_the_site_never_says_delayed_for_a_drill_and_counts_it_nowhere(drill, robin) -> None:
    alarms.look_at_hearing(now=timezone.now())
    Case.objects.update(tier=3)
    Hearing.objects.update(last_post=0, last_signal=0)

    alarms.look_at_hearing(now=timezone.now())

    assert not shift_now().delayed
    assert Hearing.objects.order_by("-at").values_list("posts", "noticed")[0] == (0, 0)
    assert not Case.objects.without_drills().exists()


def test_a_drill_is_no_part_of_a_cluster(ash, blue, thread, drill) -> None:
    for peer in (ash, blue):
        cry(peer, thread)
    Case.objects.update(room=thread.room)

    assert alarms.look_for_clusters(now=timezone.now()) == 0
    assert not Alarm.objects.exists()


def test_every_step_of_a_drill_is_timed(receiver, robin, drill, time_machine) -> None:  # noqa: F811
    began = drill.began_at
    time_machine.move_to(began + timedelta(seconds=5), tick=False)
    send(Outbox.objects.get(kind="alert"), now=timezone.now())
    browser, case = sit_down(robin), drills_case()
    time_machine.move_to(began + timedelta(seconds=60), tick=False)
    page = take(browser, case)
    time_machine.move_to(began + timedelta(seconds=100), tick=False)
    browser.post(f"{case.get_absolute_url()}decide", decision(page))

    drilling.follow(now=timezone.now())

    steps = {step.label: step.seconds for step in drilling.steps_of(Drill.objects.get())}
    assert b'"drill": true' in receiver.came[0][1]
    assert 0 < (steps["Post, case and alert committed"] or 0) < 5
    assert round(steps["First alert left the site"] or 0) == 5
    assert round(steps["Taken by a moderator"] or 0) == 60
    assert round(steps["Decided"] or 0) == 100
    assert "Decided</dt><dd>after 100.0 s" in sit_down(robin).read("/desk/drills")


@pytest.mark.django_db(transaction=True)
def test_when_open_desks_were_told_is_when_the_drill_was_committed(emptied_afterwards, rooms) -> None:
    drill = drilling.start(by=None)

    assert drill.told_at
    assert drill.posted_at
    assert drill.began_at < drill.told_at <= drill.posted_at


def test_an_alert_that_reached_nobody_does_not_count_as_sent(drill, settings) -> None:
    settings.ALERT_WEBHOOK = ""
    send(Outbox.objects.get(), now=timezone.now())

    drilling.follow(now=timezone.now())

    assert Drill.objects.get().sent_at is None


def left_over() -> dict[str, int]:
    kept = (Post, Thread, Case, Signal, Snapshot, Escalation, Decision, Persona)
    rows = {model.__name__: model.objects.count() for model in kept}
    return {**rows, "Peer": Peer.objects.filter(kind="peer").count()}


def test_a_decided_drill_stays_for_a_minute_and_then_leaves_only_its_times(robin, drill, time_machine) -> None:
    browser, case = sit_down(robin), drills_case()
    page = take(browser, case)
    browser.post(f"{case.get_absolute_url()}decide", decision(page))
    tend()
    stays = browser.get(case.get_absolute_url()).status_code
    time_machine.move_to(timezone.now() + timedelta(seconds=61), tick=False)

    tend()

    kept = Drill.objects.get()
    assert stays == 200
    assert set(left_over().values()) == {0}
    assert (kept.outcome, kept.peer) == ("decided", None)
    assert kept.decided_at is not None
    assert AuditEvent.objects.filter(case_ref=kept.case_ref, kind="case.decided").exists()
    assert search.find("drill", before=10**9, limit=9) == []


def test_a_drill_nobody_decides_ends_and_says_so(drill, time_machine) -> None:
    time_machine.move_to(drill.began_at + timedelta(minutes=29), tick=False)
    tend()
    running = Drill.objects.running().exists()
    Outbox.objects.update(sent_at=None)
    time_machine.move_to(drill.began_at + timedelta(minutes=31), tick=False)

    tend()

    assert running
    assert Drill.objects.get().outcome == "nobody"
    assert set(left_over().values()) == {0}
    assert not Outbox.objects.filter(sent_at=None).exists()


def test_a_drill_gives_way_to_someone_real_unless_it_is_in_someone_s_hands(robin, ash, thread, drill) -> None:
    case = drills_case()
    triage.claim(case=case, moderator=robin)
    cry(ash, thread)
    tend()
    held = Drill.objects.running().exists()
    triage.let_go(case=case, moderator=robin)

    tend()

    assert held
    assert Drill.objects.get().outcome == "called_off"
    assert Case.objects.get().peer == ash


def test_no_drill_begins_while_someone_real_waits(ash, thread, kestrel) -> None:
    cry(ash, thread)

    answer = sit_down(kestrel).post("/desk/drills")

    assert answer.status_code == 409
    assert "Someone real may be in danger" in answer.content.decode()
    assert not Drill.objects.exists()


def test_one_drill_runs_at_a_time(drill) -> None:
    with pytest.raises(drilling.NotNow):
        drilling.start(by=None)

    assert Drill.objects.count() == Case.objects.count() == 1


def test_a_judge_that_does_not_hear_the_drill_is_named(rooms, judged) -> None:
    judged(finding("distress", Level.AMBER))

    with pytest.raises(drilling.NotNow, match="look at the judge"):
        drilling.start(by=None)

    assert not Post.objects.exists()


def test_a_lead_begins_a_drill_at_the_desk_and_a_moderator_cannot(rooms, kestrel, robin) -> None:
    lead, moderator = sit_down(kestrel), sit_down(robin)
    refused = moderator.post("/desk/drills").status_code

    begun = lead.post("/desk/drills").status_code

    assert (refused, begun) == (403, 302)
    assert Drill.objects.get().started_by == kestrel
    assert "A drill is running" in lead.read("/desk/drills")
    assert "Begin a drill" not in moderator.read("/desk/drills")


def test_the_command_begins_one_and_says_how_long_each_step_took(rooms, capsys) -> None:
    call_command("drill")

    said = capsys.readouterr().out
    assert "Post, case and alert committed: after" in said
    assert "Decided: not yet" in said
    with pytest.raises(CommandError):
        call_command("drill")


def test_the_command_waits_for_a_decision(rooms, capsys, monkeypatch) -> None:
    monkeypatch.setattr(drilling, "LONGEST", timedelta(0))
    monkeypatch.setattr("moderation.management.commands.drill.LOOK_EVERY", 0.0)

    call_command("drill", wait=60)

    assert Drill.objects.get().outcome == "nobody"


def test_the_page_costs_the_same_however_many_drills_there_were(robin, django_assert_num_queries) -> None:
    browser, now = sit_down(robin), timezone.now()
    for number in range(3):
        ended = {"ended_at": now, "outcome": "decided"}
        Drill.objects.create(started_by=robin, began_at=now - timedelta(days=number), **ended)

    with django_assert_num_queries(4):  # session, moderator, device, drills
        browser.read("/desk/drills")

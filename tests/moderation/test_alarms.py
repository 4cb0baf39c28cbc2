"""What the site notices about itself: a silent judge, a failing one, several people in danger in one room."""

import math
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from forum.live.hosting import move, name_co_host, renew_lease, schedule, step_out
from forum.live.states import Act
from forum.models import LiveSession
from forum.posting import submit_post
from moderation.alarms import (
    LEFT,
    NEVER_CAME,
    Heard,
    crowded,
    false_alarms_a_day,
    is_silent,
    look_at_hearing,
    look_for_clusters,
    look_for_unattended,
    predicted,
)
from moderation.models import Alarm, Case, Hearing, Level, Outbox, Role
from moderation.risk import Level as Judged
from moderation.tending import pass_on, tend
from peers.models import Peer
from tests.conftest import draft, make_moderator
from tests.desk.staff import sit_down
from tests.moderation.judging import finding

BEFORE = Heard(posts=2800, noticed=140)  # 5 %


@pytest.mark.parametrize(
    ("today", "before", "silent"),
    [
        (Heard(200, 0), BEFORE, True),
        (Heard(199, 0), BEFORE, False),  # too few posts to say
        (Heard(200, 1), BEFORE, False),
        (Heard(200, 0), Heard(2800, 111), False),  # fewer than eight were to be expected
        (Heard(200, 0), Heard(2800, 112), True),
        (Heard(5000, 0), Heard(0, 0), False),  # nothing is known of the days before
    ],
)
def test_the_rule_of_silence(today, before, silent) -> None:
    assert is_silent(today, before) == silent


def test_how_often_the_rule_is_wrong_is_what_its_text_says() -> None:
    assert predicted(Heard(200, 0), Heard(2800, 112)) == 8.0
    assert math.exp(-8) < 0.00034
    assert false_alarms_a_day(8) < 0.0027
    assert 0.9 < 365 * false_alarms_a_day(8) < 1.0
    assert 36 < 1 / false_alarms_a_day(12) / 365 < 38


def heard(now: datetime, days_ago: float, posts: int, noticed: int, failed: int = 0) -> None:
    at = now - timedelta(days=days_ago)
    Hearing.objects.create(at=at, posts=posts, noticed=noticed, failed=failed, last_post=0, last_signal=0)


def alarms_sent() -> list[tuple[str, str]]:
    rows = Outbox.objects.filter(kind="alarm").order_by("pk").values_list("payload", flat=True)
    return [(row["audience"], row["says"]) for row in rows]


def test_a_judge_gone_silent_is_told_to_admins_once_a_day(robin) -> None:
    now = timezone.now()
    heard(now, 10, 2800, 140)
    heard(now, 0.5, 300, 0)

    told = [look_at_hearing(now=now + timedelta(hours=hours)) for hours in (0, 1, 11)]

    assert told == [True, False, False]
    assert alarms_sent() == [("admins", "nothing was noticed in 300 posts of 24 h; about 15 were expected")]
    assert Alarm.objects.get().kind == "silence"


@pytest.mark.parametrize("noticed", [1, 15])
def test_a_judge_that_hears_something_is_not_told_of(db, noticed) -> None:
    now = timezone.now()
    heard(now, 10, 2800, 140)
    heard(now, 0.5, 300, noticed)

    assert look_at_hearing(now=now) is False


def test_what_lies_further_back_than_a_fortnight_predicts_nothing(db) -> None:
    now = timezone.now()
    heard(now, 15.5, 2800, 140)
    heard(now, 0.5, 300, 0)

    assert look_at_hearing(now=now) is False


def test_a_judge_that_keeps_failing_is_told_of(blue, thread, judged) -> None:
    look_at_hearing(now=timezone.now())
    judged(finding("detector", Judged.RED, spans=()))
    for n in range(3):
        submit_post(peer=blue, place=thread, draft=draft(f"Some words {n}."))

    look_at_hearing(now=timezone.now())

    assert alarms_sent() == [("admins", "the judge failed on 3 posts in 24 h")]
    assert Hearing.objects.order_by("-at")[0].noticed == 0


def test_posts_are_counted_once_with_those_in_which_something_was_noticed(blue, thread, judged) -> None:
    look_at_hearing(now=timezone.now())
    judged()
    for n in range(3):
        submit_post(peer=blue, place=thread, draft=draft(f"Calm words {n}."))
    judged(finding("distress", Judged.AMBER), finding("relapse", Judged.AMBER))
    submit_post(peer=blue, place=thread, draft=draft("Some words."))

    look_at_hearing(now=timezone.now())
    look_at_hearing(now=timezone.now())

    rows = list(Hearing.objects.order_by("at").values_list("posts", "noticed", "failed"))
    assert rows == [(0, 0, 0), (4, 1, 0), (0, 0, 0)]


def crises(room, now: datetime, *minutes_ago: int, peer: Peer | None = None) -> None:
    """One crisis each, of another person each where no `peer` is given."""
    for number, minutes in enumerate(minutes_ago):
        who = peer or Peer.objects.create()
        opened = now - timedelta(minutes=minutes)
        rest = {"level": Level.CRISIS, "due_at": now, "opened_at": opened, "peer": who}
        Case.objects.create(subject=f"call:{minutes}:{number}:{who.pk}"[:60], room=room, **rest)


def test_three_people_in_danger_in_one_room_are_told_to_leads_and_at_the_desk(robin, room) -> None:
    now = timezone.now()
    browser = sit_down(robin)
    crises(room, now, 1, 30, 59)

    before, rooms = browser.read("/desk/"), look_for_clusters(now=now)

    assert rooms == 1
    assert alarms_sent() == [("leads", "3 or more people in danger in one room within an hour")]
    assert "Several people in danger" not in before
    assert f"Several people in danger in {room.name}" in browser.read("/desk/")


def test_a_cluster_is_told_once_a_room_and_hour(rooms) -> None:
    now = timezone.now()
    for slug in ("self-care", "relapse"):
        crises(rooms[slug], now, 1, 2, 3)

    told = [look_for_clusters(now=now + timedelta(minutes=minutes)) for minutes in (0, 1, 50)]

    assert told == [2, 0, 0]
    assert len(alarms_sent()) == 2


@pytest.mark.parametrize("minutes_ago", [(1, 2), (1, 30, 61)])
def test_fewer_or_longer_apart_are_no_cluster(room, minutes_ago) -> None:
    now = timezone.now()
    crises(room, now, *minutes_ago)

    assert look_for_clusters(now=now) == 0


def test_one_person_is_no_cluster_and_neither_are_callers_nobody_knows(room, ash) -> None:
    now = timezone.now()
    crises(room, now, 1, 2, 3, peer=ash)
    Case.objects.filter(opened_at__lt=now - timedelta(minutes=1)).update(peer=None)

    assert look_for_clusters(now=now) == 0
    assert crowded([(1, "a"), (1, None), (1, None)]) == set()
    assert crowded([(1, "a"), (1, "b"), (1, None)]) == {1}


def test_the_worker_looks_and_an_alarm_of_an_hour_ago_leaves_the_desk(robin, room, time_machine) -> None:
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    crises(room, now, 1, 2, 3)
    tend(now=now)
    told = Alarm.objects.count()
    time_machine.move_to(now + timedelta(minutes=61), tick=False)

    assert told == 1
    assert "Several people" not in sit_down(robin).read("/desk/")


def test_leads_get_the_letter(room, settings, mailoutbox) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    lead = make_moderator("kestrel", "Kestrel", Role.LEAD)
    for who, address in (
        (lead, "kestrel@example.org"),
        (make_moderator("robin", "Robin", Role.MODERATOR), "r@example.org"),
    ):
        who.alert_email = address
        who.save()
    now = timezone.now()
    crises(room, now, 1, 2, 3)

    tend(now=now)
    pass_on("mail")

    (letter,) = [each for each in mailoutbox if "people in danger" in each.subject]
    assert letter.to == ["kestrel@example.org"]
    assert "Asked: leads" in letter.body


def leave_alone(session: LiveSession, now: datetime, seconds: int) -> None:
    """The host dropped, and the worker saw that so long ago."""
    since = now - timedelta(seconds=seconds)
    LiveSession.objects.filter(pk=session.pk).update(host_until=since, away_since=since)


@pytest.mark.parametrize(("seconds", "told"), [(119, 0), (121, 1)])
def test_moderators_are_told_of_a_room_that_holds_for_two_minutes(session, seconds, told) -> None:
    now = timezone.now()
    leave_alone(session, now, seconds)

    assert look_for_unattended(now=now) == told
    assert [says for _, says in alarms_sent()] == ["a live room has had no host for two minutes, and waits"][:told]


def test_what_is_told_of_a_room_names_nobody_and_leads_to_its_console(session, host) -> None:
    now = timezone.now()
    leave_alone(session, now, 300)
    look_for_unattended(now=now)

    row = Outbox.objects.get(kind="alarm")
    assert row.payload["link"].endswith(f"/live/{session.public_id}/host/")
    assert session.title not in str(row.payload)
    assert host.staff_name not in str(row.payload)


def test_an_absence_is_told_once_and_ends_when_the_host_is_back(robin, host, session, time_machine) -> None:
    now = timezone.now()
    desk = sit_down(robin)
    leave_alone(session, now, 300)

    told = [look_for_unattended(now=now + timedelta(minutes=minutes)) for minutes in (0, 1, 60)]
    shown = desk.read("/desk/")
    renew_lease(host=host, session=session)

    assert told == [1, 0, 0]
    assert f"/live/{session.public_id}/host/" in shown
    assert f"/live/{session.public_id}/host/" not in desk.read("/desk/")
    leave_alone(session, now + timedelta(minutes=5), 130)
    assert look_for_unattended(now=now + timedelta(minutes=5)) == 1
    assert Alarm.objects.count() == 2


def test_an_absence_is_over_when_a_colleague_took_over_or_the_room_is_closed(robin, host, session) -> None:
    now = timezone.now()
    leave_alone(session, now, 300)
    look_for_unattended(now=now)
    standing = Alarm.objects.standing(now).count()

    move(host=host, session=session, act=Act.CLOSE)

    assert standing == 1
    assert not Alarm.objects.standing(timezone.now()).exists()
    assert look_for_unattended(now=now) == 0


@pytest.mark.parametrize(("minutes", "told"), [(9, 0), (11, 1)])
def test_a_host_who_never_came_is_told_of_ten_minutes_after(robin, host, room, minutes, told) -> None:
    now = timezone.now()
    session = schedule(host=host, room=room, title="Late", starts_at=now - timedelta(minutes=minutes))

    assert [look_for_unattended(now=now), look_for_unattended(now=now)] == [told, 0]
    assert Alarm.objects.standing(now).count() == told
    move(host=host, session=session, act=Act.OPEN)
    assert not Alarm.objects.standing(timezone.now()).exists()


@pytest.mark.parametrize("act", [None, Act.OPEN_LOBBY])
def test_a_host_who_came_and_left_before_it_began_is_told_of_after_two_minutes_as_that(
    robin, host, room, time_machine, act
) -> None:
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    session = schedule(host=host, room=room, title="Late", starts_at=now - timedelta(minutes=15))
    renew_lease(host=host, session=session)
    if act:
        move(host=host, session=session, act=act)
    lapsed = LiveSession.objects.get().host_until
    assert lapsed
    times = [lapsed + timedelta(seconds=seconds) for seconds in (1, 119, 121, 180)]

    told = [look_for_unattended(now=at) for at in times]

    assert told == [0, 0, 1, 0]
    assert [says for _, says in alarms_sent()] == [LEFT]
    time_machine.move_to(times[-1], tick=False)
    assert f"River came, and has been away since {lapsed:%H:%M} UTC" in sit_down(robin).read("/desk/")
    renew_lease(host=host, session=session)
    assert not Alarm.objects.standing(timezone.now()).exists()
    again = timezone.now() + timedelta(minutes=4)
    assert [look_for_unattended(now=again), look_for_unattended(now=again)] == [1, 0]
    assert Alarm.objects.standing(again).count() == 1


def test_a_host_who_stepped_out_of_the_lobby_is_told_of_once(robin, host, room, time_machine) -> None:
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    session = schedule(host=host, room=room, title="Late", starts_at=now - timedelta(minutes=15))
    move(host=host, session=session, act=Act.OPEN_LOBBY)
    step_out(host=host, session=session)

    told = [look_for_unattended(now=now + timedelta(seconds=seconds)) for seconds in (1, 119, 121, 180)]

    assert told == [0, 0, 1, 0]
    assert [says for _, says in alarms_sent()] == [LEFT]
    assert "River came, and has been away since" in sit_down(robin).read("/desk/")


def test_naming_a_co_host_is_no_coming(robin, host, room) -> None:
    now = timezone.now()
    session = schedule(host=host, room=room, title="Late", starts_at=now - timedelta(minutes=15))
    name_co_host(host=host, session=session, peer=make_moderator("heron", "Heron", Role.HOST).peer)

    look_for_unattended(now=now + timedelta(minutes=3))

    assert [says for _, says in alarms_sent()] == [NEVER_CAME]


def test_the_worker_looks_for_rooms_without_a_host(session) -> None:
    now = timezone.now()
    leave_alone(session, now, 300)

    for _ in range(2):
        tend(now=now, messages=False)

    assert Alarm.objects.get().session == session

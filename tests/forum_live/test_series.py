"""What comes back: each evening announced once, by the clock of its place, until its host ends the series."""

from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from threading import Thread as Worker

import pytest
from django.db import DatabaseError, connections
from django.utils import timezone

from forum.live import scheduling
from forum.live.hosting import NotNow, NotTheHost, move, schedule
from forum.live.plans import Plan
from forum.live.states import Act
from forum.models import LiveReminder, LiveSeries, LiveSession, LiveState
from moderation.models import Role
from moderation.staff_changes import deactivate, reactivate
from moderation.tending import tend
from tests.conftest import make_moderator
from tests.forum_live.helpers import browser_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THREE_WEEKS = timedelta(days=21)


@pytest.fixture(autouse=True)
def _host_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def series_of(host, room, **given) -> LiveSeries:
    """A series of which nothing is announced yet."""
    told = {"first_on": date(2026, 3, 3), "at": time(19, 30), "zone": "Europe/Berlin", "every_weeks": 1, **given}
    return LiveSeries.objects.create(host=host, room=room, title="Evening check-in", minutes=90, **told)


def starts(series: LiveSeries) -> list[datetime]:
    return list(LiveSession.objects.filter(series=series).order_by("starts_at").values_list("starts_at", flat=True))


def announced(series: LiveSeries, now: datetime) -> list[str]:
    scheduling.announce_due(series_pk=series.pk, now=now)
    return [f"{each:%d %b %H:%M}" for each in starts(series)]


def test_evenings_are_announced_three_weeks_ahead_with_all_that_is_known(host, room) -> None:
    series = series_of(host, room)

    said = announced(series, NOW)

    assert said == ["03 Mar 18:30", "10 Mar 18:30", "17 Mar 18:30"]
    first = LiveSession.objects.earliest("starts_at")
    assert (first.room, first.host, first.title, first.minutes) == (room, host, "Evening check-in", 90)
    assert first.state == LiveState.SCHEDULED


@pytest.mark.parametrize(("weeks", "said"), [(2, ["03 Mar", "17 Mar"]), (4, ["03 Mar"]), (8, ["03 Mar"])])
def test_other_weeks_are_left_out(host, room, weeks, said) -> None:
    series = series_of(host, room, every_weeks=weeks)

    assert [each[:6] for each in announced(series, NOW)] == said


def test_the_same_weeks_are_kept_however_late_the_worker_looks(host, room) -> None:
    series = series_of(host, room, every_weeks=4)

    said = announced(series, NOW + timedelta(weeks=60))

    assert said == ["27 Apr 17:30"]  # fifteen times four weeks after the first, in summer


def test_what_is_past_is_not_announced(host, room) -> None:
    series = series_of(host, room, first_on=date(2026, 2, 3))

    assert announced(series, NOW)[0] == "03 Mar 18:30"


def test_nothing_is_announced_before_the_first_day(host, room) -> None:
    series = series_of(host, room, first_on=date(2026, 3, 17))

    assert announced(series, NOW) == ["17 Mar 18:30"]
    assert announced(series_of(host, room, first_on=date(2026, 4, 7)), NOW) == []


@pytest.mark.parametrize(
    ("zone", "first_on", "now", "said"),
    [
        ("Europe/Berlin", date(2026, 3, 24), datetime(2026, 3, 20, tzinfo=UTC), ["24 Mar 18:30", "31 Mar 17:30"]),
        ("Europe/Berlin", date(2026, 10, 20), datetime(2026, 10, 18, tzinfo=UTC), ["20 Oct 17:30", "27 Oct 18:30"]),
        ("America/New_York", date(2026, 3, 3), datetime(2026, 3, 1, tzinfo=UTC), ["04 Mar 00:30", "10 Mar 23:30"]),
        ("Australia/Sydney", date(2026, 3, 31), datetime(2026, 3, 30, tzinfo=UTC), ["31 Mar 08:30", "07 Apr 09:30"]),
        ("UTC", date(2026, 3, 24), datetime(2026, 3, 20, tzinfo=UTC), ["24 Mar 19:30", "31 Mar 19:30"]),
    ],
)
def test_the_clock_of_the_place_is_kept_in_summer_and_winter(host, room, zone, first_on, now, said) -> None:
    series = series_of(host, room, zone=zone, first_on=first_on)

    assert announced(series, now)[:2] == said


def test_a_time_that_does_not_exist_is_as_much_later(host, room) -> None:
    # At 2:00 on 29 March 2026 clocks in Berlin go on to 3:00: there is no 2:30.
    series = series_of(host, room, first_on=date(2026, 3, 22), at=time(2, 30))

    said = announced(series, datetime(2026, 3, 20, tzinfo=UTC))

    assert said == ["22 Mar 01:30", "29 Mar 01:30", "05 Apr 00:30"]  # 2:30, 3:30, 2:30 there


def test_a_time_that_exists_twice_is_the_first_of_the_two_once(host, room) -> None:
    # At 3:00 on 25 October 2026 clocks in Berlin go back to 2:00: 2:30 comes twice.
    series = series_of(host, room, first_on=date(2026, 10, 18), at=time(2, 30))

    said = announced(series, datetime(2026, 10, 17, tzinfo=UTC))

    assert said == ["18 Oct 00:30", "25 Oct 00:30", "01 Nov 01:30"]
    assert announced(series, datetime(2026, 10, 25, 0, 45, tzinfo=UTC))[1:3] == ["25 Oct 00:30", "01 Nov 01:30"]


def test_looking_again_announces_only_what_came_nearer(host, room) -> None:
    series = series_of(host, room)
    announced(series, NOW)

    again = announced(series, NOW + timedelta(hours=1))
    later = announced(series, NOW + timedelta(days=7))

    assert len(again) == 3
    assert later == [*again, "24 Mar 18:30"]


def test_newer_zone_data_does_not_announce_an_evening_twice(host, room) -> None:
    series = series_of(host, room)
    announced(series, NOW)
    for session in LiveSession.objects.all():  # as if the country had changed its clocks meanwhile
        LiveSession.objects.filter(pk=session.pk).update(starts_at=session.starts_at + timedelta(hours=1))

    assert len(announced(series, NOW)) == 3


def test_a_cancelled_evening_is_not_announced_again(host, room) -> None:
    series = series_of(host, room)
    announced(series, NOW)
    scheduling.cancel(host=host, session=LiveSession.objects.earliest("starts_at"))

    assert len(announced(series, NOW)) == 3
    assert LiveSession.objects.filter(state=LiveState.CLOSED).count() == 1


def test_an_ended_series_announces_nothing_more_and_keeps_what_is_announced(host, room) -> None:
    series = series_of(host, room)
    announced(series, NOW)

    scheduling.end_series(host=host, series=series)
    ended_at = LiveSeries.objects.get().ended_at
    scheduling.end_series(host=host, series=series)

    assert len(announced(series, NOW + THREE_WEEKS)) == 3
    assert scheduling.running_series() == []
    assert LiveSeries.objects.get().ended_at == ended_at


def test_a_series_that_ends_while_a_worker_has_it_in_its_list_announces_nothing(host, room) -> None:
    series = series_of(host, room)
    listed = scheduling.running_series()
    scheduling.end_series(host=host, series=series)

    assert [scheduling.announce_due(series_pk=pk, now=NOW) for pk in listed] == [0]


def test_nobody_but_its_host_ends_a_series_or_cancels_an_evening(host, room) -> None:
    series = series_of(host, room)
    announced(series, NOW)
    other = make_moderator("sage", "Sage", "host").peer
    session = LiveSession.objects.earliest("starts_at")

    with pytest.raises(NotTheHost):
        scheduling.end_series(host=other, series=series)
    with pytest.raises(NotTheHost):
        scheduling.cancel(host=other, session=session)

    assert scheduling.running_series() == [series.pk]
    session.refresh_from_db()
    assert session.state == LiveState.SCHEDULED


@pytest.mark.parametrize("act", [Act.OPEN_LOBBY, Act.OPEN])
def test_an_evening_that_has_begun_is_not_cancelled(host, room, act) -> None:
    session = schedule(host=host, room=room, title="Evening")
    move(host=host, session=session, act=act)

    with pytest.raises(NotNow):
        scheduling.cancel(host=host, session=session)

    session.refresh_from_db()
    assert session.state != LiveState.CLOSED


def test_a_cancelled_evening_takes_its_reminders_along(ash, host, room) -> None:
    session = schedule(host=host, room=room, title="Evening", starts_at=timezone.now() + timedelta(days=1))
    LiveReminder.objects.create(peer=ash, session=session)

    scheduling.cancel(host=host, session=session)

    assert not LiveReminder.objects.exists()


def test_peers_make_no_series(ash, room) -> None:
    plan = Plan(room, "Mine", date(2026, 3, 3), time(19), "UTC", 1)

    with pytest.raises(NotTheHost):
        scheduling.make_series(host=ash, plan=plan)

    assert not LiveSeries.objects.exists()


def test_the_worker_announces_each_hour_and_one_bad_series_stops_no_other(host, room) -> None:
    now = timezone.now()
    broken = series_of(host, room, first_on=now.date(), zone="Nowhere/At_All")
    good = series_of(host, room, first_on=now.date() + timedelta(days=2))

    tend(now=now)
    tend(now=now + timedelta(minutes=1))

    assert starts(broken) == []
    assert len(starts(good)) == 3


def test_whoever_stops_working_here_announces_nothing_more(room) -> None:
    admin, river = make_moderator("ada", "Ada", Role.ADMIN), make_moderator("river", "River", Role.HOST)
    mine, others = series_of(river.peer, room), series_of(admin.peer, room)

    deactivate(by=admin, username="river")
    reactivate(by=admin, username="river")

    assert scheduling.running_series() == [others.pk]
    assert announced(mine, NOW) == []


def announce_once_more(pks: list[int], barrier: Barrier, done: list[int]) -> None:
    barrier.wait()
    try:
        done.extend(scheduling.announce_due(series_pk=pk, now=NOW) for pk in pks)
    except DatabaseError:
        done.append(1000)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_announce_each_evening_once(emptied_afterwards, host, room) -> None:
    pks = [series_of(host, room).pk for _ in range(5)]
    done: list[int] = []
    barrier = Barrier(3)
    workers = [Worker(target=announce_once_more, args=(pks, barrier, done)) for _ in range(3)]

    for each in workers:
        each.start()
    for each in workers:
        each.join(60)

    assert sum(done) == 15
    assert LiveSession.objects.count() == 15


# --- the host's pages --------------------------------------------------------------------------------------------


def typed(room, **given) -> dict[str, str]:
    tomorrow = timezone.now() + timedelta(days=1)
    return {"room": room.slug, "title": "Quiet hour", "starts_at": f"{tomorrow:%Y-%m-%dT19:30}", **given}


def test_a_host_announces_an_evening_by_the_clock_of_a_place(host, room, time_machine) -> None:
    time_machine.move_to(datetime(2026, 7, 1, 12, tzinfo=UTC))

    browser_of(host).post("/live/new", typed(room, zone="Europe/Berlin", minutes="90"))

    made = LiveSession.objects.get()
    assert (made.starts_at, made.minutes) == (datetime(2026, 7, 2, 17, 30, tzinfo=UTC), 90)
    assert made.series is None


def test_a_host_announces_what_comes_back(host, room, time_machine) -> None:
    time_machine.move_to(datetime(2026, 7, 1, 12, tzinfo=UTC))
    client = browser_of(host)

    answer = client.post("/live/new", typed(room, zone="Europe/Berlin", every_weeks="2"))
    page = client.get(answer["Location"]).text

    series = LiveSeries.objects.get()
    assert (series.first_on, series.at, series.zone, series.every_weeks) == (
        date(2026, 7, 2),
        time(19, 30),
        "Europe/Berlin",
        2,
    )
    assert [f"{each:%d %H:%M}" for each in starts(series)] == ["02 17:30", "16 17:30"]
    assert "Every 2 weeks on Thursday at 19:30" in page
    assert page.count("Cancel this evening") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Olympus"},
        {"minutes": "9"},
        {"minutes": "241"},
        {"minutes": "long"},
        {"every_weeks": "3"},
        {"every_weeks": "1", "starts_at": ""},
        {"every_weeks": "1", "starts_at": "2026-07-01T11:30"},
        {"starts_at": "2026-07-01T10:30"},
        {"starts_at": "2027-07-03T10:30"},
        {"starts_at": "0001-01-01T00:00", "zone": "Asia/Tokyo"},
        {"starts_at": "9999-12-31T23:59", "zone": "America/New_York"},
    ],
)
def test_what_cannot_be_announced_comes_back(host, room, wrong, time_machine) -> None:
    time_machine.move_to(datetime(2026, 7, 1, 12, tzinfo=UTC))

    answer = browser_of(host).post("/live/new", typed(room, **wrong))

    assert answer.status_code == 422
    assert "Quiet hour" in answer.text
    assert not LiveSession.objects.exists()
    assert not LiveSeries.objects.exists()


def test_a_host_ends_a_series_and_cancels_an_evening(host, room) -> None:
    client = browser_of(host)
    client.post("/live/new", typed(room, every_weeks="1"))
    first = LiveSession.objects.earliest("starts_at")

    cancelled = client.post(f"/live/{first.public_id}/cancel")
    again = client.post(f"/live/{first.public_id}/cancel")
    ended = client.post("/live/yours/end", {"series": LiveSeries.objects.get().pk})
    page = client.get("/live/yours").text

    first.refresh_from_db()
    assert (cancelled.status_code, again.status_code, ended.status_code) == (303, 409, 303)
    assert first.state == LiveState.CLOSED
    assert scheduling.running_series() == []
    assert "Nothing of yours comes back" in page


def test_the_list_and_its_buttons_are_for_hosts_and_for_what_is_theirs(ash, host, room) -> None:
    browser_of(host).post("/live/new", typed(room, every_weeks="1"))
    session, series = LiveSession.objects.earliest("starts_at"), LiveSeries.objects.get()
    other = make_moderator("sage", "Sage", "host").peer

    for someone, ending in ((None, 403), (ash, 403), (other, 404)):
        client = browser_of(someone)
        assert client.post(f"/live/{session.public_id}/cancel").status_code == 403
        assert client.post("/live/yours/end", {"series": series.pk}).status_code == ending
    for someone in (None, ash):
        assert browser_of(someone).get("/live/yours").status_code == 403
    assert "Quiet hour" not in browser_of(other).get("/live/yours").text
    for junk in ("", "x", "9" * 40, "-1", "²"):
        assert browser_of(host).post("/live/yours/end", {"series": junk}).status_code == 404

    session.refresh_from_db()
    assert session.state == LiveState.SCHEDULED
    assert scheduling.running_series() == [series.pk]

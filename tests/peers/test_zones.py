"""Time zones: a closed list, kept in the one cookie only when chosen; every time carries its zone's name."""

from datetime import UTC, date, datetime, time

import pytest
from django.conf import settings
from django.template import Context, Template

from peers import zones
from peers.look import Look, closed, with_zone
from peers.models import Peer, Session
from tests.peers.browser import OURS

COOKIE = settings.LOOK_COOKIE_NAME
MOMENT = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Pacific/Auckland"])
def test_zones_named_for_a_place_can_be_chosen_and_fit_the_cookie(zone) -> None:
    assert zone in zones.names()
    assert closed({"zone": zone}) == Look(zone=zone)
    assert not set(zone) & set('.:;," \\')


@pytest.mark.parametrize(
    "zone",
    ["", "europe/berlin", "EST", "Etc/GMT+5", "posix/Europe/Berlin", "localtime", "../../etc/passwd", "<b>", "Mars/X"],
)
def test_nothing_else_is_kept(zone) -> None:
    assert closed({"zone": zone}) == Look()
    assert with_zone(Look(theme="dark", zone="Europe/Berlin"), zone) == Look(theme="dark")


def test_every_zone_stands_once_under_its_region() -> None:
    regions = {region: places for region, places in zones.choices() if not isinstance(places, str)}
    listed = [name for region, places in regions.items() for name, _ in places if name.startswith(f"{region}/")]

    assert zones.choices()[0] == ("UTC", "UTC")
    assert sorted(["UTC", *listed]) == sorted(zones.names())


@pytest.mark.parametrize(
    ("zone", "form", "words"),
    [
        ("UTC", "moment", "1 July, 22:30 UTC"),
        ("UTC", "time", "22:30 UTC"),
        ("UTC", "day", "Wednesday 1 July"),
        ("Europe/Berlin", "moment", "2 July, 00:30 Berlin time"),
        ("Europe/Berlin", "day", "Thursday 2 July"),
        ("America/New_York", "time", "18:30 New York time"),
        ("America/New_York", "soon", "18:30 New York time"),
    ],
)
def test_a_moment_is_told_with_its_zone(zone, form, words) -> None:
    assert zones.told(MOMENT, zone, form, now=MOMENT) == words


def test_what_is_a_day_off_is_told_with_its_weekday() -> None:
    assert zones.told(MOMENT, "UTC", "soon", now=datetime(2026, 6, 30, 22, tzinfo=UTC)) == "Wednesday 22:30 UTC"


def test_a_clock_that_leaves_a_time_out_or_shows_it_twice() -> None:
    assert zones.at_clock(date(2026, 3, 29), time(2, 30), "Europe/Berlin") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert zones.at_clock(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_time_of_a_page_is_in_the_chosen_zone_else_in_utc() -> None:
    page = Template("{% local_time moment %}")

    chosen = page.render(Context({"moment": MOMENT, "look": Look(zone="Asia/Kathmandu")}))
    unchosen = page.render(Context({"moment": MOMENT}))

    assert (
        chosen == '<time datetime="2026-07-01T22:30:00+00:00" data-local="moment">2 July, 04:15 Kathmandu time</time>'
    )
    assert "1 July, 22:30 UTC" in unchosen


def test_choosing_a_zone_sets_the_one_cookie_and_nothing_else(client, db) -> None:
    client.cookies[COOKIE] = "theme:dark"

    answer = client.post("/live/zone", {"zone": "Europe/Berlin"}, headers=OURS)
    page = client.get("/").content.decode()

    assert list(answer.cookies) == [COOKIE]
    assert answer.cookies[COOKIE].value == "theme:dark.zone:Europe/Berlin"
    assert 'data-zone="Europe/Berlin"' in page
    assert not Peer.objects.exists()
    assert not Session.objects.exists()


def test_a_browser_sends_the_zone_back_whole(client, db) -> None:
    client.post("/live/zone", {"zone": "America/Argentina/Buenos_Aires"}, headers=OURS)

    page = client.get("/live/").content.decode()

    assert "Times are in Buenos Aires time." in page
    assert '<option value="America/Argentina/Buenos_Aires" selected>' in page


def test_going_back_to_no_zone_leaves_no_cookie(client, db) -> None:
    client.post("/live/zone", {"zone": "Europe/Berlin"}, headers=OURS)

    answer = client.post("/live/zone", {"zone": ""}, headers=OURS)

    assert answer.cookies[COOKIE]["max-age"] == 0
    assert "Times are in UTC." in client.get("/live/").content.decode()


def test_a_zone_nobody_knows_is_refused(client, db) -> None:
    answer = client.post("/live/zone", {"zone": "Mars/Olympus"}, headers=OURS)

    assert answer.status_code == 422
    assert not answer.cookies


def test_other_choices_keep_the_zone_and_forgetting_takes_it(client, db) -> None:
    client.post("/live/zone", {"zone": "Europe/Berlin"}, headers=OURS)

    kept = client.post("/my/look", {"theme": "dark", "zone": "Europe/Berlin"}, headers=OURS)
    gone = client.post("/my/look", {"theme": "auto", "forget": "yes"}, headers=OURS)

    assert kept.cookies[COOKIE].value == "theme:dark.zone:Europe/Berlin"
    assert gone.cookies[COOKIE]["max-age"] == 0

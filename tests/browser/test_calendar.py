"""The calendar in a real browser: one's own time with and without JavaScript, one press to be reminded."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_axe import DESKTOP, PHONE, faults
from tests.site import Site

# One begins in twelve minutes; one at 22:30 UTC of the day after tomorrow; a series; one that was held, with answers.
ANNOUNCE = """
from datetime import timedelta
from django.utils import timezone
from forum.live.hosting import move, schedule
from forum.live.plans import Plan
from forum.live.scheduling import cancel, make_series
from forum.live.states import Act
from forum.models import LiveFeedback, LiveSession, Room
from peers.models import Peer
host, now = Peer.objects.get(staff_name="Brook"), timezone.now()
room = Room.objects.get(slug="self-care")
schedule(host=host, room=room, title="Evening check-in", starts_at=now + timedelta(minutes=12))
late = (now + timedelta(days=2)).replace(hour=22, minute=30, second=0, microsecond=0)
schedule(host=host, room=room, title="Late one", starts_at=late)
day = (now + timedelta(days=3)).date()
make_series(host=host, plan=Plan(room, "Every week", day, late.time(), "Europe/Berlin", 1))
cancel(host=host, session=schedule(host=host, room=room, title="Not this one", starts_at=late + timedelta(days=1)))
for title, ago in (("Just over", 1), ("Long over", 30)):
    held = schedule(host=host, room=room, title=title)
    move(host=host, session=held, act=Act.OPEN)
    move(host=host, session=held, act=Act.CLOSE)
    LiveSession.objects.filter(pk=held.pk).update(closed_at=now - timedelta(hours=ago))
    if ago > 24:
        for face in (1, 2, 3):
            LiveFeedback.objects.create(session=held, face=face, times=5 + face)
    else:
        print(held.public_id)
"""
BERLIN = {"timezone_id": "Europe/Berlin", "locale": "de-DE"}


@pytest.fixture(scope="module")
def site(own_site: Site) -> Site:
    return own_site


@pytest.fixture(scope="module")
def brook(site):
    return site.staff("brook", "host")


@pytest.fixture(scope="module")
def over(site, brook) -> str:
    """The address of a live room that has just closed."""
    return f"/live/{site.manage('shell', '--no-imports', '-c', ANNOUNCE).split()[-1]}/"


def entry(page: Page, title: str):
    return page.locator("li.live-card").filter(has=page.get_by_role("heading", name=title))


def faults_at_every_width(page: Page) -> list[str]:
    found = []
    for window in (PHONE, DESKTOP):
        page.set_viewport_size(window)  # type: ignore[arg-type]  # a size by name
        found += faults(page)
    return found


def test_times_are_those_of_the_device_where_none_was_chosen(visit, over) -> None:
    page = visit(**BERLIN)
    page.goto("/live/")

    late = entry(page, "Late one")

    expect(late).to_contain_text(re.compile(r"(23:30|00:30) Berlin time"))
    expect(page.get_by_text("Times are those of your device: Berlin time.")).to_be_visible()
    day = late.locator("xpath=ancestor::section[1]").locator("h2 time").inner_text()
    starts = late.locator("time").first.evaluate(
        "time => new Date(time.dateTime).toLocaleDateString('en-GB', {weekday: 'long', timeZone: 'Europe/Berlin'})"
    )
    assert day.startswith(starts)
    assert page.locator("[data-days] section h2").count() == len(
        set(page.locator("[data-days] section h2").all_inner_texts())
    )


def test_a_device_whose_day_is_another_has_the_session_under_its_own_day(visit, over) -> None:
    plain, far = visit(javascript=False), visit(timezone_id="Pacific/Auckland")
    days = {}
    for name, page in (("utc", plain), ("far", far)):
        page.goto("/live/")
        late = entry(page, "Late one")
        if name == "far":
            expect(late).to_contain_text("Auckland time")
        days[name] = late.locator("xpath=ancestor::section[1]").locator("h2 time").inner_text()

    assert days["utc"] != days["far"]


def test_without_javascript_a_zone_is_chosen_and_kept(visit, over) -> None:
    page = visit(javascript=False, **BERLIN)
    page.goto("/live/")
    before = entry(page, "Late one").inner_text()
    page.get_by_text("Choose another time zone").click()
    page.get_by_label("Your time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Use this time zone").click()

    expect(page.get_by_text("Times are in Tokyo time.")).to_be_visible()
    expect(entry(page, "Late one")).to_contain_text("07:30 Tokyo time")
    assert "22:30 UTC" in before
    page.goto("/")
    expect(page.get_by_text("Tokyo time").first).to_be_visible()


def test_a_chosen_zone_stands_above_that_of_the_device(visit, over) -> None:
    page = visit(**BERLIN)
    page.goto("/live/")
    page.get_by_text("Choose another time zone").click()
    assert page.get_by_label("Your time zone").input_value() == "Europe/Berlin"
    page.get_by_label("Your time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Use this time zone").click()

    expect(page.get_by_text("Times are in Tokyo time.")).to_be_visible()
    expect(entry(page, "Late one")).to_contain_text("07:30 Tokyo time")


@pytest.mark.parametrize("javascript", [True, False])
def test_one_press_and_the_line_is_on_every_page(visit, over, javascript) -> None:
    page = visit(javascript=javascript)
    page.goto("/live/")
    entry(page, "Evening check-in").get_by_role("link", name="Remind me").click()
    page.get_by_role("button", name="Begin, and remind me here").click()
    expect(page.get_by_role("heading", name="You are reminded here")).to_be_visible()
    page.goto("/rules")

    line = page.get_by_role("complementary", name="Your reminder")
    expect(line).to_contain_text(re.compile(r"Evening check-in begins in \d+ minutes?\."))
    assert not javascript or faults_at_every_width(page) == []  # axe itself needs it
    line.get_by_role("button", name="Do not remind me").click()
    expect(page).to_have_url(re.compile("/rules$"))
    expect(line).to_have_count(0)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_its_pages_are_free_of_faults(visit, over, colours) -> None:
    page = visit(color_scheme=colours)
    page.goto("/live/")
    remind = entry(page, "Every week").first.get_by_role("link", name="Remind me").get_attribute("href") or ""
    found = {}
    for address in ("/live/", remind, "/live/?after=abcdefghjkmn"):
        page.goto(address)
        found[address] = faults_at_every_width(page)

    assert {address: faults for address, faults in found.items() if faults} == {}


def test_a_hosts_pages_are_free_of_faults(visit, over, brook) -> None:
    page = visit(**BERLIN)
    sign_in(page, brook)
    page.goto("/live/yours")
    listed = faults_at_every_width(page)
    expect(page.get_by_text("21 people answered")).to_be_visible()
    page.goto("/live/new")
    assert page.get_by_label("In which time zone").input_value() == "Europe/Berlin"
    page.get_by_label("In which time zone").select_option("UTC")
    page.get_by_label("What it is called").fill("A quiet hour")
    page.get_by_label("When it begins").fill("2001-01-01T10:00")
    page.get_by_role("button", name="Announce it").click()

    expect(page.get_by_text("This moment is past").first).to_be_visible()
    assert page.get_by_label("In which time zone").input_value() == "UTC"  # sent, so it is a choice
    assert listed == []
    assert faults_at_every_width(page) == []


@pytest.mark.parametrize("face", ["1", "3"])
def test_the_answer_to_how_it_was_is_free_of_faults(visit, over, face) -> None:
    page = visit()
    page.goto("/live/")
    page.evaluate(
        """([action, face]) => {
          const form = document.createElement("form");
          form.method = "post"; form.action = action;
          const field = document.createElement("input");
          field.name = "face"; field.value = face; form.append(field);
          document.body.append(form); form.submit();
        }""",
        [f"{over}feedback", face],
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("It was hard" if face == "1" else "Thank you")

    assert faults_at_every_width(page) == []

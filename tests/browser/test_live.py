"""One evening in two browsers, one of them without JavaScript, held from a console by keyboard: lobby to closed."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_console import tab_to


@pytest.fixture
def looks(visit) -> Any:
    """Axe finds nothing and nothing runs off the side, at this moment of the evening."""

    def look(*pages: Page) -> None:
        for page in pages:
            found = [each["id"] for each in Axe().run(page).response["violations"]]
            wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            assert (found, wide) == ([], False), page.url

    return look


def press(console: Page, words: str) -> None:
    """By keyboard alone, from the top of the page."""
    console.locator("h1").click()
    tab_to(console, words)
    console.keyboard.press("Enter")


def test_an_evening_from_lobby_to_closed(visit, site, looks) -> None:  # noqa: PLR0915  (one evening, told as it goes)
    console = visit(viewport={"width": 1280, "height": 900})
    sign_in(console, site.staff("osprey", "host"))
    console.goto("/live/new")
    console.get_by_label("What it is called").fill("An evening together")
    console.get_by_role("button", name="Announce it").click()
    room = console.url.partition("host/")[0]
    press(console, "Open the lobby")

    ash = visit(viewport={"width": 360, "height": 740}, color_scheme="dark")
    blue = visit(javascript=False, viewport={"width": 1280, "height": 900})
    ash.goto(f"{room}lobby")
    ash.get_by_label("Low").check()
    looks(ash, console)
    ash.get_by_role("button", name="Go in").click()
    expect(ash.locator("[data-live-bar]")).to_contain_text("Lobby")
    expect(ash.locator("[data-live-paused]")).to_contain_text("Nobody can write here")
    blue.goto(room)

    press(console, "Open the room")
    expect(ash.locator("[data-live-bar]")).to_contain_text("Open", timeout=3000)
    say(ash, "Tired, but here.")
    blue.get_by_role("link", name="Show new messages").click()
    expect(blue.get_by_role("log")).to_contain_text("Tired, but here.")
    say(blue, "The kettle is on.")
    expect(ash.get_by_role("log")).to_contain_text("The kettle is on.", timeout=3000)
    looks(ash)

    press(console, "One voice: only I speak")
    expect(ash.locator("[data-live-paused]")).to_be_visible(timeout=3000)
    ash.get_by_role("button", name="Raise my hand").click()
    expect(console.locator("[data-part=hands]").get_by_role("listitem")).to_have_count(1, timeout=3000)
    press(console, "Give the floor")
    expect(ash.locator("[data-live-bar]")).to_contain_text("has the floor", timeout=3000)
    expect(ash.locator("[data-live-paused]")).to_be_hidden()
    ash.get_by_label("Your message").fill("I slept through for once.")
    ash.get_by_role("button", name="Send", exact=True).click()
    expect(console.locator("[data-part=said]")).to_contain_text("I slept through for once.", timeout=3000)
    looks(console)

    console.get_by_text("Wind down: the last five minutes").click()
    press(console, "Begin to wind down")
    expect(ash.get_by_label("One thing I take with me")).to_be_visible(timeout=3000)
    blue.goto(f"{room}say")
    blue.get_by_label("One thing I take with me").fill("The quiet.")
    blue.get_by_role("button", name="Send", exact=True).click()
    expect(ash.get_by_role("log")).to_contain_text("The quiet.", timeout=3000)

    press(console, "Close the room")
    expect(ash.locator("[data-live-bar]")).to_contain_text("Closed", timeout=3000)
    blue.goto(room)
    expect(blue.get_by_role("main")).to_contain_text("Take care of yourself now")
    ash.reload()
    looks(ash, console)
    blue.get_by_role("button", name="It did me good").click()
    expect(blue.get_by_role("main")).to_contain_text("Thank you")


def say(page: Page, words: str) -> None:
    page.get_by_label("Your message").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text(words)


def test_the_log_stands_still_while_updates_are_paused_and_misses_nothing(visit, site) -> None:
    console = visit()
    sign_in(console, site.staff("whimbrel", "host"))
    console.goto("/live/new")
    console.get_by_label("What it is called").fill("A slow evening")
    console.get_by_role("button", name="Announce it").click()
    console.get_by_role("button", name="Open the room").click()
    room = console.url.partition("host/")[0]
    ash, blue = visit(), visit()
    for page in (ash, blue):
        page.goto(room)

    blue.get_by_role("button", name="Pause new messages").click()
    say(ash, "One.")
    say(ash, "Two.")
    expect(blue.get_by_role("button", name="Go on with new messages (2 new)")).to_be_visible(timeout=3000)
    expect(blue.get_by_role("log")).not_to_contain_text("One.")
    blue.get_by_role("button", name="Go on with new messages (2 new)").click()

    expect(blue.locator(".said-body")).to_have_text(["One.", "Two."])
    expect(blue.get_by_role("button", name="Pause new messages")).to_be_visible()

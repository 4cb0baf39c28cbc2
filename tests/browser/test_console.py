"""The host's console in a real browser: it keeps up with the room, and nothing moves or is lost under the hand."""

from collections.abc import Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import held_back, sign_in, styled, wait_until

RAISE = """
from forum.live import hosting
from forum.models import LiveSession, Post
session = LiveSession.objects.latest("pk")
hosting.raise_hand(peer=Post.objects.filter(session=session, body__startswith="May I").get().peer, session=session)
"""
TAKE_DOWN = """
from forum.models import LiveSession, Post
from forum.posting import withdraw
post = Post.objects.filter(session=LiveSession.objects.latest("pk"), body__startswith="May I").get()
withdraw(peer=post.peer, post=post)
"""
LEASE_RUNS_OUT = """
from django.utils import timezone
from forum.models import LiveSession
LiveSession.objects.filter(pk=LiveSession.objects.latest("pk").pk).update(host_until=timezone.now())
"""
COMES_BACK_TO_THE_PAGE = "document.dispatchEvent(new Event('visibilitychange'))"  # the script says "still here" at once
WINDOWS = ({"width": 360, "height": 740}, {"width": 1280, "height": 800})


@pytest.fixture
def hosted(visit, site):
    """A host at their console of an open room; `hosted(...)` takes the name, and what a browser may be given."""

    def begin(name: str, **options) -> Page:
        page: Page = visit(**options)
        sign_in(page, site.staff(name, "host"))
        page.goto("/live/new")
        page.get_by_label("What it is called").fill(f"An evening with {name}")
        page.get_by_role("button", name="Announce it").click()
        page.get_by_role("button", name="Open the room").click()
        expect(page.locator("[data-part=state]")).to_contain_text("Open")
        return page

    return begin


def room_of(page: Page) -> str:
    return page.url.partition("host/")[0]


def say(page: Page, words: str) -> None:
    page.get_by_label("Your message").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".live-log")).to_contain_text(words)


def part(page: Page, name: str):
    return page.locator(f"[data-part={name}]")


def test_the_console_keeps_up_and_what_is_typed_stays(visit, site, hosted) -> None:
    console, peer = hosted("plover"), visit()
    peer.goto(room_of(console))
    say(peer, "May I ask something?")
    expect(part(console, "said")).to_contain_text("May I ask something?")
    site.manage("shell", "--no-imports", "-c", RAISE)
    expect(part(console, "hands").get_by_role("listitem")).to_have_count(1)

    part(console, "said").locator("summary").first.click()
    word = console.locator(f"#{console.get_by_label('A private word to them').first.get_attribute('id')}")
    word.fill("A lantern for")
    console.mouse.move(0, 0)
    say(peer, "It is about sleep.")

    renew = console.get_by_role("button", name="New: press to renew")
    expect(renew).to_be_visible()
    expect(word).to_have_value("A lantern for")
    expect(part(console, "said")).not_to_contain_text("It is about sleep.")
    renew.click()
    expect(part(console, "said")).to_contain_text("It is about sleep.")
    expect(word).to_be_visible()  # what was open stands open
    expect(word).to_have_value("A lantern for")
    say(peer, "And about tea.")
    expect(renew).to_be_visible()
    word.press_sequentially(" you alone.")
    console.locator("form", has=word).get_by_role("button", name="Send privately").click()
    expect(part(console, "said")).to_contain_text("And about tea.")
    expect(renew).to_have_count(0)
    expect(peer.locator("[data-live-mine]")).to_contain_text("A lantern for you alone.")

    part(console, "said").locator("summary").last.click()
    word.fill("Half a")
    site.manage("shell", "--no-imports", "-c", TAKE_DOWN)
    renew.click()
    expect(part(console, "said")).to_contain_text("What you were writing has no place here any more: Half a")


def test_a_site_that_stumbles_does_not_end_the_heartbeat(site, hosted) -> None:
    console = hosted("teal")
    line = console.locator("[data-host-line]")
    with console.expect_request(lambda request: request.resource_type == "fetch" and request.url.endswith("/host/")):
        console.reload()  # whatever happened while its line was down is looked at once it is up
    expect(line).to_contain_text("You are here. This page")
    console.route("**/host/act", lambda route: route.fulfill(status=503, body="Nobody answers"), times=1)
    console.evaluate(COMES_BACK_TO_THE_PAGE)
    expect(line).to_contain_text("The site does not answer")

    console.route("**/host/", lambda route: route.fulfill(status=502, body="Nobody answers"), times=1)
    with console.expect_response(lambda response: response.status == 502):
        site.manage("shell", "--no-imports", "-c", LEASE_RUNS_OUT)  # the pause is told, and the page cannot be renewed
    expect(part(console, "problem")).to_be_empty()
    console.evaluate(COMES_BACK_TO_THE_PAGE)
    expect(line).to_contain_text("You are here. This page")
    expect(part(console, "state")).to_contain_text("Open")

    site.manage("shell", "--no-imports", "-c", LEASE_RUNS_OUT)
    expect(part(console, "state")).to_contain_text("Paused")
    console.evaluate(COMES_BACK_TO_THE_PAGE)
    expect(part(console, "state")).to_contain_text("Open")
    console.get_by_role("button", name="Step out: pause the room").click()
    expect(line).to_have_text("You are not here. This page does not keep the room open.")


def test_a_message_is_removed_by_keyboard_alone_and_leaves_every_open_page(visit, site, hosted) -> None:
    console, writer, reader = hosted("heron"), visit(), visit()
    for page in (writer, reader):
        page.goto(room_of(console))
    say(writer, "Something unkind.")
    expect(reader.locator(".live-log")).to_contain_text("Something unkind.")
    expect(part(console, "said")).to_contain_text("Something unkind.")

    console.locator("h1").click()
    tab_to(console, "What to do")
    console.keyboard.press("Enter")
    console.keyboard.press("Tab")  # why
    console.keyboard.type("Aimed")
    tab_to(console, "Remove the message")
    console.keyboard.press("Enter")

    expect(reader.locator(".live-log")).to_contain_text("A moderator took this down")
    expect(reader.locator(".live-log")).not_to_contain_text("Something unkind.")
    expect(part(console, "said")).not_to_contain_text("Something unkind.")
    expect(console.locator("#said-title")).to_be_focused()
    expect(console.locator("[data-host-says]")).to_have_text("Remove the message: done")


def tab_to(page: Page, words: str, most: int = 60) -> None:
    """Press Tab until something of these words has the focus, and see that one sees it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(words):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"Tab does not lead to {words}")


def test_what_was_not_done_says_why_and_keeps_every_word(visit, hosted) -> None:
    console, peer = hosted("brambling"), visit()
    peer.goto(room_of(console))
    say(peer, "Something unkind.")
    expect(part(console, "said")).to_contain_text("Something unkind.")
    part(console, "said").locator("summary").first.click()
    own = console.get_by_label("In your own words, if you like").first
    own.fill("My own careful sentence.")

    console.get_by_role("button", name="Remove the message").first.click()

    expect(part(console, "problem")).to_contain_text("Choose a reason")
    expect(own).to_have_value("My own careful sentence.")


def test_who_lost_the_room_is_told_in_the_page_that_is_open(visit, site, hosted) -> None:
    colleague = site.staff("curlew", "host")
    console, other = hosted("knot"), visit()
    sign_in(other, colleague)
    console.get_by_label("Who may take over at any time").select_option("Curlew")
    console.get_by_role("button", name="Let them take over").click()
    expect(console.locator("[data-host-says]")).to_have_text("Let them take over: done")
    other.goto(f"{room_of(console)}host/")

    other.get_by_role("button", name="Take the room over").click()

    expect(other.locator("[data-host-line]")).to_contain_text("You are here")
    expect(console.locator("[data-host-line]")).to_have_text("Curlew has the room now.")
    console.mouse.move(0, 0)
    expect(console.get_by_role("button", name="Take the room over")).to_be_visible()
    expect(console.get_by_role("button", name="Close the room")).to_have_count(0)


def test_the_whole_evening_without_javascript(visit, hosted) -> None:
    console, peer = hosted("ruff", javascript=False), visit(javascript=False)
    peer.goto(f"{room_of(console)}say")
    peer.get_by_label("Your message").fill("Something unkind.")
    peer.get_by_role("button", name="Send", exact=True).click()

    console.get_by_role("button", name="I am here").click()
    part(console, "said").locator("summary").first.click()
    console.get_by_label("Why").first.select_option("unkind")
    console.get_by_label("Mute them for").first.select_option("15 minutes")
    console.get_by_role("button", name="Mute them").first.click()
    expect(part(console, "said")).to_contain_text("Muted in this room")
    peer.goto(room_of(console))
    expect(peer.locator("[data-live-mine]")).to_contain_text("Your writing rests here until")

    console.get_by_role("button", name="Let them speak again").first.click()
    console.get_by_role("button", name="One voice: only I speak").click()
    console.get_by_text("Wind down: the last five minutes").click()
    console.get_by_label("Or your own words, in place of these").fill("Sleep well, all of you.")
    console.get_by_role("button", name="Begin to wind down").click()
    console.get_by_role("button", name="Close the room").click()

    expect(part(console, "state")).to_contain_text("Closed")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_who_presses_before_the_script_is_there_hits_the_button(visit, site, motion) -> None:
    console = visit(reduced_motion=motion)
    sign_in(console, site.staff(f"knot{motion[0]}", "host"))
    console.goto("/live/new")
    console.get_by_label("What it is called").fill("An evening begun early")
    kept = held_back(console, "**/host*.js")
    console.get_by_role("button", name="Announce it").click()
    button = console.get_by_role("button", name="Open the lobby")
    expect(button).to_be_visible()
    styled(console)
    button.hover()
    console.mouse.down()
    wait_until(console, lambda: bool(kept))
    kept[0].continue_()
    expect(console.locator(".has-script")).to_be_visible()
    console.mouse.up()
    expect(part(console, "state")).to_contain_text("Lobby")


def test_where_the_script_does_not_come_the_page_can_still_renew_itself(visit, site) -> None:
    console = visit()
    console.route("**/host*.js", lambda route: route.abort())
    sign_in(console, site.staff("twite", "host"))
    console.goto("/live/new")
    console.get_by_label("What it is called").fill("An evening without a script")
    console.get_by_role("button", name="Announce it").click()
    console.get_by_role("button", name="Stay here: let this page renew itself").click()
    expect(console.locator("[data-host-line]")).to_contain_text("This page renews itself every 20 seconds")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_console_has_no_fault_that_axe_finds(visit, site, hosted, scripts) -> None:
    console = hosted(f"dipper{int(scripts)}")
    if not scripts:  # axe itself is a script: ours alone are kept away
        console.route("**/*.js", lambda route: route.abort())
    peer = visit()
    peer.goto(room_of(console))
    say(peer, "May I say something?")
    peer.get_by_label("Your message").fill("I will hurt him tonight, I know where he lives")
    peer.get_by_role("button", name="Send", exact=True).click()
    expect(peer.get_by_text("Only you and moderators can see this")).to_be_visible()
    site.manage("shell", "--no-imports", "-c", RAISE)
    console.get_by_role("button", name="One voice: only I speak").click()
    console.reload()
    for summary in console.locator("[data-part] summary").all():
        summary.click()

    for colours in ("light", "dark"):
        console.emulate_media(color_scheme=colours)
        assert faults(console, WINDOWS) == [], colours


def faults(page: Page, windows: Sequence[dict[str, int]]) -> list[str]:
    found = []
    for window in windows:
        page.set_viewport_size(window)  # type: ignore[arg-type]  # a size by name
        width = window["width"]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"runs off the side at {width}")
        found += [f"{each['id']} at {width}: {each['nodes'][0]['html'][:160]}" for each in violations(page)]
    return found


def violations(page: Page) -> list[dict[str, Any]]:
    return list(Axe().run(page).response["violations"])

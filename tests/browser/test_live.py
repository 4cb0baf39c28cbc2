"""One evening in two browsers, one of them without JavaScript, held from a console by keyboard: lobby to closed."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import say, sign_in, wait_until
from tests.browser.test_console import tab_to

RELEASE = """
from django.db import transaction
from forum import showing
from forum.models import LiveSession, Post, Visibility
with transaction.atomic():
    for post in Post.objects.filter(session=LiveSession.objects.latest("pk"), visibility=Visibility.HELD):
        showing.set_visibility(post, Visibility.PUBLISHED)
"""
KINDS = ('"type":"event"', '"type":"ack"')
NEVER_OPENS = "window.WebSocket = class extends EventTarget { static OPEN = 1; readyState = 0; send() {} close() {} }"


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
    expect(ash.locator("[data-live-bar]")).to_contain_text("Open")
    say(ash, "Tired, but here.")
    blue.get_by_role("link", name="Show new messages").click()
    expect(blue.get_by_role("log")).to_contain_text("Tired, but here.")
    say(blue, "The kettle is on.")
    expect(ash.get_by_role("log")).to_contain_text("The kettle is on.")
    looks(ash)

    press(console, "One voice: only I speak")
    expect(ash.locator("[data-live-paused]")).to_be_visible()
    ash.get_by_role("button", name="Raise my hand").click()
    expect(console.locator("[data-part=hands]").get_by_role("listitem")).to_have_count(1)
    press(console, "Give the floor")
    expect(ash.locator("[data-live-bar]")).to_contain_text("has the floor")
    expect(ash.locator("[data-live-paused]")).to_be_hidden()
    ash.get_by_label("Your message").fill("I slept through for once.")
    ash.get_by_role("button", name="Send", exact=True).click()
    expect(console.locator("[data-part=said]")).to_contain_text("I slept through for once.")
    looks(console)

    console.get_by_text("Wind down: the last five minutes").click()
    press(console, "Begin to wind down")
    expect(ash.get_by_label("One thing I take with me")).to_be_visible()
    blue.goto(f"{room}say")
    blue.get_by_label("One thing I take with me").fill("The quiet.")
    blue.get_by_role("button", name="Send", exact=True).click()
    expect(ash.get_by_role("log")).to_contain_text("The quiet.")

    press(console, "Close the room")
    expect(ash.locator("[data-live-bar]")).to_contain_text("Closed")
    blue.goto(room)
    expect(blue.get_by_role("main")).to_contain_text("Take care of yourself now")
    ash.reload()
    looks(ash, console)
    blue.get_by_role("button", name="It did me good").click()
    expect(blue.get_by_role("main")).to_contain_text("Thank you")


def test_the_log_stands_still_while_updates_are_paused_and_misses_nothing(visit, open_room) -> None:
    _, room = open_room("whimbrel", "Open the room")
    ash, blue = visit(), visit()
    for page in (ash, blue):
        page.goto(room)

    blue.get_by_role("button", name="Pause new messages").click()
    say(ash, "One.")
    say(ash, "Two.")
    expect(blue.get_by_role("button", name="Go on with new messages (2 new)")).to_be_visible()
    expect(blue.get_by_role("log")).not_to_contain_text("One.")
    blue.get_by_role("button", name="Go on with new messages (2 new)").click()

    expect(blue.locator(".said-body")).to_have_text(["One.", "Two."])
    expect(blue.get_by_role("button", name="Pause new messages")).to_be_visible()


def test_ones_own_words_stand_once_though_they_are_heard_before_they_are_acknowledged(visit, open_room) -> None:
    _, room = open_room("snipe", "Open the room")
    ash = visit()
    heard: list[str] = []
    lines: list[WebSocketRoute] = []

    def without_acknowledgements(line: WebSocketRoute) -> None:
        lines.append(line)

        def pass_on(frame: str | bytes) -> None:
            heard.append(str(frame))
            if KINDS[1] not in str(frame):
                line.send(frame)

        line.connect_to_server().on_message(pass_on)

    ash.goto(room)
    say(ash, "Hello.")  # by the form: it makes a name
    ash.route_web_socket("**/socket*", without_acknowledgements)
    ash.goto(room)
    expect(ash.locator("[data-live-plain]")).to_have_attribute("hidden", "")  # the line is open
    said = ash.locator(".said-body", has_text="Once, please.")
    ash.get_by_label("Your message").fill("Once, please.")
    ash.get_by_role("button", name="Send", exact=True).click()
    wait_until(ash, lambda: all(any(kind in frame and "Once, please." in frame for frame in heard) for kind in KINDS))

    expect(said).to_have_count(1)
    expect(ash.locator(".said-waiting")).to_have_count(1)
    acknowledged = len([frame for frame in heard if KINDS[1] in frame])
    ash.get_by_role("button", name="Send again").click()  # offered after eight seconds, and doubles nothing
    wait_until(ash, lambda: len([frame for frame in heard if KINDS[1] in frame]) > acknowledged)
    lines[-1].send(next(frame for frame in heard if KINDS[1] in frame))
    expect(ash.locator(".said-waiting")).to_have_count(0)
    expect(said).to_have_count(1)


def test_whoever_only_listened_gets_the_floor_and_is_led_out_when_it_ends(visit, open_room) -> None:
    console, room = open_room("godwit", "Open the lobby")
    moss = visit()
    moss.goto(f"{room}remind")
    moss.get_by_role("button", name="Begin, and remind me here").click()  # a name to come back with, and no word said
    moss.goto(room)
    hand = moss.locator("[data-live-hand-button]")
    expect(hand).to_be_hidden()

    console.get_by_role("button", name="Open the room").click()
    expect(hand).to_have_text("Raise my hand")
    hand.click()
    expect(moss.locator("[data-live-mine]")).to_have_text("Your hand is up. Only the host sees it.")
    console.get_by_role("button", name="One voice: only I speak").click()
    expect(moss.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    console.get_by_role("button", name="Give the floor").click()
    expect(moss.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    expect(hand).to_have_text("Raise my hand")
    expect(moss.locator("[data-live-mine]")).to_have_text("")
    say(moss, "I only listened until now.")

    hand.click()
    expect(hand).to_have_text("Take my hand down")
    console.get_by_text("Wind down: the last five minutes").click()
    console.get_by_role("button", name="Begin to wind down").click()
    expect(hand).to_be_hidden()
    expect(moss.get_by_label("One thing I take with me")).to_be_visible()
    field = moss.locator("textarea")
    field.fill("Not finished")
    console.get_by_role("button", name="Close the room").click()
    expect(moss.locator("[data-live-bar]")).to_contain_text("Closed")
    expect(field).to_have_value("Not finished")  # what is typed is not taken away
    on = moss.get_by_role("link", name="How to go on from here")
    expect(on).to_be_hidden()
    field.fill("")
    expect(field).to_be_hidden()
    expect(moss.get_by_role("link", name="Step out")).to_be_hidden()
    expect(on).to_be_focused()
    on.click()
    expect(moss.get_by_role("main")).to_contain_text("Take care of yourself now")


def test_what_is_for_one_person_alone_neither_interrupts_nor_is_overtaken(visit, site, open_room) -> None:
    console, room = open_room("avocet", "Open the room")
    ash, blue = visit(), visit()
    for page in (ash, blue):
        page.goto(room)
        say(page, f"Good evening from {'Ash' if page is ash else 'Blue'}.")
        expect(page.locator("[data-live-plain]")).to_have_attribute("hidden", "")  # the line is open
    mine = blue.locator("[data-live-mine]")
    expect(mine).to_have_attribute("aria-live", "polite")

    # Help is being read while a private word comes: it is not taken away, and the word is there after it.
    blue.get_by_label("Your message").fill("I want to end my life tonight")
    blue.get_by_role("button", name="Send", exact=True).click()
    card = mine.locator("[tabindex='-1']")
    expect(card).to_be_focused()
    with blue.expect_response("**/mine"):
        write_privately(console, "Good evening from Blue.", "I am here with you.")
    expect(card).to_be_focused()
    expect(mine).not_to_contain_text("I am here with you.")
    with blue.expect_response("**/mine"):
        blue.get_by_label("Your message").focus()
    expect(mine).to_contain_text("I am here with you.")

    # An answer that was overtaken changes nothing. What stands there already is left alone.
    mine.locator("h2").last.evaluate("(title) => { title.seen = true; }")
    late = []
    blue.route("**/mine", lambda route: late.append((route, route.fetch())), times=1)
    with blue.expect_request("**/mine"):
        write_privately(console, "Good evening from Blue.", "The second word.")
    while not late:  # its answer is here, and held back
        blue.wait_for_timeout(100)
    write_privately(console, "Good evening from Blue.", "The third word.")
    expect(mine).to_contain_text("The third word.")
    late[0][0].fulfill(response=late[0][1])
    blue.wait_for_timeout(300)
    expect(mine).to_contain_text("The third word.")
    assert mine.locator("h2").last.evaluate("(title) => title.seen")


def test_what_came_while_one_was_away_is_counted_and_what_waited_is_shown(visit, site, open_room) -> None:
    console, room = open_room("sanderling", "Open the room")
    ash, blue = visit(), visit()
    for page in (ash, blue):
        page.goto(room)
        say(page, f"Good evening from {'Ash' if page is ash else 'Blue'}.")
        expect(page.locator("[data-live-plain]")).to_have_attribute("hidden", "")  # the line is open

    # A private word came last: what is said after it was not missed.
    blue.context.set_offline(True)
    expect(blue.locator("[data-live-line]")).to_contain_text("The connection is lost")
    say(ash, "Said meanwhile.")
    write_privately(console, "Good evening from Blue.", "A word for you.")
    blue.context.set_offline(False)
    away = blue.locator(".here")
    expect(away).to_contain_text(": 1 message")
    expect(blue.locator("[data-live-mine]")).to_contain_text("A word for you.")
    say(ash, "Said afterwards.")
    expect(blue.get_by_role("log")).to_contain_text("Said afterwards.")
    expect(away).to_contain_text(": 1 message")

    # A held message that is released says no longer that only its author sees it.
    ash.get_by_label("Your message").fill("I will hurt him tonight, I know where he lives")
    ash.get_by_role("button", name="Send", exact=True).click()
    expect(ash.get_by_text("Only you can see this message.")).to_be_visible()
    site.manage("shell", "--no-imports", "-c", RELEASE)
    expect(ash.get_by_text("Only you can see this message.")).to_have_count(0)
    own = ash.get_by_role("log").locator(".said", has_text="I will hurt him tonight")
    expect(own.locator(".said-head")).to_contain_text("you")
    expect(own.get_by_role("link", name="Report")).to_have_count(0)


def test_words_said_without_a_line_are_sent_in_order_or_given_back_in_order(visit, open_room) -> None:
    _, room = open_room("sandpiper", "Open the room")
    page = visit()
    page.goto(room)
    say(page, "Good evening.")
    expect(page.locator("[data-live-plain]")).to_have_attribute("hidden", "")
    waiting, field = page.locator(".said-waiting"), page.get_by_label("Your message")

    def say_without_a_line(*words: str) -> None:
        page.context.set_offline(True)
        expect(page.locator("[data-live-line]")).to_contain_text("The connection is lost")
        for each in words:
            field.fill(each)
            page.get_by_role("button", name="Send", exact=True).click()
        expect(waiting).to_have_count(len(words))

    say_without_a_line("Tea is ready.", "With milk.")
    page.context.set_offline(False)
    expect(waiting).to_have_count(0)
    assert page.get_by_role("log").locator(".said-body").all_inner_texts()[-2:] == ["Tea is ready.", "With milk."]

    say_without_a_line("Who is here?", "And who is not?")
    field.fill("Who is here? Typed since.")
    page.context.clear_cookies()  # whose page this was is known no longer
    page.context.set_offline(False)
    expect(waiting).to_have_count(0)
    expect(field).to_have_value("Who is here?\nAnd who is not?\nWho is here? Typed since.")


def write_privately(console: Page, to: str, words: str) -> None:
    """A private word of the host to whoever said `to`."""
    console.mouse.move(0, 0)
    message = console.locator("[data-part=said] li", has_text=to)
    message.locator("summary").first.click()
    message.get_by_label("A private word to them").fill(words)
    message.get_by_role("button", name="Send privately").click()
    expect(console.locator("[data-host-says]")).to_have_text("Send privately: done")
    expect(message.get_by_label("A private word to them")).to_be_hidden()  # the line above may be of the word before


def test_a_line_that_never_opens_is_found_and_the_page_asks_plainly(visit, open_room) -> None:
    _, room = open_room("turnstone", "Open the room")
    ash, blue = visit(), visit()
    blue.add_init_script(NEVER_OPENS)
    blue.clock.install()
    for page in (ash, blue):
        page.goto(room)
    say(ash, "Can you hear me?")

    blue.clock.run_for(40_000)

    expect(blue.get_by_role("log")).to_contain_text("Can you hear me?")

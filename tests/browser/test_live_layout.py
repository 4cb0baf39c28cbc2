"""A live room as it lies on the page: nothing moves, nothing with the focus is hidden, the form is below the log."""

from functools import partial

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import held_back, say, styled, wait_until

# What has the focus, if any of its lines is covered by another part, at its upper or at its lower edge.
COVERED = """
(() => {
  const at = document.activeElement;
  if (at === document.body || at.closest(".live-composer") || at.matches(".live-log")) return "";
  const isSeen = (box, y) => at.contains(document.elementFromPoint(box.left + box.width / 2, y));
  const lines = [...at.getClientRects()];
  return lines.every((box) => isSeen(box, box.top + 3) && isSeen(box, box.bottom - 3)) ? "" : at.textContent.trim();
})()
"""

# The newest message lies whole between the head of the page and the composer, of which the field is in sight.
NEWEST_IN_SIGHT = """
(() => {
  const [said, form, field, head] = [".said:last-child", ".live-composer", ".live-composer textarea", ".top"].map(
    (name) => document.querySelector(name).getBoundingClientRect());
  return head.bottom <= said.top && said.bottom <= form.top && field.bottom <= innerHeight;
})()
"""
# A room in which much was said.
TALK = """
from forum.intake import Draft
from forum.models import LiveSession
from forum.posting import submit_post
from peers.models import Peer

session = LiveSession.objects.get(public_id="{}")
for number in range(20):
    words = Draft(body=f"Tea, cup {{number}}.", title="", notes=0, client_id=f"cup-{{number}}")
    submit_post(peer=Peer.objects.create(), place=session, draft=words)
"""


@pytest.mark.parametrize(("width", "text"), [(360, ""), (1280, ""), (360, "larger")])
def test_no_message_or_button_moves_when_the_script_comes(visit, open_room, width, text) -> None:
    _, room = open_room(f"pochard{width}{text}", "Open the room")
    blue, ash = visit(), visit(viewport={"width": width, "height": 800})
    blue.goto(room)
    say(blue, "Tea first.")
    kept = held_back(ash, "**/live.*js")
    ash.goto(room, wait_until="commit")
    what = ".said, [data-live] a, [data-live] button:not([data-live-pause] *)"
    places = f"[...document.querySelectorAll('{what}')].map((each) => each.offsetTop)"
    expect(ash.get_by_role("button", name="I need help now")).to_be_visible()
    wait_until(ash, lambda: bool(kept))
    styled(ash)
    ash.evaluate("(text) => document.documentElement.setAttribute('data-text', text)", text)
    before = ash.evaluate(places)
    kept[0].continue_()
    expect(ash.get_by_role("button", name="Pause new messages")).to_be_visible()

    assert ash.evaluate(places) == before


@pytest.mark.parametrize("text", ["", "large", "larger"])
def test_nothing_that_has_the_focus_is_hidden_behind_what_stays_at_hand(visit, open_room, text) -> None:
    _, room = open_room(f"redpoll{text}", "Open the room")
    ash = visit(viewport={"width": 360, "height": 740})
    ash.goto(room)
    say(ash, "Tea first.")
    ash.evaluate("(text) => document.documentElement.setAttribute('data-text', text)", text)
    ash.evaluate("scrollTo(0, 0)")
    ash.locator("h1").click()

    covered, seen = [], set()
    for key in ["Tab"] * 30 + ["Shift+Tab"] * 30:
        ash.keyboard.press(key)
        covered.append(ash.evaluate(COVERED))
        seen.add(ash.evaluate("document.activeElement.textContent.trim()"))

    assert "Pause new messages" in seen
    assert not [words for words in covered if words]


def test_the_composer_stands_below_the_log_however_many_have_spoken(visit, open_room) -> None:
    _, room = open_room("bunting", "Open the room")
    ash = visit(viewport={"width": 1280, "height": 900})
    ash.goto(room)
    say(ash, "Tea first.")
    ash.evaluate("document.querySelector('.live-side').style.minHeight = '3000px'")

    log, composer = (ash.locator(name).bounding_box() for name in (".live-log", ".live-composer"))

    assert log["y"] + log["height"] <= composer["y"] < log["y"] + log["height"] + 200


def test_on_a_wide_screen_one_sees_all_one_can_do_without_scrolling(visit, open_room) -> None:
    _, room = open_room("wheatear", "Open the room")
    ash = visit(viewport={"width": 1280, "height": 900})
    ash.goto(room)
    expect(ash.get_by_role("button", name="Pause new messages")).to_be_visible()

    ways = [ash.get_by_role("button", name=name).bounding_box() for name in ("Send", "I need help now")]

    assert max(way["y"] + way["height"] for way in ways) <= 900


@pytest.mark.parametrize(
    ("width", "height", "text"), [(360, 740, ""), (360, 640, ""), (360, 740, "large"), (1280, 900, "")]
)
def test_who_comes_in_finds_the_newest_message_above_the_composer(visit, open_room, site, width, height, text) -> None:
    _, room = open_room(f"dotterel{width}{height}{text}", "Open the room")
    site.manage("shell", "--no-imports", "-c", TALK.format(room.rstrip("/").rpartition("/")[2]))
    for javascript in (True, False):
        ash = visit(viewport={"width": width, "height": height}, javascript=javascript)
        if text:
            ash.goto("/my/look")
            ash.get_by_label("Large", exact=True).check()
            ash.get_by_role("button", name="Keep these choices").click()
        ash.goto(f"{room}lobby")

        ash.get_by_role("button", name="Go in").click()

        expect(ash.locator(".said").last).to_contain_text("cup 19")
        wait_until(ash, partial(ash.evaluate, NEWEST_IN_SIGHT))
        if javascript and width > 1000:
            assert ash.evaluate("scrollY") == 0


def test_who_reads_along_reads_the_newest_messages(visit, open_room, site) -> None:
    _, room = open_room("phalarope", "Open the room")
    site.manage("shell", "--no-imports", "-c", TALK.format(room.rstrip("/").rpartition("/")[2]))
    ash = visit(viewport={"width": 1280, "height": 900})
    ash.goto(room)

    ash.goto(f"{room}?follow=1#newest")

    expect(ash.locator(".said").last).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("javascript", [True, False])
def test_on_a_phone_there_is_room_for_a_message_and_for_all_one_can_do(visit, open_room, javascript) -> None:
    _, room = open_room(f"whimbrel{javascript}".lower(), "Open the room")
    blue, ash = visit(), visit(viewport={"width": 360, "height": 740}, javascript=javascript)
    blue.goto(room)
    say(blue, "Tea first.")
    ash.goto(room)
    styled(ash)

    said, composer = (ash.locator(name).bounding_box() for name in (".said", ".live-composer"))
    buttons = [ash.get_by_role("button", name=name).bounding_box() for name in ("Send", "I need help now")]
    out = ash.get_by_role("link", name="Step out").bounding_box()

    assert said["y"] + said["height"] <= composer["y"]
    assert [each["y"] for each in (*buttons, out)] == pytest.approx([buttons[0]["y"]] * 3, abs=8)


def test_that_someone_writes_is_told_beside_the_label_and_nothing_moves(visit, open_room) -> None:
    _, room = open_room("ruff", "Open the room")
    blue, ash = visit(), visit(viewport={"width": 360, "height": 740})
    blue.goto(room)
    say(blue, "Tea first.")
    ash.goto(room)
    expect(ash.get_by_role("button", name="Pause new messages")).to_be_visible()
    before = ash.locator(".live-composer").bounding_box()

    blue.get_by_label("Your message").press_sequentially("And")

    told = ash.get_by_text("Someone is writing")
    expect(told).to_be_visible()
    label, line = ash.locator("[data-live-label]").bounding_box(), told.bounding_box()
    assert label["y"] - 2 <= line["y"] <= label["y"] + label["height"] / 2
    assert line["x"] >= label["x"] + label["width"]
    assert ash.locator(".live-composer").bounding_box() == before

"""Every page, as each kind of person sees it, is free of what axe can find; on a phone nothing runs off the side."""

import re
from collections.abc import Iterator, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.site import Site, running_site

# A lead writes to the author of the newest case.
WRITE_TO_THE_NEWEST = """
from moderation import outreach, triage
from moderation.models import Case, Moderator
case, lead = Case.objects.latest("pk"), Moderator.objects.filter(role="lead").first()
triage.claim(case=case, moderator=lead)
outreach.write_to_author(case=case, moderator=lead, body="I read what you wrote. I am here.", client_id="axe")
"""
# Every third thread of the demo community: something of everything, in a third of the time.
FILL = """
from dataclasses import replace
from moderation.demo import filling
whole = filling.load_community
filling.load_community = lambda name_of: replace(texts := whole(name_of), threads=texts.threads[::3])
filling.fill()
"""
STAFF_PAGES = (
    "/desk/",
    "/desk/rota",
    "/desk/drills",
    "/desk/me",
    "/desk/handover",
    "/desk/alike",
    "/appeal",
    "/complain",
    "/live/new",
    "/live/yours",
)
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The demo community: pages with something of everything on them."""
    with running_site(worker=False) as running:
        running.manage("shell", "--no-imports", "-c", FILL)
        yield running


def faults(page: Page) -> list[str]:
    """What axe finds on this page, and whether the page is wider than its window."""
    found = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("runs off the side")
    return found


def look_at(
    page: Page, addresses: list[str], windows: Sequence[dict[str, int]] = (PHONE, DESKTOP)
) -> dict[str, list[str]]:
    """Address -> faults, for the addresses that have any, at each width."""
    seen: dict[str, list[str]] = {}
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status in (200, 404), f"{address} answered {answer.status}"
        for window in windows:
            page.set_viewport_size(window)  # type: ignore[arg-type]  # a size by name
            if found := faults(page):
                seen[f"{address} at {window['width']}"] = found
    return seen


def first_address(page: Page, on: str, pattern: str) -> str:
    """The first link on a page that matches."""
    page.goto(on)
    found = re.search(pattern, page.content())
    assert found, f"{on} links to nothing like {pattern}"
    return found.group()


@pytest.mark.parametrize(("colours", "window"), [("light", PHONE), ("dark", DESKTOP)])
def test_pages_for_readers(visit, colours, window) -> None:
    page = visit(color_scheme=colours)
    room = "/rooms/self-harm-recovery/"
    thread = first_address(page, room, r"/threads/\w+/")
    live = first_address(page, "/", r"/live/\w+/")
    report = first_address(page, thread, r"/report/\w+")
    addresses = [
        "/",
        room,
        f"{room}new",
        thread,
        "/new",
        "/waiting",
        "/search?q=sleep",
        "/search?q=i+want+to+die",
        live,
    ]
    addresses += [
        report,
        "/help",
        "/help?country=GB",
        "/rules",
        "/privacy",
        "/transparency/",
        "/sign-in",
        "/my/look",
        "/desk/sign-in",
    ]

    seen = look_at(page, [*addresses, "/goodbye", "/nothing-here"], [window])
    page.goto(report)
    page.get_by_role("textbox").last.fill("I want to end my life tonight.")
    page.locator("form.form").evaluate("(form) => { form.action = '/report/longgone'; form.submit(); }")
    expect(page.get_by_role("heading", name="This post is not here any more")).to_be_visible()
    gone = faults(page)
    page.goto(report)
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name=re.compile("Send|Report")).first.click()
    page.wait_for_url("**/receipt/*")

    assert (gone, faults(page)) == ([], [])
    assert seen == {}


def test_pages_for_a_peer(visit, site) -> None:
    page = visit()
    page.goto("/rooms/self-harm-recovery/new")
    page.get_by_role("textbox").first.fill("I want to end my life tonight.")
    page.get_by_role("button", name="Post", exact=True).click()
    page.wait_for_url("**/new")
    answered = {f"the answer at {PHONE['width']}": faults(page)} if faults(page) else {}
    thread = first_address(page, "/my/", r"/threads/\w+/|/posts/\w+/")
    edit = first_address(page, thread, r"/posts/\w+/edit")
    site.manage("shell", "--no-imports", "-c", WRITE_TO_THE_NEWEST)
    conversation = first_address(page, "/my/", r"/my/messages/\w+/")
    addresses = [conversation, "/my/", "/my/words", "/my/leave", "/my/boundaries", "/my/look", thread, edit]

    seen = look_at(page, [*addresses, edit.replace("edit", "withdraw")])

    assert {**answered, **seen} == {}


def test_pages_for_staff(visit, site) -> None:
    page = visit()
    sign_in(page, site.staff("robyn", "lead"))
    case = first_address(page, "/desk/", r"/desk/cases/\w+/")
    page.goto(case)
    page.locator("#claim-form button").click()
    page.get_by_role("button", name="Reveal").click()
    revealed = faults(page)

    board = ["/desk/board?period=30d", "/desk/board/breaches?period=30d", "/desk/board/disagreements"]
    site.manage("rules", "list")  # keeps the rules that came with the program
    rules = first_address(page, "/desk/rules/", r"/desk/rules/[0-9a-f]{16}/")
    more = [*board, "/desk/reviews/next", "/desk/rules/", rules, f"{rules}files/spam.toml"]

    seen = look_at(page, [*STAFF_PAGES, case, *more])

    assert revealed == []
    assert seen == {}


def test_pages_for_an_admin(visit, site) -> None:
    page = visit()
    sign_in(page, site.staff("ada", "admin"))
    page.goto(first_address(page, "/desk/", r"/desk/cases/\w+/"))
    page.locator("#linking > summary").click()
    page.get_by_label("Why is it needed?").fill("Two goodbyes in one night.")
    page.get_by_role("button", name="Ask to see").click()
    asked = faults(page)
    thread = first_address(page, "/rooms/self-harm-recovery/", r"/threads/\w+/")
    care = f"/desk{thread}"
    page.goto(care)
    page.get_by_label("To which room").select_option("relapse")
    page.get_by_label("Why").first.fill("It is more at home there.")
    page.get_by_role("button", name="Move it").click()

    seen = look_at(page, ["/desk/staff", "/desk/seconds", "/desk/mode", care, thread])

    assert asked == []
    assert seen == {}


def test_pages_for_a_host(visit, site) -> None:
    page = visit()
    sign_in(page, site.staff("brook", "host"))
    page.goto("/live/new")
    page.get_by_label("What it is called").fill("A quiet hour")
    page.get_by_role("button", name="Announce it").click()
    page.get_by_role("button", name="Open the room").click()
    console = page.url

    seen = look_at(page, [console, console.removesuffix("host/")])

    assert seen == {}

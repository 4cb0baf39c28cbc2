"""The desk under the hand: single keys, a case that stays while one works, a list that moves by itself."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.site import Site, Visitor

CRY = "i am going to end my life tonight"
NOTE = "Your words stay. They are yours, and you are welcome here."


@pytest.fixture(scope="module")
def site(own_site: Site) -> Site:
    return own_site


def post(site: Site, words: str) -> httpx.Response:
    """Someone new posts in a room."""
    with Visitor(site) as visitor:
        answer = visitor.post("/rooms/self-care/new", data={"body": words, "client_id": "", "contract": "listen"})
    assert answer.status_code in (200, 302, 303), answer.text[:300]
    return answer


# Whatever waits now is called advertising: what rules make of words has no part here.
ALIKE = """
from moderation.models import Case
Case.objects.open().update(level=1, categories=["contact"])
"""
LOSE_ALL = """
from moderation.models import Case
Case.objects.update(lease_by=None, lease_token=None, lease_until=None)
"""


def chosen(page: Page) -> str | None:
    return page.evaluate("document.querySelector('input[name=action]:checked')?.value ?? null")  # type: ignore[no-any-return]


def test_a_case_is_worked_by_keys_alone(visit, site) -> None:
    post(site, CRY)
    robin = visit()
    sign_in(robin, site.staff("robin", "moderator"))
    expect(robin.locator("#keys summary")).to_be_visible()

    robin.keyboard.press("n")
    robin.wait_for_url("**/desk/cases/**")
    robin.keyboard.press("r")
    words = robin.locator("[data-words]")
    expect(words).to_contain_text("end my life")
    robin.keyboard.press("h")
    expect(words).to_be_hidden()
    robin.keyboard.press("r")
    expect(words).to_be_visible()
    robin.keyboard.press("3")
    assert chosen(robin) == "fold"
    robin.get_by_label("Reason").select_option(index=2)
    note = robin.get_by_label("What the author will read")
    note.fill(NOTE)
    note.press_sequentially(" nurh1?")
    assert (note.input_value(), chosen(robin)) == (f"{NOTE} nurh1?", "fold")
    note.blur()
    robin.keyboard.press("Enter")
    expect(robin.get_by_role("button", name="Undo this decision")).to_be_visible()
    robin.keyboard.press("u")
    expect(robin.get_by_text("Taken back by Robin")).to_be_visible()


def test_keys_can_be_switched_off_and_stay_off(visit, site) -> None:
    post(site, CRY)
    wren = visit()
    sign_in(wren, site.staff("wren", "moderator"))

    expect(wren.locator("#keys summary")).to_be_visible()
    wren.keyboard.press("?")
    wren.get_by_role("button", name="Keys are on").click()
    wren.reload()
    expect(wren.locator("#keys summary")).to_be_visible()
    wren.keyboard.press("n")
    wren.keyboard.press("?")

    expect(wren.locator("#keys")).not_to_have_attribute("open", "")
    assert wren.url.endswith("/desk/")


def test_a_crisis_is_said_aloud_and_takes_no_focus_away(visit, site) -> None:
    post(site, "i feel so hopeless and empty these days")
    page = visit()
    sign_in(page, site.staff("kestrel", "moderator"))
    row = page.locator("a.case-row").last
    row.focus()
    focused = row.get_attribute("data-case")

    post(site, CRY)

    expect(page.locator("[data-desk-says]")).to_have_text("A crisis case came")
    assert page.evaluate("document.activeElement.dataset.case") == focused


def test_the_list_says_when_it_is_old(visit, site) -> None:
    page = visit()
    sign_in(page, site.staff("linnet", "moderator"))
    expect(page.locator("[data-queue-stale]")).to_be_hidden()

    page.context.clear_cookies()
    for _ in range(2):
        with page.expect_event("requestfailed"):  # sent on to the sign-in, which it takes for no answer
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("[data-queue-stale]")).to_be_visible()


def test_the_whole_work_is_done_without_javascript(visit, site) -> None:
    post(site, CRY)
    page = visit(javascript=False)
    sign_in(page, site.staff("heron", "moderator"))

    page.get_by_role("button", name="Next: the most urgent").click()
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator("[data-words]")).to_contain_text("end my life")
    page.get_by_label("What the author will read").fill("Half a sentence")
    page.get_by_role("button", name="Keep it two minutes more").click()
    expect(page.get_by_label("What the author will read")).to_have_value("Half a sentence")
    page.get_by_label("Publish it").check()
    page.get_by_label("Reason").select_option(index=2)
    page.get_by_label("What the author will read").fill(NOTE)
    page.get_by_role("button", name="Decide", exact=True).click()

    expect(page.get_by_text("Heron decided: Publish it.")).to_be_visible()


def test_on_a_phone_few_others_stand_before_the_case(visit, site) -> None:
    for each in range(5):
        post(site, f"i feel so hopeless and empty these days ({each})")
    page = visit(viewport={"width": 360, "height": 740})
    sign_in(page, site.staff("dotterel", "moderator"))
    page.locator("a.case-row").last.click()
    page.wait_for_url("**/desk/cases/**")

    shown = [row for row in page.locator(".desk-queue a.case-row").all() if row.is_visible()]
    page.set_viewport_size({"width": 1280, "height": 900})

    assert len(shown) == 3
    assert len([row for row in page.locator(".desk-queue a.case-row").all() if row.is_visible()]) > 3


@pytest.mark.parametrize("javascript", [True, False])
def test_words_that_open_are_in_sight_on_a_phone(visit, site, javascript) -> None:
    post(site, CRY)
    page = visit(javascript=javascript, viewport={"width": 360, "height": 740})
    sign_in(page, site.staff("fieldfare" if javascript else "redwing", "moderator"))
    page.get_by_role("button", name="Next: the most urgent").click()

    page.get_by_role("button", name="Reveal").click()
    expect(page.locator("[data-words]").first).to_be_in_viewport()
    page.get_by_role("button", name="Reveal the whole").click()
    expect(page.locator("#parts")).to_contain_text("Parts to hide")
    page.get_by_label("Publish it").check()
    page.locator("summary", has_text="Parts to hide").click()
    page.get_by_label("Other parts to hide").fill("end my life")
    page.get_by_role("button", name="Show what readers would get").click()

    expect(page.locator("#parts .difference")).to_be_in_viewport()


def test_alike_cases_that_are_lost_take_their_words_along_and_leave_what_was_written(visit, site) -> None:
    post(site, "i feel so hopeless and empty these days")
    site.manage("shell", "--no-imports", "-c", ALIKE)
    page = visit()
    sign_in(page, site.staff("siskin", "moderator"))
    page.clock.install()
    page.goto("/desk/alike")
    page.get_by_role("button", name="Take the ticked ones").click()
    words, line = page.locator("[data-words]"), page.locator("[data-kept]")
    expect(words.first).to_be_visible()
    note = page.get_by_label("What each author will read")
    note.fill(NOTE)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.clock.fast_forward(21_000)  # a beat of the page: they are kept
    expect(words.first).to_be_visible()
    expect(line).to_contain_text("They are yours")

    site.manage("shell", "--no-imports", "-c", LOSE_ALL)
    page.clock.fast_forward(21_000)

    expect(line).to_have_text("These cases are no longer in your hands. What you wrote stays here.")
    expect(words).to_have_count(0)
    expect(note).to_have_value(NOTE)

"""Words under the hand: `r` opens them step by step, `h` hides all of them at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sign_in
from tests.browser.test_desk import post
from tests.site import Site

CALM, CRY = "The marigolds are out", "I am going to end my life tonight"


@pytest.fixture(scope="module")
def site(own_site: Site) -> Site:
    return own_site


def test_keys_open_the_words_in_steps_and_hide_them_everywhere(visit, site) -> None:
    post(site, f"{CALM}. {CRY}.")
    page = visit()
    sign_in(page, site.staff("plover", "moderator"))
    expect(page.locator("#keys summary")).to_be_visible()  # the keys are listening
    page.keyboard.press("n")
    page.wait_for_url("**/desk/cases/**")
    words = page.locator("[data-words]")
    expect(words).to_have_count(0)
    expect(page.locator("#keys summary")).to_be_visible()

    page.keyboard.press("r")
    expect(words).to_contain_text("end my life")
    expect(page.locator("main")).not_to_contain_text(CALM)
    page.keyboard.press("h")
    expect(words).to_be_hidden()
    page.keyboard.press("r")
    expect(words).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(CALM)
    page.keyboard.press("r")
    expect(words.first).to_contain_text(CALM)
    page.get_by_text("The post as readers get it").click()
    page.keyboard.press("h")

    for place in words.all():
        expect(place).to_be_hidden()


def test_words_open_and_close_without_javascript(visit, site) -> None:
    post(site, f"{CALM}. {CRY}.")
    page = visit(javascript=False)
    sign_in(page, site.staff("dunlin", "moderator"))
    page.get_by_role("button", name="Next: the most urgent").click()
    page.get_by_label("What the author will read").fill("Half a sentence")

    page.get_by_role("button", name="Reveal the sentence").click()
    expect(page.locator("main")).not_to_contain_text(CALM)
    page.get_by_role("button", name="Reveal the whole").click()
    expect(page.locator("[data-words]").first).to_contain_text(CALM)
    page.get_by_role("button", name="Cover the words again").click()

    expect(page.locator("[data-words]")).to_have_count(0)
    expect(page.get_by_label("What the author will read")).to_have_value("Half a sentence")

"""The whole way, in real browsers: one anonymous post, one moderator, one live room."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sign_in
from tests.site import Site, until

CRISIS = "i cant do this anymore. i am going to end my life tonight"


@pytest.fixture(scope="module")
def site(own_site: Site) -> Site:
    return own_site


def test_words_in_crisis_are_answered_with_help_and_reach_a_moderator_who_writes_back(visit, site) -> None:
    robin_staff = site.staff("robin", "lead")
    robin, ash = visit(), visit(javascript=False)
    sign_in(robin, robin_staff)
    expect(robin.get_by_role("heading", name="Waiting", exact=True)).to_be_visible()
    robin.get_by_role("button", name="Start my shift").click()

    # Ash, new here, JavaScript off, chooses a country once and posts.
    ash.goto("/my/look")
    ash.get_by_label("Country").select_option("GB")
    ash.get_by_role("button", name="Keep these choices").click()
    ash.goto("/rooms/self-harm-recovery/new")
    ash.get_by_role("textbox").first.fill(CRISIS)
    ash.get_by_role("button", name="Post", exact=True).click()
    posted = time.monotonic()

    # Help is in the same response, for this country, and the words stand.
    expect(ash.get_by_role("heading", level=1)).to_have_text("Your words are saved. Are you safe right now?")
    expect(ash.get_by_text("116 123").first).to_be_visible()
    expect(ash.get_by_text("999").first).to_be_visible()
    ash.get_by_role("link", name=re.compile("Leave it up")).click()
    expect(ash.get_by_text("i am going to end my life tonight").first).to_be_attached()

    # Robin's open desk shows the case without a reload.
    case = robin.locator("a.case-row[data-level=crisis]")
    expect(case).to_be_visible()
    assert time.monotonic() - posted < 6

    # Robin claims, reveals, writes, decides with a reason.
    case.click()
    robin.locator("#claim-form button").click()
    expect(robin.locator("[data-words]")).to_have_count(0)
    robin.get_by_role("button", name="Reveal").click()
    expect(robin.locator("[data-words]")).to_contain_text("i am going to end my life")
    robin.get_by_label("Your words to them").fill("I am Robin, I read what you wrote. I am here for the next hour.")
    robin.get_by_role("button", name="Send privately").click()
    robin.get_by_label("Leave it as it is").check()
    robin.get_by_label("Reason").select_option(index=1)
    robin.get_by_label("What the author will read").fill("Your words stay. They are yours, and you are welcome here.")
    robin.get_by_role("button", name="Decide", exact=True).click()
    expect(robin.get_by_role("button", name="Undo this decision")).to_be_visible()

    # Ash sees both, and answers.
    ash.reload()
    expect(ash.get_by_text("Your words stay. They are yours").first).to_be_visible()
    ash.goto("/my/")
    ash.get_by_role("link", name="About your words in Self-harm recovery").click()
    expect(ash.get_by_text("I am here for the next hour.")).to_be_visible()
    ash.get_by_role("textbox").first.fill("thank you for reading it. my sister is coming over now")
    ash.get_by_role("button", name=re.compile("Send|Answer")).first.click()
    expect(ash.get_by_text("my sister is coming over now").first).to_be_visible()


def test_a_listener_who_loses_the_network_has_every_message_once_and_in_order(visit, site) -> None:
    river = visit()
    sign_in(river, site.staff("river", "host"))
    river.goto("/live/new")
    river.get_by_label("Room").select_option("self-care")
    river.get_by_label("What it is called").fill("An evening together")
    river.get_by_role("button", name="Announce it").click()
    river.get_by_role("button", name="Open the room").click()
    expect(river.get_by_role("button", name="Close the room")).to_be_visible()
    place = re.search(r"/live/\w+/", river.url)
    assert place
    ash, blue = visit(), visit()
    ash.goto(place.group())
    blue.goto(place.group())

    def say(page, words: str) -> None:
        page.get_by_role("textbox").first.fill(words)
        page.get_by_role("button", name=re.compile("^(Say|Send)")).first.click()

    say(ash, "Good evening from the kitchen.")
    said = blue.locator(".said-body")
    expect(said).to_have_count(1)

    blue.context.set_offline(True)
    for number in range(10):
        say(ash, f"Message number {number}.")
        # Its author may hear it before it is acknowledged; then it stands once.
        expect(ash.locator(".said-body").filter(has_text=f"Message number {number}.")).to_have_count(1)
    time.sleep(5)
    blue.context.set_offline(False)

    expect(said).to_have_count(11)
    heard = [text.strip() for text in said.all_inner_texts()]
    assert heard[1:] == [f"Message number {number}." for number in range(10)]
    until(lambda: said.count() == 11, what="no message twice")

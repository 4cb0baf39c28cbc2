"""Real Chromium against the real server. A process of its own: the browser's loop and asyncio's do not mix."""

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.site import Site, Staff, running_site

_FOUND = (shutil.which(name) for name in ("chromium-headless-shell", "chromium", "google-chrome"))
CHROMIUM = os.environ.get("LAMPLIGHT_CHROMIUM") or next(filter(None, _FOUND), "")
PATIENCE_MS = 20_000  # how long a busy machine may take; how fast things come about is measured in `bench`
_NUMBERS = count(1)  # no two files give a host the same name, whichever process they fall to
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session", autouse=True)
def a_browser_is_here() -> None:
    if CHROMIUM:
        return
    if os.environ.get("CI") == "true":
        pytest.fail("no Chromium here")
    pytest.skip("no Chromium here: install it, or name it in LAMPLIGHT_CHROMIUM")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-dev-shm-usage", *quiet]}


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """For the files that have none of their own. No page waits for the worker: what it does has tests of its own."""
    with running_site(worker=False) as running:
        yield running


@pytest.fixture(scope="module")
def own_site() -> Iterator[Site]:
    """One for a file that counts what is on the desk or in the calendar."""
    with running_site(worker=False) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """A page of a browser of its own (nobody shares cookies); `javascript=False` switches it off."""
    contexts = []

    def open_one(*, javascript: bool = True, **options: Any) -> Page:
        context = browser.new_context(base_url=site.url, java_script_enabled=javascript, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def open_room(visit, site):
    """A host at the console of a room they announced, and the room's address."""

    def begin(name: str, *presses: str) -> tuple[Page, str]:
        console = visit()
        sign_in(console, site.staff(f"{name}{next(_NUMBERS)}", "host"))
        console.goto("/live/new")
        console.get_by_label("What it is called").fill(f"An evening with {name}")
        console.get_by_role("button", name="Announce it").click()
        for words in presses:
            console.get_by_role("button", name=words).click()
            expect(console.get_by_role("button", name=words)).to_have_count(0)
        return console, console.url.partition("host/")[0]

    return begin


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    """Go on when this is so, which it has to be within twenty seconds."""
    for _ in range(400):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come about")


def held_back(page: Page, pattern: str) -> list[Route]:
    """The first request for this waits in the list until somebody continues it; later ones go through."""
    kept: list[Route] = []

    def take(route: Route) -> None:
        if kept:
            route.continue_()
        else:
            kept.append(route)

    page.route(pattern, take)
    return kept


def styled(page: Page) -> None:
    """Go on when every stylesheet of the page is there."""
    there = "[...document.querySelectorAll('link[rel=stylesheet]')].every((link) => link.sheet)"
    wait_until(page, lambda: bool(page.evaluate(there)))


def sign_in(page: Page, staff: Staff) -> None:
    page.goto("/desk/sign-in")
    page.get_by_label("Username").fill(staff.username)
    page.get_by_label("Password").fill(staff.password)
    page.get_by_label("One-time code").fill(staff.code())
    page.get_by_role("button", name="Sign in").click()


def say(page: Page, words: str) -> None:
    page.get_by_label("Your message").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text(words)

"""Working through cases by keyboard alone: the driver of tests/browser/test_keyboard.py and bench/keyboard.py."""

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.site import Site, Visitor

# Everyday, heavy, in danger, unkind and advertising words: what a desk meets in one night.
WORDS = (
    "i am going to end my life tonight",
    "i feel so hopeless and empty these days",
    "You are pathetic and everyone here laughs at you.",
    "I want to die and nobody knows.",
    "i keep thinking everyone would be better off without me",
)
COUNT_POINTERS = """
for (const sign of ["pointerdown", "mousedown", "touchstart"]) {
  window.addEventListener(sign, () => sessionStorage.setItem("pointers", "1"), true);
}
"""


@dataclass(slots=True)
class Worked:
    """What happened: cases decided, keys pressed for each, whether a pointer was ever used, and what axe found."""

    decided: int = 0
    keys: list[int] = field(default_factory=list)
    actions: set[str] = field(default_factory=set)
    pointers: str | None = None
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Worked") -> None:
        self.decided += other.decided
        self.keys += other.keys
        self.actions |= other.actions
        self.pointers = self.pointers or other.pointers
        self.faults += other.faults


def write(site: Site, number: int) -> None:
    """People write, each under a name of their own."""
    for place in range(number):
        with Visitor(site) as visitor:
            body = f"{WORDS[place % len(WORDS)]} ({place})"
            answer = visitor.post("/rooms/self-care/new", data={"body": body, "client_id": "", "contract": "listen"})
            if answer.status_code not in (200, 302, 303):
                raise RuntimeError(f"a post was answered with {answer.status_code}")


def work_through(page: Page, number: int, *, looked_at: int = 3) -> Worked:
    """Decide `number` cases from an open desk without touching a pointer. `page` is signed in, at the desk."""
    worked = Worked()
    for place in range(number):
        _take_next(page)
        expect(page.locator("#keys summary")).to_be_visible()  # the page's script is at work
        decide(page, worked)
        if place < looked_at:
            worked.faults += [each["id"] for each in Axe().run(page).response["violations"]]
    worked.pointers = page.evaluate("sessionStorage.getItem('pointers')")
    return worked


def _take_next(page: Page) -> None:
    """The next page shares most of its address with the one before: a key pressed too early would go to that one."""
    before = _case_at(page.url)
    page.keyboard.press("n")
    page.wait_for_url(lambda url: _case_at(url) not in ("", before))


def _case_at(url: str) -> str:
    """Which case is open at this address; none on the desk itself."""
    _, _, rest = url.partition("/desk/cases/")
    return rest.partition("/")[0]


def decide(page: Page, worked: Worked) -> None:
    """Reveal, choose, confirm: `r`, a number, Enter. What is held is published; what shows stays."""
    here = _case_at(page.url)
    held = "Nothing yet." in page.content()
    keys = ["r"]
    page.keyboard.press("r")
    expect(page.locator("[data-words]").first).to_be_visible()
    expect(page.locator("#keys summary")).to_be_visible()  # also in the page that came with them
    choice = "2" if held else "1"
    page.keyboard.press(choice)
    page.keyboard.press("Enter")
    keys += [choice, "Enter"]
    expect(page.get_by_role("button", name="Undo this decision")).to_be_visible()
    if _case_at(page.url) != here:
        raise RuntimeError("deciding led away from the case")
    worked.decided += 1
    worked.keys.append(len(keys))
    worked.actions.add(choice)

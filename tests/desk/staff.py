"""Robin at the desk, for tests: signing in by the real door, opening cases, and working on them."""

import re
from html.parser import HTMLParser
from typing import Any

from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from forum.models import Post
from forum.posting import submit_post
from moderation.models import Case, Decision, Moderator
from tests.conftest import draft
from tests.forum.doors import Browser, field

CRY = "I am going to end my life tonight"
HEAVY = "I feel so hopeless and empty these days"
KIND = "I read what you wrote tonight. I am here, and you can answer me."
PASSWORD = "a long password for tests"
__all__ = [
    "CRY",
    "HEAVY",
    "KIND",
    "PASSWORD",
    "Browser",
    "code_of",
    "cry",
    "decision",
    "field",
    "left_when_hidden",
    "resolve",
    "sit_down",
    "take",
]


def code_of(moderator: Moderator) -> str:
    """The code an authenticator app would show at this moment."""
    device, _ = TOTPDevice.objects.get_or_create(user=moderator, confirmed=True)
    return str(totp(device.bin_key, device.step, device.t0, device.digits, device.drift)).zfill(device.digits)


def sit_down(moderator: Moderator) -> Browser:
    """Sign in with name, password and code."""
    browser = Browser()
    form = {"username": moderator.username, "password": PASSWORD, "code": code_of(moderator)}
    answer = browser.post("/desk/sign-in", form)
    assert answer.status_code == 302, answer.content.decode()
    return browser


def cry(peer: Any, thread: Any, words: str = CRY) -> tuple[Post, Case]:
    """Someone's words in a thread, and the case they opened."""
    post = submit_post(peer=peer, place=thread, draft=draft(words))
    return post, Case.objects.open().get(post=post)


def take(browser: Browser, case: Case, *, reveal: bool = False) -> str:
    """Take the case, and reveal all of its words; the page as it stands then."""
    browser.post(f"{case.get_absolute_url()}claim")
    if reveal:
        browser.post(f"{case.get_absolute_url()}reveal", {"step": "2"})
    return browser.read(case.get_absolute_url())


def words_in(page: str) -> str:
    """What a reader of this page reads, without the marks in it."""
    return re.sub(r"<sup.*?</sup>|<[^>]+>", "", page)


class _Covered(HTMLParser):
    """Reads a page as it is once `h` hid its words, or once its lease was lost."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []  # the open elements, from the outermost that is hidden
        self.left: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"br", "hr", "img", "input", "link", "meta"} and (self.within or "data-words" in dict(attrs)):
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:  # an end may be left out
            pass

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.left.append(data)


def left_when_hidden(page: str) -> str:
    """What of a page can be read still when every part with words is hidden."""
    reader = _Covered()
    reader.feed(page)
    return "".join(reader.left)


def decision(page: str, **chosen: str) -> dict[str, str]:
    """The decision form of this page, filled in."""
    seen = {name: field(page, name) for name in ("token", "version", "key")}
    note = "I have read this, and it stays. Thank you for saying it here."
    return {**seen, "action": "publish", "reason_code": "pain-stands", "body": note, **chosen}


def resolve(browser: Browser, case: Case) -> Decision:
    """Decide the case, so that it is closed."""
    page = take(browser, case)
    assert browser.post(f"{case.get_absolute_url()}decide", decision(page)).status_code == 302
    return Decision.objects.get()

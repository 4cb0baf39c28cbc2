"""Nothing that could tell who someone is stays behind: not in a table, a log, the raw database file or a dump.

The whole journey is walked over the real server by someone whose address and user agent are marked; then every byte
the site wrote is read.
"""

import itertools
import re
import sqlite3
import subprocess
from pathlib import Path

import pytest

from forum.tokens import new_token
from tests.servers import postgres_folder
from tests.site import Site, Staff, Visitor, running_site

ADDRESS = "203.0.113.77"
AGENT = "CanaryBrowser/7.31 (a very particular telephone)"
CRISIS = "I am going to end my life tonight."
HEADERS = {
    "User-Agent": AGENT,
    "X-Forwarded-For": ADDRESS,
    "X-Real-IP": ADDRESS,
    "Forwarded": f"for={ADDRESS}",
    "Referer": "https://a-very-particular-page.example/",
}


@pytest.fixture
def site():
    with running_site() as running:
        yield running


def post(person: Visitor, page: str, to: str = "", **form: str) -> str:
    """Send a form from its page; the address it led to, or the page's own text. Fails on an error."""
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', person.get(page).text))
    answer = person.post(to or page, data={**hidden, **form})
    assert answer.status_code in (200, 302, 303), f"{to or page} answered {answer.status_code}"
    return str(answer.headers.get("location", answer.text))


def words_of(person: Visitor) -> list[str]:
    """Nine recovery words, made and read from the page that shows them once."""
    page = post(person, "/my/words", keep="words")
    found = re.search(r'<ol class="words">(.*?)</ol>', page, re.DOTALL)
    assert found, "the page of recovery words did not show them"
    return re.findall(r"<li>(\w[\w-]*)</li>", found.group(1))


def peer_journey(site: Site) -> tuple[list[str], Visitor, str]:
    """Arrive, get words, post, save a draft, report, search, fail in every way, come back by words."""
    with Visitor(site) as person:
        person.headers.update(HEADERS)
        post(person, "/", "/arrive")
        words = words_of(person)
        thread = post(person, "/rooms/self-care/new", body="A quiet evening.", client_id=new_token()).partition("#")[0]
        post(person, thread, f"{thread}reply", body=CRISIS, client_id=new_token())
        with Visitor(site) as reader:
            reportable = re.search(r"/report/\w+", reader.get(thread).text)
        assert reportable
        post(person, reportable.group(), reason="worried", note="I am worried about this one.")
        for wrong in ("/search?q=evening", "/threads/nothing/", "/my/", "/help?country=GB", "/posts/%00/"):
            person.get(wrong)
        person.post("/rooms/self-care/new", content=b"\xff\xfe", headers={"Content-Type": "text/plain"})
        post(person, "/my/", "/sign-out")
    person = Visitor(site)
    person.headers.update(HEADERS)
    post(person, "/sign-in", words=" ".join(words))
    return words, person, thread


def staff_journey(site: Site, staff: Staff) -> None:
    """Sign in wrongly and rightly, claim the most urgent case, reveal it, write to its author."""
    with Visitor(site) as robin:
        robin.headers.update(HEADERS)
        robin.post("/desk/sign-in", data={"username": "robin", "password": "wrong", "code": "000000"})
        post(robin, "/desk/sign-in", username=staff.username, password=staff.password, code=staff.code())
        case = post(robin, "/desk/", "/desk/next")
        post(robin, case, f"{case}reveal")
        post(robin, case, f"{case}message", body="I read this and I am here.", client_id=new_token())


def dump(site: Site) -> bytes:
    """The whole database as text, as a backup would hold it."""
    if address := site.env.get("LAMPLIGHT_DATABASE_URL"):
        folder = postgres_folder()
        assert folder is not None
        return subprocess.run([folder / "pg_dump", address], check=True, capture_output=True).stdout
    with sqlite3.connect(site.data / "lamplight.sqlite3") as database:
        # The search's own tables hold no more than its words, which stand raw in the file read beside.
        return "\n".join(line for line in database.iterdump() if "forum_search" not in line).encode()


def left_behind(site: Site) -> dict[str, bytes]:
    """Everything the site wrote: each file raw, and the database as a dump."""
    found = {str(path.relative_to(site.data)): path.read_bytes() for path in site.data.rglob("*") if path.is_file()}
    found["dump"] = dump(site)
    return {name: held for name, held in found.items() if not name.startswith(("secrets", "static"))}


def test_no_address_agent_or_recovery_word_stays_behind(site) -> None:
    words, person, _ = peer_journey(site)
    staff_journey(site, site.staff("robin", "lead"))
    session = person.session
    person.close()

    held = left_behind(site)

    together = " ".join(words).encode()
    marks = [ADDRESS.encode(), AGENT.encode(), b"CanaryBrowser", b"a-very-particular-page", together, session.encode()]
    leaks = [(name, mark) for name, held_there in held.items() for mark in marks if mark in held_there]
    leaks += [("server.log", word.encode()) for word in words if re.search(rf"\b{word}\b".encode(), held["server.log"])]
    pairs = [f"{one} {two}".encode() for one, two in itertools.pairwise(words)]
    leaks += [(name, pair) for name, held_there in held.items() for pair in pairs if pair in held_there]
    assert leaks == []
    assert b"127.0.0.1" not in held["dump"]
    assert b"A quiet evening." not in held["server.log"]
    assert len(held["dump"]) > 10_000


def test_who_leaves_and_removes_everything_is_nowhere_in_the_raw_file(site) -> None:
    _, person, thread = peer_journey(site)
    post(person, "/my/leave", way="remove", sure="yes")
    person.close()
    site.stop()
    site.manage("worker", "--once")

    raw = dump(site) + b"".join(path.read_bytes() for path in Path(site.data).glob("lamplight.sqlite3*"))

    assert b"A quiet evening." not in raw
    assert CRISIS.encode() not in raw
    site.start()
    with Visitor(site) as anyone:
        assert anyone.get(thread).status_code == 404

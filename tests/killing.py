"""Kills server and worker while people write and moderators decide, and counts what was promised but is not there."""

import json
import signal
import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import httpx

from forum.tokens import new_token
from tests.desking import AtDesk, Page
from tests.site import Site, Staff, Visitor, until

EVERYDAY = "Tea, a walk, and the cat asleep on my feet."
RISKY = "I am going to end my life tonight."
WRITERS = 4
POSTS_BETWEEN = 4  # acknowledged between two kills
POSTS_PER_PERSON = 12  # below every limit, so that nothing is refused for being too much
UNDONE_EACH = 4  # of so many decisions one is taken back
ACTIONS = ("leave", "fold", "remove")

_COUNT = """
import json
from forum.models import Post
from moderation.models import Case, Decision
from moderation.invariants import breaches
posts = [sent.partition("-")[0] for sent in Post.objects.values_list("client_id", flat=True)]  # the form adds a digest
cased = set(Case.objects.values_list("post_id", flat=True))
risky = list(Post.objects.filter(body=RISKY).values_list("pk", flat=True))
uncased = len([pk for pk in risky if pk not in cased])
decided = list(Decision.objects.values_list("key", flat=True))
undone = [str(pk) for pk in Decision.objects.exclude(undone_at=None).values_list("pk", flat=True)]
broken = [str(breach) for breach in breaches()]
print(json.dumps({"posts": posts, "uncased": uncased, "decided": decided, "undone": undone, "broken": broken}))
"""


@dataclass(slots=True)
class Outcome:
    """What people and moderators were told, and what the database holds afterwards."""

    kills: int = 0
    acknowledged: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)  # keys of decisions that were acknowledged
    undone: set[str] = field(default_factory=set)  # numbers of decisions whose undoing was acknowledged
    lost: set[str] = field(default_factory=set)
    lost_decisions: set[str] = field(default_factory=set)
    lost_undoings: set[str] = field(default_factory=set)
    doubled: int = 0
    risky_without_case: int = 0
    breaches: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that must not be, in words."""
        counted = {
            "acknowledged posts lost": len(self.lost),
            "acknowledged decisions lost": len(self.lost_decisions),
            "acknowledged undoings lost": len(self.lost_undoings),
            "decisions made twice": self.doubled,
            "risky posts without a case": self.risky_without_case,
        }
        return [f"{number} {what}" for what, number in counted.items() if number] + self.breaches


class Busy(threading.Thread, ABC):
    """Someone who does one thing after another until it is over, whatever becomes of the server."""

    def __init__(self, site: Site, outcome: Outcome) -> None:
        super().__init__(daemon=True)
        self.site, self.outcome = site, outcome
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.one_round()
            except httpx.HTTPError:
                time.sleep(0.05)
        self.goes_home()

    def goes_home(self) -> None:
        """It is over."""

    @abstractmethod
    def one_round(self) -> None:
        """What they do again and again."""

    def send(self, visitor: Visitor, address: str, form: dict[str, str]) -> int:
        """Send the same form until an answer comes; its status, or 0 when it was over before."""
        while not self.over.is_set():
            try:
                return visitor.post(address, data=form).status_code
            except httpx.HTTPError:
                time.sleep(0.05)
        return 0


class Writer(Busy):
    """Someone who posts again and again, with the same client id until an answer comes."""

    def __init__(self, site: Site, thread_url: str, outcome: Outcome) -> None:
        super().__init__(site, outcome)
        self.thread_url = thread_url

    def one_round(self) -> None:
        with Visitor(self.site) as visitor:
            visitor.post("/arrive")
            for number in range(POSTS_PER_PERSON):
                self.one_post(visitor, RISKY if number % 3 == 0 else EVERYDAY)

    def one_post(self, visitor: Visitor, body: str) -> None:
        form = _post_form(visitor, self.thread_url, body)
        if self.send(visitor, f"{self.thread_url}reply", form) in (200, 303):
            self.outcome.acknowledged.add(form["client_id"])


class Deciding(Busy):
    """A moderator who takes the next case, reveals and decides it with one key until an answer comes; now and then
    they take it back."""

    def __init__(self, site: Site, staff: Staff, outcome: Outcome) -> None:
        super().__init__(site, outcome)
        self.desk = AtDesk(site, staff)
        self.made = 0

    def one_round(self) -> None:
        address = self.desk.next_case()
        if not address:
            time.sleep(0.05)
            return
        self.desk.send_form(f"{address}reveal")
        form = self.desk.page(address).decision(ACTIONS[self.made % len(ACTIONS)])
        if not form:
            return  # it is no longer theirs
        if self.submit(f"{address}decide", form) == 302:
            self.outcome.decided.add(form["key"])
            self.made += 1
            if self.made % UNDONE_EACH == 0:
                self.take_back(self.desk.page(address))

    def goes_home(self) -> None:
        self.desk.close()

    def take_back(self, page: Page) -> None:
        number = page.field("decision")
        if number and self.submit(f"{page.address}undo", {"decision": number}) == 302:
            self.outcome.undone.add(number)

    def submit(self, address: str, form: dict[str, str]) -> int:
        return self.send(self.desk, address, {**form, "form_token": self.desk.form})


def kill_under_load(
    site: Site, *, kills: int, moderators: int = 1, worker_each: int = 4, seconds_between: float = 0.2
) -> Outcome:
    """Let people write and moderators decide, kill the server `kills` times, and each so many times the worker with it;
    then compare what was promised with what is there."""
    outcome = Outcome()
    thread_url = a_thread(site)
    people: list[Busy] = [Writer(site, thread_url, outcome) for _ in range(WRITERS)]
    people += [Deciding(site, site.staff(f"staff{number}", "lead"), outcome) for number in range(moderators)]
    for person in people:
        person.start()
    for number in range(1, kills + 1):
        _wait_until_busy(outcome, decides=bool(moderators))
        time.sleep(seconds_between)
        _kill(site, with_worker=number % worker_each == 0)
        outcome.kills += 1
    time.sleep(seconds_between)
    for person in people:
        person.over.set()
    for person in people:
        person.join(timeout=20)
    _compare(site, outcome)
    return outcome


def _wait_until_busy(outcome: Outcome, *, decides: bool) -> None:
    """However slow the machine: people are writing, and a moderator decides, when the kill comes."""
    written, decided = len(outcome.acknowledged), len(outcome.decided)

    def busy() -> bool:
        wrote = len(outcome.acknowledged) >= written + POSTS_BETWEEN
        return wrote and (not decides or len(outcome.decided) > decided)

    until(busy, 120, "writing and deciding")


def _kill(site: Site, *, with_worker: bool) -> None:
    """SIGKILL to the server, and to the worker with it; both begin anew."""
    worker = site.worker if with_worker else None
    if worker:
        worker.send_signal(signal.SIGKILL)
    site.kill()
    if worker:
        worker.wait()
        site.start_worker()
    site.start()


def _compare(site: Site, outcome: Outcome) -> None:
    found = json.loads(site.manage("shell", "--no-imports", "-c", f"RISKY = {RISKY!r}\n{_COUNT}"))
    outcome.lost = outcome.acknowledged - set(found["posts"])
    outcome.lost_decisions = outcome.decided - set(found["decided"])
    outcome.lost_undoings = outcome.undone - set(found["undone"])
    outcome.doubled = len(found["decided"]) - len(set(found["decided"]))
    outcome.risky_without_case, outcome.breaches = found["uncased"], found["broken"]


def say(visitor: Visitor, thread_url: str, body: str) -> httpx.Response:
    """One post of this visitor's in the thread."""
    return visitor.post(f"{thread_url}reply", data=_post_form(visitor, thread_url, body))


def _post_form(visitor: Visitor, thread_url: str, body: str) -> dict[str, str]:
    return {"body": body, "client_id": new_token(), "form_token": visitor.form_token(thread_url)}


def a_thread(site: Site) -> str:
    """The address of a thread to write in, opened by someone through the page."""
    with Visitor(site) as visitor:
        visitor.post("/arrive")
        token = visitor.form_token("/rooms/self-care/new")
        form = {"body": "A thread to write in.", "client_id": new_token(), "contract": "listen", "form_token": token}
        answer = visitor.post("/rooms/self-care/new", data=form)
    place: str = httpx.URL(answer.headers["location"]).path
    return place

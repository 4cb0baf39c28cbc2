"""Kills the web process while people write, and counts what was acknowledged but is not there."""

import json
import threading
import time
from dataclasses import dataclass, field

import httpx

from forum.tokens import new_token
from tests.site import Site, Visitor, until

EVERYDAY = "Tea, a walk, and the cat asleep on my feet."
RISKY = "I am going to end my life tonight."
POSTS_BETWEEN = 4  # acknowledged between two kills
POSTS_PER_PERSON = 12  # below every limit, so that nothing is refused for being too much

_COUNT = """
import json
from forum.models import Post
from moderation.models import Case, AuditEvent
from moderation import audit
posts = [sent.partition("-")[0] for sent in Post.objects.values_list("client_id", flat=True)]  # the form adds a digest
cased = set(Case.objects.values_list("post_id", flat=True))
risky = list(Post.objects.filter(body=RISKY).values_list("pk", flat=True))
uncased = len([pk for pk in risky if pk not in cased])
print(json.dumps({"posts": posts, "uncased": uncased, "fault": audit.first_fault()}))
"""


@dataclass(slots=True)
class Outcome:
    """What the writers were told, and what the database holds afterwards."""

    kills: int = 0
    acknowledged: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    risky_without_case: int = 0
    audit_fault: str = ""


class Writer(threading.Thread):
    """Someone who posts again and again, with the same client id until an answer comes."""

    def __init__(self, site: Site, thread_url: str, outcome: Outcome) -> None:
        super().__init__(daemon=True)
        self.site, self.thread_url, self.outcome = site, thread_url, outcome
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.one_person()
            except httpx.HTTPError:
                time.sleep(0.05)

    def one_person(self) -> None:
        with Visitor(self.site) as visitor:
            visitor.post("/arrive")
            for number in range(POSTS_PER_PERSON):
                self.one_post(visitor, RISKY if number % 3 == 0 else EVERYDAY)

    def one_post(self, visitor: Visitor, body: str) -> None:
        client_id = new_token()
        token = visitor.form_token(self.thread_url)
        while not self.over.is_set():
            form = {"body": body, "client_id": client_id, "form_token": token}
            try:
                answer = visitor.post(f"{self.thread_url}reply", data=form)
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status_code in (200, 303):
                self.outcome.acknowledged.add(client_id)
            return


def kill_under_load(site: Site, *, kills: int, writers: int = 4, seconds_between: float = 0.2) -> Outcome:
    """Start writers, kill and restart the server `kills` times, then compare what was promised with what is there."""
    outcome = Outcome()
    thread_url = a_thread(site)
    people = [Writer(site, thread_url, outcome) for _ in range(writers)]
    for person in people:
        person.start()
    for _ in range(kills):
        # However slow the machine: people are writing when the kill comes.
        written = len(outcome.acknowledged)
        until(lambda written=written: len(outcome.acknowledged) >= written + POSTS_BETWEEN, 120, "writing")
        time.sleep(seconds_between)
        site.kill()
        outcome.kills += 1
        site.start()
    time.sleep(seconds_between)
    for person in people:
        person.over.set()
    for person in people:
        person.join(timeout=20)
    found = json.loads(site.manage("shell", "--no-imports", "-c", f"RISKY = {RISKY!r}\n{_COUNT}"))
    outcome.lost = outcome.acknowledged - set(found["posts"])
    outcome.risky_without_case, outcome.audit_fault = found["uncased"], found["fault"]
    return outcome


def a_thread(site: Site) -> str:
    """The address of a thread to write in, opened by someone through the page."""
    with Visitor(site) as visitor:
        visitor.post("/arrive")
        token = visitor.form_token("/rooms/self-care/new")
        form = {"body": "A thread to write in.", "client_id": new_token(), "contract": "listen", "form_token": token}
        answer = visitor.post("/rooms/self-care/new", data=form)
    place: str = httpx.URL(answer.headers["location"]).path
    return place

"""Replaying a candidate over many posts: how long it takes, and whether sparing posts is as right as judging all.

    python -m bench.rules_lab [--posts 100000] [--processes 2] [--change rule|words|threshold]   a temporary SQLite
    python -m bench.rules_lab --prove 3000           both sets judge texts that the replay would spare: none may differ

Posts are everyday comments and labelled texts put together to a hundred words, in threads of six with four names and in
live rooms; one in twelve repeats another. `rule` adds one rule of common words, `words` one with a word that was in no
rule, `threshold` moves a threshold of the model, so that every post has to be judged twice. Exit code 1: the replay of
`rule` or `words` took longer than 60 seconds, or a post that was spared would have been judged otherwise.
"""

import argparse
import itertools
import json
import os
import platform
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

os.environ["LAMPLIGHT_DATA"] = tempfile.mkdtemp(prefix="lamplight-lab-")
os.environ.setdefault("LAMPLIGHT_SECRET_KEY", "s" * 60)
os.environ.setdefault("LAMPLIGHT_PEPPER", "p" * 60)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

MOST_SECONDS = 60
WORDS = 100
OF_THREAD, NAMES = 6, 4
GRAVE = 0.1  # share of posts made of labelled texts
REPEATED = 12  # one post in so many repeats another
LIVE = 0.2  # share of places that are live rooms; their messages have twenty words
RULE = """
[[rule]]
id = "distress.lab"
version = "1"
category = "distress"
level = "amber"
reason = "A rule of the bench."
phrases = ["{}"]
examples = ["{}"]
"""
_RED = re.compile(r"^red = [-.0-9]+$", re.MULTILINE)  # the threshold, and not the line of the scale
Files = dict[str, str]
CHANGES: dict[str, Callable[[Files], Files]] = {
    "rule": lambda files: _with_rule(files, "i <really|so> (hate|miss) (this|it|him|her|them)", "i hate this"),
    "words": lambda files: _with_rule(files, "so (flumped|wobbled) out", "so flumped out"),
    "threshold": lambda files: {**files, "model.toml": _RED.sub("red = 0.0", files["model.toml"])},
}


def _with_rule(files: Files, phrase: str, example: str) -> Files:
    return {**files, "distress.toml": files["distress.toml"] + RULE.format(phrase, example)}


def texts(words: int) -> Iterator[str]:
    """Posts of so many words, most of them everyday, for ever."""
    from moderation.risk import corpus  # noqa: PLC0415 - after the settings

    path = Path("moderation/risk/corpus/everyday/goemotions.jsonl")
    calm = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    grave = [example.text for example in corpus.load("train")]
    chance = random.Random(7)  # noqa: S311 - the same posts in every run
    while True:
        source = grave if chance.random() < GRAVE else calm
        made: list[str] = []
        while len(made) < words:
            made += chance.choice(source).split()
        yield " ".join(made[:words])


def fill(count: int) -> None:
    """So many posts, in threads and live rooms, over the last thirty days."""
    from django.db import transaction  # noqa: PLC0415 - after django.setup
    from django.utils import timezone  # noqa: PLC0415

    from forum.models import LiveSession, Post, Room, Thread, Visibility  # noqa: PLC0415
    from forum.opening import open_rooms  # noqa: PLC0415
    from moderation.models import Moderator  # noqa: PLC0415
    from peers.models import Kind, Peer  # noqa: PLC0415

    open_rooms()
    rooms = list(Room.objects.all())
    host = Peer.objects.create(kind=Kind.STAFF, staff_name="River")
    Moderator.objects.create(username="river", role="host", peer=host)
    chance, now = random.Random(11), timezone.now()  # noqa: S311 - the same posts in every run
    long, short = texts(WORDS), texts(20)
    bodies: list[str] = []
    with transaction.atomic():
        while len(bodies) < count:
            room, live = chance.choice(rooms), chance.random() < LIVE
            names = [Peer.objects.create() for _ in range(NAMES)]
            session = LiveSession.objects.create(room=room, title="An hour", host=host) if live else None
            thread = None if live else Thread.objects.create(room=room)
            posts = []
            for _ in range(OF_THREAD * (5 if live else 1)):
                again = bodies and chance.randrange(REPEATED) == 0
                body = chance.choice(bodies) if again else next(short if live else long)
                bodies.append(body)
                at = now - timedelta(days=29) * (1 - len(bodies) / (count + 60))
                where = {"thread": thread, "session": session, "peer": chance.choice(names)}
                state = {"visibility": Visibility.PUBLISHED, "judged_by": "bench", "created_at": at}
                posts.append(Post(body=body, client_id=f"bench-{len(bodies)}", **where, **state))
            Post.objects.bulk_create(posts)


def replay(change: str, processes: int) -> float:
    """Seconds of a replay by the command's own way, with what came of it printed."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup

    from moderation import rules_kept, rules_replay  # noqa: PLC0415
    from moderation.management.commands.rules import told  # noqa: PLC0415

    rules_kept.keep_shipped()
    files = CHANGES[change](dict(rules_kept.shipped_files()))
    candidate = rules_kept.keep(files=files, note="bench", made_by=None)
    asked = rules_replay.take(rules_replay.ask(candidate=candidate, moderator=None), timezone.now())
    if asked is None:
        raise RuntimeError("nobody else is here to take it")
    began = time.perf_counter()
    done = rules_replay.run(asked, processes=processes)
    took = time.perf_counter() - began
    print(f"{change}: {done.posts} posts in {took:.1f} s, {processes} processes, {done.posts / took:.0f} a second")
    for line in told(done):
        print(f"    {line}")
    return took


def prove(count: int) -> int:
    """How many texts that a replay would spare are judged otherwise by the two sets. It should be none."""
    from moderation import risk  # noqa: PLC0415 - after the settings
    from moderation.risk.difference import Difference  # noqa: PLC0415
    from moderation.risk.vocabulary import rule_files  # noqa: PLC0415

    wrong = 0
    shipped = risk.load(rule_files())
    for change in ("rule", "words"):
        other = risk.load(CHANGES[change](rule_files()))
        difference, spared = Difference(shipped, other), 0
        said: list[str] = []
        for text in itertools.islice(texts(40), count):
            context = risk.Context(parent=said[-1] if said else "", earlier=tuple(said[-3:]), room="relapse")
            if not difference.may_differ(text, context):
                spared += 1
                one, two = shipped.assess(text, context), other.assess(text, context)
                wrong += replace(one, version="") != replace(two, version="")
            said = [*said, text][-3:]
        print(f"{change}: {spared} of {count} texts spared; judged otherwise so far: {wrong}", flush=True)
    return wrong


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--change", choices=CHANGES, action="append")
    parser.add_argument("--prove", type=int, metavar="TEXTS")
    given = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    print(f"{machine}, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    if given.prove:
        return 1 if prove(given.prove) else 0
    import django  # noqa: PLC0415 - the settings are known now

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    fill(given.posts)
    took = {change: replay(change, given.processes) for change in given.change or ("rule", "words")}
    return 1 if any(took.get(change, 0) > MOST_SECONDS for change in ("rule", "words")) else 0


if __name__ == "__main__":
    sys.exit(main())

"""The full intake over files of texts: each is posted by its own new person, judged, saved with case, help and audit.

    python -m bench.intake FILE.jsonl [FILE.jsonl ...]                                  on SQLite
    python -m tests.servers postgres -- python -m bench.intake FILE.jsonl [...]         on Postgres

Prints, for each file, how the levels and visibilities spread and what a post costs. Refused texts are counted apart:
they were given back to be changed. Nothing of the texts is kept: the database is a temporary one.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ["LAMPLIGHT_DATA"] = tempfile.mkdtemp(prefix="lamplight-intake-")
os.environ.setdefault("LAMPLIGHT_SECRET_KEY", "s" * 60)
os.environ.setdefault("LAMPLIGHT_PEPPER", "p" * 60)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command

from forum.intake import Draft
from forum.models import Contract, Post, Room, Thread
from forum.posting import NotPosted, open_thread, submit_post
from forum.text import tidy
from forum.tokens import new_token
from moderation.models import Case, Level
from peers.models import Peer

LEVELS = [level.label for level in Level]
VISIBILITIES = ["published", "noted", "held"]


def a_thread(words: str) -> Thread:
    draft = Draft(body=words, client_id=new_token())
    room = Room.objects.get(slug="self-care")
    post = open_thread(peer=Peer.objects.create(), room=room, draft=draft, contract=Contract.LISTEN)
    if post.thread is None:
        raise TypeError("a thread's opening stands in it")
    return post.thread


def run(path: Path) -> str:
    """Post every text of the file, one after another; the file's line of the table."""
    thread, took, refused, seen = a_thread("Texts of a file."), [], 0, Counter[str]()
    for line in path.read_text().splitlines():
        peer, words = Peer.objects.create(), tidy(json.loads(line)["text"])
        began = time.perf_counter()
        try:
            submit_post(peer=peer, place=thread, draft=Draft(body=words, client_id=new_token()))
        except NotPosted:
            refused += 1
        took.append((time.perf_counter() - began) * 1000)
    posts = Post.objects.filter(thread=thread, opens=None)
    cases = Case.objects.filter(post__in=posts)
    levels = Counter(Level(level).label for level in cases.values_list("level", flat=True))
    levels["green"] = posts.count() - levels.total()
    seen.update(posts.values_list("visibility", flat=True))
    ordered = sorted(took)
    figures = [levels[level] for level in LEVELS] + [seen[each] for each in VISIBILITIES] + [refused]
    cost = [statistics.median(ordered), ordered[int(len(ordered) * 0.95)], ordered[-1]]
    cells = [path.stem, len(took), *figures, *(f"{each:.1f}" for each in cost)]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    files = parser.parse_args().files
    call_command("migrate", verbosity=0)
    call_command("open_rooms", verbosity=0)
    columns = ["file", "texts", *LEVELS, *VISIBILITIES, "given back", "ms median", "p95", "max"]
    print(f"{platform.machine()}, Python {platform.python_version()}")
    print("| " + " | ".join(columns) + " |")
    print("|" + " --- |" * len(columns))
    for path in files:
        print(run(path), flush=True)


if __name__ == "__main__":
    main()

"""How long `manage.py check_invariants` reads a large database, question by question.

    python -m bench.invariants [--posts 1000000]                                  on SQLite
    python -m tests.servers postgres -- python -m bench.invariants [--posts ...]  on Postgres

The database is a temporary one. Exit code 1 when anything is found broken, or when a million posts take longer than
thirty seconds.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time

FOLDER = tempfile.mkdtemp(prefix="lamplight-invariants-")
os.environ.update(LAMPLIGHT_DATA=FOLDER, LAMPLIGHT_DATABASE_POOL="0")
os.environ.setdefault("LAMPLIGHT_SECRET_KEY", "s" * 60)
os.environ.setdefault("LAMPLIGHT_PEPPER", "p" * 60)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from bench.filling import fill
from forum.models import Post
from moderation.invariants import INVARIANTS
from moderation.invariants.breaches import one_moment
from moderation.models import AuditEvent, Case, Decision, Signal

MOST_SECONDS = 30.0  # for a million posts
SLOWEST = 10  # questions named


def prepare(posts: int) -> float:
    """An own database with so many posts; the seconds it took."""
    began = time.perf_counter()
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous = OFF")  # while filling: nobody minds if it is lost
        else:
            cursor.execute("DROP INDEX forum_search_words")  # made anew in one go below
    fill(posts)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("CREATE INDEX forum_search_words ON forum_search USING gin (to_tsvector('simple', words))")
            cursor.execute("VACUUM ANALYZE")  # as autovacuum would have, by and by
    return time.perf_counter() - began


def ask() -> tuple[list[tuple[float, str]], list[str]]:
    """The seconds of each question with its name, and what was found broken."""
    took, found = [], []
    with one_moment():
        for invariant in INVARIANTS:
            began = time.perf_counter()
            if broken := invariant():
                found.append(str(broken))
            took.append((time.perf_counter() - began, invariant.__name__))
    return took, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1_000_000)
    posts = parser.parse_args().posts
    filled = prepare(posts)
    print(f"{platform.machine()}, Python {platform.python_version()}, {connection.vendor}; filled in {filled:.0f} s")
    rows = {model.__name__: model.objects.count() for model in (Post, Case, Signal, Decision, AuditEvent)}
    print(", ".join(f"{number:,} {name}" for name, number in rows.items()))
    took, found = ask()
    total = sum(seconds for seconds, _ in took)
    for seconds, name in sorted(took, reverse=True)[:SLOWEST]:
        print(f"  {seconds:5.2f} s  {name}")
    print("\n".join(found) or f"all {len(INVARIANTS)} invariants hold")
    print(f"{total:.1f} s for {posts:,} posts (at most {MOST_SECONDS:.0f} s for a million)")
    return 1 if found or total > MOST_SECONDS * max(1, posts / 1_000_000) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)

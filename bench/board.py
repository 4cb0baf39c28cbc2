"""How long the board takes to answer on a full desk, and the other pages of its kind.

    python -m bench.board [--cases 100000] [--bound 2.0]                            on SQLite
    python -m tests.servers postgres -- python -m bench.board [...]                 on Postgres

Writes cases of the last 90 days with a decision each, and a second look for one in twenty, into a temporary database;
opens each page of the board for each period several times. Exit code 1 when the slowest board takes longer than the
bound (seconds), or where the report of the year takes longer than a minute.
"""

import argparse
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

os.environ["LAMPLIGHT_DATA"] = tempfile.mkdtemp(prefix="lamplight-board-")
os.environ.setdefault("LAMPLIGHT_SECRET_KEY", "s" * 60)
os.environ.setdefault("LAMPLIGHT_PEPPER", "p" * 60)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone

from forum.models import Room
from moderation import board, board_page
from moderation.agreement import outcome
from moderation.counting import Span
from moderation.desk_words import CATEGORIES, reasons
from moderation.models import Action, Case, Decision, Moderator, Review, Snapshot
from moderation.staffing import add_moderator
from moderation.transparency import report_of

TIMES = 7
ACTIONS = [action for action in Action.values if action != Action.ERASE]  # erasing needs a second person
AT_ONCE = 5000
WITHIN = {1: 14400, 2: 900, 3: 120}


def a_case(number: int, room: Room, now: datetime) -> Case:
    """One of the last 90 days; most were looked at within their target, the newest wait."""
    level = random.choices((1, 2, 3), (70, 24, 6))[0]  # noqa: S311  (a made-up desk, not a secret)
    at = now - timedelta(seconds=random.uniform(60, 90 * 86400))  # noqa: S311
    seen: datetime | None = at + timedelta(seconds=random.lognormvariate(-1, 1) * WITHIN[level])
    seen = seen if seen and seen < now else None
    return Case(
        subject=f"call:{number}:0",
        room=room,
        level=level,
        categories=[random.choice(list(CATEGORIES))],  # noqa: S311
        opened_at=at,
        due_at=at + timedelta(seconds=WITHIN[level]),
        first_human_at=seen,
        state="resolved" if seen else "open",
        resolved_at=seen,
    )


def a_decision(case: Case, staff: list[Moderator]) -> Decision:
    return Decision(
        case=case,
        moderator=random.choice(staff),  # noqa: S311
        action=random.choice(ACTIONS),  # noqa: S311
        reason_code=random.choice(list(reasons())),  # noqa: S311
        public_note="I have read this.",
        key=f"key-{case.pk}",
        case_version=1,
        level_before=case.level,
        at=case.first_human_at or case.opened_at,
    )


def a_review(decision: Decision, staff: list[Moderator]) -> Review:
    action = random.choice(ACTIONS)  # noqa: S311
    return Review(
        case=decision.case,
        decision=decision,
        decider=decision.moderator,
        revision=1,
        stood="published",
        drawn_at=decision.at,
        reviewer=next(one for one in staff if one != decision.moderator),
        action=action,
        reason_code=random.choice(list(reasons())),  # noqa: S311
        agrees=outcome(action, "published") == outcome(decision.action, "published"),
        at=decision.at,
    )


def fill(cases: int, now: datetime) -> None:
    random.seed(20)
    call_command("migrate", verbosity=0)
    call_command("open_rooms", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)  # a page names its files by their hash
    room = Room.objects.get(slug="self-care")
    staff = [
        add_moderator(username=name, staff_name=name.title(), role="moderator").moderator for name in ("robin", "wren")
    ]
    for first in range(0, cases, AT_ONCE):
        made = Case.objects.bulk_create(
            a_case(number, room, now) for number in range(first, min(first + AT_ONCE, cases))
        )
        Snapshot.objects.bulk_create(
            Snapshot(case=case, revision=1, words="words", visibility="noted", digest="", at=case.opened_at)
            for case in made
        )
        seen = [case for case in made if case.first_human_at]
        decisions = Decision.objects.bulk_create(a_decision(case, staff) for case in seen)
        Review.objects.bulk_create(a_review(decision, staff) for decision in decisions[::20])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def seconds_of(work: Callable[[], Any]) -> list[float]:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return sorted(took)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--bound", type=float, default=2.0)
    asked = parser.parse_args()
    now = timezone.now()
    fill(asked.cases, now)
    print(f"{platform.machine()}, Python {platform.python_version()}, {connection.vendor}")
    counts = (Case.objects.count(), Decision.objects.count(), Review.objects.count())
    print("{:,} cases, {:,} decisions, {:,} second looks".format(*counts))
    slowest = max(the_board(period, now) for period in board.PERIODS)
    the_breaches(Span.before(now, board.PERIODS["90d"]), now, far=asked.cases // 40)
    began = time.perf_counter()
    report_of(now.year, now=now)
    year = time.perf_counter() - began
    print(f"report of the year: {year:.1f} s")
    return 0 if slowest <= asked.bound and year <= 60 else 1


def the_board(period: str, now: datetime) -> float:
    """Its slowest answer in seconds, without the three queries that know who asks."""
    took = seconds_of(lambda: render_to_string("desk/board.html", board_page.page_of(period, now)))
    print(f"board of {period}: {said(took)}")
    return took[-1]


def the_breaches(span: Span, now: datetime, *, far: int) -> None:
    print(f"first page of breaches: {said(seconds_of(lambda: board_page.breaches(span, now)))}")
    _, key = board.breaches(span, now, most=far)
    print(f"a page {far:,} breaches back: {said(seconds_of(lambda: board_page.breaches(span, now, after=key)))}")


def said(took: list[float]) -> str:
    return f"median {statistics.median(took) * 1000:.0f} ms, slowest {took[-1] * 1000:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())

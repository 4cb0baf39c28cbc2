"""The worker: `manage.py worker` keeps every deadline, until it is told to stop."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connections

from moderation.tending import tend

log = logging.getLogger(__name__)
ROUND_SECONDS = 1.0
LONGEST_PAUSE = 30.0  # seconds between two tries while the database is gone


class Command(BaseCommand):
    help = "Tend deadlines, escalation and alerts, once a second. Several may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do one round and end")

    def handle(self, *, once: bool, **_: Any) -> None:
        if once:
            self.stdout.write(f"{tend()} things were due and are done.")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run(stop)


def run(stop: threading.Event) -> None:
    """Round after round until `stop`; a round that has begun is finished. Outlives a lost database."""
    pause = ROUND_SECONDS
    while not stop.is_set():
        pause = _round(pause)
        stop.wait(pause)
    connections.close_all()


def _round(pause: float) -> float:
    """Do one round; how long to wait before the next."""
    try:
        tend()
    except DatabaseError as problem:
        log.warning("the database does not answer (%s); trying again", type(problem).__name__)
        _forget_connections()
        return min(pause * 2, LONGEST_PAUSE)
    return ROUND_SECONDS


def _forget_connections() -> None:
    """Begin anew: a lost connection is not used again, and a pool that waits longer and longer is not waited for."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]  # only this vendor has one

"""The worker: `manage.py worker` keeps every deadline, until it is told to stop."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connections

from moderation.sending import AT_ONCE, CHANNELS
from moderation.tending import MANY, pass_on, tend

log = logging.getLogger(__name__)
ROUND_SECONDS = 1.0
LAST_MESSAGE = 6.0  # seconds that a message under way may take when the worker is told to stop
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
    """Round after round until `stop`; a round that has begun is finished. Outlives a lost database.

    Messages leave beside the rounds, each channel by itself: a destination that hangs makes no step late.
    """
    beside = [threading.Thread(target=_send, args=(channel, stop), daemon=True) for channel in CHANNELS]
    for sender in beside:
        sender.start()
    pause = ROUND_SECONDS
    while not stop.is_set():
        pause = _round(pause)
        stop.wait(pause)
    for sender in beside:
        sender.join(LAST_MESSAGE)
    connections.close_all()


def _round(pause: float) -> float:
    """Do one round; how long to wait before the next. Where much is left to do, none."""
    try:
        done = tend(messages=False)
    except DatabaseError as problem:
        log.warning("the database does not answer (%s); trying again", type(problem).__name__)
        _forget_connections()
        return min(max(pause, ROUND_SECONDS) * 2, LONGEST_PAUSE)
    return 0.0 if done >= MANY else ROUND_SECONDS


def _send(channel: str, stop: threading.Event) -> None:
    """Send one channel's messages until `stop`. Nothing that goes wrong ends it: alerts would stop without a word."""
    while not stop.is_set():
        sent = 0
        try:
            sent = pass_on(channel)
        except Exception as problem:  # noqa: BLE001
            log.warning("%s could not be looked at (%s); trying again", channel, type(problem).__name__)
            for connection in connections.all(initialized_only=True):
                connection.close()
        stop.wait(0.0 if sent >= AT_ONCE else ROUND_SECONDS)
    connections.close_all()


def _forget_connections() -> None:
    """Begin anew: a lost connection is not used again, and a pool that waits longer and longer is not waited for."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]  # only this vendor has one

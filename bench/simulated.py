"""Django on simulated time, over a database of its own. Importing this sets it up, so it comes before any model.

The time is shared by every process forked afterwards; `CLOCK.move_to` moves it for all of them.
"""

import atexit
import multiprocessing
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import django
from django.core.management import call_command
from django.utils import timezone

from tests.site import SECRETS, own_database

FORK = multiprocessing.get_context("fork")
EPOCH = 1_790_000_000.0


class Clock:
    """Simulated time, the same in every process."""

    def __init__(self) -> None:
        self._seconds = FORK.Value("d", EPOCH, lock=False)

    @property
    def seconds(self) -> float:
        return float(self._seconds.value)

    def move_to(self, seconds: float) -> None:
        self._seconds.value = seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


def _set_up() -> Clock:
    clock, folder, owner = Clock(), Path(tempfile.mkdtemp(prefix="lamplight-simulated-")), os.getpid()
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(folder, ignore_errors=True))
    os.environ.update(SECRETS, LAMPLIGHT_DATA=str(folder), LAMPLIGHT_DATABASE_POOL="0", LAMPLIGHT_ALERT_WEBHOOK="")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if shared := os.environ.get("LAMPLIGHT_DATABASE_URL"):
        os.environ["LAMPLIGHT_DATABASE_URL"] = own_database(shared)
    timezone.now = clock.now
    django.setup()
    return clock


def make_database() -> None:
    call_command("migrate", verbosity=0)
    call_command("open_rooms", stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123  (nobody reads it)


CLOCK = _set_up()

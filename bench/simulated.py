"""Django on simulated time, over a database of its own. Importing this sets it up, so it comes before any model."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
from django.core.management import call_command
from django.utils import timezone

from tests.clock import Clock
from tests.site import SECRETS, own_database


def _set_up() -> Clock:
    clock, folder, owner = Clock(), Path(tempfile.mkdtemp(prefix="lamplight-simulated-")), os.getpid()
    atexit.register(_remove, folder, owner)
    os.environ.update(SECRETS, LAMPLIGHT_DATA=str(folder), LAMPLIGHT_DATABASE_POOL="0", LAMPLIGHT_ALERT_WEBHOOK="")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if shared := os.environ.get("LAMPLIGHT_DATABASE_URL"):
        os.environ["LAMPLIGHT_DATABASE_URL"] = own_database(shared)
    timezone.now = clock.now
    django.setup()
    return clock


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a fork that ends takes nothing with it
        shutil.rmtree(folder, ignore_errors=True)


def make_database() -> None:
    call_command("migrate", verbosity=0)
    call_command("open_rooms", stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123  (nobody reads it)


CLOCK = _set_up()

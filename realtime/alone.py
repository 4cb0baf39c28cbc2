"""One web process on the in-process layer: a second one would serve pages whose live rooms hear only half."""

import fcntl
import sys
from pathlib import Path
from typing import IO

from django.conf import settings

LOCK = "web.lock"
EXIT_CODE = 75  # EX_TEMPFAIL of sysexits.h: try again once the other one has ended
REFUSAL = (
    "Lamplight is already being served from this data folder. Without Redis only one web process can carry live rooms. "
    "Stop the other one, or set LAMPLIGHT_REDIS_URL to run several.\n"
)
_held: list[IO[str]] = []  # kept open for the life of the process; the lock goes with it, however it ends


def take_lock(folder: Path) -> bool:
    """Hold the lock of this data folder from now on. False when another process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / LOCK).open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    _held.append(file)
    return True


def be_alone() -> None:
    """Called when the server loads the application. With Redis there is nothing to guard; workers never come here."""
    if settings.REDIS_URL or _held:
        return
    if not take_lock(settings.DATA_DIR):
        sys.stderr.write(REFUSAL)
        sys.stderr.flush()
        sys.exit(EXIT_CODE)

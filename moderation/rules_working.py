"""The worker's part in replays: each runs in a process of its own, so that no deadline waits for it."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from moderation.models import Replay, ReplayState
from moderation.rules_replay import GIVEN_UP


@dataclass(slots=True)
class Child:
    """The replay this worker has begun, if any."""

    process: "subprocess.Popen[bytes] | None" = None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None


_child = Child()


def begin_asked(now: datetime) -> int:
    """Begin a process for what is asked for, one at a time; it finds its replay itself. How many were begun?"""
    if _child.runs or not _is_asked(now):
        return 0
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "rules", "work"]
    _child.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  (our own command, no shell)
    return 1


def _is_asked(now: datetime) -> bool:
    dead = Q(state=ReplayState.RUNNING, began_at__lte=now - GIVEN_UP)
    return Replay.objects.filter(Q(state=ReplayState.ASKED) | dead).exists()

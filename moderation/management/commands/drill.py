"""`manage.py drill [--wait 600]`: send a crisis that nobody is in the real way, and say how long each step took."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from moderation import drilling
from moderation.models import Drill

LOOK_EVERY = 1.0  # seconds


class Command(BaseCommand):
    help = "Begin a drill. Moderators are alerted and told that it is one; no peer sees it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", type=int, default=0, help="seconds to wait for a moderator to decide it")

    def handle(self, *, wait: int, **_: Any) -> None:
        try:
            drill = drilling.start(by=None)
        except drilling.NotNow as problem:
            raise CommandError(str(problem)) from None
        over = time.monotonic() + wait
        while drill.decided_at is None and drill.ended_at is None and time.monotonic() < over:
            time.sleep(LOOK_EVERY)
            drilling.follow(now=timezone.now())
            drill.refresh_from_db()
        self._say(drill)

    def _say(self, drill: Drill) -> None:
        for step in drilling.steps_of(drill):
            reached = "not yet" if step.seconds is None else f"after {step.seconds:.1f} s"
            self.stdout.write(f"{step.label}: {reached}")
        self.stdout.write("All drills: /desk/drills")

"""Simulated time, shared by every process that is forked after it was made."""

import multiprocessing
import time
from datetime import UTC, datetime

FORK = multiprocessing.get_context("fork")
EPOCH = 1_790_000_000.0


class Clock:
    """Time that runs as fast as it really does from wherever it was moved to, the same in every process.

    Two plain numbers and no lock: a process that is killed leaves nobody waiting.
    """

    def __init__(self) -> None:
        self._moved_to = FORK.Value("d", EPOCH, lock=False)
        self._ahead = FORK.Value("d", EPOCH - time.monotonic(), lock=False)

    @property
    def moved_to(self) -> float:
        """The moment it was last moved to, without what has passed since."""
        return float(self._moved_to.value)

    @property
    def seconds(self) -> float:
        return float(self._ahead.value) + time.monotonic()

    def move_to(self, seconds: float) -> None:
        self._ahead.value = seconds - time.monotonic()
        self._moved_to.value = seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

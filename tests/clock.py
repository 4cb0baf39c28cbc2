"""Simulated time, shared by every process that is forked after it was made."""

import multiprocessing
from datetime import UTC, datetime

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

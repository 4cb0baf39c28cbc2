"""Writing once more when the database chose this transaction to give way to another."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 4
GAVE_WAY = frozenset({"40001", "40P01"})  # SQLSTATE: serialization failure, deadlock detected


def once_more(write: Callable[P, R]) -> Callable[P, R]:
    """Run the write again when it was rolled back for another's sake. Nothing of the first try remains, so it is safe.

    Inside a transaction of the caller's it does nothing: that one has to be run again as a whole.
    """

    @wraps(write)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in reversed(range(TRIES)):
            try:
                return write(*args, **kwargs)
            except OperationalError as problem:
                state = getattr(problem.__cause__, "sqlstate", None)
                if not left or state not in GAVE_WAY or transaction.get_connection().in_atomic_block:
                    raise
                time.sleep(random.uniform(0.01, 0.05))  # noqa: S311  (apart from each other, not secret)
        raise AssertionError("the last try returns or raises")

    return run

"""Threads for the database, so that one slow write never holds up what everyone is waiting to hear."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async

P = ParamSpec("P")
R = TypeVar("R")
_reading = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live-reading")
_speaking = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live-speaking")


async def reading(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a read beside the event loop."""
    run = database_sync_to_async(work, thread_sensitive=False, executor=_reading)
    return await run(*args, **kwargs)


async def speaking(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run what judges and writes beside the event loop, and beside the reads."""
    run = database_sync_to_async(work, thread_sensitive=False, executor=_speaking)
    return await run(*args, **kwargs)

"""Threads for the database, so that one slow write never holds up what everyone is waiting to hear."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection

P = ParamSpec("P")
R = TypeVar("R")
_reading = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live-reading")
_speaking = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live-speaking")


async def reading(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a read beside the event loop."""
    whole = partial(_tidily, partial(work, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_reading, whole)


async def speaking(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run what judges and writes beside the event loop, and beside the reads."""
    whole = partial(_tidily, partial(work, *args, **kwargs))
    # Not as above: what is written is told to open pages, and asgiref has to know the loop for that (see broadcast).
    return await sync_to_async(whole, thread_sensitive=False, executor=_speaking)()


def _tidily(work: Callable[[], R]) -> R:
    """Afterwards a broken connection is closed, and Postgres' goes back to its pool. SQLite's stays open: these threads
    are few, and opening the file takes longer than most reads of it."""
    try:
        return work()
    finally:
        if connection.vendor == "sqlite":
            connection.close_at = None
        close_old_connections()

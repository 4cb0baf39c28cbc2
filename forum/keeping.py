"""Looking after a thread: moving it to another room, closing it, keeping it as a memorial, and taking that back.

Each change says why, to everyone who reads the thread. Words, names and counts stay as they are: search
finds a post by its own row, so a moved thread is found where it stands now.
"""

from enum import StrEnum

from django.db import transaction

from forum.locking import lock_thread
from forum.models import Room, Thread
from forum.models.threads import care_line


class AsItWas(Exception):
    """The thread is no longer as it was seen, or is already as it should be. Nothing was changed."""


class Keep(StrEnum):
    """How a thread is kept."""

    OPEN = "open"
    CLOSED = "closed"
    MEMORIAL = "memorial"


# how it is kept -> (locked, memorial)
_KEPT = {Keep.OPEN: (False, False), Keep.CLOSED: (True, False), Keep.MEMORIAL: (True, True)}


def kept_as(thread: Thread) -> Keep:
    """How the thread is kept at this moment. Pure."""
    return next(keep for keep, state in _KEPT.items() if state == (thread.locked, thread.memorial))


def move(*, thread: Thread, room: Room, why: str) -> Thread:
    """Let the thread stand in another room. Names in it, old and new, stay those of the room it was opened in.

    `thread` is as the mover saw it. Raises AsItWas when it stands there already, or was moved since.
    """
    with transaction.atomic():
        now = lock_thread(thread.pk)
        if now is None or now.room_id != thread.room_id or now.room_id == room.pk:
            raise AsItWas
        home = now.home_room_id or now.room_id
        line = care_line("moved", why, **{"from": thread.room.name, "to": room.name})
        now.room, now.home_room_id, now.care = room, None if home == room.pk else home, [*now.care, line]
        now.save(update_fields=["room", "home_room", "care"])
        return now


def keep(*, thread: Thread, how: Keep, why: str) -> Thread:
    """Close the thread, keep it as a memorial, or open it again.

    `thread` is as the moderator saw it. Raises AsItWas when it is so already, or was changed since.
    """
    with transaction.atomic():
        now = lock_thread(thread.pk)
        if now is None or kept_as(now) != kept_as(thread) or kept_as(now) == how:
            raise AsItWas
        now.locked, now.memorial = _KEPT[how]
        now.care = [*now.care, care_line(how.value, why)]
        now.save(update_fields=["locked", "memorial", "care"])
        return now

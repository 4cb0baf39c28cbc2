"""A moderator looks after a thread: the change, its reason for everyone, and its line in the log, together."""

from django.db import transaction

from forum import keeping
from forum.keeping import AsItWas, Keep
from forum.models import Room, Thread
from moderation import audit
from moderation.models import Moderator
from peers.again import once_more

__all__ = ["AsItWas", "Keep", "keep_thread", "move_thread"]


@once_more
def move_thread(*, moderator: Moderator, thread: Thread, room: Room, reason: str) -> Thread:
    """Move it to another room. Moving it back is another move. Raises AsItWas."""
    before = thread.room.slug
    with transaction.atomic():
        moved = keeping.move(thread=thread, room=room, why=reason)
        _log(moderator, thread, "thread.moved", before=before, after=room.slug)
        return moved


@once_more
def keep_thread(*, moderator: Moderator, thread: Thread, how: Keep, reason: str) -> Thread:
    """Close it, keep it as a memorial, or open it again. Raises AsItWas."""
    before = keeping.kept_as(thread)
    with transaction.atomic():
        kept = keeping.keep(thread=thread, how=how, why=reason)
        _log(moderator, thread, "thread.kept", before=before.value, after=how.value)
        return kept


def _log(moderator: Moderator, thread: Thread, kind: str, **data: str) -> None:
    audit.write(actor=moderator.username, kind=kind, case_pk=thread.pk, thread=thread.public_id, **data)

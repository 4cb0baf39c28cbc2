"""The order in which everyone takes rows: peer, place, post, case, step, audit head. Two orders would be a deadlock.

`no_key`: a row that is only referred to by another's new row is not in its way.
"""

from typing import Any
from uuid import UUID

from forum.models import LiveSession, Post, Thread
from peers.models import Peer
from peers.prepared import Prepared

_PEER = Prepared(lambda pk: Peer.objects.select_for_update(no_key=True).filter(pk=pk), UUID(int=1))
_SESSION = Prepared(lambda pk: LiveSession.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk), -1)


def lock_peer(peer: Peer) -> Peer | None:
    """The peer as they are now, held until the transaction ends; None when they have left."""
    return next(iter(_PEER(peer.pk)), None)


def lock_thread(pk: int) -> Thread | None:
    return Thread.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()


def lock_session(pk: int) -> LiveSession | None:
    return next(iter(_SESSION(pk)), None)


def lock_post(**which: Any) -> Post | None:
    """The post of this description, held after its place; None where there is none."""
    thread, session = Post.objects.filter(**which).values_list("thread_id", "session_id").first() or (None, None)
    if thread is not None:
        lock_thread(thread)
    elif session is not None:
        lock_session(session)
    return Post.objects.select_for_update(of=("self",), no_key=True).filter(**which).first()

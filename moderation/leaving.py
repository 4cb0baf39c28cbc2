"""The desk's part of a person's leaving for good."""

from moderation.models import Snapshot
from peers.leaving import Way
from peers.models import Peer


def forget(*, peer: Peer, way: Way) -> None:
    """Cases keep category and keyed digest only. Called inside the leaving transaction, before the forum's part."""
    if way != Way.KEEP:
        Snapshot.objects.filter(case__peer=peer).update(words="", salt=None)

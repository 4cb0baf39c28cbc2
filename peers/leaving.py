"""Leaving for good: what was asked to go is gone when this returns, everywhere the database reaches."""

from enum import StrEnum
from typing import Protocol, cast

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from peers.again import once_more
from peers.arriving import end_every_session
from peers.models import Peer


class Way(StrEnum):
    KEEP = "keep"  # words stay, written by "someone"
    BLANK = "blank"  # words go, the places where they stood stay
    REMOVE = "remove"  # words and places go


class Forgets(Protocol):
    def __call__(self, *, peer: Peer, way: Way) -> None:
        """Do this app's part of forgetting the peer, inside the leaving transaction."""


def parts() -> list[Forgets]:
    """Each app's part, in the order of `settings.PEERS_LEAVING`; a wrong path raises ImportError."""
    return [cast("Forgets", import_string(path)) for path in settings.PEERS_LEAVING]


@once_more
def leave(*, peer: Peer, way: Way) -> None:
    """Remove the identity with its names, sessions, blocks and drafts, and its words as `way` says."""
    with transaction.atomic():
        Peer.objects.select_for_update().filter(pk=peer.pk).first()  # words on their way arrive first, or not at all
        for forget in parts():
            forget(peer=peer, way=way)
        end_every_session(peer=peer)
        peer.delete()

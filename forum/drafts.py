"""Words not posted yet: saved on request or by the composer, given back whenever its page opens again."""

import hashlib
import secrets
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q
from django.utils import timezone

from forum.models import SavedDraft
from peers.models import Peer

OWNER = "drafts"  # the session's entry with the random name its drafts are kept under
MOST_KEPT = 120_000  # characters: six times the longest post, so that words too many are not lost either


def _owner(session: SessionBase | dict[str, Any]) -> str:
    name = session.get(OWNER, "")
    return hashlib.sha256(name.encode()).hexdigest() if name else ""


def save_draft(*, session: SessionBase, peer: Peer | None, place: str, words: dict[str, Any]) -> None:
    """Keep title, body and choices of one composer. Starts a session, not an identity."""
    if OWNER not in session:
        session[OWNER] = secrets.token_urlsafe(24)
        session.save()  # now, so that the page that answers can carry this session's form token
    values = {
        "peer": peer,
        "title": str(words.get("title", ""))[:400],
        "body": str(words.get("body", ""))[:MOST_KEPT],
        "choices": words.get("choices", {}),
        "saved_at": timezone.now(),
    }
    SavedDraft.objects.update_or_create(owner=_owner(session), place=place, defaults=values)


def find_draft(*, session: SessionBase, peer: Peer | None, place: str) -> SavedDraft | None:
    """The newest draft of this session, or of this peer on another device."""
    mine = _mine(session, peer)
    return SavedDraft.objects.filter(mine, place=place).order_by("-saved_at").first() if mine else None


def drop_draft(*, session: SessionBase, peer: Peer | None, place: str) -> None:
    """Its words are posted, or their author let them go."""
    mine = _mine(session, peer)
    if mine:
        SavedDraft.objects.filter(mine, place=place).delete()


def drop_all(*, session: dict[str, Any]) -> None:
    """Delete every draft of the session with this content: its person leaves for good."""
    if owner := _owner(session):
        SavedDraft.objects.filter(owner=owner).delete()


def _mine(session: SessionBase, peer: Peer | None) -> Q:
    owner = _owner(session)
    return (Q(owner=owner) if owner else Q()) | (Q(peer=peer) if peer else Q())

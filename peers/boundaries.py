"""What a person asks not to meet: blocks and topic filters. Changes here; lists honour them through QuerySets."""

from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from peers.models import Block, Peer, TopicFilter


def block(*, peer: Peer, other: Peer, name_met: str) -> bool:
    """Neither meets the other any more, in any room, under any name. The other is never told. Did it change?"""
    if peer.pk == other.pk:
        return False
    _, is_new = Block.objects.get_or_create(peer=peer, blocked=other, defaults={"name_met": name_met})
    return is_new


def blocks_of(peer: Peer) -> dict[str, Block]:
    """This person's blocks, newest first, under the marks their pages use: a mark tells nothing, and nobody else's."""
    return {_mark(block): block for block in Block.objects.filter(peer=peer).order_by("-made_at", "-pk")}


def _mark(block: Block) -> str:
    return salted_hmac("peers.boundaries", f"{block.peer_id}:{block.pk}", algorithm="sha256").hexdigest()[:32]


def unblock(*, peer: Peer, mark: str) -> bool:
    """Let the two meet again. Did it change?"""
    block = blocks_of(peer).get(mark)
    return bool(block and block.delete()[0])


@transaction.atomic
def set_topic_filters(*, peer: Peer, ways: dict[str, str]) -> None:
    """Replace the peer's topic filters: note -> "fold" or "hide"; notes left out are met as they come."""
    TopicFilter.objects.filter(peer=peer).delete()
    TopicFilter.objects.bulk_create(TopicFilter(peer=peer, note=note, way=way) for note, way in ways.items())


def unmet_peers(peer: Peer | None) -> list[UUID]:
    """Ids of everyone this person and a block keep apart, both ways."""
    if peer is None:
        return []
    pairs = Block.objects.filter(peer=peer) | Block.objects.filter(blocked=peer)
    return [two if one == peer.pk else one for one, two in pairs.values_list("peer_id", "blocked_id")]


def topic_ways(peer: Peer | None) -> dict[str, str]:
    """note -> "fold" or "hide" for this reader."""
    return dict(TopicFilter.objects.filter(peer=peer).values_list("note", "way")) if peer else {}

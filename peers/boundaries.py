"""What a person asks not to meet: blocks and topic filters. Changes here; lists honour them through QuerySets."""

from uuid import UUID

from django.db import transaction

from peers.models import Block, Peer, TopicFilter


def block(*, peer: Peer, other: Peer, name_met: str) -> bool:
    """Neither meets the other any more, in any room, under any name. The other is never told. Did it change?"""
    if peer.pk == other.pk:
        return False
    _, is_new = Block.objects.get_or_create(peer=peer, blocked=other, defaults={"name_met": name_met})
    return is_new


def unblock(*, peer: Peer, block_id: int) -> bool:
    return bool(Block.objects.filter(peer=peer, pk=block_id).delete()[0])


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

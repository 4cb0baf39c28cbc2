"""What stands around words that are to be judged: this name's newest words in the place, and those of others."""

from uuid import UUID

from forum.intake import Context
from forum.models import LiveSession, Post, Shown, Thread
from forum.models.posts import PostQuerySet
from peers.models import Peer
from peers.prepared import Prepared

AROUND = 3  # messages of others that judging may look at
EARLIER = 3  # how many of a name's newest words go with the next ones to judging
Place = Thread | LiveSession


def context_of(peer: Peer, place: Place, leaving_out: Post | None = None) -> Context:
    """What judging may look at beside the words: this name's newest words here, and the newest words of others."""
    which = place.pk, peer.pk, leaving_out.pk if leaving_out else 0
    earlier, others, cries = ([post.body for post in read(*which)] for read in _READS[type(place)])
    return Context(
        place="thread" if isinstance(place, Thread) else "live",
        room=place.room.slug,
        peer=peer,
        earlier=earlier[::-1],
        parent=others[0] if others else "",
        around=others[1:][::-1],
        cry=cries[0] if cries else "",
    )


def _reads(field: str) -> list[Prepared[Post]]:
    """The words around, the newest first: this name's, those of others, and of those whom help is shown to all for."""

    def near(place: int, left_out: int) -> PostQuerySet:
        return Post.objects.filter(**{field: place}).exclude(pk=left_out).only("body").order_by("-pk")

    def own(place: int, peer: UUID, left_out: int) -> PostQuerySet:
        return near(place, left_out).filter(peer=peer)[:EARLIER]

    def others(place: int, peer: UUID, left_out: int) -> PostQuerySet:
        return near(place, left_out).open().exclude(peer=peer)[:AROUND]

    def cries(place: int, peer: UUID, left_out: int) -> PostQuerySet:
        return near(place, left_out).open().filter(help_for=Shown.EVERYONE).exclude(peer=peer)[:1]

    return [Prepared(query, -1, UUID(int=1), -2) for query in (own, others, cries)]


_READS = {Thread: _reads("thread"), LiveSession: _reads("session")}


def at(place: Place) -> dict[str, Place]:
    """The place as a post names it."""
    return {"thread": place} if isinstance(place, Thread) else {"session": place}

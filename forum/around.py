"""What stands around words that are to be judged: this name's newest words in the place, and those of others."""

from forum.intake import Context
from forum.models import LiveSession, Post, Shown, Thread
from peers.models import Peer

AROUND = 3  # messages of others that judging may look at
EARLIER = 3  # how many of a name's newest words go with the next ones to judging
Place = Thread | LiveSession


def context_of(peer: Peer, place: Place, leaving_out: Post | None = None) -> Context:
    """What judging may look at beside the words: this name's newest words here, and the newest words of others."""
    posts = Post.objects.filter(**at(place)).order_by("-pk")
    if leaving_out:
        posts = posts.exclude(pk=leaving_out.pk)
    earlier = list(posts.filter(peer=peer).values_list("body", flat=True)[:EARLIER])
    others = list(posts.open().exclude(peer=peer).values_list("body", flat=True)[:AROUND])
    kind = "thread" if isinstance(place, Thread) else "live"
    cries = posts.open().filter(help_for=Shown.EVERYONE).exclude(peer=peer)
    return Context(
        place=kind,
        room=place.room.slug,
        peer=peer,
        earlier=earlier[::-1],
        parent=others[0] if others else "",
        around=others[1:][::-1],
        cry=cries.values_list("body", flat=True).first() or "",
    )


def at(place: Place) -> dict[str, Place]:
    """The place as a post names it."""
    return {"thread": place} if isinstance(place, Thread) else {"session": place}

"""The forum's part of a person's leaving for good."""

from forum import showing
from forum.drafts import drop_all
from forum.models import LiveSession, Post, Thread, Visibility
from forum.tokens import new_token
from peers.leaving import Way
from peers.models import Peer, Session


def forget(*, peer: Peer, way: Way) -> None:
    """Words stay under "someone", or go, or go with their places. Called inside the leaving transaction.

    A thread that others answered keeps their words: its opening is emptied instead of deleted.
    """
    mine = Post.objects.filter(peer=peer)
    if way != Way.KEEP:
        for post in mine.iterator(chunk_size=200):
            _empty(post)
    if way == Way.REMOVE:
        _remove_places(peer)
    Post.objects.filter(peer=peer).update(peer=None, persona=None)
    LiveSession.objects.filter(floor=peer).update(floor=None, floor_name="")
    _drop_early_drafts(peer)


def _drop_early_drafts(peer: Peer) -> None:
    """Delete drafts saved before there was an identity; only this person's living sessions still know their name."""
    for session in Session.objects.filter(peer=peer):
        drop_all(session=session.get_decoded())


def _empty(post: Post) -> None:
    post.title, post.body, post.redactions, post.help_keys, post.notes = "", "", [], [], 0
    post.client_id = new_token()  # the form's own carries a digest of the words
    showing.set_visibility(post, Visibility.WITHDRAWN)


def _remove_places(peer: Peer) -> None:
    """Delete the emptied posts, and threads nobody else wrote in; others' answers keep the place they answered."""
    own = Thread.objects.filter(opening__peer=peer)
    with_others = Post.objects.filter(thread__in=own).exclude(peer=peer).values("thread_id")
    Thread.objects.filter(pk__in=list(own.exclude(pk__in=with_others).values_list("pk", flat=True))).delete()
    Post.objects.filter(peer=peer, opens=None).delete()

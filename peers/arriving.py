"""Beginning an identity, coming back to one, and going: everything that changes who a session speaks for."""

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from peers import signals, words
from peers.models import Kind, Peer, Session, this_week
from peers.sessions import PEER, REMEMBERED_SECONDS, hashed


def arrive(*, session: SessionBase, remember: bool = False) -> Peer:
    """One tap: a new identity without words yet, and a session that speaks for it."""
    peer = Peer.objects.create()
    speak_for(session=session, peer=peer, remember=remember)
    return peer


def give_words(*, peer: Peer) -> str:
    """New recovery words for this identity, shown once; any older ones stop working at this moment.

    Raises:
        Peer.DoesNotExist: the identity is gone, or is a staff voice: words would open it without a one-time code.
    """
    fresh = words.new_words()
    if not Peer.objects.filter(pk=peer.pk, kind=Kind.PEER).update(lookup=words.lookup_of(fresh)):
        raise Peer.DoesNotExist
    return fresh


def come_back(*, session: SessionBase, pasted: str, remember: bool = False) -> Peer | None:
    """The identity these words open, with the session speaking for it; None, unchanged, for any other words.

    A session that spoke for someone else ends first: nothing stored may hold two identities together.
    """
    tidy = words.tidied(pasted)
    peer = Peer.objects.filter(lookup=words.lookup_of(tidy), kind=Kind.PEER).first() if tidy else None
    if peer is None:
        return None
    if session.get(PEER, str(peer.pk)) != str(peer.pk):
        sign_out(session=session)
    Peer.objects.filter(pk=peer.pk).exclude(last_seen_week=this_week()).update(last_seen_week=this_week())
    speak_for(session=session, peer=peer, remember=remember)
    return peer


def speak_for(*, session: SessionBase, peer: Peer, remember: bool) -> None:
    """Tie the session to the peer under a new key, so that a key planted before is worth nothing.

    What the session held before (the name of its drafts) stays in it.
    """
    session.cycle_key()
    session[PEER] = str(peer.pk)
    session.set_expiry(REMEMBERED_SECONDS if remember else 0)
    session.save()


def remember_device(*, session: SessionBase) -> None:
    """ "This device only": the session stays for 30 days."""
    session.set_expiry(REMEMBERED_SECONDS)


def sign_out(*, session: SessionBase) -> None:
    """End this session everywhere it is used; open sockets close within a second."""
    key = session.session_key
    session.flush()
    if key:
        transaction.on_commit(lambda: signals.voice_ended.send_robust(None, session=hashed(key), peer=None))


def end_every_session(*, peer: Peer) -> None:
    """Sign the peer out on all devices (a ban, a leave)."""
    Session.objects.filter(peer=peer).delete()
    transaction.on_commit(lambda pk=str(peer.pk): signals.voice_ended.send_robust(None, session=None, peer=pk))  # type: ignore[misc]  # on_commit is typed for no defaults

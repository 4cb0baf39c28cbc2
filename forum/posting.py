"""Posting, editing and withdrawing words. Judged first, locked late: one short transaction writes everything."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forum import pausing, resting, showing
from forum.around import Place, at, context_of
from forum.intake import Assessment, Context, Decision, Draft, Treat, intake
from forum.locking import lock_peer, lock_post, lock_session, lock_thread
from forum.models import LiveSession, LiveState, Mode, Post, Room, SiteMode, Thread, Visibility
from forum.models.threads import care_line
from forum.refusals import Crowded, MayNotSpeak, NobodyHosts, NotPosted, Paused, Refused, Resting, TooSoon
from peers import limits
from peers.again import once_more
from peers.models import Peer, Persona
from peers.naming import persona_for
from peers.prepared import Prepared

SENT_TWICE_IN = timedelta(minutes=10)
MANY = "many"  # why words over a limit are folded (`Post.reason_key`)
NEWEST = 2000  # posts looked through for words sent twice: more than the busiest ten minutes, and no index to keep
_SENT = Prepared(lambda peer, sent: Post.objects.filter(peer=peer, client_id=sent), UUID(int=1), "~")
__all__ = [
    "Crowded",
    "MayNotSpeak",
    "NobodyHosts",
    "NotPosted",
    "Paused",
    "Refused",
    "Resting",
    "TooSoon",
    "admit",
    "cries_for_help",
    "edit_post",
    "open_thread",
    "sent_lately",
    "submit_post",
    "withdraw",
]


@once_more
def open_thread(
    *, peer: Peer, room: Room, draft: Draft, contract: str, own_name: bool = False, folded: bool = False
) -> Post:
    """Open a thread with its first post. Sending the same `draft.client_id` again returns that post.

    `folded` is what `admit` answered for a newcomer. While the site is careful a newcomer's thread begins
    in the room for arrivals and says where its author wanted it.

    Raises:
        NotPosted: refused, banned, paused or too soon; nothing was saved.
    """
    if sent := _already_sent(peer, draft):
        return sent
    assessment = _judge(draft, Context(place="thread", room=room.slug, peer=peer))
    mode = SiteMode.objects.now()
    waits = pausing.waits(mode, peer, assessment)
    folded = _over_limit(peer, assessment, limits.POSTS) or folded
    begins = pausing.begins_elsewhere(mode, peer, room)
    with transaction.atomic():
        voice = _hold(peer)
        if sent := _already_sent(peer, draft):
            return sent  # it came twice at once; the first thread counts
        treat = _treatment(voice, None, assessment, folded=folded, waits=waits)
        thread = Thread.objects.create(room=begins or room, contract=contract, care=_asked(room) if begins else [])
        persona = persona_for(peer=peer, scope=thread.scope if own_name else thread.names_scope)
        return _write(peer, thread, draft, persona, assessment, treat)


@once_more
def submit_post(*, peer: Peer, place: Place, draft: Draft, own_name: bool = False, folded: bool = False) -> Post:
    """Judge a peer's words, save them with everything that follows from it, announce them on commit.

    Nothing is published without passing intake. Sending the same `draft.client_id` again
    returns the first post. `folded` is what `admit` answered for a newcomer.

    Raises:
        NobodyHosts: the live session has no present host; nothing was saved.
        NotPosted: refused, banned, locked, paused or too soon; nothing was saved.
    """
    if sent := _already_sent(peer, draft):
        return sent
    assessment = _judge(draft, context_of(peer, place))  # before the lock: judging takes time
    waits = pausing.waits(SiteMode.objects.now(), peer, assessment)
    limit = limits.POSTS if isinstance(place, Thread) else limits.MESSAGES
    folded = _over_limit(peer, assessment, limit) or folded
    with transaction.atomic():
        voice = _hold(peer)
        if sent := _already_sent(peer, draft):
            return sent  # it came twice at once: what keeps further words from being said now is no answer to these
        kept = _take_place(peer, place, urgent=assessment.urgent)
        treat = kept or _treatment(voice, place, assessment, folded=folded, waits=waits)
        persona = persona_for(peer=peer, scope=_scope(peer, place, own_name=own_name))
        return _write(peer, place, draft, persona, assessment, treat)


def admit(*, place: Room | Place, draft: Draft, wait: float) -> bool:
    """Before someone gets an identity for these words: whether they go up folded, because the network must `wait`.

    Asked first, so that a flood of first posts makes no identities. A cry for help is always taken.

    Raises:
        Crowded, Paused: the words can wait, and have to.
    """
    is_paused = SiteMode.objects.now() == Mode.PAUSED
    if (is_paused or wait) and not cries_for_help(place, draft):
        raise Paused if is_paused else Crowded(wait)
    return bool(wait)


def cries_for_help(place: Room | Place, draft: Draft) -> bool:
    """What judging says of these words from someone nobody knows yet."""
    stranger = Peer()
    if isinstance(place, Room):
        return intake().judge(draft, Context(place="thread", room=place.slug, peer=stranger)).urgent
    return intake().judge(draft, context_of(stranger, place)).urgent


@once_more
def edit_post(*, peer: Peer, post: Post, draft: Draft) -> Post:
    """Replace the words of one's own post; they are judged anew, and an edit never lowers an open case.

    Raises:
        Post.DoesNotExist: not this peer's post, or taken down.
        NotPosted: refused, banned, paused or too soon; the post stands as it was.
    """
    assessment = _judge(draft, context_of(peer, post.place, leaving_out=post))
    waits = pausing.waits(SiteMode.objects.now(), peer, assessment)
    folded = _over_limit(peer, assessment, limits.POSTS)
    with transaction.atomic():
        voice = _hold(peer)
        mine = lock_post(pk=post.pk)
        if mine is None or mine.peer_id != peer.pk or mine.visibility == Visibility.WITHDRAWN:
            raise Post.DoesNotExist
        treat = _treatment(voice, mine.place, assessment, folded=folded, waits=waits)
        mine.title, mine.body, mine.notes = draft.title, draft.body, draft.notes
        mine.revision += 1
        mine.edited_at = timezone.now()
        mine.judged_by = assessment.version
        mine.may_be_urgent = assessment.urgent
        showing.show(mine, intake().record(mine, assessment, resting.still_kept(mine) or treat))
        return mine


@once_more
def withdraw(*, peer: Peer, post: Post) -> bool:
    """Take one's own post down. A case about it stays open, and no decision brings the words back. Did it change?"""
    with transaction.atomic():
        mine = lock_post(pk=post.pk)
        if mine is None or mine.peer_id != peer.pk or mine.visibility == Visibility.WITHDRAWN:
            return False
        showing.set_visibility(mine, Visibility.WITHDRAWN)
        return True


def _judge(draft: Draft, context: Context) -> Assessment:
    assessment = intake().judge(draft, context)
    if assessment.refusal:
        raise Refused(assessment.refusal)
    return assessment


def _over_limit(peer: Peer, assessment: Assessment, limit: limits.Limit) -> bool:
    """Limits come after judging: words that may be a cry for help are never refused, only folded."""
    wait = limits.buckets().take(limits.URGENT_POSTS if assessment.urgent else limit, str(peer.pk))
    if wait and not assessment.urgent:
        raise TooSoon(wait)
    return bool(wait)


def _hold(peer: Peer) -> Peer:
    """Nobody leaves, or is banned, in the middle of their own words. Whoever left a moment ago gets them back."""
    now = lock_peer(peer)
    if now is None:
        raise MayNotSpeak("gone")
    return now


def _already_sent(peer: Peer, draft: Draft) -> Post | None:
    return next(iter(_SENT(peer.pk, draft.client_id)), None)


def sent_lately(draft: Draft) -> Post | None:
    """What these same words from this same page became a moment ago: for a browser that lost the answer, and with
    it the session. A page's `client_id` is known to nobody else, so this tells nobody anything new."""
    last = Post.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    lately = Post.objects.filter(pk__gt=last - NEWEST, created_at__gt=timezone.now() - SENT_TWICE_IN)
    return lately.filter(client_id=draft.client_id).select_related("thread", "session").first()


def _take_place(peer: Peer, place: Place, *, urgent: bool) -> Treat | None:
    """Hold the place for this transaction and make sure one may speak in it at this moment.

    Where nobody may, a cry for help is taken all the same: it reaches moderators and nobody else (the treatment).
    """
    return _take_thread(place, urgent=urgent) if isinstance(place, Thread) else _take_turn(peer, place, urgent=urgent)


def _take_thread(place: Thread, *, urgent: bool) -> Treat | None:
    thread = lock_thread(place.pk)
    if thread is None or (thread.locked and not urgent):
        raise MayNotSpeak("locked")
    return resting.kept_in_closed if thread.locked else None


def _take_turn(peer: Peer, place: LiveSession, *, urgent: bool) -> Treat | None:
    session = lock_session(place.pk)
    now = timezone.now()
    if session is None or not (urgent or session.may_speak(now, peer.pk)):
        raise NobodyHosts
    is_slow = session.state == LiveState.SLOW and session.host_id != peer.pk
    if is_slow and not urgent:  # a cry for help waits for nothing
        _slow_down(session, peer, now)
    return None if session.may_speak(now, peer.pk) else resting.kept_unheard


def _slow_down(session: LiveSession, peer: Peer, now: datetime) -> None:
    last = session.posts.filter(peer=peer).order_by("-pk").values_list("created_at", flat=True).first()
    waited = (now - last).total_seconds() if last else session.slow_seconds
    if waited < session.slow_seconds:
        raise TooSoon(session.slow_seconds - waited)


def _scope(peer: Peer, place: Place, *, own_name: bool) -> str:
    """Under which name one speaks here: a thread's own name, once taken, stays in that thread."""
    if isinstance(place, LiveSession) or own_name:
        return place.scope
    has_own = Persona.objects.filter(peer=peer, scope=place.scope).exists()
    return place.scope if has_own else place.names_scope


def _write(peer: Peer, place: Place, draft: Draft, persona: Persona, assessment: Assessment, treat: Treat) -> Post:
    """Save new words, under the peer's lock and after `_already_sent`: the same words twice would be an error."""
    post = Post.objects.create(
        **at(place),
        peer=peer,
        persona=persona,
        title=draft.title,
        body=draft.body,
        notes=draft.notes,
        client_id=draft.client_id,
        judged_by=assessment.version,
        visibility=Visibility.HELD,
        hold_until=timezone.now(),
    )
    post.may_be_urgent = assessment.urgent
    if isinstance(place, Thread) and place.opening_id is None:
        Thread.objects.filter(pk=place.pk, opening=None).update(opening=post)
        place.opening = post
    showing.show(post, intake().record(post, assessment, treat), is_new=True)
    return post


def _treatment(peer: Peer, place: Place | None, assessment: Assessment, *, folded: bool, waits: bool) -> Treat:
    """What becomes of judging's decision: kept from others while this voice rests, out of sight while the site is
    paused, folded over a limit, or as it is. Raises Resting for calm words of a voice that rests."""
    if resting.rests(peer, place, urgent=assessment.urgent):
        return resting.kept_back
    if waits:
        return pausing.out_of_sight
    return _fold if folded else lambda decision: decision


def _asked(room: Room) -> list[dict[str, str]]:
    """The line that says where its author wanted a thread."""
    return [care_line("asked", **{"from": room.name})]


def _fold(decision: Decision) -> Decision:
    if decision.visibility == Visibility.PUBLISHED:
        return replace(decision, visibility=Visibility.NOTED, reason_key=decision.reason_key or MANY)
    return decision

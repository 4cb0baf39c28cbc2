"""What a decision does to a person's voice: a pause, or its end. Reading, help and messages stay open in every case."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from forum.around import Place, at
from forum.models import EventKind, LiveSession, Pause, Thread
from forum.showing import add_event
from moderation import statements
from moderation.effects import NotPossible
from moderation.models import Case, Decision, Effect, EffectKind, Measure, Restriction, Statement
from peers.models import Peer, State
from peers.signals import voice_ended

UNTIL_SECOND = timedelta(days=7)  # how long writing rests at most while a second person is awaited
NOBODY = "There is nobody whose writing could rest: the author has left, or called without an identity."
NO_THREAD = "These words stand in no thread. Choose a pause everywhere, or none."
NO_SESSION = "These words stand in no live room. Choose a pause in the thread or everywhere, or none."
TO_THE_END = timedelta(hours=12)  # no live session is as long: a pause to its end


def apply_measure(decision: Decision, case: Case) -> None:
    """Let the author's writing rest as decided; an end waits for a second person and is a pause until then.

    Called with the author's row held. Raises NotPossible.
    """
    _end_automatic(case)
    if decision.measure == Measure.NOTHING:
        return
    if case.peer is None:
        raise NotPossible(NOBODY)
    place, length = _where(decision, case)
    pause(decision, case.peer, place, timezone.now() + length)


def _where(decision: Decision, case: Case) -> tuple[Place | None, timedelta]:
    """Where their writing rests (None: everywhere), and how long. Raises NotPossible."""
    if decision.measure == Measure.BAN:
        return None, UNTIL_SECOND
    length = timedelta(hours=decision.hours or 1)
    if decision.measure == Measure.PAUSE:
        return None, length
    post = case.post
    if decision.measure == Measure.PAUSE_HERE:
        if post is None or post.session is None:
            raise NotPossible(NO_SESSION)
        return post.session, TO_THE_END
    if post is None or post.thread is None:
        raise NotPossible(NO_THREAD)
    return post.thread, length


def _end_automatic(case: Case) -> None:
    """What automation paused until a human looks ends with the human's decision, and so does what ran out."""
    now = timezone.now()
    in_place = [Restriction.THREAD_PAUSED, Restriction.LIVE_PAUSED]
    told = Statement.objects.filter(case=case, decision=None, ended_at=None, restriction__in=in_place)
    if told.update(ended_at=now) and case.post and case.peer:
        made = Pause.objects.filter(peer=case.peer, **at(case.post.place), by_rules=True, ended_at=None)
        for each in made:
            _tell(each)
        made.update(ended_at=now)


def pause(decision: Decision, peer: Peer, place: Place | None, until: datetime) -> None:
    """Let their writing rest in this place, or everywhere, with its statement. In a live room their page looks again.

    Called with the author's row held, and in a live room the session's.
    """
    made = Pause.objects.create(peer=peer, **(at(place) if place else {}), until=until)
    Effect.objects.create(decision=decision, kind=EffectKind.PAUSE, before={}, after={"pause": made.pk}, until=until)
    kind = _KINDS[type(place)]
    statements.of_voice(decision=decision, peer=peer, restriction=kind, until=until)
    _tell(made)


_KINDS: Mapping[type, Restriction] = {
    Thread: Restriction.THREAD_PAUSED,
    LiveSession: Restriction.LIVE_PAUSED,
    type(None): Restriction.PAUSED,
}


def _tell(pause: Pause) -> None:
    """Their page in the live room looks again: what rests there, and for how long, has changed."""
    if pause.session_id:
        add_event(pause.session_id, EventKind.ASIDE, peer_id=pause.peer_id)


def end_voice(decision: Decision, case: Case) -> None:
    """A second person agreed: their writing here ends. Called with the author's row held."""
    if case.peer is None:
        return
    reverse_measure(decision)
    Peer.objects.filter(pk=case.peer.pk).update(state=State.BANNED)
    Effect.objects.create(decision=decision, kind=EffectKind.BAN, before={"state": str(State.ACTIVE)}, after={})
    statements.of_voice(decision=decision, peer=case.peer, restriction=Restriction.BANNED)
    peer = case.peer.pk
    transaction.on_commit(lambda: voice_ended.send_robust(None, session=None, peer=peer))


def reverse_measure(decision: Decision) -> bool:
    """Give the voice back, as far as this decision took it. Was there anything to give back?"""
    now = timezone.now()
    standing = decision.effects.filter(reversed_at=None, kind__in=[EffectKind.PAUSE, EffectKind.BAN])
    for effect in standing:
        if effect.kind == EffectKind.PAUSE:
            _end_pause(effect.after["pause"], now)
        elif decision.case.peer_id and not _ended_by_others(decision):
            Peer.objects.filter(pk=decision.case.peer_id).update(state=effect.before["state"])
    voices = [Restriction.PAUSED, Restriction.THREAD_PAUSED, Restriction.LIVE_PAUSED, Restriction.BANNED]
    decision.statements.filter(ended_at=None, restriction__in=voices).update(ended_at=now)
    return bool(standing.update(reversed_at=now))


def _end_pause(pk: int, now: datetime) -> None:
    made = Pause.objects.filter(pk=pk, ended_at=None).first()
    if made:
        Pause.objects.filter(pk=pk).update(ended_at=now)
        _tell(made)


def _ended_by_others(decision: Decision) -> bool:
    """Whether another decision ended this voice, too: then it stays ended until that one is taken back as well."""
    others = Effect.objects.filter(kind=EffectKind.BAN, reversed_at=None).exclude(decision=decision)
    return others.filter(decision__case__peer=decision.case.peer_id).exists()

"""What a decision does to a person's voice: a pause, or its end. Reading, help and messages stay open in every case."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from forum.models import Pause, Thread
from moderation import statements
from moderation.effects import NotPossible
from moderation.models import Case, Decision, Effect, EffectKind, Measure, Restriction, Statement
from peers.models import Peer, State
from peers.signals import voice_ended

UNTIL_SECOND = timedelta(days=7)  # how long writing rests at most while a second person is awaited
NOBODY = "There is nobody whose writing could rest: the author has left, or called without an identity."
NO_THREAD = "These words stand in no thread. Choose a pause everywhere, or none."


def apply_measure(decision: Decision, case: Case) -> None:
    """Let the author's writing rest as decided; an end waits for a second person and is a pause until then.

    Called with the author's row held. Raises NotPossible.
    """
    _end_automatic(case)
    if decision.measure == Measure.NOTHING:
        return
    if case.peer is None:
        raise NotPossible(NOBODY)
    if decision.measure == Measure.BAN:
        _pause(decision, case.peer, None, UNTIL_SECOND)
        return
    thread = case.post.thread if case.post else None
    if decision.measure == Measure.PAUSE and decision.hours:
        _pause(decision, case.peer, None, timedelta(hours=decision.hours))
    elif thread is None:
        raise NotPossible(NO_THREAD)
    else:
        _pause(decision, case.peer, thread, timedelta(hours=decision.hours or 1))


def _end_automatic(case: Case) -> None:
    """What automation paused until a human looks ends with the human's decision, and so does what ran out."""
    now = timezone.now()
    told = Statement.objects.filter(case=case, decision=None, ended_at=None, restriction=Restriction.THREAD_PAUSED)
    if told.update(ended_at=now) and case.post and case.peer:
        made = Pause.objects.filter(peer=case.peer, thread=case.post.thread, by_rules=True, ended_at=None)
        made.update(ended_at=now)


def _pause(decision: Decision, peer: Peer, thread: Thread | None, length: timedelta) -> None:
    until = timezone.now() + length
    pause = Pause.objects.create(peer=peer, thread=thread, until=until)
    Effect.objects.create(decision=decision, kind=EffectKind.PAUSE, before={}, after={"pause": pause.pk}, until=until)
    kind = Restriction.THREAD_PAUSED if thread else Restriction.PAUSED
    statements.of_voice(decision=decision, peer=peer, restriction=kind, until=until)


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
            Pause.objects.filter(pk=effect.after["pause"], ended_at=None).update(ended_at=now)
        elif decision.case.peer_id and not _ended_by_others(decision):
            Peer.objects.filter(pk=decision.case.peer_id).update(state=effect.before["state"])
    voices = [Restriction.PAUSED, Restriction.THREAD_PAUSED, Restriction.BANNED]
    decision.statements.filter(ended_at=None, restriction__in=voices).update(ended_at=now)
    return bool(standing.update(reversed_at=now))


def _ended_by_others(decision: Decision) -> bool:
    """Whether another decision ended this voice, too: then it stays ended until that one is taken back as well."""
    others = Effect.objects.filter(kind=EffectKind.BAN, reversed_at=None).exclude(decision=decision)
    return others.filter(decision__case__peer=decision.case.peer_id).exists()

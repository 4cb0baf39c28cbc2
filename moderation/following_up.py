"""Asking again after a crisis: the desk is reminded after a day and after three, and the author is asked how it is."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from moderation import audit
from moderation.casework import Need, Subject, open_or_join
from moderation.models import Case, CaseState, Feeling, FollowUp, Level, Signal, Source
from moderation.models.follow_ups import HOURS
from moderation.reopening import WITHIN
from peers.again import once_more
from peers.models import Peer

AT_ONCE = 50
CALLS = {Feeling.UNSAFE: Level.CRISIS, Feeling.WORSE: Level.RED}  # what each of these asks of the desk


_UNASKED: dict[str, Any] = {"done_at": None, "feeling": "", "answered_at": None, "dismissed_at": None}


class NotAsked(Exception):
    """This person is not asked this, or no more."""


def plan(*, case: Case) -> None:
    """Remind the desk and ask the author, a day and three days from now. Called inside the decision's transaction.

    What was asked before is asked anew; what still waits to be asked waits no longer for it.
    """
    if case.peer_id is None:
        return
    now = timezone.now()
    for hours in HOURS:
        due = {"due_at": now + timedelta(hours=hours)}
        _, made = FollowUp.objects.get_or_create(case=case, hours=hours, defaults=due)
        if not made:
            FollowUp.objects.filter(case=case, hours=hours, done_at__isnull=False).update(**due, **_UNASKED)


def due_follow_ups(now: datetime, leaving_out: Collection[int] = ()) -> list[int]:
    """Reminders whose time has come, the oldest first."""
    due = FollowUp.objects.filter(done_at=None, due_at__lte=now).exclude(pk__in=leaving_out).order_by("due_at")
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


@once_more
def remind(pk: int, *, now: datetime) -> bool:
    """Open the desk's reminder, once, however many workers run. Nobody is reminded of someone who has left."""
    with transaction.atomic():
        if not FollowUp.objects.filter(pk=pk, done_at=None, due_at__lte=now).update(done_at=now):
            return False
        follow_up = FollowUp.objects.select_related("case__room", "case__peer").get(pk=pk)
        if follow_up.case.peer is None:
            return False
        _open(follow_up)
        return True


def _open(follow_up: FollowUp) -> Case:
    """The case by which the desk looks again: amber, in the state of a follow-up."""
    about = follow_up.case
    subject = Subject(
        key=f"follow-up:{follow_up.pk}", room=about.room, peer=about.peer, name=about.author_name, follows=about
    )
    need = Need(Level.AMBER, about.categories, WITHIN[Level.AMBER], lead=about.lead_only)
    case = open_or_join(subject, need)
    Case.objects.filter(pk=case.pk, state=CaseState.OPEN).update(state=CaseState.FOLLOW_UP)
    FollowUp.objects.filter(pk=follow_up.pk).update(opened=case)
    return case


@once_more
def tell_feeling(*, public_id: str, peer: Peer, feeling: str) -> FollowUp:
    """The author says in one tap how it is. "I am not safe" calls a human as a crisis does; worse, as red.

    These two count whenever they are said: after a calmer answer, from a page that was long open.

    Raises:
        NotAsked: not theirs, or answered already.
    """
    felt = Feeling(feeling)
    with transaction.atomic():
        mine = FollowUp.objects.about(peer) if felt in CALLS else FollowUp.objects.asking(peer)
        asked = mine.filter(public_id=public_id)
        now = timezone.now()
        if not asked.order_by().update(feeling=felt, answered_at=now):
            raise NotAsked
        follow_up = FollowUp.objects.select_related("case__room", "case__peer", "opened").get(public_id=public_id)
        _bring(follow_up, felt)
        return follow_up


def _bring(follow_up: FollowUp, felt: Feeling) -> None:
    """The answer stands at the desk's reminder, opened now where it is not there yet or closed."""
    now = timezone.now()
    FollowUp.objects.filter(pk=follow_up.pk, done_at=None, due_at__lte=now).update(done_at=now)
    case = _open(follow_up)
    level = CALLS.get(felt, Level.AMBER)
    if level > Level.AMBER:
        need = Need(level, case.categories, WITHIN[level], alert=level == Level.CRISIS, lead=case.lead_only)
        about = Subject(key=case.subject, room=case.room, peer=case.peer, name=case.author_name)
        case = open_or_join(about, need)
    signal = Signal(case=case, subject=case.subject, revision=1, source=Source.CALL, version="1", level=level)
    signal.rule, signal.category = f"follow-up.{felt}", next(iter(case.categories), "distress")
    signal.reason = f"Asked how it is now: {felt.label}"
    Signal.objects.bulk_create([signal], ignore_conflicts=True)
    audit.write(actor="rules", kind="follow_up.told", case_pk=case.pk, case_ref=case.public_id, level=int(level))


def wave_away(*, public_id: str, peer: Peer) -> bool:
    """Not now: the question goes; the desk's reminder stays. Did it change?"""
    asked = FollowUp.objects.asking(peer).filter(public_id=public_id).order_by()
    return bool(asked.update(dismissed_at=timezone.now()))

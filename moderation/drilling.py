"""Drills: a crisis that nobody is in goes the real way, from posting to a moderator's decision, and each step is timed.

No peer ever sees one: its post is taken down in the transaction that posts it, as if by its author, and no decision
brings such a post back. It never stands in the way of someone real: none begins while a real crisis waits, and one
that nobody holds is called off when a real one comes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from forum import posting, search, showing
from forum.intake import Draft
from forum.locking import lock_peer, lock_post
from forum.models import Contract, Post, Room, Thread, Visibility
from forum.tokens import new_token
from moderation import alerts
from moderation.models import AuditEvent, Case, CaseState, Drill, Level, Moderator, Outbox, Outcome
from moderation.sending import reached_someone
from moderation.signals import queue_moved, tell_desk
from peers.again import once_more
from peers.models import Peer, Persona

NAME = "Drill"
WORDS = """\
I am going to end my life tonight.

This is a drill. The site wrote these words to try itself out. No person is in danger."""
LONGEST = timedelta(minutes=30)
STAYS = timedelta(minutes=1)  # after the decision, so that whoever decided sees the case once more


class NotNow(Exception):
    """No drill can begin at this moment; the message says why. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a drill, and the seconds from its beginning; None where it was not reached."""

    label: str
    seconds: float | None


def start(*, by: Moderator | None) -> Drill:
    """Post the drill's words as a peer would. Its post, case and alert are committed together, or nothing is.

    Raises:
        NotNow: someone real waits, another drill runs, or the site has no room.
    """
    if _someone_real_waits(timezone.now()):
        raise NotNow("Someone real may be in danger and waits. Please look at them first.")
    with _telling() as told:
        drill = _begin(by)
    reached = {"posted_at": timezone.now(), "told_at": min(told, default=None)}
    Drill.objects.filter(pk=drill.pk).update(**reached)
    drill.refresh_from_db()
    return drill


def follow(*, now: datetime) -> int:
    """Note what the running drill has reached, and end it when it is over. Was one ended?"""
    drill = Drill.objects.running().select_related("peer").first()
    if drill is None:
        return 0
    case = Case.objects.filter(peer=drill.peer_id).first() if drill.peer_id else None
    if case:
        _note(drill, case)
    outcome = _outcome(drill, case, now)
    return int(bool(outcome) and _end(drill.pk, outcome, now=now))


def steps_of(drill: Drill) -> list[Step]:
    """Every step with its time, in the order they come."""
    reached = (
        ("Post, case and alert committed", drill.posted_at),
        ("Open desks told", drill.told_at),
        ("First alert left the site", drill.sent_at),
        ("Taken by a moderator", drill.claimed_at),
        ("Decided", drill.decided_at),
    )
    return [Step(label, (at - drill.began_at).total_seconds() if at else None) for label, at in reached]


def _someone_real_waits(now: datetime) -> bool:
    return Case.objects.in_danger().without_drills().free(now).exists()


@contextmanager
def _telling() -> Iterator[list[datetime]]:
    """The moments at which open desks are told of something, while this lasts."""
    told: list[datetime] = []

    def hear(sender: object, **_: object) -> None:  # noqa: ARG001  (Django's shape of a receiver)
        told.append(timezone.now())

    queue_moved.connect(hear, weak=False)
    try:
        yield told
    finally:
        queue_moved.disconnect(hear)


def _begin(by: Moderator | None) -> Drill:
    room = Room.objects.order_by("-is_arrivals", "position", "pk").first()
    if room is None:
        raise NotNow("This site has no room yet.")
    try:
        with transaction.atomic():
            peer = Peer.objects.create()
            drill = Drill.objects.create(peer=peer, started_by=by)
            Persona.objects.create(peer=peer, scope=room.scope, name=NAME)
            draft = Draft(body=WORDS, client_id=new_token())
            post = posting.open_thread(peer=peer, room=room, draft=draft, contract=Contract.LISTEN.value)
            showing.set_visibility(post, Visibility.WITHDRAWN)  # before anyone else can see that it was there
            case = Case.objects.open().filter(post=post, level=Level.CRISIS).first()
            if case is None:
                raise NotNow("The judge did not take the drill's words for a crisis. Someone must look at the judge.")
            Drill.objects.filter(pk=drill.pk).update(case_ref=case.public_id)
            return drill
    except IntegrityError:
        raise NotNow("A drill is running already.") from None


def _note(drill: Drill, case: Case) -> None:
    """What was reached since the last look; what was noted before stays."""
    before = (drill.sent_at, drill.claimed_at, drill.decided_at)
    sent = Outbox.objects.filter(key__in=alerts.keys_of(case, step=0), sent_at__isnull=False).order_by("sent_at")
    claimed = AuditEvent.objects.filter(case_ref=case.public_id, kind="case.claimed").order_by("id")
    drill.sent_at = drill.sent_at or next((row.sent_at for row in sent if reached_someone(row)), None)
    drill.claimed_at = drill.claimed_at or claimed.values_list("at", flat=True).first()
    drill.decided_at = drill.decided_at or (case.resolved_at if case.state == CaseState.RESOLVED else None)
    if (drill.sent_at, drill.claimed_at, drill.decided_at) != before:
        drill.save(update_fields=["sent_at", "claimed_at", "decided_at"])


def _outcome(drill: Drill, case: Case | None, now: datetime) -> str:
    """How the drill ends now; empty while it goes on."""
    if drill.decided_at:
        return Outcome.DECIDED if now - drill.decided_at >= STAYS else ""
    if case is None or now - drill.began_at >= LONGEST:
        return Outcome.NOBODY
    held = case.lease_until is not None and case.lease_until > now
    return Outcome.CALLED_OFF if not held and _someone_real_waits(now) else ""


@once_more
def _end(pk: int, outcome: str, *, now: datetime) -> bool:
    """Keep the times, delete everything else the drill wrote (the audit log keeps its lines). Once; was it here?"""
    with transaction.atomic():
        drill = Drill.objects.running().filter(pk=pk).first()
        if drill is None or not Drill.objects.running().filter(pk=pk).update(ended_at=now, outcome=outcome):
            return False
        if drill.peer is not None:
            _clean_up(drill.peer)
        return True


def _clean_up(peer: Peer) -> None:
    lock_peer(peer)
    for pk in Post.objects.filter(peer=peer).values_list("pk", flat=True):
        lock_post(pk=pk)
        search.forget(pk)
    for case in Case.objects.filter(peer=peer):
        Outbox.objects.filter(sent_at=None, payload__link=alerts.link_to(case)).delete()
        case.delete()
        tell_desk(case.public_id, case.level)
    Thread.objects.filter(opening__peer=peer).delete()
    Post.objects.filter(peer=peer).delete()
    peer.delete()

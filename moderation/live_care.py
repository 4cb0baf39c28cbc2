"""What the team of a live room does about people and messages in it, at once, where the desk would be too late.

Whoever acts is its present host or the co-host they named, or someone who works on cases. Each act leaves a case that
stays open: a moderator looks at it, and can take it back exactly.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from forum import text
from forum.live.hosting import tell_aside
from forum.locking import lock_peer, lock_post, lock_session
from forum.models import LiveSession, LiveState, Post
from moderation import alerts, answering, audit, measures, outreach
from moderation.capabilities import Capability
from moderation.casework import Need, Subject, open_or_join, subject_of
from moderation.deciding import log, take_back
from moderation.desk_words import Reason, reasons
from moderation.effects import apply_action
from moderation.models import (
    Action,
    Case,
    Decision,
    Level,
    LiveNote,
    Measure,
    Moderator,
    OutreachMessage,
    Signal,
    Source,
)
from moderation.reopening import WITHIN
from moderation.signals import tell_desk
from peers.again import once_more
from peers.models import Peer

MUTE_MINUTES = (5, 15, 60)  # or to the end of the session
LOOK = Need(Level.AMBER, ("live",), within=3600)  # at what was done in a room
READ = Need(Level.AMBER, ("live",), within=4 * 3600)  # what was written privately, and what comes back
ASKED = Need(Level.RED, ("asked",), within=300, alert=True, anew=True)
WORD = "word"  # how the subject of a private conversation begins


class MayNot(Exception):
    """Whoever asks does not look after this session (any more); nothing happened."""


class NothingToDo(Exception):
    """There is nothing left of it to act on: it is gone, or its author is; nothing happened."""


def may_act(moderator: Moderator, session: LiveSession, now: datetime) -> bool:
    """Whether this person looks after the session at this moment."""
    if moderator.can(Capability.TRIAGE):
        return True
    if not moderator.is_active or session.state == LiveState.CLOSED:
        return False
    is_present_host = session.host_id == moderator.peer_id and session.host_present(now)
    return is_present_host or (session.co_host_named and session.co_host_id == moderator.peer_id)


def removal_reasons() -> list[Reason]:
    """Of the site's reasons, those for which something is removed, or someone muted."""
    return [each for each in reasons().values() if Action.REMOVE in each.actions]


@once_more
def remove(*, moderator: Moderator, post: Post, reason: str, note: str = "") -> Decision:
    """Take a message down everywhere, at once. Its author reads why, in `note` or in the reason's own sentence.

    Raises MayNot; NothingToDo for a message that others do not read (any more); KeyError for an unknown reason.
    """
    with _acting(moderator, post):
        found = lock_post(pk=post.pk)
        if found is None or not found.is_open:
            raise NothingToDo
        case = _look_at(found)
        decision = _decide(case, moderator, found, reasons()[reason], note=note, action=Action.REMOVE)
        apply_action(decision, case)
        return decision


def _look_at(post: Post) -> Case:
    """The case of a message that goes, as urgent as it ever was: a cry for help that is taken down is one still."""
    now = timezone.now()
    case = open_or_join(subject_of(post), _need_of(post))
    rang_before = case.opened_at < now
    if case.level == Level.CRISIS and rang_before and not case.is_held(now):
        alerts.alert_on_call(case, step=0, since=now)
    return case


def _need_of(post: Post) -> Need:
    gravest = Case.objects.filter(subject=subject_of(post).key).order_by("-level", "-pk").first()
    if gravest is None or gravest.level <= LOOK.level:
        return LOOK
    within = min(LOOK.within, WITHIN[Level(gravest.level)])
    categories = tuple(dict.fromkeys([*gravest.categories, *LOOK.categories]))
    is_crisis = gravest.level == Level.CRISIS
    return Need(gravest.level, categories, within, alert=is_crisis, lead=gravest.lead_only, anew=True)


@once_more
def mute(
    *, moderator: Moderator, post: Post, minutes: int | None, reason: str, note: str = "", key: str = ""
) -> Decision:
    """Let the writing of a message's author rest in this session, for some minutes or (None) to its end.

    They read on, and a cry for help of theirs is still taken. Sending the same `key` again returns the first.
    Raises MayNot; NothingToDo for whoever has left, and for staff; KeyError for an unknown reason.
    """
    with _acting(moderator, post, holds_author=True) as session:
        found = lock_post(pk=post.pk)
        if found is None or found.peer is None or found.peer.is_staff_voice:
            raise NothingToDo
        if done := Decision.objects.standing().filter(key=key, moderator=moderator, session=session).first():
            return done
        case = open_or_join(subject_of(found), LOOK)
        words = {"note": note, "key": key}
        decision = _decide(case, moderator, found, reasons()[reason], measure=Measure.PAUSE_HERE, **words)
        length = measures.TO_THE_END if minutes is None else timedelta(minutes=minutes)
        measures.pause(decision, found.peer, session, timezone.now() + length)
        return decision


@once_more
def let_speak(*, moderator: Moderator, post: Post) -> int:
    """Take back every mute of this message's author that was made in this session. How many?

    What moderators decided at the desk, and what rules paused until one decides, is not the room's to end.
    Raises MayNot.
    """
    with _acting(moderator, post, holds_author=True) as session:
        lock_post(pk=post.pk)
        muted = mutes_in(session).filter(case__peer=post.peer_id, case__peer__isnull=False).order_by("pk")
        return sum(_take_back(decision, moderator) for decision in muted.select_related("case__peer"))


def mutes_in(session: LiveSession) -> QuerySet[Decision]:
    """Mutes of this session that nobody took back."""
    return Decision.objects.standing().filter(session=session, measure=Measure.PAUSE_HERE)


def _take_back(decision: Decision, moderator: Moderator) -> bool:
    if not take_back(decision, moderator):
        return False
    answering.moot(decision=decision, by=moderator)
    Case.objects.filter(pk=decision.case_id).update(version=F("version") + 1)
    log(decision.case, moderator, "decision.undone", action=decision.action)
    tell_desk(decision.case.public_id, decision.case.level)
    return True


@once_more
def ask_in(*, moderator: Moderator, session: LiveSession, note: str = "", key: str = "") -> Case:
    """Call a moderator into the room, with an alert to whoever is on call. Raises MayNot.

    Asking again joins; it rings again where somebody looked, and has let it go.
    """
    with _acting(moderator, session):
        subject = Subject(key=f"ask:{session.pk}", room=session.room, peer=None, name="")
        case = open_or_join(subject, ASKED)
        _notice(case, 1, "room.host-asked", Level.RED, "asked", "The host of a live room asks for a moderator")
        if note.strip():
            _write_note(session, moderator, note, key)
        log(case, moderator, "live.asked", live=session.public_id)
        return case


@once_more
def keep_note(*, moderator: Moderator, session: LiveSession, body: str, key: str) -> LiveNote:
    """Leave a note for the others of the team. The same `key` again is one note. Raises MayNot."""
    with _acting(moderator, session):
        return _write_note(session, moderator, body, key)


@once_more
def write(*, moderator: Moderator, post: Post, body: str, client_id: str) -> OutreachMessage:
    """A private word to a message's author: they read it in the room at once, and nobody else does.

    Their answer goes to the desk. Sending the same `client_id` again returns the first.
    Raises MayNot; NothingToDo for whoever has left, and for staff.
    """
    with _acting(moderator, post, holds_author=True) as session:
        found = lock_post(pk=post.pk)
        peer, persona = (found.peer, found.persona) if found else (None, None)
        if peer is None or persona is None or peer.is_staff_voice:
            raise NothingToDo
        # The name of this session, not the message: one conversation, and no words of theirs are kept for it.
        subject = Subject(key=f"{WORD}:{session.pk}:{persona.pk}", room=session.room, peer=peer, name=persona.name)
        case = open_or_join(subject, READ)
        message, is_new = outreach.say_to(
            case=case, peer=peer, moderator=moderator, words=text.tidy(body), client_id=client_id
        )
        if is_new:
            tell_aside(session, peer)
        return message


@contextmanager
def _acting(moderator: Moderator, about: Post | LiveSession, *, holds_author: bool = False) -> Iterator[LiveSession]:
    """The session held, after its author's row where that is asked for, while it is sure who looks after it.

    Raises MayNot, NothingToDo.
    """
    pk = about.session_id if isinstance(about, Post) else about.pk
    author = about.peer_id if isinstance(about, Post) else None
    with transaction.atomic():
        if holds_author and lock_peer(Peer(pk=author)) is None:
            raise NothingToDo
        session = lock_session(pk) if pk else None
        if session is None:
            raise NothingToDo
        now = Moderator.objects.get(pk=moderator.pk)  # their role may have changed since their page was made
        if not may_act(now, session, timezone.now()):
            raise MayNot
        yield session


def _decide(case: Case, moderator: Moderator, post: Post, reason: Reason, **made: str) -> Decision:
    """Write down what is done. The case stays open, at a higher version: a moderator looks."""
    note, key = made.pop("note", ""), made.pop("key", "")
    usual = reason.mute if "measure" in made else reason.sentence
    is_taken = not key or Decision.objects.filter(key=key).exists()
    decision = Decision.objects.create(
        case=case,
        moderator=moderator,
        session_id=post.session_id,
        reason_code=reason.code,
        public_note=note.strip() or usual,
        key=uuid.uuid4().hex if is_taken else key,
        case_version=case.version,
        level_before=case.level,
        **{"action": Action.LEAVE, **made},
    )
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    did = "removed this message" if decision.action == Action.REMOVE else "muted the author"
    rule = "room.host-removed" if decision.action == Action.REMOVE else "room.host-muted"
    _notice(case, post.revision, rule, Level.AMBER, "live", f"Whoever looks after the live room {did}: {reason.label}")
    told = {"action": decision.action, "reason": reason.code, "measure": decision.measure}
    log(case, moderator, "case.decided", **told, live=post.session.public_id if post.session else "")
    return decision


def _notice(case: Case, revision: int, rule: str, level: Level, category: str, reason: str) -> None:
    signal = Signal(case=case, subject=case.subject, revision=revision, source=Source.HUMAN, rule=rule, version="1")
    signal.category, signal.level, signal.reason = category, level, reason[:300]
    Signal.objects.bulk_create([signal], ignore_conflicts=True)


def _write_note(session: LiveSession, moderator: Moderator, body: str, key: str) -> LiveNote:
    """Once, with its line in the log."""
    key = key or uuid.uuid4().hex
    try:
        with transaction.atomic():
            note = LiveNote.objects.create(session=session, moderator=moderator, body=text.tidy(body), key=key)
    except IntegrityError:
        return LiveNote.objects.get(moderator=moderator, key=key)
    audit.write(actor=moderator.username, kind="live.noted", case_pk=session.pk, live=session.public_id)
    return note

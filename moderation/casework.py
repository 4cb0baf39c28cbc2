"""Opening a case, and joining what comes later to it. Automation raises a level; only a human lowers it."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from forum.intake import Decision as Showing
from forum.models import Post, Room
from forum.showing import as_shown
from forum.text import whole
from moderation import alerts, audit
from moderation.models import Case, Escalation, Level, Moderator, Snapshot
from moderation.signals import tell_desk
from moderation.transitions import Event, after, level_after
from peers.models import Peer

STEPS = (1, 2)  # on call; everyone, and the page says that moderators are delayed


@dataclass(frozen=True, slots=True)
class Need:
    """Why a human is needed, and how soon."""

    level: int
    categories: Sequence[str]
    within: int  # seconds
    alert: bool = False
    lead: bool = False
    anew: bool = False  # also where somebody looked before and has let it go: they do not know of this


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about: a post, or a call for help in a place."""

    key: str
    room: Room
    peer: Peer | None
    name: str
    post: Post | None = None
    follows: Case | None = None  # the case after which this one asks again, or whose decision it is about
    not_for: Moderator | None = None  # whose doing it is about


def subject_of(post: Post) -> Subject:
    name = post.persona.name if post.persona else ""
    return Subject(key=f"post:{post.pk}", room=post.place.room, peer=post.peer, name=name, post=post)


def open_or_join(subject: Subject, need: Need, shown: Showing | None = None) -> Case:
    """The one open case of this subject, raised to this need. Called inside the subject's transaction.

    `shown` is how the post will be shown, where that is being decided in the same breath.
    """
    now = timezone.now()
    case = None
    while case is None:  # between looking and joining someone may open or resolve it: then look again
        case = _open_unless_there(subject, need, now) or _join(subject, need, now)
    if need.alert:
        alerts.alert_on_call(case, step=0)
    if subject.post:
        _snapshot(case, subject.post, shown or as_shown(subject.post))
    tell_desk(case.public_id, case.level)
    return case


def _open_unless_there(subject: Subject, need: Need, now: datetime) -> Case | None:
    """A new case, or None where one is open, also when someone else opened it a moment ago."""
    if Case.objects.open().filter(subject=subject.key).exists():
        return None
    try:
        with transaction.atomic():
            return _open(subject, need, now)
    except IntegrityError:
        return None


def _open(subject: Subject, need: Need, now: datetime) -> Case:
    case = Case.objects.create(
        subject=subject.key,
        post=subject.post,
        peer=subject.peer,
        room=subject.room,
        author_name=subject.name,
        level=need.level,
        categories=list(need.categories),
        lead_only=need.lead,
        follows=subject.follows,
        not_for=subject.not_for,
        not_for_since=now if subject.not_for else None,
        due_at=now + timedelta(seconds=need.within),
        opened_at=now,
    )
    _plan_escalation(case, need.within)
    audit.write(
        actor="rules",
        kind="case.opened",
        case_pk=case.pk,
        case_ref=case.public_id,
        level=case.level,
        categories=case.categories,
    )
    return case


def _join(subject: Subject, need: Need, now: datetime) -> Case | None:
    """Never lower, never later than a deadline to come; a moderator at work sees by the version that something came."""
    case = Case.objects.select_for_update(of=("self",), no_key=True).open().filter(subject=subject.key).first()
    if case is None:
        return None
    raised = need.level > case.level
    unread = need.level == Level.CRISIS and case.waits_for_second
    let_go = case.first_human_at is not None and not case.is_held(now)
    anew = unread or (let_go and need.anew and need.level >= case.level)
    if anew or (raised and let_go):
        _wait_anew(case, need, now)
    case.level = level_after(case.level, need.level)
    case.categories = list(dict.fromkeys([*(need.categories if raised else ()), *case.categories, *need.categories]))
    case.due_at = min(case.due_at, now + timedelta(seconds=need.within))
    case.lead_only = case.lead_only or need.lead
    case.state = after(case.state, Event.NOTICED)
    case.version += 1
    case.save()
    if raised or anew:
        _plan_escalation(case, need.within)
    audit.write(
        actor="rules", kind="case.joined", case_pk=case.pk, case_ref=case.public_id, level=case.level, raised=raised
    )
    return case


def _wait_anew(case: Case, need: Need, now: datetime) -> None:
    """Whoever looked saw something less urgent and has gone, or proposed: nobody has read what came since, and the
    deadline that was met says nothing about it."""
    case.opened_at, case.first_human_at, case.human_due_at = now, None, None
    case.tier = 0
    if case.due_at <= now:
        case.due_at = now + timedelta(seconds=need.within)


def note_edit(post: Post, shown: Showing) -> None:
    """The open case about this post, if any, has new words in it: whoever is at work on it sees that by its version."""
    case = Case.objects.select_for_update(of=("self",), no_key=True).open().filter(subject=f"post:{post.pk}").first()
    if case is None:
        return
    case.version += 1
    case.save(update_fields=["version"])
    _snapshot(case, post, shown)
    audit.write(actor="rules", kind="case.edited", case_pk=case.pk, case_ref=case.public_id, revision=post.revision)
    tell_desk(case.public_id, case.level)


def _plan_escalation(case: Case, within: int) -> None:
    """Durable steps: at the deadline, and at twice that. A raised case moves its open steps forward, and takes those
    that were done again: they rang for something less urgent."""
    for step in STEPS:
        due = timezone.now() + timedelta(seconds=within * step)
        made, is_new = Escalation.objects.get_or_create(case=case, step=step, defaults={"due_at": due})
        if not is_new:
            later = Escalation.objects.filter(Q(done_at__isnull=False) | Q(due_at__gt=due), pk=made.pk)
            later.update(due_at=due, done_at=None)


def _snapshot(case: Case, post: Post, shown: Showing) -> None:
    words = whole(post.title, post.body)
    snapshot = Snapshot(case=case, revision=post.revision, words=words, visibility=shown.visibility)
    snapshot.redactions = [list(span) for span in shown.redactions]
    salt = snapshot.salt.bytes if snapshot.salt else b""
    snapshot.digest = hmac.new(salt, words.encode(), hashlib.sha256).hexdigest()
    Snapshot.objects.bulk_create([snapshot], ignore_conflicts=True)  # the same revision is kept once

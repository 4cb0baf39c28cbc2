"""Opening a case, and joining what comes later to it. Automation raises a level; only a human lowers it."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from forum.models import Post, Room
from moderation import alerts, audit
from moderation.models import Case, CaseState, Escalation, Snapshot
from moderation.signals import tell_desk
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


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about: a post, or a call for help in a place."""

    key: str
    room: Room
    peer: Peer | None
    name: str
    post: Post | None = None


def subject_of(post: Post) -> Subject:
    name = post.persona.name if post.persona else ""
    return Subject(key=f"post:{post.pk}", room=post.place.room, peer=post.peer, name=name, post=post)


def open_or_join(subject: Subject, need: Need) -> Case:
    """The one open case of this subject, raised to this need. Called inside the subject's transaction."""
    now = timezone.now()
    case = Case.objects.select_for_update(of=("self",)).filter(subject=subject.key).open().first()
    if case is None:
        case = _open(subject, need, now)
    else:
        _join(case, need, now)
    if need.alert:
        alerts.alert_on_call(case, step=0)
    if subject.post:
        _snapshot(case, subject.post)
    tell_desk(case.public_id, case.level)
    return case


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


def _join(case: Case, need: Need, now: datetime) -> None:
    """Never lower, never later; a moderator at work sees by the version that something came."""
    raised = need.level > case.level
    case.level = max(case.level, need.level)
    case.categories = list(dict.fromkeys([*(need.categories if raised else ()), *case.categories, *need.categories]))
    case.due_at = min(case.due_at, now + timedelta(seconds=need.within))
    case.lead_only = case.lead_only or need.lead
    if case.state == CaseState.FOLLOW_UP:
        case.state = CaseState.OPEN
    case.version += 1
    case.save()
    if raised:
        _plan_escalation(case, need.within)
    audit.write(
        actor="rules", kind="case.joined", case_pk=case.pk, case_ref=case.public_id, level=case.level, raised=raised
    )


def _plan_escalation(case: Case, within: int) -> None:
    """Durable steps: at the deadline, and at twice that. A raised case moves its open steps forward."""
    for step in STEPS:
        due = timezone.now() + timedelta(seconds=within * step)
        made, is_new = Escalation.objects.get_or_create(case=case, step=step, defaults={"due_at": due})
        if not is_new and made.done_at is None and made.due_at > due:
            Escalation.objects.filter(pk=made.pk, done_at=None).update(due_at=due)


def _snapshot(case: Case, post: Post) -> None:
    words = f"{post.title}\n\n{post.body}" if post.title else post.body
    snapshot = Snapshot(case=case, revision=post.revision, words=words)
    snapshot.visibility, snapshot.redactions = post.visibility, post.redactions
    salt = snapshot.salt.bytes if snapshot.salt else b""
    snapshot.digest = hmac.new(salt, words.encode(), hashlib.sha256).hexdigest()
    Snapshot.objects.bulk_create([snapshot], ignore_conflicts=True)  # the same revision is kept once

"""One person's names, seen together: only from a grave case, with a reason, by two people, for a week, all in the log.

Nothing links two names anywhere else; what this shows is put together for one page and kept nowhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from forum.models import LiveSession, Room, Thread
from moderation import audit, seconds
from moderation.models import Case, CaseState, Level, Linking, Moderator
from moderation.models.linking import STANDS_FOR
from moderation.seconds import Wait
from peers.again import once_more
from peers.models import Persona

SHOWN_ON_CASE = 5
MOST_NAMES = 100
LEFT = "The author has left, or never had a name: there is nothing to show."


class NotLinked(Exception):
    """Names are not shown; the message says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name, where it is used, and the cases about it: when and how grave, never what was written."""

    name: str
    where: str
    cases: Sequence[Case]


@once_more
def ask(*, case: Case, moderator: Moderator, reason: str) -> Linking:
    """Ask to see the author's other names. Nothing is shown before a second person confirms. Raises NotLinked."""
    with transaction.atomic():
        _grave(case, moderator)
        try:
            with transaction.atomic():
                asked = Linking.objects.create(case=case, requested_by=moderator, reason=reason)
        except IntegrityError:
            raise NotLinked("Someone has asked already, and it waits for a second person.") from None
        _log(asked, moderator, "linking.requested")
        return asked


@once_more
def confirm(*, linking: Linking, moderator: Moderator) -> Linking:
    """Be the second person: from now on, for seven days, the two may look. Raises NotLinked.

    Where nobody else works here, whoever asked confirms after a day; the log marks it as `single`.
    """
    with transaction.atomic():
        _grave(linking.case, moderator)
        now = timezone.now()
        asked = Linking.objects.select_related("requested_by", "case").get(pk=linking.pk)
        if not asked.requested_by.has_desk:
            raise NotLinked("Whoever asked no longer works here.")
        single = asked.requested_by_id == moderator.pk
        alone = single and seconds.is_alone(asked.case, seconds.who_else(moderator))
        by, at = asked.requested_by_id, asked.requested_at
        if not seconds.may_confirm(moderator=moderator, asked_by=by, asked_at=at, alone=alone, now=now):
            raise NotLinked("Somebody else has to confirm this. Where there is nobody else, you can after 24 hours.")
        values = {"confirmed_by": moderator, "confirmed_at": now, "expires_at": now + STANDS_FOR, "single": single}
        if not Linking.objects.waiting().filter(pk=asked.pk).update(**values):
            raise NotLinked("Someone answered this a moment ago.")
        _log(asked, moderator, "linking.confirmed", single=single)
        return Linking.objects.with_people().get(pk=asked.pk)


@once_more
def refuse(*, linking: Linking, moderator: Moderator) -> None:
    """Say no, or take back what one asked for oneself. Raises NotLinked when it was answered already."""
    with transaction.atomic():
        waits = Linking.objects.waiting().filter(pk=linking.pk)
        if not waits.update(refused_by=moderator, refused_at=timezone.now()):
            raise NotLinked("Someone answered this a moment ago.")
        _log(linking, moderator, "linking.refused")


def show(*, linking: Linking, moderator: Moderator) -> list[OtherName]:
    """The author's other names, to one of the two, while it stands. Each look is in the log. Raises NotLinked."""
    with transaction.atomic():
        now = timezone.now()
        found = Linking.objects.with_people().filter(pk=linking.pk).first()
        if found is None or not found.is_for(moderator) or not _may_take(found.case, moderator):
            raise NotLinked("Only the two people who asked and confirmed can look. You can ask for it yourself.")
        if not found.stands(now):
            raise NotLinked(_why_over(found))
        _log(found, moderator, "linking.shown")
        return _others(found.case, moderator)


def waits(moderator: Moderator, now: datetime) -> list[Wait]:
    """What waits for a second person, the longest wait first: cases this moderator may take."""
    waiting = Linking.objects.waiting().with_people().filter(case__in=Case.objects.for_moderator(moderator))
    others = seconds.who_else(moderator)
    return [
        Wait(
            what="See one person's names together",
            case=each.case,
            asked_by=each.requested_by,
            asked_at=each.requested_at,
            why=each.reason,
            yes=f"/desk/links/{each.public_id}/confirm",
            no=f"/desk/links/{each.public_id}/refuse",
            may_confirm=_may_confirm(each, moderator, others, now),
            is_mine=each.requested_by_id == moderator.pk,
        )
        for each in waiting.order_by("requested_at", "pk")
    ]


def _may_confirm(waiting: Linking, moderator: Moderator, others: Sequence[Moderator], now: datetime) -> bool:
    by, at = waiting.requested_by_id, waiting.requested_at
    alone = seconds.is_alone(waiting.case, others)
    return seconds.may_confirm(moderator=moderator, asked_by=by, asked_at=at, alone=alone, now=now)


def beside_case(case: Case, moderator: Moderator, now: datetime) -> dict[str, Any]:
    """For the case's page: what was asked, what stands, and whether it can be asked for. One query."""
    found = list(case.linkings.with_people().order_by("-pk")[:SHOWN_ON_CASE])
    waiting = next((each for each in found if each.confirmed_at is None and each.refused_at is None), None)
    standing = next((each for each in found if each.stands(now) and each.is_for(moderator)), None)
    ended = next((each for each in found if each.expires_at and not each.stands(now)), None)
    return {
        "waiting": waiting,
        "standing": standing,
        "ended": ended if standing is None and waiting is None else None,
        "left": case.peer_id is None,
        "can_ask": waiting is None and standing is None and not _why_not(case),
    }


def _grave(case: Case, moderator: Moderator) -> None:
    """Hold the case, and make sure that its author may be looked at from it at this moment."""
    locked = Case.objects.select_for_update(of=("self",), no_key=True).for_moderator(moderator)
    now = locked.filter(pk=case.pk).first()
    if now is None:
        raise NotLinked("This case is kept for leads.")
    if why := _why_not(now):
        raise NotLinked(why)


def _why_not(case: Case) -> str:
    if case.state == CaseState.RESOLVED:
        return "This case is closed. Names are shown together for open cases only."
    if case.level < Level.RED:
        return "This needs a case at red or crisis."
    return LEFT if case.peer_id is None else ""


def _may_take(case: Case, moderator: Moderator) -> bool:
    return moderator.leads or not case.lead_only


def _why_over(linking: Linking) -> str:
    if linking.expires_at is None:
        return "This was not confirmed."
    return f"This ended on {linking.expires_at:%-d %B, %H:%M} UTC. If it is still needed, ask again."


def _others(case: Case, moderator: Moderator) -> list[OtherName]:
    if case.peer_id is None:
        return []
    own = case.post.persona_id if case.post else None
    personas = [each for each in _personas(case) if each.pk != own]
    about = Case.objects.for_moderator(moderator).filter(peer=case.peer_id).exclude(pk=case.pk)
    cases = list(about.select_related("post", "room").order_by("-pk"))
    where = _places([each.scope for each in personas])
    return [
        OtherName(each.name, where(each.scope), [case for case in cases if _is_about(case, each)])
        for each in personas
        if own is not None or each.name != case.author_name
    ]


def _personas(case: Case) -> list[Persona]:
    return list(Persona.objects.filter(peer=case.peer_id).order_by("-pk")[:MOST_NAMES])


def _is_about(case: Case, persona: Persona) -> bool:
    if case.post is not None:
        return case.post.persona_id == persona.pk
    called = case.subject.startswith("call:") and case.subject.endswith(f":{persona.pk}")
    return called or case.author_name == persona.name


def _places(scopes: Sequence[str]) -> Callable[[str], str]:
    """What a scope is called at the desk: the room, never a word of what was written there."""
    named = {kind: [s.partition(":")[2] for s in scopes if s.startswith(f"{kind}:")] for kind in ("thread", "live")}
    rooms = dict(Room.objects.values_list("slug", "name"))
    threads = dict(Thread.objects.filter(public_id__in=named["thread"]).values_list("public_id", "room__name"))
    sessions = dict(LiveSession.objects.filter(public_id__in=named["live"]).values_list("public_id", "room__name"))

    def where(scope: str) -> str:
        kind, _, key = scope.partition(":")
        if kind == "room":
            return rooms.get(key, "a room that is gone")
        if kind == "thread":
            return f"one thread in {threads.get(key, 'a room that is gone')}"
        return f"a live room in {sessions.get(key, 'a room that is gone')}"

    return where


def _log(linking: Linking, moderator: Moderator, kind: str, **data: Any) -> None:
    case = linking.case
    audit.write(
        actor=moderator.username,
        kind=kind,
        case_pk=case.pk,
        case_ref=case.public_id,
        linking=linking.public_id,
        **data,
    )

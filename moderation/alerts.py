"""Telling people outside the site: rows in the outbox, without words, names or ids of peers.

One row for the web hook, and one for each address of the audience, so that each is tried, and waits, by itself.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from moderation import mailing
from moderation.models import Case, Drill, Moderator, Outbox
from moderation.rota import Person, Roster, addressed, audience_of, roster_at

MAIL = "mail"


def alert_on_call(case: Case, *, step: int, since: datetime | None = None) -> None:
    """Announce a case once a step, to those whom the step addresses. Called inside the transaction that made it
    necessary. Cases of one name in one room ring once until a human has looked.

    `since`: when a later step was due, so that steps that began anew ring anew.
    """
    key = _key(case, step, since)
    if step == 0 and _already_ringing(case):
        return
    if Outbox.objects.filter(key=key).exists():
        return
    now = timezone.now()
    able = _able(case, roster_at(now))
    audience = audience_of(step, able)
    told = {
        "level": case.level_word,
        "waiting_seconds": int((now - case.opened_at).total_seconds()),
        "step": step,
        "audience": audience,
        "link": link_to(case),
    }
    if case.peer_id and Drill.objects.filter(peer=case.peer_id).exists():
        told["drill"] = True
    announce(key=key, kind="alert", told=told, to=addressed(audience, able))


def announce(*, key: str, kind: str, told: dict[str, Any], to: Iterable[Person]) -> None:
    """Put a message in the outbox, once: for the web hook, and for each of these people who gave an address."""
    written = [person.pk for person in to if person.has_address] if mailing.is_on() else []
    row = Outbox(key=key, kind=kind, payload={**told, "mailed": len(written)})
    mails = [Outbox(key=f"{key}:{MAIL}:{pk}", kind=MAIL, payload={**told, "to": pk}) for pk in written]
    Outbox.objects.bulk_create([row, *mails], ignore_conflicts=True)


def link_to(case: Case) -> str:
    return f"{settings.SITE_URL}{case.get_absolute_url()}"


def keys_of(case: Case, *, step: int) -> list[str]:
    """Under which keys this step's messages can stand in the outbox: the web hook's, and one for each person."""
    key = _key(case, step)
    return [key, *(f"{key}:{MAIL}:{pk}" for pk in Moderator.objects.values_list("pk", flat=True))]


def _able(case: Case, roster: Roster) -> Roster:
    """Those who may take the case: where it is about someone's own doing, others are called in their place."""
    able = roster.of_leads() if case.lead_only else roster
    doer = case.not_for
    is_theirs = doer is None or Case.objects.for_moderator(doer).filter(pk=case.pk).exists()
    return able if is_theirs else able.without(case.not_for_id)


def _already_ringing(case: Case) -> bool:
    """Whether the same people were told of another case of this name here, as urgent as this one, that nobody has seen
    yet. A ring that only leads heard, or one person did not, stands for no other."""
    if case.peer_id is None:
        return False
    others = Case.objects.open().filter(peer=case.peer, room=case.room, first_human_at=None).exclude(pk=case.pk)
    others = others.filter(lead_only=case.lead_only, not_for=case.not_for)
    keys = [_key(other, 0) for other in others.filter(level__gte=case.level)]
    return Outbox.objects.filter(key__in=keys).exists()


def _key(case: Case, step: int, since: datetime | None = None) -> str:
    """What is announced, once. A case that was opened again, or became more urgent, rings again."""
    return f"case:{case.pk}:{(since or case.opened_at).timestamp():.6f}:{case.level}:step:{step}"

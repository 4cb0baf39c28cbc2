"""Telling people outside the site: rows in the outbox, without words, names or ids of peers."""

from django.conf import settings
from django.utils import timezone

from moderation.models import Case, Outbox


def alert_on_call(case: Case, *, step: int) -> None:
    """Announce a case once a step. Cases of one name in one room ring once until a human has looked.

    Called inside the transaction that made it necessary.
    """
    if step == 0 and _already_ringing(case):
        return
    Outbox.objects.get_or_create(
        key=_key(case, step),
        defaults={
            "kind": "alert",
            "payload": {
                "level": case.level_word,
                "waiting_seconds": int((timezone.now() - case.opened_at).total_seconds()),
                "step": step,
                "link": f"{settings.SITE_URL}{case.get_absolute_url()}",
            },
        },
    )


def _already_ringing(case: Case) -> bool:
    """Whether on-call was told of another case of this name here, as urgent as this one, that nobody has seen yet."""
    if case.peer_id is None:
        return False
    others = Case.objects.open().filter(peer=case.peer, room=case.room, first_human_at=None).exclude(pk=case.pk)
    keys = [_key(other, 0) for other in others.filter(level__gte=case.level)]
    return Outbox.objects.filter(key__in=keys).exists()


def _key(case: Case, step: int) -> str:
    """What is announced, once. A case that was opened again rings again."""
    return f"case:{case.pk}:{case.opened_at.timestamp():.6f}:step:{step}"

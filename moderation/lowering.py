"""Lowering a level: only a human does it, with a reason that stays with the case."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from moderation.deciding import log
from moderation.models import Case, Level, Moderator, Signal, Source
from moderation.models.cases import first_look
from moderation.reopening import WITHIN, escalate_anew
from moderation.signals import tell_desk
from moderation.triage import Conflict, open_to
from peers.again import once_more

LONGEST_REASON = 280  # characters


class NotLower(Exception):
    """Not a level below the one it has: automation raises, only a human lowers."""


@once_more
def lower(*, case: Case, moderator: Moderator, level: int, reason: str, token: uuid.UUID, version: int) -> Case:
    """Give a case in one's hands a lower level, from now. It stays open, and with its holder.

    Raises:
        NotLower: the level is not below the present one, or no reason is given.
        Conflict: the case is not in this moderator's hands, or changed; nothing happened.
    """
    if level not in WITHIN or level >= case.level or not reason.strip():
        raise NotLower
    now = timezone.now()
    with transaction.atomic():
        mine = open_to(moderator).filter(pk=case.pk, lease_by=moderator, lease_token=token, lease_until__gt=now)
        within = WITHIN[Level(level)]
        if not mine.filter(version=version, level__gt=level).update(
            level=level, due_at=now + timedelta(seconds=within), tier=0, version=F("version") + 1, **first_look(now)
        ):
            raise Conflict
        lowered = Case.objects.get(pk=case.pk)
        escalate_anew(lowered, now, within)
        Signal.objects.create(
            case=lowered,
            subject=lowered.subject,
            revision=lowered.snapshots.aggregate(newest=Max("revision"))["newest"] or 1,
            source=Source.HUMAN,
            rule="human.lowered",
            version=f"{lowered.public_id}.{lowered.version}",  # each lowering is one of its own
            category=next(iter(lowered.categories), "distress"),
            level=level,
            reason=f"{moderator.public_name}: {reason.strip()}"[:300],
        )
        log(lowered, moderator, "case.lowered", before=case.level, level=level)
        tell_desk(lowered.public_id, lowered.level)
        return lowered

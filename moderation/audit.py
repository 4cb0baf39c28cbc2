"""The audit log: every judgement, reveal and decision, chained so that no rewriting goes unnoticed."""

import json
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from moderation.audit_chain import SHARDS, canonical, digest_of_line
from moderation.audit_verifying import first_fault
from moderation.models import AuditEvent, AuditHead

__all__ = ["digest_of", "first_fault", "write"]


def digest_of(*, before: str, at: datetime, facts: list[Any]) -> str:
    """SHA-256 over the canonical JSON of the hash before, the time and the facts.

    Canonical: keys sorted, no blanks, only ASCII. The time is in UTC, ISO 8601, always with six digits of a second.
    """
    return digest_of_line(canonical([before, at.astimezone(UTC).isoformat(timespec="microseconds"), *facts]))


def shard_of(case_pk: int) -> int:
    """The chain of a case. Who writes of several cases does so in the order of their chains."""
    return case_pk % SHARDS


def write(*, actor: str, kind: str, case_pk: int, case_ref: str = "", **data: Any) -> AuditEvent:
    """Append one event to its chain, inside the caller's transaction. `data` must hold no words and no peer."""
    shard = shard_of(case_pk)
    head, _ = AuditHead.objects.select_for_update(no_key=True).get_or_create(shard=shard)
    at, seq = timezone.now(), head.last_seq + 1
    kept = json.loads(canonical(data))  # as it will be read again: a tuple is a list there, a key a text
    fresh = digest_of(before=head.last_hash, at=at, facts=[shard, seq, actor, kind, case_ref, kept])
    event = AuditEvent.objects.create(
        shard=shard,
        seq=seq,
        at=at,
        actor=actor,
        kind=kind,
        case_ref=case_ref,
        data=kept,
        before_hash=head.last_hash,
        hash=fresh,
    )
    AuditHead.objects.filter(shard=shard).update(last_seq=seq, last_hash=fresh)
    return event

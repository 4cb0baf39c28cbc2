"""The audit log: every judgement, reveal and decision, chained so that no rewriting goes unnoticed."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from moderation.models import AuditEvent, AuditHead
from moderation.models.log import SHARDS


def digest_of(*, before: str, at: datetime, facts: list[Any]) -> str:
    """SHA-256 over the hash before, the time in UTC and the facts as canonical JSON."""
    line = json.dumps([before, at.astimezone(UTC).isoformat(), *facts], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def shard_of(case_pk: int) -> int:
    """The chain of a case. Who writes of several cases does so in the order of their chains."""
    return case_pk % SHARDS


def write(*, actor: str, kind: str, case_pk: int, case_ref: str = "", **data: Any) -> AuditEvent:
    """Append one event to its chain, inside the caller's transaction. `data` must hold no words and no peer."""
    shard = shard_of(case_pk)
    AuditHead.objects.get_or_create(shard=shard)
    head = AuditHead.objects.select_for_update(no_key=True).get(shard=shard)
    at, seq = timezone.now(), head.last_seq + 1
    fresh = digest_of(before=head.last_hash, at=at, facts=[shard, seq, actor, kind, case_ref, data])
    event = AuditEvent.objects.create(
        shard=shard,
        seq=seq,
        at=at,
        actor=actor,
        kind=kind,
        case_ref=case_ref,
        data=data,
        before_hash=head.last_hash,
        hash=fresh,
    )
    AuditHead.objects.filter(shard=shard).update(last_seq=seq, last_hash=fresh)
    return event


def first_fault() -> str:
    """Where the log does not add up, in words; empty when every chain is whole."""
    for head in AuditHead.objects.order_by("shard"):
        before, seq = "0" * 64, 0
        for event in AuditEvent.objects.filter(shard=head.shard).order_by("seq").iterator():
            seq += 1
            facts = [event.shard, event.seq, event.actor, event.kind, event.case_ref, event.data]
            if event.seq != seq or event.hash != digest_of(before=before, at=event.at, facts=facts):
                return f"chain {head.shard} breaks at event {seq}"
            before = event.hash
        if (seq, before) != (head.last_seq, head.last_hash):
            return f"chain {head.shard} ends at event {seq}, its head says {head.last_seq}"
    return ""

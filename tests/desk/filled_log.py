"""A log with something in it, and ways to tamper with it, for tests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from moderation import audit, triggers
from moderation.audit_verifying import verify
from moderation.models import AuditEvent, AuditHead, AuditSeal

LONG_AGO = datetime.fromisoformat("2020-03-01T10:00:00+00:00")
CHAINS = (0, 2, 9)
EACH = 5  # events in each of these chains


def fill(*, at: datetime | None = None, chains: Sequence[int] = CHAINS, each: int = EACH) -> None:
    """Write events as the desk would: into several chains by turns."""
    with time_machine.travel(at or timezone.now(), tick=True), transaction.atomic():
        for number in range(each):
            for shard in chains:
                audit.write(
                    actor="robin", kind="case.decided", case_pk=shard, case_ref="abc", level=number, to=["a", "é"]
                )


def faults(**given: Any) -> list[str]:
    return verify(**given).faults


@contextmanager
def tampering() -> Iterator[None]:
    """What someone does who can lift the guards; afterwards everything is as it was."""
    with transaction.atomic():
        triggers.lift()
        yield
        transaction.set_rollback(True)


def chain(shard: int = 2) -> Any:
    return AuditEvent.objects.filter(shard=shard).order_by("seq")


def rewrite(shard: int, after: int) -> None:
    """Make hashes and head anew from this event on, as someone would who knows how they are made."""
    before = chain(shard).filter(seq=after).values_list("hash", flat=True).first() or "0" * 64
    seq = after
    for event in chain(shard).filter(seq__gt=after):
        seq = event.seq
        facts = [shard, seq, event.actor, event.kind, event.case_ref, event.data]
        fresh = audit.digest_of(before=before, at=event.at, facts=facts)
        AuditEvent.objects.filter(pk=event.pk).update(before_hash=before, hash=fresh)
        before = fresh
    AuditHead.objects.filter(shard=shard).update(last_seq=seq, last_hash=before)


def run(*words: str) -> tuple[int, list[str]]:
    """(exit code, what was printed) of `manage.py audit ...`."""
    lines: list[str] = []

    class Out:
        def write(self, text: str) -> None:
            lines.extend(text.splitlines())

    try:
        call_command("audit", *words, stdout=Out())
    except CommandError as problem:
        return problem.returncode, [*lines, str(problem)]
    return 0, lines


def export(to: Path) -> Path:
    assert run("heads", "--to", str(to))[0] == 0
    return to


def everything() -> list[Any]:
    """Each row of the log, its heads and its seals."""
    return [list(model.objects.order_by("pk").values()) for model in (AuditEvent, AuditHead, AuditSeal)]

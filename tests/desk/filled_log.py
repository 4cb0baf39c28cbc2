"""A log with something in it, and ways to tamper with it, for tests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from moderation import audit, audit_archiving, triggers
from moderation.audit_verifying import verify
from moderation.models import AuditEvent, AuditHead, AuditSeal, Moderator, Role
from tests.conftest import make_moderator
from tests.desk.staff import code_of

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


# --- archiving ---------------------------------------------------------------------------------------------------

BEFORE = "2021-01-01"
A_DAY = timedelta(days=1)
YOUNG = 2  # events of each chain that stay


def two_leads_and_a_log() -> None:
    """Robin and Wren lead; most of the log is long ago, some is of today."""
    for name in ("robin", "wren"):
        make_moderator(name, name.title(), Role.LEAD)
    fill(at=LONG_AGO)
    fill(each=YOUNG)


def codes() -> list[str]:
    """Fresh codes of both; a code counts once."""
    TOTPDevice.objects.update(last_t=-1, throttling_failure_count=0)
    both = {each.username: code_of(each) for each in Moderator.objects.all()}
    return ["--code", both["robin"], "--second-code", both["wren"]]


def words(to: Path, **changed: str) -> list[str]:
    given = {"by": "robin", "second": "wren", "before": BEFORE, "to": str(to), **changed}
    return ["archive", *(part for name, value in given.items() for part in (f"--{name}", value))]


def planned(to: Path) -> audit_archiving.Plan:
    return audit_archiving.plan(by="robin", second="wren", before=LONG_AGO.date() + A_DAY, to=to)


def archived(to: Path, **changed: str) -> Path:
    code, said = run(*words(to, **changed), *codes())
    assert code == 0, said
    return to

"""Taking the oldest part of the log out: written to a file, read back, sealed and dropped, by two people.

Only the beginning of a chain can go, and nothing that is younger than `settings.AUDIT_KEPT`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from moderation import audit, audit_files, audit_sealed, triggers
from moderation.audit_chain import ARCHIVED, Seal
from moderation.audit_verifying import seen_here, verify
from moderation.audit_witnesses import NotBoth, prove, two_people
from moderation.models import AuditEvent, AuditHead, AuditSeal, Moderator
from peers.again import once_more

EVENTS = "moderation_auditevent"


class NotArchived(Exception):
    """Nothing was taken out of the log; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be archived, by whom and where to."""

    actor: Moderator
    second: Moderator
    before: datetime
    to: Path
    segments: tuple[Seal, ...]  # what will be sealed; the file's digest and the time come later

    @property
    def events(self) -> int:
        return sum(each.last_seq - each.first_seq + 1 for each in self.segments)


def plan(*, by: str, second: str, before: date, to: Path) -> Plan:
    """Whether it can be done at all, before anyone is asked for a code. Raises NotArchived; nothing is written."""
    try:
        one, other = two_people(by=by, second=second)
    except NotBoth as problem:
        raise NotArchived(str(problem)) from None
    start = datetime.combine(before, time.min, tzinfo=UTC)
    youngest = timezone.now() - settings.AUDIT_KEPT
    if start > youngest:
        raise NotArchived(f"Events of the last 12 months stay in the log: the latest date is {youngest.date()}.")
    if to.exists() or not to.absolute().parent.is_dir():
        raise NotArchived(f"{to} must be a new file in a folder that is there.")
    found = _segments(start, one, other)
    if not found:
        raise NotArchived(f"There is nothing to archive: the log holds no event from before {before}.")
    return Plan(one, other, start, to, found)


def archive(planned: Plan, *, code: str, second_code: str) -> list[AuditSeal]:
    """Write the file, read it back, then seal and drop in one transaction. The seals, one a chain.

    Raises NotArchived, with nothing taken out of the log. A file that was written by then stays:
    whether it was sealed is told by `audit verify --archive`, and no doubt may delete the only copy.
    """
    try:
        prove(planned.actor, code)
        prove(planned.second, second_code)
    except NotBoth as problem:
        raise NotArchived(str(problem)) from None
    if wrong := verify().faults:
        raise NotArchived(f"The log does not add up ({len(wrong)} faults, see `audit verify`). Nothing was archived.")
    seals = _written(planned)
    return _seal_and_drop(planned, seals)


def all_seals() -> list[Seal]:
    return [row.as_chain_says() for row in AuditSeal.objects.order_by("shard", "first_seq")]


def _segments(before: datetime, one: Moderator, other: Moderator) -> tuple[Seal, ...]:
    """Of every chain what stands before its first event from this time on: always a beginning, never a piece."""
    found = []
    for head in AuditHead.objects.order_by("shard"):
        mine = AuditEvent.objects.filter(shard=head.shard)
        sealed = AuditSeal.objects.filter(shard=head.shard).aggregate(last=Max("last_seq"))["last"] or 0
        younger = mine.filter(at__gte=before).aggregate(first=Min("seq"))["first"]
        last = head.last_seq if younger is None else younger - 1
        if last > sealed:
            last_hash = mine.filter(seq=last).values_list("hash", flat=True).first() or ""
            found.append(Seal(head.shard, sealed + 1, last, last_hash, "", one.username, other.username, ""))
    return tuple(found)


def _written(planned: Plan) -> tuple[Seal, ...]:
    """Write the file and verify it as it stands on the disk. The seals as they will be made."""
    try:
        with audit_files.new_file(planned.to) as file, seen_here() as log:
            for each in planned.segments:
                audit_files.write_events(file, each.shard, log.events(each.shard, each.first_seq, each.last_seq))
    except OSError as problem:
        raise NotArchived(f"{planned.to} could not be written: {problem.strerror}.") from None
    at = timezone.now().isoformat(timespec="microseconds")
    digest = audit_files.sha256_of(planned.to)
    seals = tuple(replace(each, file_sha256=digest, at=at) for each in planned.segments)
    if wrong := audit_sealed.faults_of(planned.to, [*all_seals(), *seals]):
        raise NotArchived(f"{planned.to} does not read back as it was written: {wrong[0]}")
    return seals


@once_more
def _seal_and_drop(planned: Plan, seals: Sequence[Seal]) -> list[AuditSeal]:
    with transaction.atomic():
        _hold_every_chain()
        if _segments(planned.before, planned.actor, planned.second) != planned.segments:
            raise NotArchived("The log was archived by someone else in the meantime. Nothing more was dropped.")
        rows = [_row(seal) for seal in seals]
        AuditSeal.objects.bulk_create(rows)
        with triggers.lifted_for_archiving(EVENTS):
            for seal in seals:
                _drop(seal)
        for seal in seals:
            audit.write(actor=seal.actor, kind=ARCHIVED, case_pk=seal.shard, **seal.testimony())
    return rows


def _hold_every_chain() -> None:
    """Nobody writes to the log until this ends. On SQLite the transaction itself holds everything.

    The table and not its rows: whoever holds one row and wants the next could not be waited for.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE moderation_audithead IN EXCLUSIVE MODE")


def _row(seal: Seal) -> AuditSeal:
    return AuditSeal(
        shard=seal.shard,
        first_seq=seal.first_seq,
        last_seq=seal.last_seq,
        last_hash=seal.last_hash,
        file_sha256=seal.file_sha256,
        actor=seal.actor,
        second=seal.second,
        at=datetime.fromisoformat(seal.at),
    )


def _drop(seal: Seal) -> None:
    gone, _ = AuditEvent.objects.filter(shard=seal.shard, seq__lte=seal.last_seq).delete()
    if gone != seal.last_seq - seal.first_seq + 1:
        raise NotArchived(f"In chain {seal.shard}, other events stand than were written. Nothing was dropped.")

"""The audit log: `manage.py audit verify`, `audit heads --to FILE`, `audit archive ...` (docs/audit.md)."""

import getpass
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from moderation import audit_archiving, audit_files, audit_sealed, triggers
from moderation.audit_archiving import NotArchived
from moderation.audit_verifying import heads, verify


class Command(BaseCommand):
    help = "Verify the audit log, export the heads of its chains, or archive its oldest part under two people."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        verifying = acts.add_parser("verify", help="read the whole log; every fault is named, and the exit code is 1")
        verifying.add_argument("--heads", type=Path, help="also compare with heads exported earlier")
        verifying.add_argument("--archive", type=Path, help="also compare an archive with its seals")
        exporting = acts.add_parser("heads", help="write where each chain ends; keep the file somewhere else")
        exporting.add_argument("--to", type=Path, required=True, help="a new file")
        archiving = acts.add_parser("archive", help="write the oldest events to a file, seal it, and drop them")
        archiving.add_argument("--before", type=date.fromisoformat, required=True, help="a date, such as 2025-01-31")
        archiving.add_argument("--to", type=Path, required=True, help="a new file")
        archiving.add_argument("--by", required=True, help="the username of a lead or admin")
        archiving.add_argument("--second", required=True, help="the username of another one")
        archiving.add_argument("--code", default="", help="the first one's code; asked for where it is not given")
        archiving.add_argument("--second-code", default="", help="the other one's code")

    def handle(self, *, act: str, **options: Any) -> None:
        acts: dict[str, Callable[..., None]] = {"verify": self._verify, "heads": self._heads, "archive": self._archive}
        try:
            acts[act](**options)
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}.") from None
        except (audit_files.BadFile, NotArchived) as problem:
            raise CommandError(str(problem)) from None

    def _verify(self, *, heads: Path | None, archive: Path | None, **_: Any) -> None:
        exported = audit_files.read_heads(heads) if heads else None
        read = verify(exported=exported)
        faults = [f"The guard {name} is missing." for name in triggers.missing()]
        faults += read.faults
        if archive:
            faults += audit_sealed.faults_of(archive, audit_archiving.all_seals(), exported)
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"The log does not add up: {len(faults)} faults in {read.events} events.")
        self.stdout.write(f"The log is whole: {read.events} events in {read.chains} chains.")

    def _heads(self, *, to: Path, **_: Any) -> None:
        audit_files.write_heads(to, heads(), at=timezone.now().isoformat(timespec="seconds"))
        self.stdout.write(f"Written to {to}. Keep it where nobody who runs this site can change it.")

    def _archive(self, *, code: str, second_code: str, **options: Any) -> None:
        names = ("by", "second", "before", "to")
        planned = audit_archiving.plan(**{name: options[name] for name in names})
        self.stdout.write(f"{planned.events} events will be written to {planned.to} and dropped from the log.")
        code = code or getpass.getpass(f"One-time code of {planned.actor}: ")
        second_code = second_code or getpass.getpass(f"One-time code of {planned.second}: ")
        seals = audit_archiving.archive(planned, code=code, second_code=second_code)
        self.stdout.write(f"Archived: {planned.events} events of {len(seals)} chains, SHA-256 {seals[0].file_sha256}.")

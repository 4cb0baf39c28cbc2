"""Note that someone on this site checked a helpline: `manage.py check_line gb-samaritans --by Robin`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from moderation.help.checks import Check, write_check
from moderation.help.register import register
from moderation.resources import checks_path


class Command(BaseCommand):
    help = "Note that a helpline was called or looked up today, and whether its hours are as listed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("line_id", help="the line, as helplines.json names it")
        parser.add_argument("--by", required=True, help="the public staff name of whoever checked")
        parser.add_argument("--hours-confirmed", action="store_true", help="the hours are as listed")

    def handle(self, *, line_id: str, by: str, hours_confirmed: bool, **_: Any) -> None:
        line = register().lines.get(line_id)
        if line is None:
            raise CommandError(f"There is no line {line_id}. Lines are named in moderation/help/data/helplines.json.")
        if not by.strip():
            raise CommandError("Say who checked it: --by and a public staff name.")
        checks_path().parent.mkdir(parents=True, exist_ok=True)
        write_check(checks_path(), Check(line_id, timezone.now().date(), by.strip()[:60], hours_confirmed))
        hours = "with its hours" if hours_confirmed else "without its hours"
        self.stdout.write(f"{line.name}: checked today by {by.strip()[:60]}, {hours}. It counts for 180 days.")

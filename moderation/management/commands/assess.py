"""Judge texts line by line: `manage.py assess --jsonl < texts.jsonl`."""

import io
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.risk.lines import judge_lines


class Command(BaseCommand):
    help = "Judge texts from standard input; one JSON object a line in, one out, in the same order."
    requires_system_checks = ()  # pure judging: it needs neither a database nor the rest of the site

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--jsonl", action="store_true", help='lines of {"id", "text"}, optionally "context"')

    def handle(self, *, jsonl: bool, **_: Any) -> None:
        if not jsonl:
            raise CommandError("Say --jsonl: one JSON object a line.")
        try:
            bad = judge_lines(_utf8(sys.stdin), sys.stdout)
        except BrokenPipeError:
            # Whoever read has heard enough. Python would complain once more when it closes the stream.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        if bad:
            self.stderr.write(f"{bad} lines could not be read.")


def _utf8(stream: Any) -> Any:
    """Input as UTF-8 whatever the locale; bytes that are none become marks instead of ending the run."""
    return io.TextIOWrapper(stream.buffer, encoding="utf-8", errors="replace") if hasattr(stream, "buffer") else stream

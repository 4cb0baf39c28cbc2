"""Judge texts: `manage.py assess --jsonl < texts.jsonl`, or one of them explained: `manage.py assess --explain`."""

import io
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from moderation.risk import assess
from moderation.risk.explaining import explained
from moderation.risk.lines import judge_lines


class Command(BaseCommand):
    help = "Judge texts from standard input: JSON lines for other programs, or one text explained for a reader."
    requires_system_checks = ()  # pure judging: it needs neither a database nor the rest of the site

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--jsonl", action="store_true", help='lines of {"id", "text"}, optionally "context"')
        how.add_argument(
            "--explain", action="store_true", help="all of the input is one text: say what was found and why"
        )

    def handle(self, *, explain: bool, **_: Any) -> None:
        texts = _utf8(sys.stdin)
        if explain:
            text = texts.read().rstrip("\n")
            self.stdout.write("\n".join(explained(text, assess(text))))
            return
        try:
            bad = judge_lines(texts, sys.stdout)
        except BrokenPipeError:
            # Whoever read has heard enough. Python would complain once more when it closes the stream.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        if bad:
            self.stderr.write(f"{bad} lines could not be read.")


def _utf8(stream: Any) -> Any:
    """Input as UTF-8 whatever the locale; bytes that are none become marks instead of ending the run."""
    return io.TextIOWrapper(stream.buffer, encoding="utf-8", errors="replace") if hasattr(stream, "buffer") else stream

"""Publish what a year brought, in counts: `manage.py transparency --year 2026`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.loader import render_to_string
from django.utils import timezone

from moderation.transparency import folder, report_of, write_csv

FIRST_YEAR, LAST_YEAR = 2020, 9998
NOT_OVER = (
    "The year is not over. Two reports of one year can be compared, and the difference is a small count again: "
    "publish one, not several."
)


class Command(BaseCommand):
    help = "Write the report of a year as CSV and as a page. The site shows it at /transparency/ unless --to is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="a calendar year, in UTC")
        parser.add_argument("--to", type=Path, help="the folder to write into, in place of the one the site shows")

    def handle(self, *, year: int, to: Path | None, **_: Any) -> None:
        now = timezone.now()
        if not FIRST_YEAR <= year <= min(now.year, LAST_YEAR):
            raise CommandError(f"There is no report of {year}: it is not a year this site could have seen.")
        report = report_of(year, now=now)
        where = to or folder()
        where.mkdir(parents=True, exist_ok=True)
        write_csv(report, where / f"{year}.csv")
        page = render_to_string("transparency/file.html", {"report": report})
        (where / f"{year}.html").write_text(page, encoding="utf-8")
        self.stdout.write(f"Wrote {where / f'{year}.csv'} and {where / f'{year}.html'}.")
        if not report.tables:
            self.stdout.write(f"There is nothing to report for {year}, and the report says so.")
        if year == now.year:
            self.stdout.write(NOT_OVER)

"""Look at the whole database: `manage.py check_invariants` says what is not as it must be. See docs/invariants.md."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.invariants import INVARIANTS, breaches


class Command(BaseCommand):
    help = "Check everything that must always be true of the database. Reads only; exit code 1 for any breach."

    def handle(self, **_: Any) -> None:
        found = 0
        for breach in breaches():
            found += 1
            self.stdout.write(str(breach))
        if found:
            raise CommandError(
                f"{found} of {len(INVARIANTS)} invariants do not hold. docs/invariants.md says what to do."
            )
        self.stdout.write(f"All {len(INVARIANTS)} invariants hold.")

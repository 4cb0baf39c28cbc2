"""Fill an empty site with a believable community: `manage.py demo`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.demo.filling import Filled, NotHere, fill


class Command(BaseCommand):
    help = "Fill an empty, non-production site with a demo community. Passwords of its staff are printed once."

    def handle(self, *_: Any, **__: Any) -> None:
        try:
            filled = fill()
        except NotHere as why:
            raise CommandError(str(why)) from None
        self._tell(filled)

    def _tell(self, filled: Filled) -> None:
        self.stdout.write(f"{len(filled.posted)} posts were written, {filled.refused} refused.")
        self.stdout.write(f"{filled.still_open} cases wait on the desk; no alert was sent.")
        self.stdout.write("Staff sign in at /desk/sign-in. Passwords and codes are shown once:")
        for each in filled.staff:
            self.stdout.write(f"  {each.moderator.username} ({each.moderator.role})  {each.password}")
            self.stdout.write(f"    codes: {each.totp_uri}")

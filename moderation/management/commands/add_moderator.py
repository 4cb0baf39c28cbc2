"""`manage.py add_moderator robin --staff-name Robin --role moderator`: the only way staff begin."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.models import Role
from moderation.staffing import NotTakenOn, add_moderator


class Command(BaseCommand):
    help = "Add a member of staff. The password and the secret of their one-time codes are printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name they sign in with; peers never see it")
        parser.add_argument("--staff-name", required=True, help="the public name peers see")
        parser.add_argument("--role", choices=Role.values, default=Role.MODERATOR.value)

        parser.add_argument("--email", default="", help="where alerts are written to; seen by nobody else")

    def handle(self, *, name: str, staff_name: str, role: str, email: str, **_: Any) -> None:
        try:
            newcomer = add_moderator(username=name, staff_name=staff_name, role=role, email=email)
        except NotTakenOn as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"Added {name} ({role}), seen by peers as {staff_name}.")
        self.stdout.write(f"Password (shown once): {newcomer.password}")
        self.stdout.write(f"One-time codes (add to an authenticator app, shown once): {newcomer.totp_uri}")

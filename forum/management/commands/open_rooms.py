"""`manage.py open_rooms`: the topic rooms, from forum/data/rooms.toml."""

from typing import Any

from django.core.management.base import BaseCommand

from forum.opening import open_rooms


class Command(BaseCommand):
    help = "Open the topic rooms, or bring their descriptions up to date. Running it again changes nothing."

    def handle(self, **_: Any) -> None:
        opened = open_rooms()
        self.stdout.write(f"rooms: {opened} new or changed")

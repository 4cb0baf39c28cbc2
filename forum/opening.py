"""Opening the topic rooms from their reviewed description."""

import tomllib
from pathlib import Path

from django.db import transaction

from forum import notes
from forum.models import Room

ROOMS = Path(__file__).parent / "data" / "rooms.toml"


@transaction.atomic
def open_rooms() -> int:
    """Create or update every room of rooms.toml; rooms already as described are left alone. How many changed?"""
    changed = 0
    for position, entry in enumerate(tomllib.loads(ROOMS.read_text())["room"]):
        values = {**entry, "position": position, "typical_notes": notes.to_bits(entry.get("typical_notes", []))}
        slug = values.pop("slug")
        if not Room.objects.filter(slug=slug, **values).exists():
            Room.objects.update_or_create(slug=slug, defaults=values)
            changed += 1
    return changed

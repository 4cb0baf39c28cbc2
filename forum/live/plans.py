"""What a host has in mind, before anything is announced."""

from dataclasses import dataclass
from datetime import date, time

from forum.models import Room


@dataclass(frozen=True, slots=True)
class Plan:
    """A session that comes back, as its host thinks of it: by the clock of a place, in summer and winter."""

    room: Room
    title: str
    first_on: date
    at: time
    zone: str
    every_weeks: int
    minutes: int = 60

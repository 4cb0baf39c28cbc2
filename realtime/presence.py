"""How many people are here, never exactly: a number that changes by one tells who came."""

from collections import Counter

from django.conf import settings

_listening: Counter[str] = Counter()  # live session's public id -> open sockets of this process


def came(session: str) -> None:
    _listening[session] += 1


def went(session: str) -> None:
    _listening[session] -= 1
    if _listening[session] <= 0:
        del _listening[session]


def people_words(session: str) -> str:
    """ "about 10 people", or nothing where this process alone cannot know: others may serve the same room."""
    return "" if settings.REDIS_URL else banded(_listening[session])


def banded(count: int) -> str:
    """The count in words, rounded to five: nobody's coming or going shows."""
    if count == 0:
        return ""
    if count < 3:
        return "one or two people"
    return f"about {max(5, round(count / 5) * 5)} people"

"""Which country a person chose, or their browser's language hints at. Never from a network address."""

import re

from moderation.help.register import register

_LONGEST = 1000  # characters read of a header; real ones are far shorter
_PART = re.compile(r"([A-Za-z]{2,3})((?:-[A-Za-z0-9]{2,8})*)(?:\s*;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?")
_ALIASES = {"UK": "GB"}  # what people type


def valid_country(code: str) -> str | None:
    """The code as the register writes it ("GB"), or None for anything the register does not know."""
    tidy = code.strip().upper() if code.isascii() else ""
    tidy = _ALIASES.get(tidy, tidy)
    return tidy if tidy in register().countries else None


def country_from_accept_language(header: str) -> str | None:
    """The first known region in the order the browser prefers, such as "AT" for `de-AT,de;q=0.9`.

    A guess: the page says so and offers the choice. A language without a region hints at no country.
    Junk of any kind and length is None, never an exception.
    """
    hints: list[tuple[float, str]] = []
    for part in header[:_LONGEST].split(","):
        match = _PART.fullmatch(part.strip())
        region = _region(match[2]) if match else None
        if match and region:
            hints.append((float(match[3] or 1), region))
    wanted = [(quality, region) for quality, region in hints if quality > 0]
    return max(wanted, key=lambda hint: hint[0])[1] if wanted else None


def _region(subtags: str) -> str | None:
    """The country among the subtags of a language tag (RFC 5646): two letters, before any extension."""
    for subtag in subtags.split("-")[1:]:
        if len(subtag) == 2:
            return valid_country(subtag)
    return None

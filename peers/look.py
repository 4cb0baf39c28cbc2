"""How a reader wants the pages to look: closed values in one cookie without an id, set only when chosen."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from peers import zones

# What each part may hold; the first is what holds without a choice.
THEMES = ("auto", "light", "dark", "contrast")
TEXTS = ("", "large", "larger")
TABS = ("", "Notes", "Recipes", "Timetable")  # a word for the browser's tab that tells nothing over a shoulder
EXITS = ("", "off")
COUNTRY = re.compile(r"(?:[A-Z]{2})?")  # its shape only: the help page knows which ones it has lines for

_CLOSED = {"theme": THEMES, "text": TEXTS, "tab": TABS, "exit": EXITS}
_LONGEST = 300  # characters read of a cookie; ours are shorter
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Look:
    """A reader's choices. Every value is one of a closed set, so that a page may print it as it is."""

    theme: str = "auto"
    text: str = ""
    tab: str = ""
    exit: str = ""
    country: str = ""
    zone: str = ""  # none: times are told in UTC, or by the browser itself


def look_of(request: HttpRequest) -> Look:
    """The choices of this browser. Anything a stranger wrote into the cookie is ignored, part by part."""
    written = request.COOKIES.get(settings.LOOK_COOKIE_NAME, "")[:_LONGEST]
    return closed(dict(part.split(":", 1) for part in written.split(".") if ":" in part))


def closed(values: Mapping[str, str]) -> Look:
    """These values as a look; whatever is not in its closed set falls back to no choice."""
    known = {name: values[name] for name, among in _CLOSED.items() if values.get(name) in among}
    country, zone = values.get("country", ""), values.get("zone", "")
    return Look(
        **known,
        country=country if COUNTRY.fullmatch(country) else "",
        zone=zone if zone in zones.names() else "",
    )


def with_zone(look: Look, zone: str) -> Look:
    """The same choices with this time zone; with none where it is not one of the closed set."""
    return closed({**asdict(look), "zone": zone})


def remember(response: HttpResponse, look: Look) -> None:
    """Keep these choices in the browser for a year; a look without any choice leaves no cookie behind."""
    chosen = {name: value for name, value in asdict(look).items() if value != asdict(Look())[name]}
    if not chosen:
        response.delete_cookie(settings.LOOK_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.LOOK_COOKIE_NAME,
        ".".join(f"{name}:{value}" for name, value in chosen.items()),
        max_age=_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def country_names() -> dict[str, str]:
    """Code -> name of the countries the site has help for, as `settings.PEERS_COUNTRIES` finds them; else none."""
    path = getattr(settings, "PEERS_COUNTRIES", "")
    return {country.code: country.name for country in import_string(path)()} if path else {}

"""Which help a person is shown: by the country they chose, or their browser's language hints at. Never by address."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from moderation.help.checks import read_checks
from moderation.help.country import country_from_accept_language, valid_country
from moderation.help.listing import Listing, listing
from peers.look import look_of


@dataclass(frozen=True, slots=True)
class Where:
    """A country code, or none; `guessed` when the person did not say so themselves."""

    code: str | None
    guessed: bool = False


def checks_path() -> Path:
    """The file of checked lines: beside the database, readable without it."""
    return Path(settings.DATA_DIR) / "helpline_checks.json"


def where(request: HttpRequest | None) -> Where:
    """The country asked for in this address, else the one chosen before, else what the browser's language hints at."""
    if request is None:
        return Where(None)
    chosen = valid_country(request.GET.get("country", "")) or valid_country(look_of(request).country or "")
    if chosen:
        return Where(chosen)
    guess = country_from_accept_language(request.headers.get("Accept-Language", ""))
    return Where(guess, guessed=guess is not None)


def help_in(code: str | None, categories: Collection[str] = ()) -> Listing:
    """The help of a country for what someone writes about, at this moment. Needs no database."""
    return listing(code, categories, checks=read_checks(checks_path()), now=timezone.now())

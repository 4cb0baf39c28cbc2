"""The register of helplines: the reviewed file, read once, refused whole if one line of it breaks a rule."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from moderation.help.faults import HelpDataError
from moderation.help.hours import parse_week
from moderation.help.lines import CATEGORY_WORDS, CONFIDENCES, Country, Helpline, TextNumber
from moderation.help.numbers import Denied, holds_denied, https_or_empty

DATA = Path(__file__).parent / "data" / "helplines.json"

_LOCAL_PATH = re.compile(r"(?:^|\s|\()(?:/|~/|\.\.?/|file:|[A-Za-z]:\\)")
_LINE_KEYS = {field.name for field in fields(Helpline)} | {"hours"}


@dataclass(frozen=True)
class Register:
    """Every country and line, by code and id; `by_country` holds only lines that may be shown."""

    countries: Mapping[str, Country]
    lines: Mapping[str, Helpline]
    by_country: Mapping[str, tuple[Helpline, ...]]
    language_names: Mapping[str, str]

    @property
    def withheld(self) -> tuple[Helpline, ...]:
        """The lines kept in the file and shown to nobody, until their numbers have a source."""
        return tuple(line for line in self.lines.values() if not line.is_shown)


@lru_cache(maxsize=1)
def register() -> Register:
    """The reviewed register, read at the first call (call it at start) and kept for the life of the process.

    Raises:
        HelpDataError: as `read_register`.
    """
    return read_register(json.loads(DATA.read_text(encoding="utf-8")))


def countries() -> tuple[Country, ...]:
    """Every country of the register, by name."""
    return tuple(sorted(register().countries.values(), key=lambda country: country.name.casefold()))


def shown_lines() -> tuple[Helpline, ...]:
    """Every line peers may see, in the order of the file: what the staff's checking page goes through."""
    return tuple(line for line in register().lines.values() if line.is_shown)


def read_register(data: Mapping[str, Any]) -> Register:
    """Check the whole file and make values of it.

    Raises:
        HelpDataError: a line without a source, with a denied number, or with a field that is missing or
            impossible; the message names the line.
    """
    lands = {code: _country(code, row) for code, row in data["countries"].items()}
    _require_public(data["sources"].values())
    denied = tuple(Denied(**row) for row in data["deny_list"])
    names: dict[str, str] = data["language_names"]
    lines: dict[str, Helpline] = {}
    for row in data["lines"]:
        try:
            line = _line(row, lands, names)
            _refuse_denied(row, lands[line.country], denied)
        except (HelpDataError, KeyError, TypeError) as error:
            raise HelpDataError(f"helpline {row.get('id')!r}: {error}") from error
        if line.id in lines:
            raise HelpDataError(f"helpline {line.id!r} stands twice")
        lines[line.id] = line
    by_country = {code: _shown_in(code, lines.values()) for code in lands}
    return Register(lands, lines, by_country, names)


def _shown_in(code: str, lines: Iterable[Helpline]) -> tuple[Helpline, ...]:
    return tuple(line for line in lines if line.country == code and line.is_shown)


def _country(code: str, row: Mapping[str, Any]) -> Country:
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise HelpDataError(f"a country is two capital letters, not {code!r}")
    try:
        country = Country(
            code=code,
            name=row["name"],
            emergency=tuple(row["emergency"]),
            calling_code=row["calling_code"],
            timezone=_zone(row["timezone"]),
            several_timezones=row["several_timezones"],
        )
        _require_emergency(country)
    except (HelpDataError, KeyError) as error:
        raise HelpDataError(f"country {code}: {error}") from error
    return country


def _require_emergency(country: Country) -> None:
    if not country.emergency_links:
        raise HelpDataError("it has no emergency number")


def _line(row: Mapping[str, Any], lands: Mapping[str, Country], names: Mapping[str, str]) -> Helpline:
    if set(row) != _LINE_KEYS:
        raise HelpDataError(f"fields missing or unknown: {sorted(set(row) ^ _LINE_KEYS)}")
    _check_facts(row)
    _require_known("country", [row["country"]], lands)
    _require_known("language", row["languages"], names)
    _require_known("category", row["categories"], CATEGORY_WORDS)
    line = Helpline(
        id=row["id"],
        country=row["country"],
        name=row["name"],
        phone=tuple(row["phone"]),
        text=tuple(TextNumber(**text) for text in row["text"]),
        chat=https_or_empty(row["chat"]),
        url=https_or_empty(row["url"]),
        timezone=_zone(row["timezone"]),
        opens=parse_week(row["opens"]),
        languages=tuple(row["languages"]),
        more_languages=row["more_languages"],
        categories=frozenset(row["categories"]),
        note=row["note"],
        source=tuple(row["source"]),
        source_date=row["source_date"] or "",
        confidence=row["confidence"],
        third_party_checked=row["third_party_checked"] or "",
        fields_without_source=frozenset(row["fields_without_source"]),
        numbers_without_source=tuple(row["numbers_without_source"]),
        withheld=row["withheld"],
    )
    _ = [text.link for text in line.text], line.call_links  # a number that cannot be dialled is refused here
    return line


def _check_facts(row: Mapping[str, Any]) -> None:
    """A line has an id, a name, categories, and a source that says where its number was seen."""
    if not re.fullmatch(r"[a-z]{2}-[a-z0-9-]+", row["id"]):
        raise HelpDataError("an id is the country and a name in small letters")
    if row["confidence"] not in CONFIDENCES:
        raise HelpDataError(f"its confidence is {row['confidence']!r}; a number without a source is never shown")
    if not row["source"] or not row["name"] or not row["categories"]:
        raise HelpDataError("it needs a name, a category and a source")
    _require_public(row["source"])


def _require_public(sources: Iterable[str]) -> None:
    for source in sources:
        if _LOCAL_PATH.search(source):
            raise HelpDataError(f"a source is a public place, not a path on one machine: {source!r}")


def _require_known(what: str, values: Iterable[str], known: Iterable[str]) -> None:
    unknown = set(values) - set(known)
    if unknown:
        raise HelpDataError(f"unknown {what}: {sorted(unknown)}")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise HelpDataError(f"unknown time zone {name!r} (is tzdata installed?)") from error


def _refuse_denied(row: Mapping[str, Any], country: Country, denied: Iterable[Denied]) -> None:
    """No field of a line may hold a dead or harmful number: not even a note that warns of it."""
    held = [row["name"], row["note"], row["url"], row["chat"], row["withheld"], row["hours"]]
    held += [*row["phone"], *(text["number"] for text in row["text"]), *row["numbers_without_source"]]
    for dead in denied:
        if any(holds_denied(words, country.code, country.calling_code, dead) for words in held):
            raise HelpDataError(f"it holds {dead.number}, which is denied: {dead.why}")

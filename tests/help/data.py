"""Small reviewed files to break, one line at a time."""

from typing import Any


def line(**changes: Any) -> dict[str, Any]:
    """One line that loads, with some fields changed."""
    row: dict[str, Any] = {
        "id": "gb-listeners",
        "country": "GB",
        "name": "Listeners",
        "phone": ["01632 960 001"],
        "text": [],
        "chat": "",
        "url": "https://listeners.example",
        "hours": "24/7",
        "timezone": "Europe/London",
        "opens": "24/7",
        "languages": ["en"],
        "more_languages": "",
        "categories": ["emotional"],
        "note": "",
        "source": ["a public list"],
        "source_date": "2024-01-01",
        "confidence": "number_seen_in_1_source",
        "third_party_checked": None,
        "fields_without_source": ["hours", "text"],
        "numbers_without_source": [],
        "withheld": "",
    }
    return row | changes


def country(**changes: Any) -> dict[str, Any]:
    """One country that loads, with some fields changed."""
    row: dict[str, Any] = {
        "name": "United Kingdom",
        "emergency": ["999", "112"],
        "calling_code": "44",
        "timezone": "Europe/London",
        "several_timezones": False,
    }
    return row | changes


def helplines(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A whole file with these lines, two countries and three denied numbers."""
    data: dict[str, Any] = {
        "sources": {"list-2024": "a public list (2024)"},
        "deny_list": [
            {"country": "GB", "number": "0999 8765 4321", "why": "superseded"},
            {"country": "GB", "number": "1393", "why": "closed"},
            {"country": "US", "number": "1-800-555-0199", "why": "superseded"},
        ],
        "language_names": {"en": "English"},
        "countries": {"GB": country(), "US": country(name="United States", calling_code="1")},
        "lines": list(lines),
    }
    return data | changes


def card(key: str = "crisis", **changes: Any) -> dict[str, Any]:
    """One card that loads, with some fields changed."""
    row: dict[str, Any] = {
        "key": key,
        "title": "You are not alone",
        "body": ["Someone is here."],
        "now": ["Be near a person you trust."],
        "categories": ["suicide"],
        "emergency_first": False,
        "reviewed_by": "",
        "reviewed_on": "",
    }
    return row | changes

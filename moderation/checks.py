"""Refuses to start on a desk that could not keep its promises."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from moderation import table


@register()
def table_is_whole(**_: Any) -> list[CheckMessage]:
    """The decision table has no blank cell and no crisis without an alert."""
    try:
        table.load()
    except (OSError, ValueError) as problem:
        return [Error(f"The decision table cannot be used: {problem}", id="moderation.E001")]
    return []

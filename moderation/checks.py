"""Refuses to start on a desk that could not keep its promises."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from moderation import exposure, table
from moderation.help.cards import all_cards
from moderation.help.register import register as helplines


@register()
def table_is_whole(**_: Any) -> list[CheckMessage]:
    """The decision table has no blank cell and no crisis without an alert."""
    try:
        table.load()
    except (OSError, ValueError) as problem:
        return [Error(f"The decision table cannot be used: {problem}", id="moderation.E001")]
    return []


@register()
def help_is_whole(**_: Any) -> list[CheckMessage]:
    """No card and no helpline breaks a rule of docs/help.md: none is served from a file that does."""
    try:
        all_cards()
        helplines()
    except (OSError, ValueError) as problem:
        return [Error(f"The help data cannot be used: {problem}", id="moderation.E002")]
    return []


@register()
def exposure_is_whole(**_: Any) -> list[CheckMessage]:
    """What moderators read is counted from whole figures: with broken ones no words could be revealed."""
    try:
        exposure.measure()
    except (OSError, ValueError) as problem:
        return [Error(f"The figures of exposure cannot be used: {problem}", id="moderation.E010")]
    return []

"""Refuses to start on a site where words could be published unjudged."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from forum.intake import intake


@register()
def intake_stands(**_: Any) -> list[CheckMessage]:
    """`FORUM_INTAKE` names an object that judges and records."""
    try:
        found = intake()
    except (AttributeError, ImportError) as problem:
        return [Error(f"FORUM_INTAKE names no intake: {problem}", id="forum.E001")]
    if not (callable(getattr(found, "judge", None)) and callable(getattr(found, "record", None))):
        return [Error("FORUM_INTAKE must have judge() and record().", id="forum.E002")]
    return []


@register()
def care_stands(**_: Any) -> list[CheckMessage]:
    """`FORUM_LIVE_CARE` names somebody to ask."""
    try:
        found = import_string(settings.FORUM_LIVE_CARE)
    except ImportError as problem:
        return [Error(f"FORUM_LIVE_CARE names nothing: {problem}", id="forum.E003")]
    return [] if callable(found) else [Error("FORUM_LIVE_CARE cannot be asked.", id="forum.E003")]

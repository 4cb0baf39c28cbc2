"""What a single entry of a rule file may say."""

from typing import Any

_KEY_NAMES = """
id version category level reason phrases guards raises needs needed also certain speaker targeted places stands
examples counter_examples
"""
RULE_KEYS = frozenset(_KEY_NAMES.split())
SCOPES = frozenset(
    {"before", "overlap", "clause", "sentence", "near", "around", "text", "quoted", "negated", "negated_closely"}
)
WITHOUT_CUES = frozenset({"negated", "negated_closely"})
EFFECTS = frozenset({"drop", "amber", "lower", "concern"})


def stands(entry: dict[str, Any]) -> bool:
    """Whether the rule's level holds whatever the model reads; what stands around a text is unknown to the model.

    Raises:
        ValueError: it is neither true nor false.
    """
    found = entry.get("stands", bool(entry.get("places")))
    if type(found) is not bool:
        raise ValueError("`stands` is true or false")
    return found


def needed(entry: dict[str, Any]) -> int:
    """How many different ones of the cues in `needs` have to stand near.

    Raises:
        ValueError: it is no number from 1 to that of the cues.
    """
    needs, number = entry.get("needs", ()), entry.get("needed", 1)
    if type(number) is not int or number < 1 or (number > len(needs) and number > 1):
        raise ValueError("`needed` is a number from 1 to that of the cues it counts")
    return number

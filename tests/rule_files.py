"""Rule files for tests: few enough that a judge of them is made in no time, and changes to them."""

from collections.abc import Callable

from moderation.risk.vocabulary import rule_files

_FEW = """
contact cues distress distress_burden distress_daily eating_body eating_rules guards languages model spellings
vocabulary voices_command voices_senses
"""
FEW = {name: text for name, text in rule_files().items() if name.removesuffix(".toml") in _FEW.split()}
LAMP = "Today the lamp went out."  # what the rule below finds, and no other does
RULE = """
[[rule]]
id = "distress.lab"
version = "1"
category = "distress"
level = "{level}"
reason = "Says that the lamp went out."
phrases = ["{phrase}"]
examples = ["the lamp went out today"]
counter_examples = ["the lamp is on"]
"""
Change = Callable[[str], str]


def few_with(**changes: Change) -> dict[str, str]:
    """The few files, those named changed."""
    return {name: changes.get(name.removesuffix(".toml"), str)(text) for name, text in FEW.items()}


def a_rule_more(phrase: str = "lamp went out", level: str = "amber") -> Change:
    return lambda text: text + RULE.format(phrase=phrase, level=level)

"""The judge of words: no Django, no clock on the wall, no network.

It is a triage aid for moderators and never a diagnosis.
"""

from moderation.risk.detector import RULES_VERSION, Judge, assess, configure, in_use, load, prepare, shipped, use
from moderation.risk.findings import Assessment, Category, Context, Finding, Level
from moderation.risk.sentences import sentence_around

__all__ = [
    "RULES_VERSION",
    "Assessment",
    "Category",
    "Context",
    "Finding",
    "Judge",
    "Level",
    "assess",
    "configure",
    "in_use",
    "load",
    "prepare",
    "sentence_around",
    "shipped",
    "use",
]

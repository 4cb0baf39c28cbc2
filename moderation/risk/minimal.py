"""The last net: a dozen plain phrases, needing nothing but this file.

It runs when the judge itself failed, so it shares no code, no rule file and no vocabulary with it.
"""

import unicodedata

_CRISIS = (
    "kill myself tonight",
    "end it tonight",
    "taken an overdose",
    "took all my pills",
    "goodbye everyone",
    "going to kill myself",
)
_RED = (
    "kill myself",
    "suicid",
    "want to die",
    "end my life",
    "better off dead",
    "hurt myself",
    "cut myself",
    "overdose",
    "matarme",
    "me tuer",
    "umbringen",
    "me matar",
)


def minimal_level(text: str) -> int:
    """3 when a crisis phrase stands in the text, 2 for a grave one, 0 otherwise. Context is not read."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if any(phrase in plain for phrase in _CRISIS):
        return 3
    return 2 if any(phrase in plain for phrase in _RED) else 0

"""The fixed words of the help page: plain, calm, a reading age of about ten, the same wherever they stand."""

from collections.abc import Sequence

EMERGENCY_IN_COUNTRY = "If a life may be in danger right now, call {numbers}."
EMERGENCY_ANYWHERE = (
    "If a life may be in danger right now, call your local emergency number. 112 works in many countries."
)

WHAT_HAPPENS_WHEN_YOU_CALL = (
    "You may hear a recording or wait a little, and then a person answers and asks how you are.",
    "You can say as little as you like, you do not have to give your name, and you can hang up at any time.",
    "Most lines keep calls private, and some send help if a life is in danger; you can ask about this first.",
)

WHAT_WE_DO = (
    "We keep your words and show you help.",
    "We ask a moderator, who is a person, to look.",
)
WHAT_WE_CANNOT_DO = (
    "We do not know who you are or where you are, so we cannot send anyone to you.",
    "We are not an emergency service, and a moderator may not be here at once.",
    "The people here are not doctors, and nothing here takes the place of care from one.",
)

GROUNDING_TITLE = "Five, four, three, two, one"
GROUNDING_STEPS = (
    "Look around and name five things you can see.",
    "Name four things you can feel, like your feet on the floor.",
    "Name three things you can hear.",
    "Name two things you can smell, or two smells you like.",
    "Name one thing you can taste, or take one slow breath.",
)

BREATHING_TITLE = "Breathing in a square"
BREATHING_STEPS = (
    "Breathe in slowly while you count to four.",
    "Hold your breath while you count to four.",
    "Breathe out slowly while you count to four.",
    "Wait while you count to four, and then begin again.",
)
BREATHING_NOTE = "Do this for a minute or two. If holding your breath feels bad, leave that part out."


def either(words: Sequence[str]) -> str:
    """The words as a choice: "999 or 112"."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

"""What was said before: a thought split over two messages, an answer to someone in danger.

What came before can only add findings or raise them; it never takes one away.
"""

from dataclasses import replace

from moderation.risk.findings import Category, Context, Finding, Level
from moderation.risk.matching import find
from moderation.risk.normalise import normalise
from moderation.risk.rulebook import Rulebook
from moderation.risk.scene import Scene

_TAIL = 400
_REMEMBERED = 3
_AT_RISK = frozenset({Category.SUICIDE, Category.SELF_HARM, Category.OVERDOSE, Category.METHOD})


def scene_of(book: Rulebook, text: str) -> Scene:
    """The scene of a text under a rulebook."""
    return Scene(normalise(text, book.reader), book.cues, book.prefilter)


def places_of(book: Rulebook, context: Context) -> frozenset[str]:
    """Names a rule can be bound to: the place, and what stands before the text.

    `reply-to-risk`: the words answered are red or above. `after-risk`: this person's own last words
    were. `asked-about-risk`: the words answered ask whether someone thinks of suicide. `room:` and a
    room's name: the text stands in that room, where "it" may need no other word.
    """
    room = f"room:{context.room}"
    places = {context.place, room}
    if context.parent:
        parent = scene_of(book, context.parent[-_TAIL * 5 :])
        if _at_risk(find(book, parent, frozenset({"thread", room}))):
            places.add("reply-to-risk")
        if parent.cue("asks_about_suicide"):
            places.add("asked-about-risk")
    recent = " . ".join(words[-_TAIL:] for words in context.earlier[-_REMEMBERED:])
    if recent and _at_risk(find(book, scene_of(book, recent), frozenset({"thread", room}))):
        places.add("after-risk")
    return frozenset(places)


def _at_risk(findings: list[Finding]) -> bool:
    return any(finding.level >= Level.RED and finding.category in _AT_RISK for finding in findings)


def find_across(book: Rulebook, text: str, context: Context) -> list[Finding]:
    """Findings that begin in this person's last words here and end in `text`; spans within `text`."""
    if not context.earlier:
        return []
    tail = context.earlier[-1][-_TAIL:].rstrip()
    joined = f"{tail} {text[:_TAIL]}"
    border = len(tail) + 1
    found = find(book, scene_of(book, joined), frozenset({context.place}))
    across = []
    for finding in found:
        spans = tuple((0, end - border) for start, end in finding.spans if start < border < end)
        if spans:
            across.append(replace(finding, spans=spans[-1:]))
    return across

"""What was said before: a thought split over two messages, an answer to someone in danger, a series that goes on.

What came before can only add findings or raise them; it never takes one away.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from moderation.risk.ear import Ear, by_rules
from moderation.risk.findings import Category, Context, Finding, Level
from moderation.risk.scene import Scene

_TAIL = 400  # characters of an earlier message that are read again
_REMEMBERED = 3  # earlier messages, and messages of others
_GRAVE_BEFORE = 2  # of one's last messages, for a series
_OF_ONESELF = frozenset({Category.DISTRESS, Category.SUICIDE, Category.SELF_HARM, Category.OVERDOSE, Category.EATING})


def places_of(ear: Ear, context: Context) -> frozenset[str]:
    """Names a rule can be bound to: the place, and what stands before the text.

    `reply-to-risk`: the words answered, someone's cry in this place, or words just said in a live room are red or
    above. `after-risk`: this person's own last words were. `asked-about-risk`: the words answered ask whether someone
    thinks of suicide. `room:` and a room's name: the text stands in that room, where "it" may need no other word.
    """
    room = f"room:{context.room}"
    alone = frozenset({"thread", room})
    places = {context.place, room}
    scenes = [ear.scene(words) for words in dict.fromkeys(_said_by_others(context))]
    if any(ear.danger(scene, alone) >= Level.RED for scene in scenes):
        places.add("reply-to-risk")
    if context.parent and scenes[0].cue("asks_about_suicide"):
        places.add("asked-about-risk")
    recent = " . ".join(words[-_TAIL:] for words in context.earlier[-_REMEMBERED:])
    if recent and ear.danger(ear.scene(recent), alone) >= Level.RED:
        places.add("after-risk")
    return frozenset(places)


def _said_by_others(context: Context) -> list[str]:
    # In a thread what others said before may be days old; in a live room it was just said.
    around = context.around[-_REMEMBERED:] if context.place == "live" else ()
    return [words[-_TAIL * 5 :] for words in (context.parent, context.cry, *around) if words]


def texts_read(text: str, context: Context) -> Iterator[str]:
    """Every stretch of words that is read when this text is judged here, itself left out."""
    yield from _said_by_others(context)
    if context.earlier:
        yield from (words[-_TAIL * 5 :] for words in context.earlier[-_REMEMBERED:])
        yield " . ".join(words[-_TAIL:] for words in context.earlier[-_REMEMBERED:])
        tail = context.earlier[-1][-_TAIL:].rstrip()
        yield from (f"{tail} {text[:_TAIL]}", tail, text[:_TAIL])


def edges(text: str, context: Context, reach: int) -> Iterator[str]:
    """Where the stretches of `texts_read` are cut out of what was written, and joined: `reach` characters each way.

    Whatever is read otherwise in a stretch than in the texts it is made of is read so at one of these.
    """
    tails = [words[-_TAIL:] for words in context.earlier[-_REMEMBERED:]]
    cut = [words[-_TAIL * 5 :] for words in (context.parent, *context.around, *context.earlier)]
    yield from (words[:reach] for words in (*cut, *tails) if len(words) in {_TAIL, _TAIL * 5})
    yield from (f"{before[-reach:]} . {after[:reach]}" for before, after in pairwise(tails))
    if tails:
        yield f"{tails[-1].rstrip()[-reach:]} {text[:reach]}"
        yield text[:_TAIL][-reach:]


def find_across(ear: Ear, text: str, context: Context) -> list[Finding]:
    """Findings that begin in this person's last words here and end in `text`; spans within `text`."""
    if not context.earlier:
        return []
    tail = context.earlier[-1][-_TAIL:].rstrip()
    joined = ear.scene(f"{tail} {text[:_TAIL]}")
    border = len(tail) + 1
    place = frozenset({context.place})
    across = [
        replace(finding, spans=spans[-1:])
        for ruled in by_rules(ear.book, joined, place)
        for finding in ruled.findings
        if (spans := tuple((0, end - border) for start, end in finding.spans if start < border < end))
    ]
    heard = (_shifted(finding, border) for finding in _newly_heard(ear, joined, (tail, text[:_TAIL]), place))
    return [*across, *(finding for finding in heard if finding.spans)]


def _newly_heard(ear: Ear, joined: Scene, parts: Iterable[str], place: frozenset[str]) -> list[Finding]:
    """What the model hears in both messages together and in neither alone."""
    alone = (finding.level for part in parts for finding in ear.heard(ear.scene(part), place))
    most = max(alone, default=Level.GREEN)
    return [finding for finding in ear.heard(joined, place) if finding.level > most]


def _shifted(finding: Finding, border: int) -> Finding:
    spans = tuple((max(start - border, 0), end - border) for start, end in finding.spans if end > border)
    return replace(finding, spans=spans)


def find_series(ear: Ear, found: Iterable[Finding], context: Context) -> list[Finding]:
    """A red finding where words about oneself are amber or above and one's last messages here were grave twice."""
    if not any(finding.level >= Level.AMBER and finding.category in _OF_ONESELF for finding in found):
        return []
    place = frozenset({context.place, f"room:{context.room}"})
    before = [ear.danger(ear.scene(words[-_TAIL * 5 :]), place) for words in context.earlier[-_REMEMBERED:]]
    if sum(level >= Level.RED for level in before) < _GRAVE_BEFORE:
        return []
    reason = "This person's last words here were grave more than once, and these go on in the same way."
    return [Finding(Category.SUICIDE, Level.RED, "conversation.series", "1", (), reason, certain=False)]

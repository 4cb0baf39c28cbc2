"""From findings to what happens: the decision table applied and its rows combined. Pure: no request, row or clock.

The rules of combining: the highest level, the shortest time, all cards; a span takes its
strictest treatment; and the plea always stands: where a person in danger speaks, nothing
is held or refused as a whole, only the harmful part is hidden. So it is where the model doubts the plea.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.risk import Assessment, Category, Finding, Level, sentence_around
from moderation.table import Cell, Row, table

STRICTER_FOR_NEW = (Category.HARASSMENT, Category.CONTACT)
_CARD_ORDER = ("none", "me", "all")
Spans = tuple[tuple[int, int], ...]

# Help cards of a category; of the same key only one is shown.
CARDS: Mapping[Category, tuple[str, ...]] = {
    Category.DISTRESS: ("distress",),
    Category.SUICIDE: ("suicide",),
    Category.SELF_HARM: ("self_harm",),
    Category.METHOD: ("suicide",),
    Category.ENCOURAGEMENT: ("suicide",),
    Category.RELAPSE: ("relapse",),
    Category.OVERDOSE: ("overdose",),
    Category.SOURCING: ("relapse",),
    Category.ABUSE: ("abuse",),
    Category.THREAT: ("threat",),
    Category.MINOR: ("minor",),
    Category.HARASSMENT: (),
    Category.CONCERN: ("concern",),
    Category.EATING: ("eating",),
    Category.CONTACT: (),
    Category.DETECTOR: ("distress",),
}
_AT_CRISIS = {Category.CONCERN: ("concern_urgent",), Category.OVERDOSE: ("overdose",), Category.ABUSE: ("abuse",)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What will happen to the words, before anything is written."""

    level: Level = Level.GREEN
    categories: tuple[str, ...] = ()  # most urgent first
    do: str = "publish"  # publish | note | hold | block
    redactions: Spans = ()
    cards: tuple[str, ...] = ()
    card: str = "none"
    within: int | None = None
    alert: bool = False
    lead: bool = False
    releases: bool = True
    reason: str = ""  # the category that held, hid or refused
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """One finding with its cell and what that cell does in this place."""

    finding: Finding
    level: Level
    cell: Cell
    row: Row
    do: str


def plan_for(assessment: Assessment, text: str, *, place: str = "thread", new_identity: bool = False) -> Plan:
    """Apply the table to what was found in `text`."""
    steps = [_step(finding, place, new_identity=new_identity) for finding in assessment.findings]
    if not steps:
        return Plan()
    steps.sort(key=lambda step: step.level, reverse=True)
    top = steps[0].level
    if any(step.row.plea and (step.level >= Level.RED or step.finding.doubted) for step in steps):
        steps = [_let_stand(step) for step in steps]
    elif top > Level.GREEN:
        steps = [_no_refusal(step) for step in steps]
    do = _strictest(steps)
    return Plan(
        level=top,
        categories=tuple(dict.fromkeys(step.finding.category.value for step in steps)),
        do=do,
        redactions=_spans(steps, text) if do != "block" else _all_spans(steps),
        cards=_cards(steps),
        card=max((step.cell.card for step in steps), key=_CARD_ORDER.index),
        within=min((step.cell.within for step in steps if step.cell.within), default=None),
        alert=any(step.cell.alert for step in steps),
        lead=any(step.cell.lead for step in steps),
        releases=all(step.row.releases for step in steps if step.do == "hold"),
        reason=_reason(steps),
        notes=tuple(dict.fromkeys(step.row.note for step in steps if step.do == "note" and step.row.note)),
    )


def _step(finding: Finding, place: str, *, new_identity: bool) -> _Step:
    level = finding.level
    if new_identity and finding.category in STRICTER_FOR_NEW and Level.GREEN < level < Level.CRISIS:
        level = Level(level + 1)
    row = table()[finding.category]
    cell = row.cells[level]
    return _Step(finding, level, cell, row, _doing(cell, finding, place))


def _doing(cell: Cell, finding: Finding, place: str) -> str:
    """The cell's default, or what it says for this kind of finding."""
    instead = (
        (cell.live, place == "live"),
        (cell.young, finding.speaker == "young"),
        (cell.targeted, finding.targeted),
        (cell.unsure, not finding.certain),
    )
    return next((do for do, holds in instead if do and holds), cell.do)


def _let_stand(step: _Step) -> _Step:
    """A person in danger speaks here: what would be held or refused is only hidden, or folded."""
    if step.do not in {"hold", "block"}:
        return step
    # A judge that failed found nothing to hide: hiding all would silence the plea the literal check caught.
    return _changed(step, "note" if step.finding.category == Category.DETECTOR else "redact")


def _no_refusal(step: _Step) -> _Step:
    """Refusing at submit needs everything else to be green; otherwise a human looks."""
    return _changed(step, "hold") if step.do == "block" else step


def _changed(step: _Step, do: str) -> _Step:
    return _Step(step.finding, step.level, step.cell, step.row, do)


def _strictest(steps: list[_Step]) -> str:
    doings = {step.do for step in steps}
    return next((do for do in ("block", "hold", "note") if do in doings), "publish")


def _spans(steps: list[_Step], text: str) -> Spans:
    """What is hidden: certain spans exactly, uncertain ones with their whole sentence."""
    found: set[tuple[int, int]] = set()
    for step in steps:
        if step.do == "redact":
            spans = step.finding.spans or ((0, len(text)),)
            found |= {span if step.finding.certain else sentence_around(text, *span) for span in spans}
    return tuple(sorted(found))


def _all_spans(steps: list[_Step]) -> Spans:
    return tuple(sorted({span for step in steps if step.do == "block" for span in step.finding.spans}))


def _cards(steps: list[_Step]) -> tuple[str, ...]:
    keys: list[str] = []
    for step in steps:
        if step.cell.card == "none":
            continue
        if step.level == Level.CRISIS and step.row.plea and step.finding.category != Category.CONCERN:
            keys.append("crisis")
        if step.level == Level.CRISIS:
            keys += _AT_CRISIS.get(step.finding.category, ())
        keys += CARDS[step.finding.category]
    return tuple(dict.fromkeys(keys))


def _reason(steps: list[_Step]) -> str:
    for do in ("block", "hold", "redact", "note"):
        for step in steps:
            if step.do == do:
                return step.finding.category.value
    return ""

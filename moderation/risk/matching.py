"""Rules against a scene: what matches, and what the words around it make of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from moderation.risk.entries import Guard, Rule
from moderation.risk.findings import Category, Finding, Level
from moderation.risk.phrases import Phrase
from moderation.risk.rulebook import Guards, Rulebook
from moderation.risk.scene import Scene
from moderation.risk.sieve import Sentence
from moderation.risk.spans import merged

_SOMEONE_ELSE = {Category.SUICIDE, Category.SELF_HARM, Category.OVERDOSE, Category.EATING, Category.RELAPSE}


@dataclass(slots=True)
class _Hit:
    """One match of one rule: where, how urgent, and what kind it turned out to be."""

    start: int
    end: int
    level: Level
    category: Category


Signs = dict[str, int]


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules of one book found in a scene, spans in the original text.

    `signs` are for the model (see `hearing`), and hold what came to nothing, too: each rule of which a phrase stands
    there, each guard that held, each level and category found, by name with its first place in the plain text. Rules
    bound to places leave none: what stands around a text must not lower what the model makes of it.
    """

    findings: list[Finding] = field(default_factory=list)
    signs: Signs = field(default_factory=dict)


def find(book: Rulebook, scene: Scene, places: frozenset[str]) -> Ruled:
    """All findings of the rulebook in a scene. No rule ends the search.

    `places` are the place of the text and what precedes it (see `conversation`); a rule bound to
    places is tried only in these.
    """
    matched: dict[str, tuple[Rule, list[re.Match[str]]]] = {}
    for phrase, sentences in _standing(book, scene).items():
        for rule in book.rules_of[phrase]:
            if not rule.places or not places.isdisjoint(rule.places):
                found = [match for sentence in sentences for match in sentence.matches(phrase)]
                if found:
                    matched.setdefault(rule.id, (rule, []))[1].extend(found)
    ruled = Ruled()
    for name in sorted(matched):
        rule, matches = matched[name]
        signs = {} if rule.places else ruled.signs
        ruled.findings.extend(_found(rule, book.guards[name], matches, scene, signs))
    return ruled


def _standing(book: Rulebook, scene: Scene) -> dict[Phrase, list[Sentence]]:
    """The phrases that may stand in a sentence, or for the few wide ones in the whole text, with these."""
    phrases = book.sieve.phrases
    found = {phrase: [scene.whole] for phrase in phrases(scene.whole.passing & book.wide)}
    for sentence in scene.sentences:
        for phrase in phrases(sentence.passing & book.narrow):
            if phrase in found:
                found[phrase].append(sentence)
            else:
                found[phrase] = [sentence]
    return found


def _found(
    rule: Rule, guards: Guards, matches: Iterable[re.Match[str]], scene: Scene, signs: Signs
) -> Iterator[Finding]:
    kinds: dict[Category, list[_Hit]] = {}
    for match in matches:
        _note(signs, rule.id, match.start())
        hit = _judged(rule, _may_hold(guards, scene, match), match, scene, signs)
        if hit:
            _note(signs, f"{rule.id} {hit.level}", match.start())
            _note(signs, f"{hit.category} {hit.level}", match.start())
            kinds.setdefault(hit.category, []).append(hit)
    return (finding for kind, hits in kinds.items() for finding in _told(rule, kind, hits, scene))


def _note(signs: Signs, name: str, place: int) -> None:
    """Note a sign at the first of its places."""
    signs[name] = min(place, signs.get(name, place))


def _may_hold(guards: Guards, scene: Scene, match: re.Match[str]) -> list[Guard]:
    """The guards that may hold for a match: of most no cue stands where they look for it."""
    likely = scene.likely(*match.span())
    return [guard for bits, guard in guards if bits is None or bits & likely[guard.scope]]


def _judged(rule: Rule, guards: Iterable[Guard], match: re.Match[str], scene: Scene, signs: Signs) -> _Hit | None:
    start, end = match.span()
    if rule.needs and not _enough(rule, scene, start, end):
        return None
    hit = _Hit(start, end, rule.level, rule.category)
    if rule.raises and scene.has(rule.raises, "near", start, end):
        hit.level = Level.CRISIS
    for guard in guards:
        if _holds(guard, scene, start, end, signs) and not _soften(guard, hit):
            return None
    if match.re.groupindex and match.start("s") >= 0:
        hit.start, hit.end = match.span("s")
    return hit


def _enough(rule: Rule, scene: Scene, start: int, end: int) -> bool:
    if rule.needed == 1:
        return scene.has(rule.needs, "near", start, end)
    return sum(scene.has((cue,), "around", start, end) for cue in rule.needs) >= rule.needed


def _holds(guard: Guard, scene: Scene, start: int, end: int, signs: Signs) -> bool:
    if not _stands(guard, scene, start, end):
        return False
    if guard.unless and scene.has(guard.unless, guard.unless_scope, start, end):
        return False
    _note(signs, guard.id, start)
    return True


def _stands(guard: Guard, scene: Scene, start: int, end: int) -> bool:
    if guard.scope == "negated":
        return scene.is_negated(start)
    if guard.scope == "negated_closely":
        return scene.is_negated_closely(start)
    if guard.scope == "quoted":
        return scene.is_quoted(start, end) and scene.has_indeed(guard.cues, "near", start, end)
    return scene.has_indeed(guard.cues, guard.scope, start, end)


def _soften(guard: Guard, hit: _Hit) -> bool:
    """Apply a guard; False when nothing is left of the hit."""
    if guard.effect == "drop":
        return False
    if guard.effect == "amber":
        hit.level = min(hit.level, Level.AMBER)
    elif guard.effect == "lower":
        hit.level = Level(max(hit.level - 1, 0))
    elif hit.category in _SOMEONE_ELSE:
        hit.category = Category.CONCERN
    return hit.level > Level.GREEN


def _told(rule: Rule, kind: Category, hits: list[_Hit], scene: Scene) -> Iterable[Finding]:
    level = max(hit.level for hit in hits)
    spans = merged(_trimmed(scene, hit.start, hit.end) for hit in hits)
    for category in dict.fromkeys((kind, *rule.also)):
        yield Finding(
            category=category,
            level=level,
            rule=rule.id,
            version=rule.version,
            spans=spans,
            reason=rule.reason,
            certain=rule.certain,
            speaker=rule.speaker if category == Category.MINOR else "",
            targeted=rule.targeted and category == Category.HARASSMENT,
            stands=rule.stands,
        )


def _trimmed(scene: Scene, start: int, end: int) -> tuple[int, int]:
    text = scene.plain.text
    while start < end and text[start] in " ,":
        start += 1
    while end > start and text[end - 1] in " ,.?":
        end -= 1
    return scene.plain.original(start, end)

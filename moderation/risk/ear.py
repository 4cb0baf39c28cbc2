"""Rules and model together: all that is read in one stretch of words, without what stands around it."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from moderation.risk import hearing, language
from moderation.risk.findings import Category, Finding, Level
from moderation.risk.hearing import Heard
from moderation.risk.matching import Ruled, find
from moderation.risk.model import Model
from moderation.risk.normalise import Plain
from moderation.risk.rulebook import Rulebook
from moderation.risk.scene import Scene, scene_of
from moderation.risk.spans import merged

_NOWHERE: frozenset[str] = frozenset()  # a part is read without what stands around it
_MANY = 50  # grave places in a text: with more nothing is doubted, and reading each by itself would take long
_BETWEEN_CLAUSES = re.compile(
    r"[,;:.?!\n\u2013\u2014]|\b(?:and|but|though|although|however|while|und|aber|et|mais|y|pero|e|mas)\b", re.IGNORECASE
)
_OF_ONESELF = frozenset({"i", "me", "my", "mine", "myself", "we", "us", "our"})
_AT_RISK = frozenset({Category.SUICIDE, Category.SELF_HARM, Category.OVERDOSE, Category.METHOD})


@dataclass(frozen=True, slots=True)
class Ear:
    """A rulebook, a model, and from which scores on the model speaks."""

    book: Rulebook
    model: Model
    thresholds: hearing.Thresholds

    def scene(self, text: str) -> Scene:
        """The text made plain, with its bounds and cues."""
        return scene_of(self.book, text)

    def stages(self, text: str, scene: Scene, places: frozenset[str]) -> Iterator[Heard]:
        """What the rules find, then what the model adds to it; `scene` is the text's, `places` as for `find`."""
        found: list[Finding] = []
        signs: dict[str, int] = {}
        for ruled in by_rules(self.book, scene, places):
            found += ruled.findings
            signs = _firsts(signs, ruled.signs)
            yield Heard([], None)  # whoever asks looks at the time
        heard = self._hear(scene, signs)
        if not self._bears_out(found, heard.urgency, text, scene):
            found = [self._doubted(finding) for finding in found]
        yield Heard(found, None)
        meant = (self._guessed(self._in_kind(finding, found, scene)) for finding in heard.findings)
        yield Heard([finding for finding in meant if _adds(finding, found)], heard.urgency)

    def _bears_out(self, found: Iterable[Finding], urgency: float | None, text: str, scene: Scene) -> bool:
        """Whether the model reads the text as near enough to red, or by itself a part in which a rule found that.

        What is said beside a plea could make the whole look like harmless ones. A part is a sentence, which has
        to be as near to red as a text, or a clause, which has to be nearer.
        """
        grave = [finding for finding in found if not finding.stands and finding.level >= Level.RED]
        if not grave or not self.thresholds.doubts(urgency, self._spoken(scene)):
            return True
        if language.unknown_language(text, scene.plain, self.book.thesaurus):
            return True  # what the model made of words of another language tells nothing
        spans = [span for finding in grave for span in finding.spans]
        if len(spans) > _MANY:
            return True
        sentences = (self.scene(part) for part in sentences_in(text, scene.plain, spans))
        if any(map(self._sentence_bears_out, sentences)):
            return True
        return any(map(self._clause_bears_out, map(self.scene, clauses_in(text, spans))))

    def _sentence_bears_out(self, scene: Scene) -> bool:
        return not self.thresholds.doubts(self._urgency(scene), self._spoken(scene))

    def _clause_bears_out(self, scene: Scene) -> bool:
        urgency = self._urgency(scene)
        return urgency is None or urgency > -self.thresholds.doubted_clause

    def _urgency(self, scene: Scene) -> float | None:
        """How far above red the model reads a part by itself (none: too short to read), if a rule finds that there."""
        ruled = list(by_rules(self.book, scene, _NOWHERE))
        if all(finding.level < Level.RED for each in ruled for finding in each.findings):
            return -math.inf
        signs: dict[str, int] = reduce(_firsts, [each.signs for each in ruled], {})
        return self._hear(scene, signs).urgency

    def _doubted(self, finding: Finding) -> Finding:
        """What a rule has found where the model does not bear it out: amber, which a person sees, too.

        A rule that the model has not learned with, as one of a site's own, is not for it to doubt.
        """
        if finding.stands or finding.level < Level.RED or finding.rule not in self.model.signs:
            return finding
        return replace(finding, level=Level.AMBER, doubted=True, reason=f"{finding.reason} {self.thresholds.doubt}")

    def _in_kind(self, heard: Finding, ruled: list[Finding], scene: Scene) -> Finding:
        """What the model heard, as more of what the rules are sure of where that is a danger to others.

        Its guess at the category could be that of a person in pain, for whose sake an attack is not held. Only where
        nobody speaks of themselves can there be no such person; else the guess stands, and the plea with it.
        """
        grave = [finding for finding in ruled if finding.level >= Level.RED]
        plea = any(finding.level >= Level.AMBER and finding.category not in self.thresholds.held for finding in ruled)
        attack = all(finding.category in self.thresholds.held for finding in grave)
        if not grave or plea or not attack or not _OF_ONESELF.isdisjoint(scene.words):
            return heard
        first = grave[0]
        reason = self.thresholds.reasons[first.category]
        rule = f"model.{first.category}"
        return replace(
            heard, category=first.category, rule=rule, reason=reason, speaker=first.speaker, targeted=first.targeted
        )

    def _guessed(self, heard: Finding) -> Finding:
        """What the model heard, red at most where a crisis would pause its author: a guess is not enough for that."""
        capped = heard.level > Level.RED and heard.category in self.thresholds.red_at_most
        return replace(heard, level=Level.RED) if capped else heard

    def heard(self, scene: Scene, places: frozenset[str]) -> list[Finding]:
        """What the model hears, without what the rules find."""
        heard = self._hear(scene, signs_of(self.book, scene, places))
        return [self._guessed(finding) for finding in heard.findings]

    def _hear(self, scene: Scene, signs: Mapping[str, int]) -> Heard:
        return hearing.hear(self.model, self.thresholds, scene.plain, self._spoken(scene), signs)

    def _spoken(self, scene: Scene) -> str:
        return language.language_of(scene.plain, self.book.thesaurus)

    def danger(self, scene: Scene, places: frozenset[str]) -> Level:
        """The highest level of danger to oneself that the rules find; a guess is not enough to judge an answer by."""
        found = find(self.book, scene, places).findings
        return max((finding.level for finding in found if finding.category in _AT_RISK), default=Level.GREEN)


def sentences_in(text: str, plain: Plain, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The sentences of a text, as written, that share a sign with one of these stretches of it."""
    yield from (text[start:end] for start, end in plain.sentences_at(spans))


def clauses_in(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The clauses of a text, by marks and words that join them, that share a sign with one of these stretches of it."""
    apart = merged(spans)
    ends = [*(mark.span() for mark in _BETWEEN_CLAUSES.finditer(text)), (len(text), len(text))]
    start = 0
    for end, after in ends:
        before = bisect_left(apart, (end, end))  # those that begin before the clause ends
        if before and apart[before - 1][1] > start:
            yield text[start:end]
        start = after


def by_rules(book: Rulebook, scene: Scene, places: frozenset[str]) -> Iterator[Ruled]:
    """What the rules find: the English ones, then those of each other language the text may be in."""
    yield find(book, scene, places)
    for spoken in language.languages_of(scene.plain, book.thesaurus):
        if spoken in book.packs:
            pack = book.packs[spoken]()
            yield find(pack, Scene(scene.plain, pack.sieve, pack.cue_bits), places)


def signs_of(book: Rulebook, scene: Scene, places: frozenset[str]) -> dict[str, int]:
    """All that the rules saw in a scene, also what came to nothing (see `matching.Ruled`)."""
    signs: dict[str, int] = {}
    for ruled in by_rules(book, scene, places):
        signs = _firsts(signs, ruled.signs)
    return signs


def _firsts(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return one | {sign: min(place, one.get(sign, place)) for sign, place in other.items()}


def _adds(heard: Finding, ruled: list[Finding]) -> bool:
    """Whether the model raises the level or names another category; what the rules have said better is not repeated."""
    return not any(finding.level >= heard.level and finding.category == heard.category for finding in ruled)

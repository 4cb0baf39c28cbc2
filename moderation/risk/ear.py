"""Rules and model together: all that is read in one stretch of words, without what stands around it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from moderation.risk import hearing, language
from moderation.risk.findings import Category, Finding, Level
from moderation.risk.hearing import Heard
from moderation.risk.matching import Ruled, find
from moderation.risk.model import Model
from moderation.risk.rulebook import Rulebook
from moderation.risk.scene import Scene, scene_of

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

    def stages(self, scene: Scene, places: frozenset[str]) -> Iterator[Heard]:
        """What the rules find, then what the model adds to it; `places` as `matching.find` takes them."""
        found: list[Finding] = []
        signs: dict[str, int] = {}
        for ruled in by_rules(self.book, scene, places):
            found += ruled.findings
            signs = _firsts(signs, ruled.signs)
            yield Heard(ruled.findings, None)
        heard = self._hear(scene, signs)
        meant = (self._in_kind(finding, found, scene) for finding in heard.findings)
        yield Heard([finding for finding in meant if _adds(finding, found)], heard.urgency)

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

    def heard(self, scene: Scene, places: frozenset[str]) -> list[Finding]:
        """What the model hears, without what the rules find."""
        return self._hear(scene, signs_of(self.book, scene, places)).findings

    def _hear(self, scene: Scene, signs: Mapping[str, int]) -> Heard:
        spoken = language.language_of(scene.plain, self.book.thesaurus)
        return hearing.hear(self.model, self.thresholds, scene.plain, spoken, signs)

    def danger(self, scene: Scene, places: frozenset[str]) -> Level:
        """The highest level of danger to oneself that the rules find; a guess is not enough to judge an answer by."""
        found = find(self.book, scene, places).findings
        return max((finding.level for finding in found if finding.category in _AT_RISK), default=Level.GREEN)


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

"""Rules and model together: all that is read in one stretch of words, without what stands around it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from moderation.risk import hearing, language
from moderation.risk.findings import Category, Finding, Level
from moderation.risk.matching import find
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

    def findings(self, scene: Scene, places: frozenset[str]) -> Iterator[list[Finding]]:
        """What the rules find, then what the model adds to it; `places` as `matching.find` takes them."""
        ruled = find(self.book, scene, places)
        yield ruled
        for spoken in language.languages_of(scene.words):
            if spoken in self.book.packs:
                pack = self.book.packs[spoken]()
                more = find(pack, Scene(scene.plain, pack.cues, pack.prefilter), places)
                ruled = [*ruled, *more]
                yield more
        heard = (self._in_kind(finding, ruled, scene) for finding in self.heard(scene))
        yield [finding for finding in heard if _adds(finding, ruled)]

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

    def heard(self, scene: Scene) -> list[Finding]:
        """What the model alone heard."""
        spoken = language.language_of(scene.words)
        return hearing.hear(self.model, self.thresholds, scene.plain, spoken)

    def danger(self, scene: Scene, places: frozenset[str]) -> Level:
        """The highest level of danger to oneself that the rules find; a guess is not enough to judge an answer by."""
        found = (finding for finding in find(self.book, scene, places) if finding.category in _AT_RISK)
        return max((finding.level for finding in found), default=Level.GREEN)


def _adds(heard: Finding, ruled: list[Finding]) -> bool:
    """Whether the model raises the level or names another category; what the rules have said better is not repeated."""
    return not any(finding.level >= heard.level and finding.category == heard.category for finding in ruled)

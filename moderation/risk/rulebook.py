"""The rule files, read once: rules, cues and guards, checked as they are loaded."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.risk.findings import Category, Level
from moderation.risk.phrases import COMMON, Phrase, Prefilter, compile_phrase
from moderation.risk.vocabulary import RULES, RuleFileError, Vocabulary, load_vocabulary, read_toml
from moderation.risk.words import Reader

_HELPERS = frozenset(f"{name}.toml" for name in ("vocabulary", "spellings", "cues", "guards", "languages", "contact"))
_RULE_KEY_NAMES = """
id version category level reason phrases guards raises needs needed also certain speaker targeted places
examples counter_examples
"""
_RULE_KEYS = frozenset(_RULE_KEY_NAMES.split())
_SCOPES = frozenset(
    {"before", "overlap", "clause", "sentence", "near", "around", "text", "quoted", "negated", "negated_closely"}
)
_EFFECTS = frozenset({"drop", "amber", "lower", "concern"})


@dataclass(frozen=True, slots=True)
class Guard:
    """A reason to read a match otherwise: where its cues must stand, and what they do to the match."""

    id: str
    scope: str
    effect: str
    cues: tuple[str, ...]
    unless: tuple[str, ...]  # cues that take the guard away
    unless_scope: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One reviewed rule. `raises` and `needs` name cues looked for in the sentence and beside it.

    Of `needs`, as many different ones as `needed` says must stand there; more than one may stand up to
    three sentences away.
    """

    id: str
    version: str
    category: Category
    level: Level
    reason: str
    phrases: tuple[Phrase, ...]
    guards: tuple[Guard, ...]
    raises: tuple[str, ...]
    needs: tuple[str, ...]
    needed: int
    also: tuple[Category, ...]
    places: tuple[str, ...]
    certain: bool
    speaker: str
    targeted: bool
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, the cues they lean on, an index of patterns by anchor word, and a version of the whole."""

    rules: tuple[Rule, ...]
    cues: dict[str, tuple[Phrase, ...]]
    index: dict[str, tuple[tuple[Rule, Phrase], ...]]
    reader: Reader
    prefilter: Prefilter
    version: str


class _Loader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vocabulary: Vocabulary = load_vocabulary(folder)
        cues, guards = read_toml(folder / "cues.toml"), read_toml(folder / "guards.toml")
        self.cues = {name: self.phrases("cues.toml", name, cue) for name, cue in cues["cue"].items()}
        entries = guards["guard"]
        single = {name: self.guard(name, entry) for name, entry in entries.items() if "all" not in entry}
        try:
            groups = {n: tuple(single[part] for part in e["all"]) for n, e in entries.items() if "all" in e}
        except KeyError as error:
            raise RuleFileError(f"guards.toml: unknown guard {error}") from error
        self.guards = {name: (guard,) for name, guard in single.items()} | groups

    def phrases(self, file: str, name: str, sources: Iterable[str]) -> tuple[Phrase, ...]:
        compiled = []
        for source in self.apart(sources):
            try:
                compiled.append(compile_phrase(source, self.vocabulary))
            except ValueError as error:
                raise RuleFileError(f"{file}: {name}: phrase {source!r}: {error}") from error
        return tuple(compiled)

    def apart(self, sources: Iterable[str]) -> Iterable[str]:
        """A class that stands alone becomes one pattern for each entry, so that each has its own literal test."""
        for source in sources:
            alone = source.startswith("@") and source[1:] in self.vocabulary.classes
            yield from self.vocabulary.classes[source[1:]] if alone else (source,)

    def guard(self, name: str, entry: dict[str, Any]) -> Guard:
        cues, unless = tuple(entry.get("cues", ())), tuple(entry.get("unless", ()))
        unknown = [cue for cue in (*cues, *unless) if cue not in self.cues]
        if unknown or entry.get("scope") not in _SCOPES or entry.get("effect") not in _EFFECTS:
            raise RuleFileError(f"guards.toml: {name}: unknown cue, scope or effect {unknown}")
        return Guard(name, entry["scope"], entry["effect"], cues, unless, entry.get("unless_scope", "sentence"))

    def rule(self, file: str, entry: dict[str, Any]) -> Rule:
        name = entry.get("id", "an entry without id")
        strange = set(entry) - _RULE_KEYS
        if strange:
            raise RuleFileError(f"{file}: {name}: unknown keys {sorted(strange)}")
        try:
            return self._rule(file, entry)
        except KeyError as error:
            raise RuleFileError(f"{file}: {name}: missing or unknown {error}") from error
        except ValueError as error:
            raise (error if isinstance(error, RuleFileError) else RuleFileError(f"{file}: {name}: {error}")) from error

    def _rule(self, file: str, entry: dict[str, Any]) -> Rule:
        cues = (*entry.get("raises", ()), *entry.get("needs", ()))
        if any(cue not in self.cues for cue in cues):
            raise ValueError(f"unknown cue among {cues}")
        if not entry["examples"] or not entry["reason"].strip():
            raise ValueError("a rule needs an example and a reason")
        return Rule(
            id=entry["id"],
            version=entry["version"],
            category=Category(entry["category"]),
            level=Level[entry["level"].upper()],
            reason=entry["reason"],
            phrases=self.phrases(file, entry["id"], entry["phrases"]),
            guards=tuple(guard for name in entry.get("guards", ()) for guard in self.guards[name]),
            raises=tuple(entry.get("raises", ())),
            needs=tuple(entry.get("needs", ())),
            needed=_needed(entry),
            also=tuple(Category(name) for name in entry.get("also", ())),
            places=tuple(entry.get("places", ())),
            certain=entry.get("certain", True),
            speaker=entry.get("speaker", ""),
            targeted=entry.get("targeted", False),
            examples=tuple(entry["examples"]),
            counter_examples=tuple(entry.get("counter_examples", ())),
        )

    def rules(self) -> tuple[Rule, ...]:
        found: dict[str, Rule] = {}
        for path in sorted(self.folder.glob("*.toml")):
            if path.name in _HELPERS:
                continue
            for entry in read_toml(path).get("rule", ()):
                rule = self.rule(path.name, entry)
                if found.setdefault(rule.id, rule) is not rule:
                    raise RuleFileError(f"{path.name}: {rule.id}: there are two rules of this id")
        return tuple(found.values())


def _needed(entry: dict[str, Any]) -> int:
    needs, needed = entry.get("needs", ()), entry.get("needed", 1)
    if type(needed) is not int or needed < 1 or (needed > len(needs) and needed > 1):
        raise ValueError("`needed` is a number from 1 to that of the cues it counts")
    return needed


def _index(rules: Iterable[Rule]) -> dict[str, tuple[tuple[Rule, Phrase], ...]]:
    index: dict[str, list[tuple[Rule, Phrase]]] = {}
    for rule in rules:
        for phrase in rule.phrases:
            for anchor in phrase.anchors:
                index.setdefault(anchor, []).append((rule, phrase))
    return {anchor: tuple(pairs) for anchor, pairs in index.items()}


def load(folder: Path = RULES) -> Rulebook:
    """Read every rule file of a folder.

    Raises:
        RuleFileError: a file cannot be read or an entry cannot be used; nothing is loaded in part.
    """
    loader = _Loader(folder)
    rules = loader.rules()
    phrases = [phrase for rule in rules for phrase in rule.phrases]
    cue_phrases = [phrase for cue in loader.cues.values() for phrase in cue]
    known = COMMON.union(*(phrase.words for phrase in (*phrases, *cue_phrases)))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.toml"))))
    prefilter = Prefilter((*phrases, *cue_phrases))
    reader = Reader(loader.vocabulary, known)
    return Rulebook(rules, loader.cues, _index(rules), reader, prefilter, digest.hexdigest()[:12])

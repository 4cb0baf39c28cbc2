"""The rule files, read once: rules, cues and guards, checked as they are loaded."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from moderation.risk import concepts, entries, translations
from moderation.risk.entries import Guard, Rule, cues_of
from moderation.risk.findings import Category, Level
from moderation.risk.fold import fold_word
from moderation.risk.phrases import Phrase, compile_phrase
from moderation.risk.sieve import Cues, Sieve, owners
from moderation.risk.translations import Kept
from moderation.risk.versions import version_of
from moderation.risk.vocabulary import (
    RULES,
    RuleFileError,
    RuleFiles,
    Vocabulary,
    load_vocabulary,
    parsed,
    rule_files,
)
from moderation.risk.words import Reader

_HELPERS = frozenset(f"{name}.toml" for name in ("vocabulary", "spellings", "languages", "contact", "model"))
_OF_LANGUAGE = re.compile(r"([a-z]{2})_")
_WORD = re.compile(r"[^\W\d_]{3,}")
ASKED_BY_NAME = ("asks_about_suicide",)  # cues (see `conversation`)


Guards = tuple[tuple[int | None, Guard], ...]  # the bits of the cues that one looks for (none: single words), and it


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, the cues they lean on, what finds the phrases of both, and a version of the whole."""

    rules: tuple[Rule, ...]
    cues: dict[str, tuple[Phrase, ...]]
    rules_of: Mapping[Phrase, tuple[Rule, ...]]  # the rules that have a phrase
    sieve: Sieve  # all phrases
    narrow: int  # the bits of the phrases of rules that stay within a sentence
    wide: int  # the bits of those that do not
    guards: Mapping[str, Guards]  # those of each rule
    cue_bits: Cues
    reader: Reader
    thesaurus: concepts.Thesaurus
    version: str
    packs: Mapping[str, Callable[[], "Rulebook"]]  # rules of one other language, translated when first asked for


class _Loader:
    def __init__(self, files: RuleFiles, version: str, *, keep: bool) -> None:
        self.version, self.keep = version, keep
        self.at_work = Lock()  # on one language at a time
        self.vocabulary: Vocabulary = load_vocabulary(files)
        self.compiled: dict[str, Phrase] = {}
        words = self.kept("concepts", lambda: concepts.words_of(self.vocabulary))
        self.thesaurus = concepts.Thesaurus(words, concepts.small_words(files))
        # A cue or guard may stand in any rule file, beside the rules that need it; its name is known to all of them.
        rules = sorted(files.keys() - _HELPERS)
        self.files = self.kept("files", lambda: {name: parsed(files, name) for name in rules})
        self.raw_cues, entries = self.gathered("cue"), self.gathered("guard")
        single = {name: self.guard(file, name, entry) for name, (file, entry) in entries.items() if "all" not in entry}
        try:
            groups = {n: tuple(single[part] for part in e["all"]) for n, (_, e) in entries.items() if "all" in e}
        except KeyError as error:
            raise RuleFileError(f"a group of guards names the unknown guard {error}") from error
        self.guards = {name: (guard,) for name, guard in single.items()} | groups

    def kept(self, part: str, work: Callable[[], Kept]) -> Kept:
        """What follows from the rules alone: the work of an earlier process, where there is one."""
        return translations.kept(translations.name_of(part, self.version), work, keep=self.keep)

    @cached_property
    def spoken(self) -> Vocabulary:
        """The vocabulary with the words of each concept as a class (`%kin`): only a new phrase asks for these."""
        return replace(self.vocabulary, classes=self.vocabulary.classes | self.thesaurus.classes())

    def gathered(self, kind: str) -> dict[str, tuple[str, Any]]:
        """All cues or guards by name, each with the file it stands in."""
        found: dict[str, tuple[str, Any]] = {}
        for file, data in self.files.items():
            for name, entry in data.get(kind, {}).items():
                if name in found:
                    raise RuleFileError(f"{file}: {kind} {name} stands in {found[name][0]}, too")
                found[name] = (file, entry)
        return found

    def phrases(self, file: str, name: str, sources: Iterable[str]) -> tuple[Phrase, ...]:
        compiled = []
        for source in self.apart(sources):
            if source not in self.compiled:  # rules and cues of the same words share the phrase
                try:
                    self.compiled[source] = compile_phrase(source, self.spoken)
                except ValueError as error:
                    raise RuleFileError(f"{file}: {name}: phrase {source!r}: {error}") from error
            compiled.append(self.compiled[source])
        return tuple(compiled)

    def apart(self, sources: Iterable[str]) -> Iterable[str]:
        """A class that stands alone becomes one pattern for each entry, so that each has its own literal test."""
        for source in sources:
            alone = source.startswith("@") and source[1:] in self.vocabulary.classes
            yield from self.vocabulary.classes[source[1:]] if alone else (source,)

    def guard(self, file: str, name: str, entry: dict[str, Any]) -> Guard:
        cues, unless = tuple(entry.get("cues", ())), tuple(entry.get("unless", ()))
        unknown = [cue for cue in (*cues, *unless) if cue not in self.raw_cues]
        if unknown or entry.get("scope") not in entries.SCOPES or entry.get("effect") not in entries.EFFECTS:
            raise RuleFileError(f"{file}: {name}: unknown cue, scope or effect {unknown}")
        return Guard(name, entry["scope"], entry["effect"], cues, unless, entry.get("unless_scope", "sentence"))

    def rule(self, file: str, entry: dict[str, Any]) -> Rule:
        name = entry.get("id", "an entry without id")
        strange = set(entry) - entries.RULE_KEYS
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
        if any(cue not in self.raw_cues for cue in cues):
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
            needed=entries.needed(entry),
            also=tuple(Category(name) for name in entry.get("also", ())),
            places=tuple(entry.get("places", ())),
            certain=entry.get("certain", True),
            speaker=entry.get("speaker", ""),
            targeted=entry.get("targeted", False),
            stands=entries.stands(entry),
            examples=tuple(entry["examples"]),
            counter_examples=tuple(entry.get("counter_examples", ())),
        )

    def rules(self, language: str) -> tuple[Rule, ...]:
        found: dict[str, Rule] = {}
        for file, data in self.files.items():
            if _language(file) != language:
                continue
            for entry in data.get("rule", ()):
                rule = self.rule(file, entry)
                if found.setdefault(rule.id, rule) is not rule:
                    raise RuleFileError(f"{file}: {rule.id}: there are two rules of this id")
        return tuple(found.values())

    def book(self, language: str = "", reader: Reader | None = None) -> Rulebook:
        """The rules of one language (none: those of English, and of any) with the cues they need."""
        with self.at_work:
            return self._book(language, reader)

    def _book(self, language: str, reader: Reader | None) -> Rulebook:
        name = translations.name_of(language or "any", self.version)
        # A book shares no phrase with another, each of which would keep the other alive.
        self.compiled = translations.phrases(translations.read(name)) if self.keep else {}
        known = len(self.compiled)
        rules = self.rules(language)
        needed = {name for rule in rules for name in cues_of(rule)} | (set() if language else set(ASKED_BY_NAME))
        cues = {name: self.phrases(self.raw_cues[name][0], name, self.raw_cues[name][1]) for name in sorted(needed)}
        if self.keep and len(self.compiled) != known:
            translations.write(name, translations.rows(self.compiled.values()))
        phrases = [phrase for rule in rules for phrase in rule.phrases]
        phrases += [phrase for cue in cues.values() for phrase in cue]
        sieve = Sieve(phrases)
        if reader is None:
            matter = frozenset[str]().union(*(phrase.words for phrase in phrases))
            reader = Reader(self.vocabulary, matter, self.thesaurus.everyday | self.words_elsewhere())
        packs = {each: self.pack(each, reader) for each in self.languages} if not language else {}
        rules_of, cue_bits = owners((rule, rule.phrases) for rule in rules), Cues(cues, sieve)
        return Rulebook(
            rules=rules,
            cues=cues,
            rules_of=rules_of,
            sieve=sieve,
            narrow=sieve.bits(phrase for phrase in rules_of if not phrase.wide),
            wide=sieve.bits(phrase for phrase in rules_of if phrase.wide),
            guards={rule.id: _guards(rule, cue_bits) for rule in rules},
            cue_bits=cue_bits,
            reader=reader,
            thesaurus=self.thesaurus,
            version=self.version,
            packs=packs,
        )

    def words_elsewhere(self) -> frozenset[str]:
        """The words of all packs: right as they are, however near to an English word."""
        return self.kept("words", self._words_elsewhere)

    def _words_elsewhere(self) -> frozenset[str]:
        written = (str(self.files[file]) for file in self.files if _language(file))
        return frozenset(map(fold_word, {word for text in written for word in _WORD.findall(text)}))

    @property
    def languages(self) -> list[str]:
        """The other languages there are rules for."""
        return sorted({_language(file) for file in self.files} - {""})

    def pack(self, language: str, reader: Reader) -> Callable[[], Rulebook]:
        """Translates the rules of a language once, when they are first asked for."""
        return cache(lambda: self.book(language, reader))


def _language(file: str) -> str:
    """The language a rule file is for, by the beginning of its name; none for English and for any."""
    found = _OF_LANGUAGE.match(file)
    return found.group(1) if found else ""


def _guards(rule: Rule, cues: Cues) -> Guards:
    return tuple(
        (None if guard.scope in entries.WITHOUT_CUES else cues.bits[guard.cues], guard) for guard in rule.guards
    )


def load(folder: Path = RULES) -> Rulebook:
    """Read every rule file of a folder. The packs of other languages are translated when first asked for.

    Raises:
        RuleFileError: a file cannot be read or an entry cannot be used; nothing is loaded in part.
    """
    return read(rule_files(folder), keep=folder == RULES)


def read(files: RuleFiles, *, keep: bool = False) -> Rulebook:
    """The rules of these files. The packs of other languages are translated when first asked for.

    With `keep` the next process finds them translated (see `translations`); for the rules that the program ships.

    Raises:
        RuleFileError: an entry cannot be used; nothing is loaded in part.
    """
    return _Loader(files, version_of(files), keep=keep).book()

"""Whether rule files can be used, and where they cannot: before a changed set of them is kept, and before it judges."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from moderation.risk.detector import Judge, load, prepare
from moderation.risk.difference import changed_rules
from moderation.risk.entries import Rule
from moderation.risk.matching import find
from moderation.risk.model import MODEL
from moderation.risk.rulebook import Rulebook
from moderation.risk.scene import Scene, scene_of
from moderation.risk.versions import word_lists
from moderation.risk.vocabulary import RuleFileError, RuleFiles

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}\.toml")
_LINE = re.compile(r"at line (\d+)")
_QUOTED = re.compile(r"[a-z][a-z0-9_]*(?:[.-][a-z0-9_-]+)*", re.IGNORECASE)


class Fault(NamedTuple):
    """Why a set of rule files cannot be used. No file, or line 0: nobody can tell which."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        where = ", ".join([*filter(None, [self.file]), *([f"line {self.line}"] if self.line else [])])
        return f"{where}: {self.reason}" if where else self.reason


@lru_cache(maxsize=1)
def program_parts() -> dict[str, str]:
    """SHA-256 of what judges beside the rule files and comes with the program: model, thesaurus, word lists."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in [MODEL, *word_lists()]}


def checked(files: RuleFiles, before: Judge) -> Judge:
    """A judge with these files, every pattern translated; each rule that is not as `before` has it meets its examples.

    Raises:
        RuleFileError: something cannot be used, or a rule does not do what it says of itself.
    """
    for name in files:
        if not _NAME.fullmatch(name):
            raise RuleFileError(f"{name}: a rule file is named in small letters and ends in .toml")
    try:
        judge = load(files)
        prepare(judge)
        for book, rule in changed_rules(judge.ear.book, before.ear.book):
            _meets_its_examples(book, rule, judge.ear.book)
    except RuleFileError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError, re.error) as error:
        # The loader checks what people get wrong; what no person writes still must not pass for a set of rules.
        raise RuleFileError(f"something has not the shape it should have ({error})") from error
    return judge


def _meets_its_examples(book: Rulebook, rule: Rule, whole: Rulebook) -> None:
    for phrase in rule.phrases:
        _ = phrase.regex  # compiled here and not while a person waits
    for told, texts, meant in (("finds", rule.examples, True), ("leaves alone", rule.counter_examples, False)):
        for number, text in enumerate(texts, start=1):
            if _fires(book, rule, text, whole) != meant:
                raise RuleFileError(f"{rule.id}: it says that it {told} its example {number}, and it does not")


def _fires(book: Rulebook, rule: Rule, text: str, whole: Rulebook) -> bool:
    plain = scene_of(whole, text).plain
    scene = Scene(plain, book.sieve, book.cue_bits)
    return any(found.rule == rule.id for found in find(book, scene, frozenset(rule.places or {"thread"})).findings)


def fault_of(error: RuleFileError, files: RuleFiles) -> Fault:
    """The file, the line and the reason, from what the loader said."""
    said = str(error)
    file, _, reason = said.partition(": ")
    if file not in files:
        file, reason = _file_with(file, files), said
    found = _LINE.search(reason)
    if found:
        return Fault(file, int(found.group(1)), reason)
    return Fault(file, _line_of(reason, files.get(file, "")), reason)


def _file_with(name: str, files: RuleFiles) -> str:
    """The file a rule stands in; nothing where none has it."""
    return next((file for file, text in files.items() if f'"{name}"' in text), "")


def _line_of(reason: str, text: str) -> int:
    """The first line that holds, in quotation marks or before an equals sign, a name the reason gives."""
    lines = text.splitlines()
    return next((at for name in _names(reason) for at, line in enumerate(lines, start=1) if _holds(line, name)), 0)


def _names(reason: str) -> Iterator[str]:
    return (name for name in _QUOTED.findall(reason) if len(name) > 2)


def _holds(line: str, name: str) -> bool:
    return f'"{name}"' in line or line.partition("=")[0].strip().strip('"') == name

"""The reviewed words the judge knows: classes for rules, and plain forms for slang and misspellings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli

RULES = Path(__file__).parent / "rules"
RuleFiles = Mapping[str, str]  # the text of each rule file by its name


class RuleFileError(ValueError):
    """A rule file that cannot be used; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by class, and what single words, runs of words and emoji are read as."""

    classes: dict[str, tuple[str, ...]]
    plain: dict[str, tuple[str, ...]]
    runs: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]  # by first word, longest first
    emoji: dict[str, tuple[str, ...]]
    concepts: dict[str, tuple[str, ...]]  # lists of means by the concept their words belong to
    pieces: dict[str, tuple[Any, set[str]]] = field(
        default_factory=dict
    )  # each word and class translated once (see phrases.py)

    def canonical(self, word: str) -> tuple[str, ...]:
        """The plain words a single word stands for: `dont` is `do not`."""
        return self.plain.get(word, (word,))


def read_toml(path: Path) -> dict[str, Any]:
    """Read a rule file.

    Raises:
        RuleFileError: it is not TOML; the message names the file and, from the parser, the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleFileError(f"{path.name}: {error}") from error
    return parsed({path.name: text}, path.name)


def rule_files(folder: Path = RULES) -> dict[str, str]:
    """The rule files of a folder.

    Raises:
        RuleFileError: one of them cannot be read.
    """
    files = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            files[path.name] = path.read_bytes().decode()  # line ends as they stand: they count in the version
        except (OSError, UnicodeDecodeError) as error:
            raise RuleFileError(f"{path.name}: {error}") from error
    return files


def parsed(files: RuleFiles, name: str) -> dict[str, Any]:
    """One of the files, read as TOML.

    Raises:
        RuleFileError: it is not there, or not TOML; the message names the file and, from the parser, the line.
    """
    if name not in files:
        raise RuleFileError(f"{name}: the file is missing")
    try:
        return tomli.loads(files[name])
    except (tomli.TOMLDecodeError, RecursionError) as error:
        raise RuleFileError(f"{name}: {error}") from error


def _runs(pairs: dict[str, str]) -> dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for spoken, plain in pairs.items():
        words = tuple(spoken.split())
        found.setdefault(words[0], []).append((words, tuple(plain.split())))
    return {first: tuple(sorted(group, key=lambda run: -len(run[0]))) for first, group in found.items()}


def _members(lists: dict[str, list[str]], name: str) -> Iterator[str]:
    """The entries of a list; an entry `@other` alone stands for all entries of that list."""
    for entry in lists[name]:
        if entry.startswith("@") and entry[1:] in lists:
            yield from _members(lists, entry[1:])
        else:
            yield entry


def load_vocabulary(files: RuleFiles | None = None) -> Vocabulary:
    """What `vocabulary.toml` and `spellings.toml` say, of these rule files or of the site's own.

    Raises:
        RuleFileError: a file is missing, broken, or lacks a part.
    """
    files = rule_files() if files is None else files
    words, spellings = parsed(files, "vocabulary.toml"), parsed(files, "spellings.toml")
    try:
        lists = words["means"] | words["classes"]
        emoji = words["emoji"] | spellings["emoji"]
        return Vocabulary(
            classes={name: tuple(dict.fromkeys(_members(lists, name))) for name in lists},
            plain={word: tuple(form.split()) for part in spellings["plain"].values() for word, form in part.items()},
            runs=_runs(words["runs"] | spellings["runs"]),
            concepts={name: tuple(each) for name, each in words["concepts"].items()},
            emoji={sign: tuple(read_as.split()) for sign, read_as in emoji.items()},
        )
    except (KeyError, AttributeError, TypeError, RecursionError) as error:
        raise RuleFileError(f"vocabulary.toml, spellings.toml: missing or misshapen part {error}") from error

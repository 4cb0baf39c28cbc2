"""What makes a version of the rules: their files, the thesaurus and the lists of words, each by its name."""

import hashlib
from pathlib import Path

from moderation.risk.concepts import CONCEPTS
from moderation.risk.vocabulary import RuleFiles

_LISTS = Path(__file__).parent  # english_words.txt, ordinary_words.txt and frequent_words.txt


def word_lists() -> list[Path]:
    """The thesaurus and the lists of words: they change what a rule finds as much as the rule does."""
    return [*sorted(CONCEPTS.glob("*.toml")), *sorted(_LISTS.glob("*.txt"))]


def version_of(files: RuleFiles) -> str:
    """Twelve hexadecimal digits that any change to a rule file or a word list changes, also a move between files."""
    written = {name: files[name].encode() for name in sorted(files)}
    written |= {path.name: path.read_bytes() for path in word_lists()}
    digest = hashlib.sha256()
    for name, content in written.items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()[:12]

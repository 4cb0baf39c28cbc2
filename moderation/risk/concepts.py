"""A thesaurus: which concept an everyday word belongs to, in each language the judge reads.

The concepts have the same names in every language, so that what the linear model learns of one is known in all.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path

from moderation.risk.arabic import bare
from moderation.risk.fold import fold_word
from moderation.risk.tally import Counter
from moderation.risk.vocabulary import RuleFileError, RuleFiles, Vocabulary, parsed, read_toml

CONCEPTS = Path(__file__).parent / "concepts"
UNKNOWN = "@?"
# Words of means stand in `vocabulary.toml` alone, and their concepts, too. These are the concepts of the placeholders.
OF_PLACEHOLDERS = {
    "[medication]": "@medicine",
    "[substance]": "@drugs",
    "[place]": "@height_place",
    "[method]": "@means",
    "[amount]": "@amount_many",
}


SmallWords = Mapping[str, frozenset[str]]


class Thesaurus:
    """Concepts by language and word, and the small words every sentence of a language has (`languages.toml`)."""

    def __init__(self, concepts: Mapping[str, Mapping[str, str]], small: SmallWords) -> None:
        self._concepts = concepts
        self.small = small
        self.languages = tuple(concepts)

    def of(self, language: str) -> Callable[[str], str]:
        """A function from a word of the language to the name of its concept, `@?` for a word that is in none."""
        known = self._concepts.get(language, {})
        if language == "ar":
            return lambda word: known.get(bare(word, known), UNKNOWN)
        return lambda word: known.get(word, UNKNOWN)

    def knows(self, language: str) -> Callable[[str], bool]:
        """A function from a word to whether it belongs to a concept of the language."""
        concept = self.of(language)
        return lambda word: concept(word) != UNKNOWN

    def words(self, language: str) -> AbstractSet[str]:
        """All words of a language that belong to a concept."""
        return self._concepts.get(language, {}).keys()

    @cached_property
    def telling(self) -> SmallWords:
        """The small words without those that are English, too: "die" and "me" tell nothing in an English text."""
        return {name: words if name == "en" else words - self.small["en"] for name, words in self.small.items()}

    @property
    def everyday(self) -> frozenset[str]:
        """All words of all languages that belong to a concept."""
        return frozenset().union(*self._concepts.values())

    @cached_property
    def counter(self) -> Counter:
        """Counts the words of a text by language."""
        return Counter({name: self.knows(name) for name in self.small}, self.telling, self.small)

    def changed(self, other: "Thesaurus") -> list[tuple[Callable[[str], str], Callable[[str], str]]]:
        """What `of` gives here and there, for each language in which a word is of another concept."""
        languages = sorted({*self.languages, *other.languages})
        return [(self.of(each), other.of(each)) for each in languages if self.pairs(each) != other.pairs(each)]

    def pairs(self, language: str) -> AbstractSet[tuple[str, str]]:
        """Every word of a language with its concept."""
        return self._concepts.get(language, {}).items()

    def classes(self) -> dict[str, tuple[str, ...]]:
        """The words of every concept, by the name a rule calls it: `%kin` in English, `%es.kin` in Spanish."""
        found: dict[str, list[str]] = {}
        for language, concepts in self._concepts.items():
            prefix = "%" if language == "en" else f"%{language}."
            for word, name in concepts.items():
                found.setdefault(prefix + name.removeprefix("@"), []).append(word)
        return {name: tuple(words) for name, words in found.items()}


def words_of(vocabulary: Vocabulary, folder: Path = CONCEPTS) -> dict[str, dict[str, str]]:
    """Every `<language>.toml` of the folder: by language each word's concept. The words of means and their concepts are
    those of the vocabulary.

    Raises:
        RuleFileError: a file cannot be read, or holds something else than names with words.
    """
    return {path.stem: _language(path, vocabulary) for path in sorted(folder.glob("*.toml"))}


def small_words(files: RuleFiles) -> SmallWords:
    """Everyday words by which a language is known.

    Raises:
        RuleFileError: those of a language are missing or misshapen.
    """
    try:
        small = {
            name: frozenset(map(fold_word, words.split()))
            for name, words in parsed(files, "languages.toml")["words"].items()
        }
    except (KeyError, AttributeError) as error:
        raise RuleFileError(f"languages.toml: missing or misshapen part {error}") from error
    if missing := {"en", "ar"} - small.keys():  # by these every text is measured
        raise RuleFileError(f"languages.toml: the words of {', '.join(sorted(missing))} are missing")
    return small


def _folded(words: str) -> Iterable[str]:
    """Words as texts are read. Folding each of a hundred thousand that are plain already would be felt at the start."""
    return words.lower().split() if words.isascii() else map(fold_word, words.split())


def _language(path: Path, vocabulary: Vocabulary) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, words in read_toml(path).items():
        if not isinstance(words, str):
            raise RuleFileError(f"{path.name}: {name}: words are written as one text")
        concept = f"@{name}"
        for word in _folded(words):
            found.setdefault(word, concept)
    ending = "" if path.stem == "en" else f"_{path.stem}"
    for name, lists in vocabulary.concepts.items():
        for word in (word for each in lists for word in vocabulary.classes.get(each + ending, ()) if " " not in word):
            found.setdefault(fold_word(word), f"@{name}")
    return found | OF_PLACEHOLDERS

"""The words of means stand in the reviewed vocabulary and nowhere else."""

import re
import tomllib
import unicodedata
from pathlib import Path

from moderation.risk.phrases import PLACEHOLDERS
from moderation.risk.vocabulary import RULES, load_vocabulary

ROOT = Path(__file__).resolve().parents[2]
LOOKED_THROUGH = ("moderation/risk", "moderation/demo", "tests/risk", "docs")
READ = frozenset({".py", ".toml", ".txt", ".md"})
# Everyday words, met in sentences that are about something else; the pills of the level contract; and what a voice
# of the demo says she has been off for more than a year.
EVERYDAY = frozenset({"pills", "tablets", "bridge", "belt", "gas", "petrol", "bomb", "heroin"})
ACTS = frozenset({"act_slow", "act", "act_also", "wound"})  # verbs: they name a means when they are done to oneself
TO_ONESELF = r" (?:my|your|him|her|it|them|our)sel(?:f|ves)\b"

MEANS: dict[str, list[str]] = tomllib.loads((RULES / "vocabulary.toml").read_text(encoding="utf-8"))["means"]
# The lists of another language are looked for in the files of that language: their words are everyday words in others.
LANGUAGES = ("es", "fr", "de", "pt", "ar")
ABROAD = {language: frozenset(name for name in MEANS if name.endswith(f"_{language}")) for language in LANGUAGES}
HERE = frozenset(MEANS).difference(*ABROAD.values())


def words(lists: frozenset[str]) -> list[str]:
    found = {word for name in lists for word in MEANS[name] if word[0] not in "@["}
    return sorted(found - EVERYDAY, key=len, reverse=True)


def either(options: list[str]) -> str:
    latin = [word for word in options if word.isascii()]
    signs = [word for word in options if not word.isascii()]
    return "|".join([rf"(?<![@\w])(?:{'|'.join(map(re.escape, latin))})\b", *map(re.escape, signs)])


THINGS = re.compile(either(words(HERE - ACTS)))
THINGS_ABROAD = {
    name: re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words(ABROAD[name])))})(?!\w)") for name in ABROAD
}
DONE = re.compile(rf"\b(?:{'|'.join(words(ACTS))}){TO_ONESELF}")
IN_RULES = re.compile(rf"(?<![@\w])(?:{'|'.join(words(ACTS))})\b")


def plain(path: Path) -> str:
    return plainly(path.read_text(encoding="utf-8"))


def named_means(text: str) -> list[str]:
    """The means a text names, in English."""
    return [*THINGS.findall(plainly(text)), *DONE.findall(plainly(text))]


def language_of(path: Path) -> str:
    """The language a rule file or a thesaurus is for, if it is one of the others."""
    name = path.stem[:2] if path.stem[2:3] in {"", "_"} else ""
    return name if name in ABROAD and path.suffix == ".toml" else ""


def plainly(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"\s+", " ", "".join(char for char in letters if not unicodedata.combining(char)))


def files() -> list[Path]:
    found = [path for folder in LOOKED_THROUGH for path in (ROOT / folder).rglob("*") if path.suffix in READ]
    return sorted(path for path in found if path != RULES / "vocabulary.toml" and path != Path(__file__))


def named_in(path: Path) -> list[str]:
    """The means a file names, in the languages it may be written in."""
    text = plain(path)
    named = [*THINGS.findall(text), *DONE.findall(text)]
    if language := language_of(path):
        named += THINGS_ABROAD[language].findall(text)
    if path.is_relative_to(RULES):
        named += IN_RULES.findall(text)
    return named


def test_no_other_file_names_a_means() -> None:
    named = {str(path.relative_to(ROOT)): means for path in files() if (means := named_in(path))}

    assert len(files()) > 100
    assert not named


def test_the_search_would_find_such_a_word() -> None:
    first = next(word for word in MEANS["toxic"] if word[0] not in "@[")

    assert THINGS.search(f"a sentence with {first} in it")
    assert all(DONE.search(f"to {word} myself") for word in words(ACTS))
    assert all(THINGS.search(word) for word in words(frozenset({"act_zh", "wound_zh", "pill_zh"})))


def test_every_word_let_through_is_a_means_and_is_needed() -> None:
    listed = {word for entries in MEANS.values() for word in entries}
    texts = " ".join(plain(path) for path in files())

    needed = {word for word in EVERYDAY if re.search(rf"\b{word}\b", texts)}

    assert listed >= EVERYDAY
    assert needed == EVERYDAY


def test_the_lists_of_means_hold_plain_words_only() -> None:
    strange = [word for entries in MEANS.values() for word in entries if re.search(r"[(){}<>|#]", word)]

    assert not strange


def test_every_placeholder_but_the_amount_is_a_member_of_a_list() -> None:
    members = {word for entries in load_vocabulary().classes.values() for word in entries}

    assert {word for word in members if word.startswith("[")} == PLACEHOLDERS - {"[amount]"}

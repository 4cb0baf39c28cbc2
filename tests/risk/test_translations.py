"""What one process worked out from the rules is used by the next only where it is just what that would work out."""

from dataclasses import fields
from pathlib import Path

import pytest

from moderation.risk import rulebook, translations
from moderation.risk.phrases import Phrase
from moderation.risk.vocabulary import RULES, rule_files
from tests.rule_files import FEW

PARTS = sorted(f"rules-{part}" for part in ("any", "ar", "de", "es", "fr", "pt", "words"))


def parts(folder: Path) -> list[str]:
    """Which parts of the rules are kept there."""
    return sorted(path.name.partition(".")[0] for path in folder.glob("rules-*"))


def told(phrases: dict[str, Phrase]) -> dict[str, tuple[object, ...]]:
    """All that is said of phrases, but for what comes later."""
    own = [field.name for field in fields(Phrase) if field.name not in {"need", "_regex"}]
    return {source: tuple(getattr(phrase, name) for name in own) for source, phrase in phrases.items()}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nothing is kept yet, in place of the program's own."""
    for function in (translations.read, translations.write):
        monkeypatch.setattr(function, "__defaults__", (tmp_path,))
    return tmp_path


def test_the_next_process_reads_exactly_what_was_translated(kept: Path) -> None:
    first = rulebook.load()
    for pack in first.packs.values():
        pack()
    again = rulebook.load()

    assert parts(kept) == PARTS
    for book, other in [(first, again), *((first.packs[name](), again.packs[name]()) for name in first.packs)]:
        pairs = [{phrase.source: phrase for rule in each.rules for phrase in rule.phrases} for each in (book, other)]
        assert told(pairs[0]) == told(pairs[1])
        assert pairs[0].keys()
        assert not {id(phrase) for phrase in pairs[0].values()} & {id(phrase) for phrase in pairs[1].values()}
        cues = [{name: [phrase.pattern for phrase in each.cues[name]] for name in each.cues} for each in (book, other)]
        assert cues[0] == cues[1]


def test_a_phrase_that_is_kept_is_not_translated_again(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rulebook.load()
    monkeypatch.setattr(rulebook, "compile_phrase", lambda *_: pytest.fail("translated again"))

    assert rulebook.load().rules


def test_one_wrong_byte_and_all_is_worked_out_anew(kept: Path) -> None:
    rulebook.load()
    whole = {path: path.read_bytes() for path in kept.glob("rules-*")}
    for path, content in whole.items():
        path.write_bytes(content[:-40] + bytes([content[-40] ^ 1]) + content[-39:])
        assert translations.read(path.name) is None
        path.write_bytes(content[: len(content) // 2])
        assert translations.read(path.name) is None
        path.write_bytes(b"")
        assert translations.read(path.name) is None

    rulebook.load()

    assert {path: path.read_bytes() for path in whole} == whole  # and kept again


def test_what_is_kept_of_other_rules_or_another_program_is_not_used(kept: Path, tmp_path: Path) -> None:
    program = tmp_path / "translations.py"
    version = rulebook.load().version
    before = translations.name_of("any", version)

    assert (kept / before).exists()
    assert translations.name_of("any", "other") != before
    program.write_text("# another\n")
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setattr(translations, "__file__", str(program))
        assert translations.name_of("any", version) != before


def test_only_one_version_is_kept(kept: Path) -> None:
    for version in ("1", "2"):
        translations.write(translations.name_of("any", version), version)

    assert parts(kept) == ["rules-any"]
    assert translations.read(translations.name_of("any", "2")) == "2"


def test_rules_of_the_site_own_are_not_kept(kept: Path) -> None:
    rulebook.read(FEW)
    rulebook.read(dict(rule_files(RULES)))

    assert parts(kept) == []


def test_where_nothing_can_be_kept_the_rules_are_read_all_the_same(kept: Path) -> None:
    nowhere = kept / "a file"
    nowhere.write_text("no folder")
    with pytest.MonkeyPatch.context() as elsewhere:
        for function in (translations.read, translations.write):
            elsewhere.setattr(function, "__defaults__", (nowhere,))

        assert rulebook.load().rules

"""What one process worked out from the rules is used by the next only where it is just what that would work out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from moderation.risk import concepts, detector, rulebook, translations
from moderation.risk.phrases import Phrase
from moderation.risk.vocabulary import RULES, rule_files
from tests.rule_files import FEW

SOME = FEW | {name: text for name, text in rule_files().items() if name.startswith(("de_", "es_"))}
PARTS = sorted(f"rules-{part}" for part in ("any", "ar", "concepts", "de", "es", "files", "fr", "pt", "words"))


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
    rulebook.read(SOME, keep=True)
    monkeypatch.setattr(rulebook, "compile_phrase", lambda *_: pytest.fail("translated again"))

    assert rulebook.read(SOME, keep=True).rules


def test_one_wrong_byte_and_all_is_worked_out_anew(kept: Path) -> None:
    rulebook.read(SOME, keep=True)
    whole = {path: path.read_bytes() for path in kept.glob("rules-*")}
    for path, content in whole.items():
        path.write_bytes(content[:-40] + bytes([content[-40] ^ 1]) + content[-39:])
        assert translations.read(path.name) is None
        path.write_bytes(content[: len(content) // 2])
        assert translations.read(path.name) is None
        path.write_bytes(b"")
        assert translations.read(path.name) is None

    rulebook.read(SOME, keep=True)

    assert {path: path.read_bytes() for path in whole} == whole  # and kept again


def test_what_is_kept_of_other_rules_or_another_program_is_not_used(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "translations.py"
    version = rulebook.read(SOME, keep=True).version
    before = translations.name_of("any", version)

    assert (kept / before).exists()
    assert translations.name_of("any", "other") != before
    program.write_text("# another\n")
    monkeypatch.setattr(translations, "__file__", str(program))
    monkeypatch.setattr(translations, "_RUNNING", translations._program())
    assert translations.name_of("any", version) != before


def test_a_process_of_the_old_program_keeps_nothing_for_the_new_one(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the texts of a language would be judged by the old program for good."""
    book = rulebook.read(SOME, keep=True)
    source = tmp_path / "source"
    source.mkdir()
    (source / "phrases.py").write_text("# changed since the process began\n")
    monkeypatch.setattr(translations, "__file__", str(source / "translations.py"))

    assert book.packs["es"]().rules

    assert parts(kept) == ["rules-any", "rules-concepts", "rules-files", "rules-words"]


def test_where_the_program_cannot_be_read_nothing_is_kept_and_the_rules_are_read(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "gone.py").symlink_to(source / "nowhere")
    monkeypatch.setattr(translations, "__file__", str(source / "translations.py"))
    monkeypatch.setattr(translations, "_RUNNING", translations._program())

    assert rulebook.read(SOME, keep=True).rules

    assert parts(kept) == []


def test_threads_that_ask_for_languages_at_once_get_each_its_own(kept: Path) -> None:
    book = rulebook.read(SOME, keep=True)
    with ThreadPoolExecutor(5) as threads:
        packs = list(threads.map(lambda name: book.packs[name](), sorted(book.packs)))
    again = rulebook.read(SOME, keep=True)

    for name, pack in zip(sorted(book.packs), packs, strict=True):
        other = again.packs[name]()
        sources = [{phrase.source for phrase in each.rules_of} for each in (pack, other)]
        assert sources[0] == sources[1]
        kept_of = translations.read(translations.name_of(name, book.version))
        assert len(kept_of) < 2 * len(sources[0]) + sum(map(len, pack.cues.values()))


def test_words_of_other_languages_that_are_kept_are_the_same(kept: Path) -> None:
    first, again = (rulebook._Loader(rule_files(RULES), "1", keep=True).words_elsewhere() for _ in range(2))

    assert first == again
    assert len(again) > 1_000


def test_files_and_concepts_that_are_kept_are_the_same(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = rule_files(RULES)
    first = rulebook._Loader(files, "1", keep=True)
    for place, work in ((rulebook, "parsed"), (concepts, "words_of")):
        monkeypatch.setattr(place, work, lambda *_: pytest.fail("read again"))
    again = rulebook._Loader(files, "1", keep=True)

    assert again.files == first.files
    assert list(again.files) == sorted(again.files)
    assert first.thesaurus.languages == again.thesaurus.languages
    assert all(first.thesaurus.pairs(each) == again.thesaurus.pairs(each) for each in first.thesaurus.languages)


def test_what_only_some_texts_need_is_made_before_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = detector.load(FEW)
    detector.prepare(judge)
    for late in ("Speller", "english_words"):
        monkeypatch.setattr(f"moderation.risk.chunks.{late}", lambda *_: pytest.fail("made for a text"))

    monkeypatch.setattr("moderation.risk.letters.filter", lambda *_: pytest.fail("made for a text"), raising=False)

    assert judge.assess("I want to k i l l myself, i am qwertily sad").findings


def test_only_one_version_is_kept(kept: Path) -> None:
    for version in ("1", "2"):
        translations.write(translations.name_of("any", version), version)

    assert parts(kept) == ["rules-any"]
    assert translations.read(translations.name_of("any", "2")) == "2"


def test_rules_of_a_site_s_own_are_not_kept(kept: Path) -> None:
    rulebook.read(FEW)
    detector.load(dict(rule_files(RULES)))

    assert parts(kept) == []


def test_what_cannot_be_kept_is_worked_out_each_time(kept: Path) -> None:
    name = translations.name_of("files", "1")

    assert translations.kept(name, lambda: {"since": date(2026, 11, 28)}, keep=True) == {"since": date(2026, 11, 28)}
    assert parts(kept) == []


def test_where_nothing_can_be_kept_the_rules_are_read_all_the_same(kept: Path) -> None:
    nowhere = kept / "a file"
    nowhere.write_text("no folder")
    with pytest.MonkeyPatch.context() as elsewhere:
        for function in (translations.read, translations.write):
            elsewhere.setattr(function, "__defaults__", (nowhere,))

        assert rulebook.read(SOME, keep=True).rules

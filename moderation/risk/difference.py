"""Where two judges may come to different results: a test of words, many times cheaper than judging twice.

A rule changes the judgement of a text only where one of its phrases has all the words it needs in a sentence (see
`phrases.Prefilter`), and what is read of a text only where the two readers take it apart differently. Where neither is
so, and the two hear and weigh alike, every stage has the same before it and says the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from moderation.risk import conversation
from moderation.risk.detector import WINDOW, Judge
from moderation.risk.findings import Context
from moderation.risk.fold import fold
from moderation.risk.normalise import Plain
from moderation.risk.phrases import Phrase, Prefilter
from moderation.risk.rulebook import ASKED_BY_NAME, Rule, Rulebook, cues_of
from moderation.risk.scene import Scene

_MOST = 2_000  # different needs of changed phrases; with more of them judging everything is as cheap
_EDGE = 60  # characters on each side of a place where texts are cut or joined; no saying is longer
_REMEMBERED = 4_096  # texts; the same words are read again as what others answered


class _Look(NamedTuple):
    """What is known of one text: the bits of its words, and whether both readers take it apart alike, word by word."""

    bits: int
    alike: bool
    simple: bool  # no word was put together of several, so that each part of the text has words of the whole


class Difference:
    """Two judges of the same model. `may_differ` says no only where both must find the same."""

    def __init__(self, one: Judge, other: Judge) -> None:
        books = one.ear.book, other.ear.book
        changed = [phrase for rule in _changed(*books) for phrase in rule.phrases]
        # Copies: a phrase carries the bits of its own book.
        phrases = [replace(phrase, need=0) for phrase in changed]
        self._prefilter = Prefilter(phrases)
        self._wide = {phrase.need for phrase in phrases if phrase.wide}
        self._narrow = {phrase.need for phrase in phrases} - self._wide
        self._readers = books[0].reader, books[1].reader
        self._read_alike = self._readers[0].is_like(self._readers[1])
        self._words = books[0].thesaurus.changed(books[1].thesaurus)
        self.everywhere = _hears_otherwise(one, other) or len(phrases) > _MOST or self._longest_run >= _EDGE
        self._look = lru_cache(maxsize=_REMEMBERED)(self._look_at)

    @property
    def _longest_run(self) -> int:
        return max(reader.longest_run for reader in self._readers)

    def may_differ(self, text: str, context: Context) -> bool:
        """Whether the two may judge these words, in this place, otherwise. Never raises; in doubt they may."""
        if self.everywhere or len(text) > WINDOW:
            return True
        whole = (text, context.parent, *context.around, *context.earlier)
        looks = [self._look(words) for words in (*whole, *_edges(text, context)) if words]
        if not all(look.alike for look in looks):
            return True
        bits = 0
        for look in looks:
            bits |= look.bits
        possible = any(need & bits == need for need in (*self._narrow, *self._wide))
        if not possible and all(look.simple for look in looks):
            return False
        return any(map(self._may_find, {text, *conversation.texts_read(text, context)}))

    def _look_at(self, text: str) -> _Look:
        reader, other = self._readers
        folded = fold(text)
        words, together = reader.words(folded)
        alike = self._words.isdisjoint(words) and (self._read_alike or reader.reads_alike(other, folded))
        return _Look(self._prefilter.bits(set(words)), alike, together is None)

    def _may_find(self, text: str) -> bool:
        """Whether the stretch holds, in one sentence, what a changed phrase needs, or is read in two ways."""
        folded = fold(text)
        scene = Scene(Plain(folded, self._readers[0]), {}, self._prefilter)
        if not self._words.isdisjoint(scene.words):
            return True
        if not self._read_alike and not self._readers[0].reads_alike(self._readers[1], folded):
            return True
        within = any(need & each.bits == need for each in scene.sentences for need in self._narrow)
        return within or any(need & scene.bits == need for need in self._wide)


def _edges(text: str, context: Context) -> Iterator[str]:
    """What stands where judging cuts texts and joins them; all other words of a stretch stand in the whole, too."""
    for read in conversation.texts_read(text, context):
        yield read[:_EDGE]
        yield read[-_EDGE:]
    parts = [*context.earlier[-3:], text]
    for before, after in zip(parts, parts[1:], strict=False):
        yield f"{before[-_EDGE:].rstrip()} {after[:_EDGE]}"
        yield f"{before[-_EDGE:]} . {after[-400:][:_EDGE]}"


def _hears_otherwise(one: Judge, other: Judge) -> bool:
    """Whether something differs that every text meets: thresholds, the model, contact details, everyday words."""
    mine, theirs = one.ear, other.ear
    same_ear = (mine.thresholds, mine.model.version) == (theirs.thresholds, theirs.model.version)
    same_words = mine.book.thesaurus.small == theirs.book.thesaurus.small
    asks = (_cue(mine.book, cue) == _cue(theirs.book, cue) for cue in ASKED_BY_NAME)
    return not (same_ear and same_words and one.contacts == other.contacts and all(asks))


def _changed(one: Rulebook, other: Rulebook) -> Iterator[Rule]:
    """The rules of which one book has another form, or which it does not have, in both forms."""
    for language in ("", *sorted({*one.packs, *other.packs})):
        mine, theirs = _rules(one, language), _rules(other, language)
        for rule in mine.keys() ^ theirs.keys():
            yield mine[rule] if rule in mine else theirs[rule]


def _rules(book: Rulebook, language: str) -> dict[tuple[Any, ...], Rule]:
    """The rules of one language by everything that decides what they find."""
    if language and language not in book.packs:
        return {}
    pack = book.packs[language]() if language else book
    return {_form(pack, rule): rule for rule in pack.rules}


def _form(book: Rulebook, rule: Rule) -> tuple[Any, ...]:
    said = (rule.id, rule.version, rule.category, rule.level, rule.reason, rule.also, rule.places)
    how = (rule.certain, rule.speaker, rule.targeted, rule.needed, rule.raises, rule.needs, rule.guards)
    cues = tuple((cue, _cue(book, cue)) for cue in sorted(set(cues_of(rule))))
    return (said, how, _patterns(rule.phrases), cues)


def _cue(book: Rulebook, name: str) -> tuple[Any, ...]:
    return _patterns(book.cues[name])


def _patterns(phrases: Iterable[Phrase]) -> tuple[Any, ...]:
    return tuple((phrase.pattern, phrase.required, phrase.wide) for phrase in phrases)

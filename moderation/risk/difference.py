"""Where two judges may come to different results: a test of words, many times cheaper than judging twice.

A rule changes the judgement of a text only where one of its phrases stands, for which all the words it needs must stand
in a sentence (see `phrases.Prefilter`); and a text is read otherwise only where the two readers take it apart in two
ways. Where neither is so, and the two hear and weigh alike, every stage has the same before it and says the same.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from moderation.risk import conversation
from moderation.risk.chunks import chunks_of
from moderation.risk.detector import WINDOW, Judge, apart
from moderation.risk.ear import clauses_in, sentences_in
from moderation.risk.entries import Rule, cues_of
from moderation.risk.findings import Context
from moderation.risk.fold import Folded, fold
from moderation.risk.normalise import Plain
from moderation.risk.phrases import Phrase, Prefilter
from moderation.risk.rulebook import ASKED_BY_NAME, Rulebook
from moderation.risk.scene import Scene
from moderation.risk.sieve import Cues, Sieve
from moderation.risk.words import Read

_MOST = 2_000  # different needs of changed phrases; with more of them judging everything is as cheap
_EDGE = 60  # characters on each side of a place where texts are cut or joined; no saying is longer
_REMEMBERED = 4_096  # texts; the same words are read again as what others answered
_CHUNKS = 65_536
_CHANGED = "changed"  # what the sieve calls the phrases that one of the two has


class _Look(NamedTuple):
    """What is known of one text."""

    bits: int  # those of its words, and of what parts of it can be read as
    alike: bool  # both readers give the same words of it
    sure: bool  # nothing in it can be read otherwise where it is cut


class Difference:
    """Two judges of the same model. `may_differ` says no only where both must find the same."""

    def __init__(self, one: Judge, other: Judge) -> None:
        books = one.ear.book, other.ear.book
        rules = [rule for pair in (books, books[::-1]) for _, rule in changed_rules(*pair)]
        changed = [phrase for rule in rules for phrase in rule.phrases]
        # Copies: a phrase carries the bits of its own book.
        self._phrases = [replace(phrase, need=0) for phrase in changed]
        self._prefilter = Prefilter(self._phrases)
        self._needs = {phrase.need for phrase in self._phrases}
        self._sieve = Sieve(self._phrases)
        self._cues = Cues({_CHANGED: self._phrases}, self._sieve)
        self._ear = one.ear
        self._readers = books[0].reader, books[1].reader
        self._read_alike = self._readers[0].knows == self._readers[1].knows
        self._concepts = books[0].thesaurus.changed(books[1].thesaurus)
        self.everywhere = _hears_otherwise(one, other) or len(self._phrases) > _MOST or self._longest_run >= _EDGE
        self._look = lru_cache(maxsize=_REMEMBERED)(self._look_at)
        self._chunk_alike = lru_cache(maxsize=_CHUNKS)(self._reads_chunk_alike)

    @property
    def _longest_run(self) -> int:
        return max(reader.longest_run for reader in self._readers)

    def _reads_chunk_alike(self, chunk: str) -> bool:
        return self._readers[0].by_itself(chunk) == self._readers[1].by_itself(chunk)

    def may_differ(self, text: str, context: Context) -> bool:
        """Whether the two may judge these words, in this place, otherwise. Never raises; in doubt they may."""
        if self.everywhere or len(text) > WINDOW:
            return True
        whole = [self._look(words) for words in (text, context.parent, *context.around, *context.earlier) if words]
        edges = [self._look_at(words) for words in conversation.edges(text, context, _EDGE)]
        if not all(look.alike for look in (*whole, *edges)):
            return True
        bits = 0
        for look in (*whole, *edges):
            bits |= look.bits
        if not any(need & bits == need for need in self._needs) and all(look.sure for look in edges):
            return False
        return any(map(self._may_find, {*self._stretches(text), *conversation.texts_read(text, context)}))

    def _stretches(self, text: str) -> Iterator[str]:
        """Every stretch of a text that is judged by itself."""
        plain = self._ear.scene(text).plain
        for part in (text, *(part for _, part in apart(text, plain, self._ear.book.thesaurus))):
            yield part
            whole = [(0, len(part))]
            yield from sentences_in(part, self._ear.scene(part).plain, whole)
            yield from clauses_in(part, whole)

    def _look_at(self, text: str) -> _Look:
        written = fold(text)
        folded = self._readers[0].closed_up(written)
        read = self._readers[0].words(folded)
        words, sure = self._readers[0].pieces(folded, read)
        alike = self._close_up_alike(written, folded) and self._is_alike(folded, read, words)
        return _Look(self._prefilter.bits(words), alike, sure and folded is written)

    def _close_up_alike(self, written: Folded, folded: Folded) -> bool:
        return self._read_alike or self._readers[1].closed_up(written).text == folded.text

    def _is_alike(self, folded: Folded, read: Read, words: AbstractSet[str]) -> bool:
        """Whether both readers take the text apart alike, and none of its words changed its concept."""
        if any(mine(word) != theirs(word) for mine, theirs in self._concepts for word in words):
            return False
        if self._read_alike:
            return True
        if not all(map(self._chunk_alike, chunks_of(folded.text))):
            return False
        one, other = self._readers
        # Where neither puts chunks together, each stands for itself.
        apart = read[1] is None and not other.has_parts(read[0])
        return apart or one.tokens(folded) == other.tokens(folded)

    def _may_find(self, text: str) -> bool:
        """Whether a changed phrase stands in the stretch, or it is read in two ways."""
        written = fold(text)
        folded = self._readers[0].closed_up(written)
        scene = Scene(Plain(folded, self._readers[0]), self._sieve, self._cues)
        alike = self._close_up_alike(written, folded)
        if not (alike and self._is_alike(folded, self._readers[0].words(folded), scene.words)):
            return True
        return bool(scene.cue(_CHANGED))


def _hears_otherwise(one: Judge, other: Judge) -> bool:
    """Whether something differs that every text meets: thresholds, the model, contact details, everyday words."""
    mine, theirs = one.ear, other.ear
    same_ear = (mine.thresholds, mine.model.version) == (theirs.thresholds, theirs.model.version)
    same_words = mine.book.thesaurus.small == theirs.book.thesaurus.small
    asks = (_cue(mine.book, cue) == _cue(theirs.book, cue) for cue in ASKED_BY_NAME)
    return not (same_ear and same_words and one.contacts == other.contacts and all(asks))


def changed_rules(one: Rulebook, other: Rulebook) -> Iterator[tuple[Rulebook, Rule]]:
    """The rules of the first that the other has not, or in another form, each with the book of its language."""
    for language in ("", *sorted(one.packs)):
        theirs = _forms(other, language)
        pack = _pack(one, language)
        yield from ((pack, rule) for form, rule in _forms(one, language).items() if form not in theirs)


def _pack(book: Rulebook, language: str) -> Rulebook:
    return book.packs[language]() if language else book


def _forms(book: Rulebook, language: str) -> dict[tuple[Any, ...], Rule]:
    """The rules of one language by everything that decides what they find."""
    if language and language not in book.packs:
        return {}
    pack = _pack(book, language)
    return {_form(pack, rule): rule for rule in pack.rules}


def _form(book: Rulebook, rule: Rule) -> tuple[Any, ...]:
    said = (rule.id, rule.version, rule.category, rule.level, rule.reason, rule.also, rule.places, rule.stands)
    how = (rule.certain, rule.speaker, rule.targeted, rule.needed, rule.raises, rule.needs, rule.guards)
    cues = tuple((cue, _cue(book, cue)) for cue in sorted(set(cues_of(rule))))
    return (said, how, _patterns(rule.phrases), cues)


def _cue(book: Rulebook, name: str) -> tuple[Any, ...]:
    return _patterns(book.cues[name])


def _patterns(phrases: Iterable[Phrase]) -> tuple[Any, ...]:
    return tuple((phrase.pattern, phrase.required, phrase.wide) for phrase in phrases)

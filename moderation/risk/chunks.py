"""Chunks of folded text to plain words: disguises undone, short forms and slips written out.

Only a form that yields a known word is undone; everything else is left as it stands.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from moderation.risk.fold import without_and
from moderation.risk.memory import Memory
from moderation.risk.phrases import PLACEHOLDERS, split_word
from moderation.risk.spelling import Speller, english_words, ordinary_words
from moderation.risk.tokens import Token
from moderation.risk.vocabulary import Vocabulary

_PLACES = "|".join(map(re.escape, sorted(PLACEHOLDERS)))
_CHUNK = re.compile(rf"[^\s.,;:?\"()\[\]{{}}]+|{_PLACES}|[.,;:?\"()\[\]{{}}]|\n")
_JOINERS = re.compile(r"[-_/*'+&=~|!.@#^]+")
_SIGNS = re.compile(r"[\W_]+")
_STARRED = re.compile(r"[a-z]+[*#_.-]+[a-z]+[a-z*#_.-]*[a-z]")
_DIGIT_LETTERS = str.maketrans("013457894$@!|+€", "oieastbgasaiite"[:15])
_SECOND_LETTERS = str.maketrans("1!|", "lll")
_LETTER = re.compile(r"[^\W\d_]")
_MARKED = re.compile(r"[0-9$@!|+€]")
_TRIPLE = re.compile(r"(.)\1{2,}")
LONGEST = 40  # characters of a chunk that may hide a word
_LONG = 7  # letters of a word that may have been written in two halves
_REMEMBERED = 32_768  # chunks; each holds a few hundred bytes
_AMOUNT = re.compile(r"(\d+)(mg|g|ml|mcg|x|yo|yrs|yr|kcal|cal|days|hrs|mins)")
_MARKS = {",": ",", ";": ",", ":": ",", "(": ",", ")": ",", "[": ",", "]": ",", "{": ",", "}": ",",
          ".": ".", "\n": ".", "?": "?", '"': '"'}  # fmt: skip
_SHORT_NOT = {"can't": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not"}
_ENDINGS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_IS_AFTER = frozenset({"it", "he", "she", "that", "what", "there", "who", "let", "here", "how", "where", "someone"})


def chunks_of(text: str) -> list[str]:
    """What stands between blanks and marks, and the marks."""
    return _CHUNK.findall(text)


def chunks_in(text: str) -> Iterator[re.Match[str]]:
    """The same with their places."""
    return _CHUNK.finditer(text)


class Chunks:
    """Reads each chunk of folded text by itself."""

    def __init__(
        self, vocabulary: Vocabulary, matter: frozenset[str], known: frozenset[str], hides: Callable[[str], bool]
    ) -> None:
        """`matter` are the words of the rules, `known` also those of the thesaurus.

        `hides` says of a word whether it is looked for in a disguise.
        """
        self._vocabulary, self._matter, self._known, self._hides = vocabulary, matter, known, hides
        self._shapes: dict[tuple[str, int], list[str]] = {}
        for word in sorted(matter):
            self._shapes.setdefault((word[:1], len(word)), []).append(word)
        self.long = frozenset(word for word in matter if len(word) >= _LONG)
        # What may be half of a word is left as it stands, for the reader to put together.
        self._parts = frozenset(
            part for word in self.long for n in range(3, len(word) - 2) for part in (word[:n], word[n:])
        )
        signs = "".join(map(re.escape, vocabulary.emoji))
        self._pieces = re.compile(rf"[^\W_]+|!|[{signs}]" if signs else r"[^\W_]+|!")
        self._chunk = Memory(self._read_chunk, _REMEMBERED)

    @cached_property
    def speller(self) -> Speller:
        """Made for the first word that nothing knows: most texts have none."""
        return Speller(self._matter, ordinary_words(), english_words())

    def read(self, text: str) -> tuple[Token, ...]:
        """The tokens of one chunk; only those of short ones are remembered, as long ones hold no word."""
        return self._chunk[text] if len(text) <= LONGEST else self._read_chunk(text)

    def _read_chunk(self, text: str) -> tuple[Token, ...]:
        """The tokens of one chunk, places counted from its beginning."""
        if text in _MARKS:
            return ((_MARKS[text], 0, len(text)),)
        if text in PLACEHOLDERS:
            return ((text, 0, len(text)),)
        if text.isascii() and text.isalpha():
            return self._plain(text, 0)
        whole = self._whole(text)
        return tuple((word, 0, len(text)) for word in whole) if whole else tuple(self._apart(text))

    def _plain(self, word: str, start: int) -> tuple[Token, ...]:
        end = start + len(word)
        if len(word) == 1:
            return ((word, start, end),)  # may be part of a word spelled out; written out later
        amount = _AMOUNT.fullmatch(word)
        plain = amount.groups() if amount else self._vocabulary.plain.get(word)
        if plain is None:
            plain = self._vocabulary.canonical(word if word in self._known else self._mended(word))
        return tuple((part, start, end) for part in plain)

    def _mended(self, word: str) -> str:
        """An unknown word without letters held down, or without a slip."""
        if not _TRIPLE.search(word):
            return (self.speller.meant(word) if word not in self._parts else None) or word
        for form in (_TRIPLE.sub(r"\1", word), _TRIPLE.sub(r"\1\1", word)):
            if form in self._known or form in self._vocabulary.plain:
                return form
        return _TRIPLE.sub(r"\1", word)

    def _whole(self, text: str) -> tuple[str, ...]:
        """What a chunk with signs in it stands for as a whole: a short form, a disguise, or nothing."""
        if len(text) > LONGEST:
            return ()
        bare = text.strip("!*_-'~")
        if bare in self._vocabulary.plain:
            return self._vocabulary.plain[bare] if "!" not in text else ()
        return self._short_form(bare) or self._disguise(text, bare)

    def _short_form(self, bare: str) -> tuple[str, ...]:
        stem, mark, ending = bare.rpartition("'")
        if not mark or not stem.isalpha():
            return ()
        if bare in _SHORT_NOT:
            return tuple(_SHORT_NOT[bare].split())
        if ending == "t" and stem.endswith("n"):
            return (stem[:-1], "not")
        if ending == "s":
            return (stem, "is") if stem in _IS_AFTER else (stem,)
        return (stem, _ENDINGS[ending]) if ending in _ENDINGS else ()

    def _disguise(self, text: str, bare: str) -> tuple[str, ...]:
        if not _LETTER.search(bare):
            return ()
        core = text.rstrip("!*_-'~")
        if _MARKED.search(core):
            for form in (
                core.translate(_DIGIT_LETTERS),
                core.translate(_SECOND_LETTERS).translate(_DIGIT_LETTERS),
            ):
                letters = _JOINERS.sub("", form)
                if self._hides(letters) or letters in self._vocabulary.plain:
                    return self._vocabulary.canonical(letters)
        letters = _SIGNS.sub("", bare)
        # An apostrophe alone joins two words of French or Italian; it hides none.
        if letters != bare.replace("'", "") and self._hides(letters):
            return self._vocabulary.canonical(letters)
        return self._censored(bare)

    def _censored(self, bare: str) -> tuple[str, ...]:
        """The one word of the rules that fits letters with stars between them."""
        if not _STARRED.fullmatch(bare):
            return ()
        shape = re.compile(re.sub(r"[*#_.-]", "[a-z]", bare))
        fitting = [word for word in self._shapes.get((bare[0], len(bare)), ()) if shape.fullmatch(word)]
        return self._vocabulary.canonical(fitting[0]) if len(fitting) == 1 else ()

    def _apart(self, text: str) -> Iterator[Token]:
        for piece in self._pieces.finditer(text):
            word, at = piece.group(), piece.start()
            if word == "!":
                yield (".", at, at + 1)
            elif word in self._vocabulary.emoji:
                yield from ((part, at, piece.end()) for part in self._vocabulary.emoji[word])
            elif word.isascii():
                yield from self._plain(word, at)
            else:
                bare = without_and(word)
                at += len(word) - len(bare)
                for part in split_word(bare):
                    yield (part, at, at + len(part))
                    at += len(part)

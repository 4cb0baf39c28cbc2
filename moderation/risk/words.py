"""Folded text to plain words: disguises undone, slang and short forms written out.

Only a form that yields a known word is undone; everything else is left as it stands.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from operator import add
from typing import Any

from moderation.risk.fold import Folded
from moderation.risk.letters import Letters
from moderation.risk.phrases import PLACEHOLDERS, split_word
from moderation.risk.spelling import Speller, ordinary_words
from moderation.risk.tokens import Token
from moderation.risk.vocabulary import Vocabulary

_PLACES = "|".join(map(re.escape, sorted(PLACEHOLDERS)))
_CHUNK = re.compile(rf"[^\s.,;:?\"()\[\]{{}}]+|{_PLACES}|[.,;:?\"()\[\]{{}}]|\n")
_PIECE = re.compile(r"\S+|\n")
_JOINERS = re.compile(r"[-_/*'+&=~|!.@#^]+")
_SIGNS = re.compile(r"[\W_]+")
_STARRED = re.compile(r"[a-z]+[*#_.-]+[a-z]+[a-z*#_.-]*[a-z]")
_DIGIT_LETTERS = str.maketrans("013457894$@!|+€", "oieastbgasaiite"[:15])
_SECOND_LETTERS = str.maketrans("1!|", "lll")
_LETTER = re.compile(r"[^\W\d_]")
_MARKED = re.compile(r"[0-9$@!|+€]")
_TRIPLE = re.compile(r"(.)\1{2,}")
_LONGEST_DISGUISE = 40
_LONG = 7  # letters of a word that may have been written in two halves
_REMEMBERED = 32_768  # chunks; each holds a few hundred bytes
_AMOUNT = re.compile(r"(\d+)(mg|g|ml|mcg|x|yo|yrs|yr|kcal|cal|days|hrs|mins)")
_MARKS = {",": ",", ";": ",", ":": ",", "(": ",", ")": ",", "[": ",", "]": ",", "{": ",", "}": ",",
          ".": ".", "\n": ".", "?": "?", '"': '"'}  # fmt: skip
_SHORT_NOT = {"can't": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not"}
_ENDINGS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_IS_AFTER = frozenset({"it", "he", "she", "that", "what", "there", "who", "let", "here", "how", "where", "someone"})


Piece = tuple[tuple[str, ...], tuple[Token, ...]]
Read = tuple[list[str], list[Token] | None]  # the words of a text; their places where some were put together


def chunks_of(folded: Folded) -> list[str]:
    """What stands between blanks and marks, and the marks."""
    return _CHUNK.findall(folded.text)


class Reader:
    """Reads folded text as plain tokens, knowing the words the rules are made of."""

    def __init__(self, vocabulary: Vocabulary, matter: frozenset[str], everyday: frozenset[str]) -> None:
        """`matter` are the words of the rules, `everyday` those of the thesaurus."""
        self._vocabulary = vocabulary
        self._matter = matter
        self._known = matter | everyday
        self._ordinary = ordinary_words()
        self._speller = Speller(matter, self._known | self._ordinary | vocabulary.plain.keys())
        self._letters = Letters(vocabulary, self._known, self._ordinary)
        self._hidden = self._letters.hidden
        self._shapes: dict[tuple[str, int], list[str]] = {}
        for word in sorted(matter):
            self._shapes.setdefault((word[:1], len(word)), []).append(word)
        self._long = frozenset(word for word in matter if len(word) >= _LONG)
        self._halves = frozenset(word[:n] for word in self._long for n in range(1, len(word)))
        # What may be half of a word is left for `_joined`.
        self._parts = frozenset(
            part for word in self._long for n in range(3, len(word) - 2) for part in (word[:n], word[n:])
        )
        signs = "".join(map(re.escape, vocabulary.emoji))
        self._pieces = re.compile(rf"[^\W_]+|!|[{signs}]" if signs else r"[^\W_]+|!")
        # Whether a saying of several words may begin with a word is told by the words that may come next.
        self._seconds = {
            first: frozenset(spoken[min(1, len(spoken) - 1)] for spoken, _ in sayings)
            for first, sayings in vocabulary.runs.items()
        }
        self._firsts = frozenset(self._seconds)
        # The same few thousand pieces make up nearly every text; reading each anew would be the dearest part of all.
        self._chunk = lru_cache(maxsize=_REMEMBERED)(self._read_chunk)
        self._piece = lru_cache(maxsize=_REMEMBERED)(self._read_piece)

    def words(self, folded: Folded) -> Read:
        """The words of `tokens`, many times faster where none is spelled out or written apart, as in most texts.

        Where one is, the tokens are returned, too.
        """
        text = folded.text.replace("\n", " . ") if "\n" in folded.text else folded.text  # it is read as a full stop
        pieces = text.split()
        words = [word for read, _ in map(self._piece_reader(pieces), pieces) for word in read]
        letters = self._letters
        if letters.stand_alone(words):
            if letters.stand_together(words):
                return self._slowly(folded)
            words = [plain for word in words for plain in (letters.alone(word) if len(word) == 1 else (word,))]
        return self._slowly(folded) if self.has_parts(words) else (words, None)

    def has_parts(self, words: list[str]) -> bool:
        """Whether words stand side by side that make another one together."""
        return not self._long.isdisjoint(map(add, words, words[1:])) or self._has_run(words)

    @property
    def knows(self) -> tuple[Any, ...]:
        """All that decides how a text is read: readers that know the same read every text alike."""
        words = self._vocabulary
        return self._matter, self._known, words.plain, words.runs, words.emoji

    def by_itself(self, chunk: str) -> tuple[tuple[Token, tuple[str, ...]], ...]:
        """What a chunk is read as, each word with what it is read as where it is a letter that stands alone."""
        read = self._read(chunk)
        return tuple((token, self._letters.alone(token.word) if len(token.word) == 1 else ()) for token in read)

    def pieces(self, folded: Folded, read: Read) -> tuple[set[str], bool]:
        """Every word that the text, or a part of it, can be read as; and whether that is sure where it was cut.

        `read` is what this one gives. A word spelled out may go on where the text was cut, and be another one there.
        """
        words, together = read
        if together is None:
            return set(words), True
        chunks = [token.word for chunk in chunks_of(folded) for token in self._read(chunk)]
        alone = [plain for word in chunks for plain in (self._letters.alone(word) if len(word) == 1 else (word,))]
        joined = {first + second for first, second in pairwise(alone) if first in self._halves} & self._long
        written = {plain for _, out in self._sayings(alone) for plain in out}
        sure = not self._letters.stand_together(chunks) and not (joined and written)
        return {*words, *chunks, *alone, *joined, *written}, sure

    def _sayings(self, words: list[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Every saying that stands in the words, also one that overlaps another, with what is written out for it."""
        runs = self._vocabulary.runs
        for at, word in enumerate(words):
            for spoken, plain in runs.get(word, ()):
                if tuple(words[at : at + len(spoken)]) == spoken:
                    yield spoken, plain

    @property
    def longest_run(self) -> int:
        """Characters of the longest saying that is written out."""
        return max((len(" ".join(spoken)) for runs in self._vocabulary.runs.values() for spoken, _ in runs), default=0)

    def _slowly(self, folded: Folded) -> tuple[list[str], list[Token]]:
        tokens = self.tokens(folded)
        return [token.word for token in tokens], tokens

    def _has_run(self, words: list[str]) -> bool:
        there, seconds = frozenset(words), self._seconds
        may = any(not seconds[first].isdisjoint(there) for first in there & self._firsts)
        return may and any(self._sayings(words))

    def tokens(self, folded: Folded) -> list[Token]:
        """All plain tokens of the text, in order."""
        return _as_written(self._runs(self._joined(self._letters.put_together(self._one_by_one(folded)))), folded)

    def tokens_apart(self, folded: Folded) -> list[Token]:
        """The tokens of a text of which `words` has found that nothing in it is put together."""
        return _as_written(self._letters.put_together(self._one_by_one(folded)), folded)

    def _one_by_one(self, folded: Folded) -> list[Token]:
        new, text = Token._make, folded.text
        read = self._piece_reader(text.split())
        return [
            new((word, piece.start() + start, piece.start() + end))
            for piece in _PIECE.finditer(text)
            for word, start, end in read(piece.group())[1]
        ]

    def _piece_reader(self, pieces: list[str]) -> Callable[[str], Piece]:
        """What reads these; long ones, which hold no word, are not remembered."""
        return self._piece if max(map(len, pieces), default=0) <= _LONGEST_DISGUISE else self._read_piece

    def _read_piece(self, text: str) -> Piece:
        """What stands between two blanks: its words, and the same as tokens, places counted from its beginning."""
        tokens = tuple(
            Token(word, chunk.start() + start, chunk.start() + end)
            for chunk in _CHUNK.finditer(text)
            for word, start, end in self._read(chunk.group())
        )
        return tuple(token.word for token in tokens), tokens

    def _read(self, text: str) -> tuple[Token, ...]:
        return self._chunk(text) if len(text) <= _LONGEST_DISGUISE else self._read_chunk(text)

    def _read_chunk(self, text: str) -> tuple[Token, ...]:
        """The tokens of one chunk, places counted from its beginning."""
        if text in _MARKS:
            return (Token(_MARKS[text], 0, len(text)),)
        if text in PLACEHOLDERS:
            return (Token(text, 0, len(text)),)
        if text.isascii() and text.isalpha():
            return tuple(self._plain(text, 0))
        whole = self._whole(text)
        return tuple(Token(word, 0, len(text)) for word in whole) if whole else tuple(self._apart(text))

    def _plain(self, word: str, start: int) -> Iterator[Token]:
        end = start + len(word)
        if len(word) == 1:
            yield Token(word, start, end)  # may be part of a word spelled out; written out later
            return
        amount = _AMOUNT.fullmatch(word)
        plain = amount.groups() if amount else self._vocabulary.plain.get(word)
        if plain is None:
            plain = self._vocabulary.canonical(word if word in self._known else self._mended(word))
        yield from (Token(part, start, end) for part in plain)

    def _mended(self, word: str) -> str:
        """An unknown word without letters held down, or without a slip."""
        if not _TRIPLE.search(word):
            return (self._speller.meant(word) if word not in self._parts else None) or word
        for form in (_TRIPLE.sub(r"\1", word), _TRIPLE.sub(r"\1\1", word)):
            if form in self._known or form in self._vocabulary.plain:
                return form
        return _TRIPLE.sub(r"\1", word)

    def _whole(self, text: str) -> tuple[str, ...]:
        """What a chunk with signs in it stands for as a whole: a short form, a disguise, or nothing."""
        if len(text) > _LONGEST_DISGUISE:
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
                if letters in self._hidden or letters in self._vocabulary.plain:
                    return self._vocabulary.canonical(letters)
        letters = _SIGNS.sub("", bare)
        # An apostrophe alone joins two words of French or Italian; it hides none.
        if letters != bare.replace("'", "") and letters in self._hidden:
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
                yield Token(".", at, at + 1)
            elif word in self._vocabulary.emoji:
                yield from (Token(part, at, piece.end()) for part in self._vocabulary.emoji[word])
            elif word.isascii():
                yield from self._plain(word, at)
            else:
                for part in split_word(word):
                    yield Token(part, at, at + len(part))
                    at += len(part)

    def _joined(self, tokens: list[Token]) -> list[Token]:
        """Two halves of a long known word, written apart, put together again."""
        halves, long = self._halves, self._long
        pairs = [
            at
            for at, (first, second) in enumerate(pairwise(tokens))
            if first[0] in halves and first[0] + second[0] in long
        ]
        for at in reversed([at for at in pairs if at - 1 not in pairs]):  # no word is half of two
            first, second = tokens[at], tokens[at + 1]
            tokens[at : at + 2] = [Token(first.word + second.word, first.start, second.end)]
        return tokens

    def _runs(self, tokens: list[Token]) -> list[Token]:
        """Sayings of several words, written out."""
        runs = self._vocabulary.runs
        begins = [at for at, token in enumerate(tokens) if token[0] in runs]
        out: list[Token] = []
        after = 0
        for at in begins:
            if at < after:
                continue
            for spoken, plain in runs[tokens[at].word]:
                if tuple(token.word for token in tokens[at : at + len(spoken)]) == spoken:
                    start, end = tokens[at].start, tokens[at + len(spoken) - 1].end
                    out += tokens[after:at]
                    out += [Token(word, start, end) for word in plain]
                    after = at + len(spoken)
                    break
        return out + tokens[after:] if after else tokens


def _as_written(tokens: list[Token], folded: Folded) -> list[Token]:
    """The tokens with their places in the original text."""
    if isinstance(folded.starts, range):
        return tokens
    starts, ends = folded.starts, folded.ends
    return [Token(word, starts[start], ends[end - 1]) for word, start, end in tokens]

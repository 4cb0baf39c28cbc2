"""Folded text to plain words: disguises undone, slang and short forms written out.

Only a form that yields a word the rules know is undone; everything else is left as it stands.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from moderation.risk.fold import Folded
from moderation.risk.phrases import PLACEHOLDERS, split_word
from moderation.risk.vocabulary import Vocabulary

_PLACES = "|".join(map(re.escape, sorted(PLACEHOLDERS)))
_CHUNK = re.compile(rf"{_PLACES}|[^\s.,;:?\"()\[\]{{}}]+|[.,;:?\"()\[\]{{}}]|\n")
_JOINERS = re.compile(r"[-_/*'+&=~|!.@#^]+")
_DIGIT_LETTERS = str.maketrans("013457894$@!|+€", "oieastbgasaiite"[:15])
_SECOND_LETTERS = str.maketrans("1!|", "lll")
_LETTER = re.compile(r"[^\W\d_]")
_MARKED = re.compile(r"[0-9$@!|+€]")
_TRIPLE = re.compile(r"(.)\1{2,}")
_BETWEEN = ("my", "me", "end")  # short words that stand between longer ones in a spelled-out line
_LONGEST_DISGUISE = 40
_SHORTEST_HIDDEN = 4
_AMOUNT = re.compile(r"(\d+)(mg|g|ml|mcg|x|yo|yrs|yr|kcal|cal|days|hrs|mins)")
_SHORT_HIDDEN = frozenset({"die", "kms", "kys", "cut", "to"})  # three letters, and worth reading all the same
_MARKS = {",": ",", ";": ",", ":": ",", "(": ",", ")": ",", "[": ",", "]": ",", "{": ",", "}": ",",
          ".": ".", "\n": ".", "?": "?", '"': '"'}  # fmt: skip
_SHORT_NOT = {"can't": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not"}
_ENDINGS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_IS_AFTER = frozenset({"it", "he", "she", "that", "what", "there", "who", "let", "here", "how", "where", "someone"})


class Token(NamedTuple):
    """One plain word or mark, and the stretch of the original text it stands for."""

    word: str
    start: int
    end: int


class Reader:
    """Reads folded text as plain tokens, knowing the words the rules are made of."""

    def __init__(self, vocabulary: Vocabulary, known: frozenset[str]) -> None:
        self._vocabulary = vocabulary
        self._known = known
        self._hidden = _SHORT_HIDDEN.union(word for word in known if len(word) >= _SHORTEST_HIDDEN)
        self._longest = max(map(len, self._hidden), default=0)
        self._begins = frozenset(word[:2] for word in (*self._hidden, *_BETWEEN))
        signs = "".join(map(re.escape, vocabulary.emoji))
        self._pieces = re.compile(rf"[^\W_]+|!|[{signs}]" if signs else r"[^\W_]+|!")

    def tokens(self, folded: Folded) -> list[Token]:
        """All plain tokens of the text, in order."""
        found = [token for chunk in _CHUNK.finditer(folded.text) for token in self._chunk(chunk, folded)]
        return self._runs(self._joined(self._spelled(found)))

    def _chunk(self, chunk: re.Match[str], folded: Folded) -> Iterator[Token]:
        text, at = chunk.group(), chunk.start()
        start, end = folded.starts[at], folded.ends[chunk.end() - 1]
        if text in _MARKS:
            yield Token(_MARKS[text], start, end)
        elif text in PLACEHOLDERS:
            yield Token(text, start, end)
        elif text.isascii() and text.isalpha():
            yield from self._plain(text, start, end)
        else:
            whole = self._whole(text)
            if whole:
                yield from (Token(word, start, end) for word in whole)
            else:
                yield from self._apart(text, at, folded)

    def _plain(self, word: str, start: int, end: int) -> Iterator[Token]:
        if len(word) == 1:
            yield Token(word, start, end)  # may be part of a word spelled out; written out later
            return
        amount = _AMOUNT.fullmatch(word)
        plain = amount.groups() if amount else self._vocabulary.plain.get(word)
        if plain is None:
            plain = self._vocabulary.canonical(word if word in self._known else self._squeezed(word))
        yield from (Token(part, start, end) for part in plain)

    def _squeezed(self, word: str) -> str:
        if not _TRIPLE.search(word):
            return word
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
        letters = _JOINERS.sub("", bare)
        if letters != bare and letters in self._hidden:
            return self._vocabulary.canonical(letters)
        return ()

    def _apart(self, text: str, at: int, folded: Folded) -> Iterator[Token]:
        for piece in self._pieces.finditer(text):
            word = piece.group()
            start, end = folded.starts[at + piece.start()], folded.ends[at + piece.end() - 1]
            if word == "!":
                yield Token(".", start, end)
            elif word in self._vocabulary.emoji:
                yield from (Token(part, start, end) for part in self._vocabulary.emoji[word])
            elif word.isascii():
                yield from self._plain(word, start, end)
            else:
                yield from _signs(word, at + piece.start(), folded)

    def _spelled(self, tokens: list[Token]) -> list[Token]:
        """Words written letter by letter, put together again."""
        out: list[Token] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if len(token.word) != 1 or not token.word.isalpha() or not token.word.isascii():
                out.append(token)
                at += 1
                continue
            letters, after = _letters(tokens, at)
            spelled = "".join(letter.word for letter in letters)
            if len(letters) >= _SHORTEST_HIDDEN or spelled in _SHORT_HIDDEN:
                out.extend(self._found_in(letters))
                at = after
                continue
            out.extend(Token(word, token.start, token.end) for word in self._vocabulary.canonical(token.word))
            at += 1
        return out

    def _found_in(self, letters: list[Token]) -> Iterator[Token]:
        spelled = "".join(letter.word for letter in letters)
        at = 0
        while at < len(letters):
            begins = spelled[at : at + 2] in self._begins
            longest = min(self._longest, len(letters) - at) if begins else 1
            size = next((n for n in range(longest, 1, -1) if self._is_hidden(spelled[at : at + n])), 1)
            start, end = letters[at].start, letters[at + size - 1].end
            for word in self._vocabulary.canonical(spelled[at : at + size]):
                yield Token(word, start, end)
            at += size

    def _is_hidden(self, word: str) -> bool:
        return word in self._hidden or word in _BETWEEN

    def _joined(self, tokens: list[Token]) -> list[Token]:
        """Two halves of a long known word, written apart, put together again."""
        out: list[Token] = []
        for token in tokens:
            if out and len(token.word) + len(out[-1].word) >= 7 and out[-1].word + token.word in self._hidden:
                last = out.pop()
                out.append(Token(last.word + token.word, last.start, token.end))
            else:
                out.append(token)
        return out

    def _runs(self, tokens: list[Token]) -> list[Token]:
        """Sayings of several words, written out."""
        out: list[Token] = []
        at = 0
        while at < len(tokens):
            for spoken, plain in self._vocabulary.runs.get(tokens[at].word, ()):
                if tuple(token.word for token in tokens[at : at + len(spoken)]) == spoken:
                    start, end = tokens[at].start, tokens[at + len(spoken) - 1].end
                    out.extend(Token(word, start, end) for word in plain)
                    at += len(spoken)
                    break
            else:
                out.append(tokens[at])
                at += 1
        return out


def _signs(word: str, at: int, folded: Folded) -> Iterator[Token]:
    for part in split_word(word):
        yield Token(part, folded.starts[at], folded.ends[at + len(part) - 1])
        at += len(part)


def _letters(tokens: list[Token], at: int) -> tuple[list[Token], int]:
    """The run of single letters that begins at `at`, single marks between them left out."""
    letters: list[Token] = []
    after = at
    while at < len(tokens):
        if len(tokens[at].word) == 1 and tokens[at].word.isascii() and tokens[at].word.isalpha():
            letters.append(tokens[at])
            after = at + 1
        elif not letters or tokens[at].word not in {".", ","} or tokens[at - 1].word in {".", ","}:
            break
        at += 1
    return letters, after

"""The small language rules are written in, and its translation to linear regular expressions.

    i want to die            these words in this order; a comma may stand between
    (kill|end|hurt) myself   one of several
    <really|just> want       an optional word
    @person                  a class of the vocabulary
    %kin  %es.kin            any word of a concept of the thesaurus (English, another language)
    i .. die    i ... die    up to two, or up to five, other words of the same clause
    i know how // when       the words may stand up to twelve words apart, also in the next sentence
    #                        a number, in digits or words, or [amount]
    [method]                 a placeholder, read as one word
    ask for {photos}         braces mark the words to hide; without them all words are

Every repetition is bounded, so a pattern is linear in the length of the text. A pattern is tried only
when the text holds one of its rarest words (its anchors).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import NamedTuple, cast

from moderation.risk.fold import fold_word
from moderation.risk.vocabulary import Vocabulary

_LEXEMES = re.compile(r"\s+|\.\.\.|\.\.|//|[(){}<>|#]|@[a-z_]+|%(?:[a-z]{2}\.)?[a-z_]+|[^\s(){}<>|#@%.]+")
_NUMBER = (
    r"(?:[0-9]+|\[amount\]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|twenty|thirty|forty|fifty|sixty|ninety|hundred|a hundred|two hundred)"
)
_JOIN = "(?: ,)? "
_HEAD = re.compile(r"[a-z0-9]+\(\?= \)")
_FIXED = {
    "..": r"(?: (?![.?,] )[^ ]+){0,2}?",
    "...": r"(?: (?![.?,] )[^ ]+){0,5}?",
    "//": r"(?: [^ ]+){0,12}?",
    "#": "(?: ,)? " + _NUMBER,
    "{": "(?P<s>",
    "}": ")",
}
# In how many of a thousand texts an English word stands; words that stand in fewer than four are left out.
_FREQUENT = {
    word: int(number)
    for word, number in map(
        str.split, (Path(__file__).parent / "frequent_words.txt").read_text(encoding="utf-8").splitlines()
    )
}
_RARE = 1
_NONE: frozenset[str] = frozenset()
# What stands for a word that is better not written; the vocabulary says of which lists each is a member.
PLACEHOLDERS = frozenset({"[method]", "[amount]", "[substance]", "[medication]", "[place]"})


class Piece(NamedTuple):
    """A translated stretch: its regular expression, its anchors, and the words it may begin with (none: unknown)."""

    regex: str
    anchors: frozenset[str]
    first: frozenset[str]


@dataclass(eq=False, slots=True)
class Phrase:
    """One pattern. `anchors` is never empty: one of them must be in a text for it to match.

    So must one of each set in `required`; most patterns are set aside by that alone. `need` says the same
    in bits (see `Prefilter`). A pattern that is not `wide` stays within one sentence. A match begins with one of the
    words in `first`, and with the blank before it; where there are none, it may begin anywhere.
    """

    source: str
    pattern: str
    anchors: frozenset[str]
    words: frozenset[str]
    required: tuple[frozenset[str], ...]
    wide: bool
    first: frozenset[str] = _NONE
    need: int = 0
    _regex: re.Pattern[str] | None = None

    @property
    def regex(self) -> re.Pattern[str]:
        """Compiled when first needed: compiling all of them at once takes seconds."""
        if self._regex is None:
            self._regex = re.compile(self.pattern)
        return self._regex


class Prefilter:
    """The literal test before anything slower: one bit for each set of words of which a pattern needs one.

    A text (or a sentence) has the bits of all its words; a pattern is tried where it has all bits that it needs.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        sets: dict[frozenset[str], int] = {}
        self._bits: dict[str, int] = {}
        for phrase in phrases:
            for required in phrase.required:
                if required not in sets:
                    sets[required] = 1 << len(sets)
                    for word in required:
                        self._bits[word] = self._bits.get(word, 0) | sets[required]
                phrase.need |= sets[required]

    def bits(self, words: Iterable[str]) -> int:
        """The bits of these words."""
        return reduce(or_, filter(None, map(self._bits.get, words)), 0)


def _cost(anchors: frozenset[str]) -> int:
    """In how many of a thousand texts one of these words stands, at most."""
    return sum([_FREQUENT.get(word, _RARE) for word in anchors])


def _is_cjk(char: str) -> bool:
    return "\u3040" <= char <= "\u9fff"


def split_word(word: str) -> list[str]:
    """A word as the tokens it becomes: each Chinese or Japanese sign is a token of its own."""
    if word.isascii() or not any(map(_is_cjk, word)):
        return [word]
    return [part for part in re.split(r"([\u3040-\u9fff])", word) if part]


class _Parser:
    """Recursive descent over the lexemes of one phrase. `words` holds every word met."""

    def __init__(self, source: str, vocabulary: Vocabulary) -> None:
        self.lexemes = [lexeme for lexeme in _LEXEMES.findall(source) if not lexeme.isspace()]
        if "".join(self.lexemes) != "".join(source.split()):
            raise ValueError("a sign that means nothing here")
        self.vocabulary = vocabulary
        self.words: set[str] = set()
        self.at = 0

    def items(self, ends: str) -> list[Piece]:
        pieces: list[Piece] = []
        while self.at < len(self.lexemes) and self.lexemes[self.at] not in ends:
            pieces.append(self.item())
        return pieces

    def sequence(self, ends: str) -> Piece:
        pieces = self.items(ends)
        if len(pieces) == 1:
            return pieces[0]
        anchored = [piece.anchors for piece in pieces if piece.anchors]
        first = pieces[0].first if pieces else _NONE
        return Piece("".join([piece.regex for piece in pieces]), min(anchored, key=_cost, default=_NONE), first)

    def item(self) -> Piece:
        lexeme = self.lexemes[self.at]
        self.at += 1
        if lexeme in _FIXED:
            return Piece(_FIXED[lexeme], _NONE, _NONE)
        if lexeme == "(":
            return self.group(")")
        if lexeme == "<":
            return Piece(f"(?:{self.group('>').regex})?", _NONE, _NONE)
        if lexeme in ")>|":
            raise ValueError("a bracket or bar in the wrong place")
        if lexeme[0] in "@%":
            return self.word_class(lexeme.removeprefix("@"))
        return self.word(lexeme)

    def group(self, end: str) -> Piece:
        options = [self.sequence("|" + end)]
        while self.at < len(self.lexemes) and self.lexemes[self.at] == "|":
            self.at += 1
            options.append(self.sequence("|" + end))
        if self.at >= len(self.lexemes) or not all(option.regex for option in options):
            raise ValueError("an open or empty group")
        self.at += 1
        return _either(options)

    def word_class(self, name: str) -> Piece:
        if name not in self.vocabulary.classes:
            raise ValueError(f"the class {name} is not in the vocabulary")
        return self.remembered("@" + name, self.new_class)

    def new_class(self, name: str) -> tuple[Piece, set[str]]:
        parsers = [_Parser(words, self.vocabulary) for words in self.vocabulary.classes[name[1:]]]
        piece = _either([parser.sequence("") for parser in parsers])
        return piece, set().union(*(parser.words for parser in parsers))

    def word(self, lexeme: str) -> Piece:
        return self.remembered(lexeme, self.new_word)

    def new_word(self, lexeme: str) -> tuple[Piece, set[str]]:
        folded = fold_word(lexeme)
        if not folded:
            raise ValueError("a word of which nothing is left")
        words = [
            part
            for word in self.vocabulary.canonical(folded)
            for bare in word.removesuffix("'s").split("'")
            for part in split_word(bare)
        ]
        rarest = min(words, key=lambda word: _FREQUENT.get(word, _RARE))
        regex = "".join(f"{_JOIN}{re.escape(word)}(?= )" for word in words)
        anchors = frozenset({rarest})
        return Piece(regex, anchors, anchors if words[0] == rarest else frozenset(words[:1])), set(words)

    def remembered(self, name: str, make: Callable[[str], tuple[Piece, set[str]]]) -> Piece:
        """A word or class, translated once for all the phrases of a vocabulary."""
        if name not in self.vocabulary.pieces:
            self.vocabulary.pieces[name] = make(name)
        piece, words = self.vocabulary.pieces[name]
        self.words |= words
        return cast("Piece", piece)


def _either(options: list[Piece]) -> Piece:
    if len(options) == 1:
        return options[0]
    anchors = [option.anchors for option in options]
    regex = _alternatives(list(dict.fromkeys([option.regex for option in options])))
    firsts = [option.first for option in options]
    found = _NONE.union(*anchors) if all(anchors) else _NONE
    first = _NONE.union(*firsts) if all(firsts) else _NONE
    return Piece(regex, found, found if first == found else first)


def _alternatives(regexes: list[str]) -> str:
    """One of several, with what they begin with written once: many times faster than a flat list."""
    if len(regexes) == 1:
        return regexes[0]
    if not all(regex.startswith(_JOIN) for regex in regexes):
        return f"(?:{'|'.join(regexes)})"
    rests: dict[str, list[str]] = {}
    for regex in regexes:
        head = _HEAD.match(regex, len(_JOIN))
        end = head.end() if head else len(regex)
        rests.setdefault(regex[len(_JOIN) : end], []).append(regex[end:])
    return f"{_JOIN}(?:{'|'.join(head + _rest(group) for head, group in rests.items())})"


def _rest(rests: list[str]) -> str:
    longer = [rest for rest in rests if rest]
    if not longer:
        return ""
    return _alternatives(longer) if len(longer) == len(rests) else f"(?:{_alternatives(longer)})?"


def compile_phrase(source: str, vocabulary: Vocabulary) -> Phrase:
    """Translate one phrase.

    Raises:
        ValueError: it cannot be read, names an unknown class, has no word to be found by, or
            marks two stretches to hide.
    """
    parser = _Parser(source, vocabulary)
    pieces = parser.items("")
    if parser.at != len(parser.lexemes):
        raise ValueError("a bracket too many")
    if source.count("{") != source.count("}") or source.count("{") > 1:
        raise ValueError("braces must mark one stretch")
    required = tuple(sorted(dict.fromkeys(piece.anchors for piece in pieces if piece.anchors), key=_cost))
    if not required:
        raise ValueError("no word that it could be found by")
    # No comma before the first word: a pattern that begins with a plain blank is searched several times faster.
    pattern = "".join([piece.regex for piece in pieces])
    first = pieces[0].first if pattern.startswith(_JOIN) else _NONE
    pattern = pattern.removeprefix("(?: ,)?") + "(?= )"
    return Phrase(source, pattern, required[0], frozenset(parser.words), required, wide="//" in source, first=first)

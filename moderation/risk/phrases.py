"""The small language rules are written in, and its translation to linear regular expressions.

    i want to die            these words in this order; a comma may stand between
    (kill|end|hurt) myself   one of several
    <really|just> want       an optional word
    @person                  a class of the vocabulary
    i .. die    i ... die    up to two, or up to five, other words of the same clause
    i know how // when       the words may stand up to twelve words apart, also in the next sentence
    #                        a number, in digits or words, or [amount]
    [method]                 a placeholder, read as one word
    ask for {photos}         braces mark the words to hide; without them all words are

Every repetition is bounded, so a pattern is linear in the length of the text. A pattern is tried only
when the text holds one of its rarest words (its anchors).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import cast

from moderation.risk.vocabulary import Vocabulary

_LEXEMES = re.compile(r"\s+|\.\.\.|\.\.|//|[(){}<>|#]|@[a-z_]+|[^\s(){}<>|#@.]+")
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
_COMMON = """
i you he she it we they me my your his her him them us our a an the and or but to of in on at for with from by
is am are was were be been do does did not no have has had will would can could should this that so just if
what how when who up out about all as get got go going want like one more any now too there here then than
"""
COMMON = frozenset(_COMMON.split())
# What stands for a word that is better not written; the vocabulary says of which lists each is a member.
PLACEHOLDERS = frozenset({"[method]", "[amount]", "[substance]", "[medication]", "[place]"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A translated stretch: its regular expression, its anchors (none if unknown), its words.

    `required` holds, for each part that must be there, words of which one must be.
    """

    regex: str
    anchors: frozenset[str]
    words: frozenset[str]
    required: tuple[frozenset[str], ...] = ()


@dataclass(eq=False, slots=True)
class Phrase:
    """One pattern. `anchors` is never empty: one of them must be in a text for it to match.

    So must one of each set in `required`; most patterns are set aside by that alone. `need` says the same
    in bits (see `Prefilter`). A pattern that is not `wide` stays within one sentence.
    """

    source: str
    pattern: str
    anchors: frozenset[str]
    words: frozenset[str]
    required: tuple[frozenset[str], ...]
    wide: bool
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


def _cost(anchors: frozenset[str]) -> tuple[int, int]:
    return (sum(word in COMMON for word in anchors), len(anchors))


def _is_cjk(char: str) -> bool:
    return "\u3040" <= char <= "\u9fff"


def split_word(word: str) -> list[str]:
    """A word as the tokens it becomes: each Chinese or Japanese sign is a token of its own."""
    if word.isascii() or not any(map(_is_cjk, word)):
        return [word]
    return [part for part in re.split(r"([\u3040-\u9fff])", word) if part]


class _Parser:
    """Recursive descent over the lexemes of one phrase."""

    def __init__(self, source: str, vocabulary: Vocabulary) -> None:
        self.lexemes = [lexeme for lexeme in _LEXEMES.findall(source) if not lexeme.isspace()]
        if "".join(self.lexemes) != "".join(source.split()):
            raise ValueError("a sign that means nothing here")
        self.vocabulary = vocabulary
        self.at = 0

    def sequence(self, ends: str) -> Piece:
        pieces: list[Piece] = []
        while self.at < len(self.lexemes) and self.lexemes[self.at] not in ends:
            pieces.append(self.item())
        anchored = [piece.anchors for piece in pieces if piece.anchors]
        return Piece(
            "".join(piece.regex for piece in pieces),
            min(anchored, key=_cost, default=frozenset()),
            frozenset().union(*(piece.words for piece in pieces)),
            tuple(sorted(dict.fromkeys(anchored), key=_cost)),
        )

    def item(self) -> Piece:
        lexeme = self.lexemes[self.at]
        self.at += 1
        if lexeme in _FIXED:
            return Piece(_FIXED[lexeme], frozenset(), frozenset())
        if lexeme == "(":
            return self.group(")")
        if lexeme == "<":
            inner = self.group(">")
            return Piece(f"(?:{inner.regex})?", frozenset(), inner.words)
        if lexeme in ")>|":
            raise ValueError("a bracket or bar in the wrong place")
        if lexeme.startswith("@"):
            return self.word_class(lexeme[1:])
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
            raise ValueError(f"the class @{name} is not in the vocabulary")
        if name not in self.vocabulary.pieces:
            options = [_Parser(words, self.vocabulary).sequence("") for words in self.vocabulary.classes[name]]
            self.vocabulary.pieces[name] = _either(options)
        return cast("Piece", self.vocabulary.pieces[name])

    def word(self, lexeme: str) -> Piece:
        words = [
            part
            for word in self.vocabulary.canonical(lexeme)
            for bare in word.removesuffix("'s").split("'")
            for part in split_word(bare)
        ]
        rarest = min(words, key=lambda word: word in COMMON)
        regex = "".join(f"{_JOIN}{re.escape(word)}(?= )" for word in words)
        return Piece(regex, frozenset({rarest}), frozenset(words))


def _either(options: list[Piece]) -> Piece:
    all_anchored = all(option.anchors for option in options)
    return Piece(
        _alternatives(list(dict.fromkeys(option.regex for option in options))),
        frozenset().union(*(option.anchors for option in options)) if all_anchored else frozenset(),
        frozenset().union(*(option.words for option in options)),
    )


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
    piece = parser.sequence("")
    if parser.at != len(parser.lexemes):
        raise ValueError("a bracket too many")
    if source.count("{") != source.count("}") or source.count("{") > 1:
        raise ValueError("braces must mark one stretch")
    if not piece.anchors:
        raise ValueError("no word that it could be found by")
    return Phrase(source, piece.regex + "(?= )", piece.anchors, piece.words, piece.required, wide="//" in source)

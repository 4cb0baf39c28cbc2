# ruff: noqa: RUF001 - look-alike characters are what this file is about
"""Folding of single characters: one plain lower-case form for the many ways a letter can be drawn.

Each character is folded alone, so the work is linear whatever stands beside it, and every folded
character knows the stretch of the original text it came from.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Letters of other alphabets and phonetic signs that are read as Latin ones. Pairs: as drawn, as read.
_LOOKALIKES = (
    ("аеорсухкмнтіјѕԁһӏвԛԝгпи", "aeopcyxkmhtijsdhlbqwrnu"),
    ("αοικρτυχεηωνγ", "aoikptuxenwvy"),
    ("ıłøđħðŧɑɡɩɪɴʀʏʟɢʜʙꜱꜰ", "iloohdtagiinrylghbsf"),
    ("ᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ", "acdejkmoptuvwz"),
    ("’‘ʼ`´′＇‛", "''''''''"),
    ("“”„«»‟″❝❞「」『』", '"""""""""""""'),
    ("–—―‐‑‒−﹣~", "---------"),
    ("。、·•∙⋅", ".,...."),
    ("،؛؟ٱکیگپچ", ",,?اكيكبج"),
    ("ىة", "يه"),  # people write either; they stand at the end of a word
    ("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789"),
)
BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_BLANKS = "\t\xa0\u1680\u202f\u205f\u3000\u2800\u3164\uffa0\x1f"
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
# Everything but plain ASCII: single characters, and characters written out as in the source of a web page.
_SPECIAL = re.compile(r"[^ -~]|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
# Words between single quotation marks: neither mark stands between letters, the first is no left-out beginning and the
# second no genitive (`my parents' house`). In doubt nothing is quoted.
_LEFT_OUT = "cause|cos|coz|cuz|em|til|till|bout|tis|twas|round|n|ere|im|er"  # words that begin with an apostrophe
_SINGLE = re.compile(
    rf"(?<![^\s(\[\"])'(?=\w)(?!(?:{_LEFT_OUT})\b)"
    r"([^\n']{1,200}(?:'\w[^\n']{0,200}){0,9})"
    r"(?:(?<!s)'(?!\w)|'(?=[.,!?;:)]|$))"
)
_AND = "\u0648"
_SHORTEST = 3  # so many letters of an Arabic word must be left without its "and", but for these small words
_SMALL = frozenset(
    ["ما", "لا", "مش", "مو", "من", "في", "كل", "هو", "هي", "لم", "لن", "ان", "عن", "مع", "لو", "بس", "هل"]
)
_FEW = 12  # different signs that are folded with a walk through the text for each
_LONGEST = 4  # a few signs unfold to whole sentences; longer ones stay as they are


def _table() -> dict[str, str]:
    table = {drawn: read for drawns, reads in _LOOKALIKES for drawn, read in zip(drawns, reads, strict=True)}
    table |= dict.fromkeys(BREAKS, "\n") | dict.fromkeys(_BLANKS, " ")
    table |= {"ـ": "", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
    for first in (0x1F150, 0x1F170, 0x1F1E6):  # circled, squared and regional-indicator letters
        table |= {chr(first + n): chr(ord("a") + n) for n in range(26)}
    return table


_TABLE = _table()


@lru_cache(maxsize=8192)
def fold_char(char: str) -> str:
    """The plain form of one character: empty when it cannot be seen, at most four characters long."""
    if char in _TABLE:
        return _TABLE[char]
    if unicodedata.category(char) in _DROPPED:
        return ""
    if "\uac00" <= char <= "\ud7a3":
        return char  # Hangul syllables are whole letters; taking them apart helps nobody
    parts = unicodedata.normalize("NFKD", char).casefold()
    plain = "".join(_TABLE.get(part, part) for part in parts if unicodedata.category(part) not in _DROPPED)
    return plain if len(plain) <= _LONGEST else char


def fold_word(word: str) -> str:
    """A word of the rules or the thesaurus as texts are read, so that it may be written there as people write it."""
    return word.lower() if word.isascii() else without_and("".join(map(fold_char, word)))


def without_and(word: str) -> str:
    """An Arabic word without the "and" that is written together with it.

    Words of which that letter is the first of their own lose it as well, here and in the rules (light stemming: Larkey,
    Ballesteros and Connell 2002), and all of them, so that such a word meets itself with an "and" before it. A few
    become another word (decision 0008).
    """
    rest = word.lstrip(_AND)
    return rest if word[:1] == _AND and (len(rest) >= _SHORTEST or rest in _SMALL) else word


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and for each of its characters the stretch `[start, end)` it stands for."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def fold(text: str) -> Folded:
    """Fold every character of `text`; what cannot be seen belongs to the character before it.

    Written-out signs of web pages (`&#107;`) are read as the character they stand for, quotation marks all alike.
    """
    folded = _folded(text)
    if "'" not in folded.text:
        return folded
    return Folded(_SINGLE.sub(r'"\1"', folded.text), folded.starts, folded.ends)


def _folded(text: str) -> Folded:
    one_by_one = _one_by_one(text)
    if one_by_one is not None:
        return Folded(one_by_one, range(len(text)), range(1, len(text) + 1))
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for special in _SPECIAL.finditer(text):
        begin, end = special.span()
        plain.append(text[at:begin].lower())
        starts.extend(range(at, begin))
        ends.extend(range(at + 1, begin + 1))
        sign = special.group()
        folded = fold_char(sign) if len(sign) == 1 else _entity(sign)
        if folded:
            plain.append(folded)
            starts.extend([begin] * len(folded))
            ends.extend([end] * len(folded))
        elif ends:
            ends[-1] = end
        at = end
    plain.append(text[at:].lower())
    starts.extend(range(at, len(text)))
    ends.extend(range(at + 1, len(text) + 1))
    return Folded("".join(plain), starts, ends)


def _one_by_one(text: str) -> str | None:
    """The folded text, where each character stands for itself or for one other, as in most texts; else nothing."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return text.lower()
    special = set(_SPECIAL.findall(text))
    if len(special) > _FEW or not all(map(_stays_one, special)):
        return None
    for sign in special:
        text = text.replace(sign, fold_char(sign))
    return text.lower()


def _stays_one(sign: str) -> bool:
    """Whether a sign is read as one that needs no further folding: itself, or plain ASCII."""
    folded = fold_char(sign) if len(sign) == 1 else ""
    return len(folded) == 1 and (folded.isascii() or folded == sign) and folded == folded.lower()


@lru_cache(maxsize=1024)
def _entity(written: str) -> str:
    read = html.unescape(written)
    return written.lower() if len(read) > _LONGEST else "".join(map(fold_char, read))
